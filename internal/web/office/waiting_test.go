package office

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
)

func TestAManagerOpensAWaitingRoom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		path := "/en/office/performances/" + h.Performance.ID + "/waiting"
		opens := boxofficetest.Now.Add(3 * time.Hour).Truncate(time.Minute)
		form := url.Values{"mode": {"on"}, "opens": {opens.In(i18n.Zone(h.Performance.Zone)).Format(typedMoment)}, "pace": {"many"}, "codes": {"one two\nthree"}, "members": {"yes"}}
		if res, body := h.ask(t, "manager", http.MethodPost, path, form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "one two") {
			t.Errorf("a pace in words: %d", res.StatusCode)
		}
		form.Set("pace", "300")
		if res, body := h.ask(t, "manager", http.MethodPost, path, form); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("status %d: %s", res.StatusCode, body)
		}
		room, ok := h.office.Waiting.Guard(h.Performance)
		if !ok || !room.OpensAt.Equal(opens) || room.PaceAt(opens) != 300 || len(room.Codes) != 2 || !room.MembersFirst || room.Commitment == "" {
			t.Errorf("the room is %+v", room)
		}
		if _, body := h.ask(t, "manager", http.MethodGet, path, nil); !strings.Contains(body, room.Commitment) || strings.Contains(body, "one two") {
			t.Error("the page must show the commitment, and no code")
		}
		if res, _ := h.ask(t, "manager", http.MethodPost, path, url.Values{"mode": {"off"}}); res.StatusCode != http.StatusSeeOther {
			t.Errorf("switching off: %d", res.StatusCode)
		}
		if _, ok := h.office.Waiting.Guard(h.Performance); ok {
			t.Error("the room still stands")
		}
	})
}
