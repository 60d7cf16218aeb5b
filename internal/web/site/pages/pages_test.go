package pages_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault/vaulttest"
	"github.com/sahna/sahna/internal/web/site/pages"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

// serve publishes two versions of the policy and serves the pages.
func serve(t *testing.T) (url string, first, second privacy.Version) {
	t.Helper()
	d, now := dbtest.Open(t, db.SQLite), vaulttest.Clock()
	publish := func(op privacy.Operator) (*privacy.Privacy, privacy.Version) {
		p, err := privacy.New(t.Context(), d, now, op)
		if err != nil {
			t.Fatal(err)
		}
		v, err := p.InForce(t.Context(), privacy.Policy)
		if err != nil {
			t.Fatal(err)
		}
		return p, v
	}
	_, first = publish(privacytest.Operator())
	now.Advance(24 * time.Hour)
	op := privacytest.Operator()
	op.Phones = []string{"+7 727 111 11 11"}
	room, second := publish(op)
	u, _ := uitest.NewAt(t, now, pages.Messages, privacy.Messages)
	u.Operator = op
	mux := http.NewServeMux()
	(&pages.Pages{UI: u, Privacy: room}).Mount(mux)
	srv := httptest.NewServer(u.Serve(mux))
	t.Cleanup(srv.Close)
	return srv.URL, first, second
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // a test
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestDocumentsStandAtTheirAddressesInEveryLanguage(t *testing.T) {
	url, first, second := serve(t)
	for _, tc := range []struct {
		path string
		want []string
	}{
		{"/kk/page/privacy", []string{"Құпиялық саясаты", `id="c-3.2.1"`, `id="c-7.6"`, second.Hash, "2-редакция", "24 қараша 2026"}},
		{"/ru/page/privacy", []string{"Политика конфиденциальности", `id="c-5.3.1"`, "Согласия", "111 11 11"}},
		{"/en/page/privacy", []string{"Privacy policy", `id="c-4.2.5"`, "What changed"}},
		{"/kk/page/offer", []string{"Жария оферта", "1-редакция"}},
		{"/ru/page/offer", []string{"Публичная оферта"}},
		{"/en/page/offer", []string{"Public offer"}},
		{"/ru/page/privacy/versions", []string{first.Hash, second.Hash, "действует"}},
		{"/ru/page/privacy/versions/1", []string{first.Hash, "Это старая редакция", "000 00 00", "23 ноября 2026"}},
		{"/ru/page/privacy/versions/2", []string{"<del>", "<ins>", "111"}},
		{"/kk/page/contacts", []string{"260140012345", "tel:+77271111111", "mailto:derek@example.kz"}},
	} {
		status, body := get(t, url+tc.path)
		if status != http.StatusOK {
			t.Errorf("%s: %d", tc.path, status)
		}
		for _, want := range tc.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q", tc.path, want)
			}
		}
		if strings.Contains(body, "[pages.") || strings.Contains(body, "{{") {
			t.Errorf("%s has a missing message", tc.path)
		}
	}
}

func TestUnknownVersionsAreNotFound(t *testing.T) {
	url, _, _ := serve(t)
	for _, path := range []string{"/ru/page/privacy/versions/3", "/ru/page/privacy/versions/-1", "/ru/page/privacy/versions/%27", "/ru/page/cake", "/de/page/privacy"} {
		if status, _ := get(t, url+path); status != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, status)
		}
	}
}
