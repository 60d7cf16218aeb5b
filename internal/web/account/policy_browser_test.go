package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// A person comes back after a material change, reads what is new and answers.
func TestThePolicyIsAskedAgainInABrowser(t *testing.T) {
	for _, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			h := open(t, dbtest.Open(t, db.SQLite))
			b := browsertest.Open(t, screen)
			b.Go(h.url + "/ru/account/register")
			for name, value := range map[string]string{"surname": "Серікқызы", "name": "Айгүл", "email": "aigul@example.kz", "password": password} {
				b.Do(chromedp.SendKeys(chromedp.CSS("form[action$=register] input[name="+name+"]"), value))
			}
			b.Click("input[name=consents][value=service]")
			b.Submit("form[action$='/account/register'] button")
			b.Do(chromedp.SendKeys(chromedp.CSS("input[name=code]"), h.newestCode()))
			b.Submit("form[action$='/account/code'] button")
			h.Clock.Advance(time.Hour)
			h.publishPolicy("Мы можем изменить политику, но о каждом изменении скажем за десять дней.", false)
			b.Go(h.url + "/ru/account")
			b.Shot("account-policy-banner")
			b.Fits()
			b.Accessible()
			h.Clock.Advance(time.Hour)
			h.publishPolicy("Мы можем изменить политику, но о каждом изменении скажем за тридцать дней.", true)
			b.Go(h.url + "/ru/account")
			if !strings.Contains(b.URL(), "/ru/account/policy") {
				t.Fatalf("led to %s", b.URL())
			}
			b.Shot("account-policy")
			b.Fits()
			b.Accessible()
			b.Click("input[name=consents][value=service]")
			b.Submit("form[action$='/account/policy'] button")
			if !strings.HasSuffix(b.URL(), "/ru/account") {
				t.Errorf("after the answer at %s", b.URL())
			}
		})
	}
}
