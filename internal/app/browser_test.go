package app_test

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// TestFromThePosterToTheDoor goes the whole way of one ticket in a browser: poster wall, event, seats, basket, checkout, bank,
// order, ticket, letter, and then the door, with a scanner that the office let in.
func TestFromThePosterToTheDoor(t *testing.T) {
	for _, x := range []struct {
		engine db.Engine
		lang   string
		screen browsertest.Screen
	}{
		{db.SQLite, "kk", browsertest.Phone},
		{db.Postgres, "ru", browsertest.Desktop},
		{db.SQLite, "en", browsertest.Phone.WithoutScript()},
	} {
		t.Run(x.screen.Name, func(t *testing.T) {
			dsn := ""
			if x.engine == db.Postgres {
				dsn = dbtest.DSN(t, x.engine)
			}
			p := apptest.StartDemo(t, filepath.Join(t.TempDir(), "demo"), dsn, "")
			w := walk{t: t, p: p, b: browsertest.Open(t, x.screen), lang: x.lang, prefix: "way-" + x.lang + "-"}
			w.choose()
			code := w.buy()
			w.letter()
			w.door(code)
		})
	}
}

type walk struct {
	t      *testing.T
	p      *apptest.Program
	b      *browsertest.Browser
	lang   string
	prefix string
}

func (w walk) look(name string) {
	w.t.Helper()
	w.b.Fits()
	w.b.Accessible()
	w.b.Shot(w.prefix + name)
}

func (w walk) url(path string) string { return w.p.URL + "/" + w.lang + path }

func (w walk) choose() {
	w.b.Go(w.url("/"))
	w.look("1-wall")
	w.b.Submit(`a[href="/` + w.lang + `/event/qyz-zhibek"]`)
	w.look("2-event")
	w.b.Submit(`a[href="/` + w.lang + `/performance/` + w.p.Performances["theatre"] + `"]`)
	w.look("3-performance")
	w.b.Submit(".seats-best button[type=submit]")
	if !strings.Contains(w.b.URL(), "/basket") {
		w.t.Fatalf("the best seats led to %s", w.b.URL())
	}
	w.look("4-basket")
}

func (w walk) buy() (ticketCode string) {
	w.b.Submit(".sum .button")
	w.b.Type("#f-surname", "Серікқызы")
	w.b.Type("#f-name", "Айгүл")
	w.b.Type("#f-email", "aigul@sahna.example")
	w.b.Type("#f-phone", "8 701 123 45 67")
	w.b.Do(chromedp.Click(chromedp.CSS("#f-consent-service")))
	w.look("5-checkout")
	w.b.Submit("aside .button")
	w.look("6-bank")
	w.b.Submit("button.paid")
	w.look("7-order")
	w.b.Submit(".stub-face")
	w.look("8-ticket")
	u, err := url.Parse(w.b.URL())
	if err != nil {
		w.t.Fatal(err)
	}
	parts := strings.Split(u.Path, "/") // "", lang, "ticket", code, secret
	if len(parts) != 5 || parts[2] != "ticket" {
		w.t.Fatalf("not a ticket's address: %d parts", len(parts))
	}
	return parts[3]
}

// letter waits for the ticket mail and opens it.
func (w walk) letter() {
	c := apptest.NewClient(w.p.URL)
	eventually(w.t, "the letter with the tickets", func() bool {
		a, err := c.Do("GET", "/"+w.lang+"/outbox", nil, "")
		return err == nil && strings.Contains(string(a.Body), "aigul@sahna.example")
	})
	w.b.Go(w.url("/outbox"))
	w.look("9-outbox")
}

// door lets a scanner in by the office's code and shows it the ticket twice.
func (w walk) door(ticket string) {
	w.b.Go(w.url("/office"))
	w.b.Type("input[name=email]", w.p.Staff.Email)
	w.b.Type("input[name=password]", w.p.Staff.Password)
	digits, err := totp.GenerateCode(w.p.Staff.TOTPSecret, time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	w.b.Type("input[name=code]", digits)
	w.b.Submit("main button[type=submit]")
	w.look("10-office")
	w.b.Go(w.url("/office/door"))
	w.b.Type("main input[name=name]", "Кіреберіс A")
	w.b.Submit(`form[action$="/door/invite"] button`)
	w.look("11-office-code")
	code := w.b.Text(".code-large")
	w.b.Go(w.url("/door"))
	w.b.Type("input[name=code]", code)
	w.b.Submit("main button[type=submit]")
	w.look("12-door-start")
	w.b.Submit(`a[href*="performance=` + w.p.Performances["theatre"] + `"]`)
	w.b.Submit(".door-gates a")
	w.look("13-scanner")
	w.scan(ticket, "admitted")
	w.scan(ticket, "already_admitted")
	w.scan("ZZZZZZZZZZ", "refused")
}

// scan types a code at the scanner and reads its answer.
func (w walk) scan(code, want string) {
	w.t.Helper()
	w.b.Type("#door-code", code)
	w.b.Do(chromedp.KeyEvent(kb.Enter)) // not the button: the answer before may still fill the screen
	w.b.Wait(`.door-result[data-result="` + want + `"]`)
	w.look("14-" + want)
}
