package account_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// A person opens an account and looks at everything, on each kind of screen.
func TestAPersonOpensAnAccountInABrowser(t *testing.T) {
	for _, tc := range []struct {
		screen browsertest.Screen
		lang   string
	}{
		{browsertest.Phone, "kk"}, {browsertest.Phone.InDark().WithoutScript(), "ru"}, {browsertest.Desktop, "ru"}, {browsertest.Desktop.InDark(), "en"},
	} {
		t.Run(tc.screen.Name, func(t *testing.T) {
			h := open(t, dbtest.Open(t, db.SQLite))
			h.Buy(t, "1-1", "1-2")
			h.mailAbroad()
			b := browsertest.Open(t, tc.screen)
			seen := func(name string) {
				t.Helper()
				b.Shot("account-" + name)
				b.Fits()
				b.Accessible()
			}
			at := h.url + "/" + tc.lang
			b.Go(at + "/account")
			if !strings.Contains(b.URL(), "/account/sign-in") {
				t.Fatalf("a visitor sees %s", b.URL())
			}
			seen("sign-in")
			b.Go(at + "/account/register")
			seen("register")
			for name, value := range map[string]string{"surname": "Серікқызы", "name": "Айгүл", "email": "aigul@example.kz", "password": password} {
				b.Do(chromedp.SendKeys(chromedp.CSS("form[action$=register] input[name="+name+"]"), value))
			}
			b.Click("input[name=consents][value=service]")
			b.Click("input[name=consents][value='service.mail_gateway']")
			b.Submit("form[action$='/account/register'] button")
			seen("code")
			b.Do(chromedp.SendKeys(chromedp.CSS("input[name=code]"), "000000"))
			b.Submit("form[action$='/account/code'] button")
			seen("code-wrong")
			b.Do(chromedp.SendKeys(chromedp.CSS("input[name=code]"), h.newestCode()))
			b.Submit("form[action$='/account/code'] button")
			seen("orders")
			b.Go(at + "/account/data")
			seen("data")
			b.Submit("#consents a[href*='/receipts/']")
			seen("receipt")
			for _, page := range []string{"correct", "object", "download", "delete"} {
				b.Go(at + "/account/data/" + page)
				seen(page)
			}
			b.Go(at + "/account/devices")
			seen("devices")
			b.Go(at + "/account/password")
			seen("password")
			for _, path := range []string{"privacy", "offer", "privacy/versions", "contact"} {
				b.Go(at + "/page/" + path)
				seen("page-" + strings.ReplaceAll(path, "/", "-"))
			}
		})
	}
}
