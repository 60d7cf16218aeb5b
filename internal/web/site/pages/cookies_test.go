package pages_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault/vaulttest"
	"github.com/sahna/sahna/internal/web/site/pages"
	"github.com/sahna/sahna/internal/web/ui"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

func serveCookies(t *testing.T) string {
	t.Helper()
	h := privacytest.New(t, dbtest.Open(t, db.SQLite), vaulttest.Clock())
	u, _ := uitest.NewAt(t, h.Clock, pages.Messages)
	mux := http.NewServeMux()
	u.Mount(mux)
	(&pages.Pages{UI: u, Privacy: h.Privacy}).Mount(mux)
	srv := httptest.NewServer(u.Serve(mux, u.Languages))
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestNothingOptionalIsSetBeforeAYes(t *testing.T) {
	base := serveCookies(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	at, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	have := func() map[string]string {
		out := map[string]string{}
		for _, k := range jar.Cookies(at) {
			out[k.Name] = k.Value
		}
		return out
	}
	get := func(path string) {
		t.Helper()
		res, err := c.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close() //nolint:errcheck // a test
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	choose := func(choice string) {
		t.Helper()
		res, err := c.PostForm(base+"/ru/page/cookies", url.Values{"choice": {choice}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close() //nolint:errcheck // a test
	}
	get("/ru/page/cookies")
	if got := have(); len(got) != 0 {
		t.Errorf("before a choice: %v", got)
	}
	choose("needed")
	get("/ru/page/cookies")
	if got := have(); len(got) != 1 || got[ui.ChoiceCookie] != "needed" {
		t.Errorf("the needed ones only: %v", got)
	}
	choose("all")
	get("/kk/page/cookies")
	if got := have(); got[ui.LanguageCookie] != "kk" {
		t.Errorf("after a yes: %v", got)
	}
	choose("needed")
	if got := have(); len(got) != 1 {
		t.Errorf("taken back: %v", got)
	}
}

func TestCookiesInABrowser(t *testing.T) {
	base := serveCookies(t)
	for i, screen := range []browsertest.Screen{browsertest.Phone.WithoutScript(), browsertest.Desktop} {
		b := browsertest.Open(t, screen)
		b.Go(base + "/" + []string{"kk", "ru"}[i] + "/page/cookies")
		b.Submit("button[value=all]")
		b.Fits()
		b.Shot("cookies")
	}
}
