package pages_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault/vaulttest"
	"github.com/sahna/sahna/internal/web/site/pages"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

func serveClaims(t *testing.T, d *db.DB) (*privacytest.House, string) {
	t.Helper()
	return serveClaimsAbout(t, d, nil)
}

func serveClaimsAbout(t *testing.T, d *db.DB, objected func(ctx context.Context, code, request string) error) (*privacytest.House, string) {
	t.Helper()
	h := privacytest.New(t, d, vaulttest.Clock())
	u, _ := uitest.NewAt(t, h.Clock, pages.Messages, privacy.Messages, people.Messages)
	mux := http.NewServeMux()
	u.Mount(mux)
	(&pages.Pages{UI: u, Privacy: h.Privacy, Objected: objected, Desk: privacy.NewDesk(h.Privacy, h.People, h.Jobs, h.Mails, h.Bundle)}).Mount(mux)
	srv := httptest.NewServer(u.Serve(mux))
	t.Cleanup(srv.Close)
	return h, srv.URL
}

func TestAClaimGetsANumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, base := serveClaims(t, d)
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		browser := &http.Client{Jar: jar}
		to := "/ru/page/claim"
		post := func(form url.Values) (int, string, string) {
			res, err := browser.PostForm(base+to, form)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close() //nolint:errcheck // a test
			b, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			return res.StatusCode, res.Request.URL.Path, string(b)
		}
		form := url.Values{"kind": {"claim"}, "text": {"Прошу вернуть деньги за билет."}, "surname": {"Ким"}, "name": {"Лев"}, "email": {"lev@example.kz"}, "phone": {"+77017654321"}}
		if status, _, body := post(form); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Прошу вернуть деньги") {
			t.Errorf("without consent: %d", status)
		}
		if found, err := h.People.PersonsByEmail(t.Context(), "lev@example.kz"); err != nil || len(found) != 0 {
			t.Errorf("something was kept without consent: %d %v", len(found), err)
		}
		if _, _, body := post(url.Values{"kind": {"claim"}}); strings.Count(body, `aria-invalid="true"`) != 6 || !strings.Contains(body, `id="f-consents-service-error"`) {
			t.Errorf("an empty form is not told of everything at once:\n%s", body)
		}
		form.Set("consents", privacy.ScopeService)
		status, path, body := post(form)
		if status != http.StatusOK || path != "/ru/page/claim/sent" || !strings.Contains(body, "2026-00001") || strings.Contains(body, "lev@") {
			t.Errorf("sent: %d at %s", status, path)
		}
		r, err := h.Privacy.RequestByNumber(t.Context(), "2026-00001")
		if err != nil || len(r.Timers) != 2 || r.Timers[0].Clock != "claim_consumer" {
			t.Errorf("the claim: %+v %v", r, err)
		}
		if yes, err := h.Privacy.Consented(t.Context(), r.Person, privacy.ScopeService); err != nil || !yes {
			t.Errorf("the consent is not kept: %v", err)
		}
		if res, err := http.Get(base + "/ru/page/claim/sent"); err != nil || res.Request.URL.Path != "/ru/page/claim" {
			t.Errorf("a stranger is shown somebody's number: %v", err)
		}
		to = "/ru/page/claim/sent"
		if status, _, body := post(url.Values{"code": {"000000"}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "2026-00001") {
			t.Errorf("a wrong code: %d", status)
		}
		if err := h.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		letters := h.Mails.All()
		code := regexp.MustCompile(`\d{3} \d{3}`).FindString(letters[len(letters)-1].Text)
		if status, _, body := post(url.Values{"code": {code}}); status != http.StatusOK || !strings.Contains(body, "Адрес подтверждён") {
			t.Errorf("the code from the letter: %d", status)
		}
		if r, err = h.Privacy.RequestByNumber(t.Context(), "2026-00001"); err != nil || r.ProvedAt.IsZero() {
			t.Errorf("the claim is not proved: %v", err)
		}
		to = "/ru/page/claim"
		for _, s := range []string{"<script>alert(1)</script>", "\x00\xff", strings.Repeat("ы", 9000)} {
			for k := range form {
				bad := url.Values{}
				for f, v := range form {
					bad[f] = v
				}
				bad.Set(k, s)
				if status, _, body := post(bad); status >= 500 || strings.Contains(body, "<script>alert") {
					t.Errorf("%s as %.20q: %d", k, s, status)
				}
			}
		}
	})
}

func TestAnObjectionIsTiedToItsDecision(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var code, request string
		h, base := serveClaimsAbout(t, d, func(_ context.Context, c, r string) error { code, request = c, r; return nil })
		res, err := http.Get(base + "/en/page/claim?kind=objection&about=CDFGHJKMNP")
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		if err != nil || !strings.Contains(string(b), `name="about" value="CDFGHJKMNP"`) || !strings.Contains(string(b), `value="objection" selected`) {
			t.Errorf("the form does not say what it is about: %v", err)
		}
		_ = res.Body.Close()
		form := url.Values{"kind": {"objection"}, "about": {"CDFGHJKMNP"}, "text": {"We are a school class."}, "surname": {"Ким"}, "name": {"Лев"}, "email": {"lev@example.kz"}, "phone": {"+77017654321"}, "consents": {privacy.ScopeService}}
		if res, err = http.PostForm(base+"/en/page/claim", form); err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		r, err := h.Privacy.RequestByNumber(t.Context(), "2026-00001")
		if err != nil || code != "CDFGHJKMNP" || request != r.ID || r.Kind != privacy.RequestObjection {
			t.Errorf("tied %q to %q, %+v, %v", code, request, r, err)
		}
	})
}

func TestClaimInABrowser(t *testing.T) {
	_, base := serveClaims(t, dbtest.Open(t, db.SQLite))
	for _, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop} {
		b := browsertest.Open(t, screen)
		b.Go(base + "/kk/page/claim")
		b.Fits()
		b.Accessible()
		b.Shot("claim")
	}
}
