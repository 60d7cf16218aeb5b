package office

import (
	"testing"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

func TestLimitsAndTheEventsRoomInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	if err := h.Office.SetLimits(t.Context(), h.Performance.ID, "staff:1", boxoffice.Limits{boxoffice.LimitPerson: 3, boxoffice.LimitCard: 6}); err != nil {
		t.Fatal(err)
	}
	code := h.refuse(t, "2-1", "2-2", "2-3", "2-4")
	person, err := h.People.NewPerson(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	req, err := h.Privacy.Open(t.Context(), privacy.NewRequest{Person: person, Kind: privacy.RequestObjection, Channel: "site", Lang: i18n.EN})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Office.Objected(t.Context(), code, req.ID); err != nil {
		t.Fatal(err)
	}
	for lang, screen := range map[string]browsertest.Screen{"ru": browsertest.Phone, "kk": browsertest.Desktop.InDark()} {
		email := lang + "@example.kz"
		_, secret, err := h.People.MakeStaff(t.Context(), people.Contacts{Surname: "Оспанов", Name: "Ерлан", Email: email, Phone: "+77010000002"},
			"correct horse battery", []people.Role{people.RoleManager})
		if err != nil {
			t.Fatal(err)
		}
		d := &desked{browsertest.Open(t, screen), h, lang, email, secret}
		for _, page := range []string{"limits", "waiting/event"} {
			d.at(t, "/office/performances/"+h.Performance.ID+"/"+page)
			d.look("office-" + page[:6])
		}
	}
}
