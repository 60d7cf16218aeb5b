package office

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// A day at the office in a browser, on every screen, in light and dark: signed in by two factors, everything by keyboard or click.
func TestOfficeInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	h.Perform(t, h.Clock.Now().Add(9*time.Hour))
	boss := people.Contacts{Surname: "Әлиева", Name: "Дана", Email: "dana@example.kz", Phone: "+77010000001"}
	_, secret, err := h.People.MakeStaff(t.Context(), boss, "correct horse battery", people.Roles)
	if err != nil {
		t.Fatal(err)
	}
	for i, screen := range []browsertest.Screen{
		browsertest.Phone, browsertest.Tablet.InDark(), browsertest.Desktop, browsertest.Phone.InDark(), browsertest.Desktop.InDark(), browsertest.Desktop.WithoutScript(),
	} {
		lang := string(i18n.Langs[i%3])
		b := browsertest.Open(t, screen)
		look := func(name, path string) {
			t.Helper()
			if path != "" {
				b.Go(h.url + "/" + lang + path)
			}
			b.Fits()
			b.Accessible()
			b.Shot("office-" + name)
		}
		look("sign-in", "/office/performances")
		h.Clock.Advance(31 * time.Second) // a code works once
		code, err := totp.GenerateCode(secret, h.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=email]"), "dana@example.kz"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=password]"), "correct horse battery"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=code]"), code))
		b.Submit(".sign-in button")
		if !strings.HasSuffix(b.URL(), "/office/performances") {
			t.Fatalf("signed in, but at %s", b.URL())
		}
		look("performances", "")
		if !screen.NoScript && !screen.Mobile {
			b.Do(chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("k"), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS(".figures")))
		}
		look("today", "/office")
		look("performance", "/office/performances/"+h.Performance.ID)
		look("orders", "/office/orders")
		look("order", "/office/orders/"+h.order.Code)
		b.Do(chromedp.SetValue(chromedp.CSS("[name=purpose]"), "help"))
		b.Submit(".order aside form button")
		look("contacts", "")
		look("refund", "/office/orders/"+h.order.Code+"/refund")
		look("door", "/office/door")
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=name]"), "Бас есік"))
		b.Submit(".page-form button")
		look("door-code", "")
		look("register", "/office/register")
		look("purpose", "/office/register/change/identification")
		look("recipient", "/office/register/recipient/mail_gateway")
		look("not-found", "/office/orders/nothing")
		b.Submit(".office-out, .button")
	}
}
