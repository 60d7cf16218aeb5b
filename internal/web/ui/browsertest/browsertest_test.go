package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

func TestBrowserOpensAndReads(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/favicon.ico" {
			http.NotFound(w, r)
			return
		}
		w.Write([]byte(`<!doctype html><html lang="kk"><meta name="viewport" content="width=device-width"><title>Сахна</title><main><h1>Қош келдіңіз</h1><a href="/next">әрі қарай</a></main></html>`)) //nolint:errcheck // test
	}))
	defer s.Close()
	b := browsertest.Open(t, browsertest.Phone)
	b.Go(s.URL)
	if got := b.Text("h1"); got != "Қош келдіңіз" {
		t.Errorf("read %q", got)
	}
	b.Submit("a")
	if b.URL() != s.URL+"/next" {
		t.Errorf("at %s", b.URL())
	}
	b.Fits()
	b.Accessible()
	b.Shot("browsertest")
}
