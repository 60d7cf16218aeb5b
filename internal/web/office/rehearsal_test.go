package office

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/rehearsal"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// played is a rehearsal that has been played already.
func played(_ context.Context, a rehearsal.Asked, tell func(rehearsal.Progress)) (rehearsal.Report, error) {
	tell(rehearsal.Progress{Seconds: 1, Of: a.Seconds, Orders: 700, Holds: 900})
	r := rehearsal.Report{
		Engine: "sqlite", Seats: 250, Buyers: a.Buyers, Seconds: 30.2, Orders: 21_034, Holds: 24_100, OrdersPerMinute: 41_788, HoldsPerSecond: 798,
		RawCommitsPerSecond: 1010, OrdersPerRawCommit: 0.69, Refused: 812, Cores: 2, CPUSeconds: 55, PeakMemoryMB: 181, Steps: map[string]rehearsal.Step{},
	}
	for i, name := range rehearsal.Steps {
		r.Steps[name] = rehearsal.Step{Count: 20_000 - 900*i, P50: 8.4 + float64(3*i), P95: 30.1 + float64(7*i), P99: 55.7 + float64(11*i)}
	}
	for i := range 30 {
		r.Series = append(r.Series, rehearsal.Second{Second: i + 1, Orders: 690 + 17*i%53, Holds: 800 + 13*i%61})
	}
	return r, nil
}

func TestRehearsalIsAskedForAndReported(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		at := "/en/office/performances/" + h.Performance.ID + "/rehearsals"
		if res, body := h.ask(t, "manager", http.MethodPost, at, url.Values{"buyers": {"0"}, "seconds": {"9999"}}); res.StatusCode != http.StatusUnprocessableEntity ||
			!strings.Contains(body, "2000") || !strings.Contains(body, "120") {
			t.Errorf("nobody for hours: %d", res.StatusCode)
		}
		res, _ := h.ask(t, "manager", http.MethodPost, at, url.Values{"buyers": {"50"}, "seconds": {"30"}})
		run := res.Header.Get("Location")
		if res.StatusCode != http.StatusSeeOther || run == "" {
			t.Fatalf("asked: %d", res.StatusCode)
		}
		if res, _ := h.ask(t, "manager", http.MethodGet, run, nil); res.Header.Get("Refresh") == "" {
			t.Error("a page that waits does not look again")
		}
		if res, _ := h.ask(t, "manager", http.MethodPost, at, url.Values{"buyers": {"50"}, "seconds": {"30"}}); res.StatusCode != http.StatusConflict {
			t.Errorf("a second one beside the first: %d", res.StatusCode)
		}
		if err := h.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		res, body := h.ask(t, "manager", http.MethodGet, run, nil)
		if res.Header.Get("Refresh") != "" || !strings.Contains(body, "41\u00a0788") || strings.Count(body, "<rect") < 30 {
			t.Errorf("the report lacks its figures: %.300s", body)
		}
	})
}

// The report with its charts, on a phone and at a desk.
func TestRehearsalInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	at := "/office/performances/" + h.Performance.ID + "/rehearsals"
	res, _ := h.ask(t, "manager", http.MethodPost, "/en"+at, url.Values{"buyers": {"200"}, "seconds": {"30"}})
	run := strings.TrimPrefix(res.Header.Get("Location"), "/en")
	if err := h.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, secret, err := h.People.MakeStaff(t.Context(), people.Contacts{Surname: "Оспанов", Name: "Ерлан", Email: "manager@example.kz", Phone: "+77010000002"},
		"correct horse battery", []people.Role{people.RoleManager})
	if err != nil {
		t.Fatal(err)
	}
	for i, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop} {
		lang := []string{"kk", "ru"}[i]
		b := browsertest.Open(t, screen)
		b.Go(h.url + "/" + lang + at)
		h.Clock.Advance(31 * time.Second)
		code, err := totp.GenerateCode(secret, h.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=email]"), "manager@example.kz"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=password]"), "correct horse battery"))
		b.Do(chromedp.SendKeys(chromedp.CSS("[name=code]"), code))
		b.Submit(".sign-in button")
		for n, path := range []string{at, run} {
			b.Go(h.url + "/" + lang + path)
			b.Fits()
			b.Accessible()
			b.Shot(fmt.Sprintf("office-rehearsal-%d", n))
		}
	}
}
