package office

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// The officer looks over a draft on a phone and on a desktop.
func TestTheOfficerWritesAVersionInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	officer := people.Contacts{Surname: "Әлиева", Name: "Дана", Email: "dana@example.kz", Phone: "+77010000001"}
	_, secret, err := h.People.MakeStaff(t.Context(), officer, "correct horse battery", []people.Role{people.RoleOfficer})
	if err != nil {
		t.Fatal(err)
	}
	draft, err := h.Privacy.NewDraft(t.Context(), privacy.Policy, privacy.OriginVersion, "staff:other")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Privacy.EditClause(t.Context(), privacy.Edit{Draft: draft.ID, Revision: draft.Revision, Actor: "staff:other"}, 5,
		i18n.Text{KK: "Тармақ қысқарды.", RU: "Пункт стал короче.", EN: "The clause is shorter now."}); err != nil {
		t.Fatal(err)
	}
	for _, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop} {
		b := browsertest.Open(t, screen)
		b.Go(h.url + "/ru/office/policies")
		h.Clock.Advance(31 * time.Second) // a code works once
		code, err := totp.GenerateCode(secret, h.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=email]"), "dana@example.kz"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=password]"), "correct horse battery"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=code]"), code))
		b.Submit(".sign-in button")
		at := "/ru/office/policies"
		for name, path := range map[string]string{"policies": at, "draft": at + "/drafts/" + draft.ID, "clause": at + "/drafts/" + draft.ID + "/clauses/5", "consent": at + "/drafts/" + draft.ID + "/consents/service"} {
			b.Go(h.url + path)
			b.Shot("office-policy-" + name)
			b.Fits()
			b.Accessible()
		}
	}
}
