package office

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// The desk as an officer sees it, on a phone and at a desk.
func TestDeskInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	officer, _ := h.officers(t)
	at := ""
	for _, kind := range []string{"claim", "rectify", "access", "erase"} {
		at = h.enter(t, officer, kind)
	}
	at = strings.TrimPrefix(at, "/en")
	h.Clock.Advance(30 * time.Hour)
	_, secret, err := h.People.MakeStaff(t.Context(), people.Contacts{Surname: "Оспанов", Name: "Ерлан", Email: "officer@example.kz", Phone: "+77010000002"},
		"correct horse battery", []people.Role{people.RoleOfficer})
	if err != nil {
		t.Fatal(err)
	}
	for i, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop} {
		lang := []string{"kk", "ru"}[i]
		b := browsertest.Open(t, screen)
		b.Go(h.url + "/" + lang + "/office/requests")
		h.Clock.Advance(31 * time.Second)
		code, err := totp.GenerateCode(secret, h.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=email]"), "officer@example.kz"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=password]"), "correct horse battery"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=code]"), code))
		b.Submit(".sign-in button")
		for name, path := range map[string]string{"requests": "/office/requests", "request": at, "request-new": "/office/requests/new", "terms": "/office/terms"} {
			b.Go(h.url + "/" + lang + path)
			b.Fits()
			b.Accessible()
			b.Shot("office-" + name)
		}
	}
}
