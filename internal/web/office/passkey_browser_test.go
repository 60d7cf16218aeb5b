package office

import (
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// An employee adds a passkey, signs in with it, and gives it again before something that reaches far; in a browser with a device that
// the site knows nothing of.
func TestPasskeysInABrowser(t *testing.T) {
	for i, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop.InDark()} {
		h := open(t, dbtest.Open(t, db.SQLite))
		site := strings.Replace(h.url, "127.0.0.1", "localhost", 1) // an address in numbers has no passkeys
		h.People.BaseURL, h.office.UI.BaseURL = site, site
		boss := h.desk(t, "boss@example.kz", people.RoleAdmin, people.RoleAuditor)
		lang := string(i18n.Langs[i])
		b := browsertest.Open(t, screen)
		b.Authenticator()
		look := func(name string) {
			t.Helper()
			b.Fits()
			b.Accessible()
			b.Shot("passkey-" + name)
		}
		at := site + "/" + lang + "/office"
		b.Go(at + "/sign-in")
		look("sign-in")
		if browsertest.Eval[bool](b, `document.querySelector("[data-passkey-failed]").checkVisibility()`) {
			t.Error("the page says that it failed before anybody tried")
		}
		b.Type("[name=email]", "boss@example.kz")
		b.Type("[name=password]", staffPassword)
		b.Type("[name=code]", boss.digits(t))
		b.Submit(".sign-in button[type=submit]")
		b.Go(at + "/me/passkeys/new")
		look("new")
		b.Type("[name=kind]", "computer")
		b.Submit(".page-form button[type=submit]")
		if !strings.Contains(b.URL(), "done=added") {
			look("not-added")
			t.Fatalf("added, but at %s: %s", b.URL(), b.Text("main"))
		}
		look("me")

		b.Go(at)
		browsertest.Eval[bool](b, `(document.querySelector("form[action$='/sign-out']").submit(), true)`) // on a phone it is in the closed menu
		b.Wait("[name=email]")
		b.Type("[name=email]", "boss@example.kz")
		b.Type("[name=password]", staffPassword)
		b.Submit("[data-passkey=use] button")
		if b.URL() != at {
			look("not-in")
			t.Fatalf("signed in by passkey, but at %s: %s", b.URL(), b.Text("main"))
		}

		h.Clock.Advance(people.FreshFor)
		b.Go(at + "/me")
		b.Submit("form[action$='/me/recovery'] button")
		look("step-up")
		b.Submit("[data-passkey=use] button")
		if n := browsertest.Eval[int](b, `document.querySelectorAll(".recovery li").length`); n != 10 {
			look("not-fresh")
			t.Fatalf("stepped up by passkey, but %d codes: %s", n, b.Text("main"))
		}
		h.Clock.Advance(people.FreshFor)
		b.Submit(".safety-list button")
		b.Submit("[data-passkey=use] button")
		if !strings.Contains(b.URL(), "done=removed") {
			t.Errorf("removed, but at %s", b.URL())
		}
	}
}

// Without a script the page says so, and the button for passkeys is not there.
func TestPasskeysWithoutScripts(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	site := strings.Replace(h.url, "127.0.0.1", "localhost", 1)
	h.People.BaseURL = site
	boss := h.desk(t, "boss@example.kz", people.RoleAdmin)
	b := browsertest.Open(t, browsertest.Phone.WithoutScript())
	b.Go(site + "/ru/office/sign-in")
	b.Shot("passkey-none")
	b.Type("[name=email]", "boss@example.kz")
	b.Type("[name=password]", staffPassword)
	b.Type("[name=code]", boss.digits(t))
	b.Submit(".sign-in button[type=submit]")
	b.Go(site + "/ru/office/me/passkeys/new")
	if !strings.Contains(b.Text("main"), "JavaScript") {
		t.Error("the page does not say what it needs")
	}
	b.Shot("passkey-none-new")
}
