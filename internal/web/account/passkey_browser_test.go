package account_test

import (
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// A visitor adds a passkey, comes in with it alone, removes it, and comes in with it no more; with a device that the site knows nothing of.
func TestAVisitorsPasskeyInABrowser(t *testing.T) {
	for _, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop.InDark()} {
		t.Run(screen.Name, func(t *testing.T) {
			h := open(t, dbtest.Open(t, db.SQLite))
			h.signedIn("kk")
			site := strings.Replace(h.url, "127.0.0.1", "localhost", 1) // an address in numbers has no passkeys
			h.People.BaseURL = site
			b := browsertest.Open(t, screen)
			b.Authenticator()
			look := func(name string) {
				t.Helper()
				b.Fits()
				b.Accessible()
				b.Shot("visitor-passkey-" + name)
			}
			at := site + "/kk/account"
			out := func() {
				t.Helper()
				b.Go(at + "/devices")
				b.Submit("form[action$='/sign-out-everywhere'] button")
				if b.URL() != at+"/sign-in" {
					t.Fatalf("signed out, but at %s", b.URL())
				}
			}
			b.Go(at + "/sign-in")
			look("1-sign-in")
			b.Type("[name=email]", "aigul@example.kz")
			b.Type("[name=password]", password)
			b.Submit("form[action$='/account/sign-in'] button[value=password]")

			b.Go(at + "/devices")
			look("2-none")
			b.Submit("a[href$='/account/passkeys/new']")
			look("3-new")
			b.Type("[name=kind]", "phone")
			b.Submit(".page-form button[type=submit]")
			if !strings.HasSuffix(b.URL(), "/devices?done=added") {
				look("not-added")
				t.Fatalf("added, but at %s: %s", b.URL(), b.Text("main"))
			}
			look("4-added")

			out()
			b.Submit("[data-passkey=use] button")
			if b.URL() != at {
				look("not-in")
				t.Fatalf("in by passkey, but at %s: %s", b.URL(), b.Text("main"))
			}
			look("5-in")
			b.Go(at + "/devices")
			look("6-signed-in-by-it")
			b.Submit("form[action$='/passkeys/remove'] button")
			if !strings.HasSuffix(b.URL(), "/devices?done=removed") || browsertest.Eval[bool](b, `document.querySelector("form[action$='/passkeys/remove']") !== null`) {
				t.Errorf("removed, but at %s: %s", b.URL(), b.Text("main"))
			}
			look("7-removed")
			out()
			b.Submit("[data-passkey=use] button")
			if !strings.Contains(b.URL(), "/sign-in") || !strings.Contains(b.Text("main"), "Кіру кілті сәйкес келмеді") {
				t.Errorf("a passkey that was removed leads to %s: %s", b.URL(), b.Text("main"))
			}
			look("8-removed-one")
		})
	}
}
