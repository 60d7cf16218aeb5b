package ui_test

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

func serve(t *testing.T, mount func(*ui.UI, *http.ServeMux)) (*httptest.Server, *uitest.Log) {
	t.Helper()
	u, log := uitest.New(t)
	mux := http.NewServeMux()
	u.Mount(mux)
	if mount != nil {
		mount(u, mux)
	}
	s := httptest.NewServer(u.Serve(mux))
	t.Cleanup(s.Close)
	return s, log
}

func get(t *testing.T, url string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func TestEveryFaultHasItsPageInEveryLanguage(t *testing.T) {
	kinds := map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 422, fault.NotFound: 404, fault.Conflict: 409, fault.Gone: 410, fault.Forbidden: 403,
		fault.Unauthenticated: 401, fault.TooMany: 429, fault.TooLarge: 413, fault.Unavailable: 503,
	}
	for kind, status := range kinds {
		s, _ := serve(t, func(u *ui.UI, mux *http.ServeMux) {
			mux.HandleFunc("GET /{lang}/x", func(w http.ResponseWriter, r *http.Request) { u.Fail(w, r, fault.New(kind, "")) })
		})
		for _, lang := range []string{"kk", "ru", "en"} {
			res, body := get(t, s.URL+"/"+lang+"/x?a=1")
			if res.StatusCode != status {
				t.Errorf("%s: status %d, want %d", kind, res.StatusCode, status)
			}
			if !strings.Contains(body, `<html lang="`+lang+`"`) || !strings.Contains(body, `class="button"`) {
				t.Errorf("%s in %s: no page with a next step", kind, lang)
			}
			if strings.Contains(body, "[ui.") || strings.Contains(body, "[fault.") {
				t.Errorf("%s in %s: a message is missing", kind, lang)
			}
			if !strings.Contains(body, `href="/ru/x?a=1"`) {
				t.Errorf("%s in %s: the language switch loses the address", kind, lang)
			}
		}
	}
}

func TestInternalErrorsTellNothing(t *testing.T) {
	s, log := serve(t, func(u *ui.UI, mux *http.ServeMux) {
		mux.HandleFunc("GET /{lang}/broken/{secret}", func(w http.ResponseWriter, r *http.Request) {
			u.Fail(w, r, errors.New("table exploded"))
		})
		mux.HandleFunc("GET /{lang}/panics", func(w http.ResponseWriter, r *http.Request) {
			panic("a defect of ours")
		})
	})
	res, body := get(t, s.URL+"/en/broken/hush-hush?token=hush-too")
	if res.StatusCode != 500 || strings.Contains(body, "exploded") {
		t.Errorf("status %d, page tells %v", res.StatusCode, strings.Contains(body, "exploded"))
	}
	if id := res.Header.Get("X-Request-Id"); id == "" || !strings.Contains(body, id) || !strings.Contains(log.String(), id) {
		t.Error("page, header and log do not share the request's id")
	}
	if !strings.Contains(log.String(), "table exploded") {
		t.Error("the log does not know the cause")
	}
	res, body = get(t, s.URL+"/en/panics")
	if res.StatusCode != 500 || !strings.Contains(body, "It is our fault") {
		t.Errorf("a panic gives %d", res.StatusCode)
	}
	if !strings.Contains(log.String(), "a defect of ours at github.com/sahna") {
		t.Error("the log does not say where it panicked")
	}
	if strings.Contains(log.String(), "hush") {
		t.Error("an address stands in the log")
	}
}

func TestUnknownAddresses(t *testing.T) {
	s, _ := serve(t, func(u *ui.UI, mux *http.ServeMux) {
		mux.HandleFunc("POST /{lang}/only-post", func(http.ResponseWriter, *http.Request) { t.Error("reached") })
		mux.HandleFunc("GET /{lang}/page", func(http.ResponseWriter, *http.Request) { t.Error("reached") })
	})
	for path, want := range map[string]int{
		"/ru/nothing": 404, "/": 404, "/de/page": 404, "/kk/only-post": 405, "/static/x/none.css": 404, "/static/theme-": 404,
		"/ru/%00": 404, "/ru/%ff%fe": 404, "/ru/page/../../etc": 404, "/%D2%9B": 404,
	} {
		res, body := get(t, s.URL+path, "Accept-Language", "ru")
		if res.StatusCode == http.StatusMovedPermanently || res.StatusCode == http.StatusTemporaryRedirect {
			continue
		}
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
		if !strings.HasPrefix(path, "/static") && !strings.Contains(body, "<h1>") {
			t.Errorf("%s: no page", path)
		}
	}
}

func TestHeaders(t *testing.T) {
	s, _ := serve(t, nil)
	res, body := get(t, s.URL+"/kk/none")
	csp := res.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("policy lacks %q", want)
		}
	}
	for _, bad := range []string{" style=", "<style", "onclick=", "javascript:"} {
		if strings.Contains(body, bad) {
			t.Errorf("the page holds %q, which the policy forbids", bad)
		}
	}
	if res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Referrer-Policy") != "same-origin" {
		t.Error("headers are missing")
	}
}

func TestInputIsLimitedAndClean(t *testing.T) {
	var got string
	s, _ := serve(t, func(u *ui.UI, mux *http.ServeMux) {
		mux.HandleFunc("POST /{lang}/form", func(w http.ResponseWriter, r *http.Request) { got = r.FormValue("a") })
	})
	post := func(body string) int {
		res, err := http.Post(s.URL+"/en/form", "application/x-www-form-urlencoded", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	if c := post("a=" + strings.Repeat("x", 10<<20)); c != http.StatusRequestEntityTooLarge {
		t.Errorf("10 MB: %d", c)
	}
	if c := post("a=%zz"); c != http.StatusUnprocessableEntity {
		t.Errorf("broken escape: %d", c)
	}
	if c := post("a=x%00y%ff"); c != http.StatusOK || got != "xy�" {
		t.Errorf("hostile bytes: %d %q", c, got)
	}
}

func TestCompressionButNotOfStreams(t *testing.T) {
	first := make(chan struct{})
	s, _ := serve(t, func(u *ui.UI, mux *http.ServeMux) {
		mux.HandleFunc("GET /{lang}/live", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: "+strings.Repeat("x", 4000)+"\n\n")
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			<-first
		})
		mux.HandleFunc("GET /{lang}/page", func(w http.ResponseWriter, r *http.Request) {
			u.Render(w, r, 200, u.Page(r, "Page"), templ.Raw(strings.Repeat("<p>text</p>", 500)))
		})
	})
	res, body := get(t, s.URL+"/en/page", "Accept-Encoding", "gzip")
	if res.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal("a page is not compressed")
	}
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || !strings.Contains(string(b), "</html>") {
		t.Errorf("compressed page broken: %v", err)
	}
	r, _ := http.NewRequest(http.MethodGet, s.URL+"/en/live", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	live, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Body.Close()
	line, err := bufio.NewReader(live.Body).ReadString('\n') // arrives while the handler still waits
	if err != nil || !strings.HasPrefix(line, "data: xxx") || live.Header.Get("Content-Encoding") != "" {
		t.Errorf("stream: %q %v", live.Header.Get("Content-Encoding"), err)
	}
	close(first)
}

func TestAssets(t *testing.T) {
	s, _ := serve(t, nil)
	for name, kind := range map[string]string{"ui.css": "text/css", "ui.js": "text/javascript", "display.woff2": "font/woff2", "icon.svg": "image/svg+xml"} {
		res, _ := get(t, s.URL+ui.Asset(name))
		if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %s %s", name, res.StatusCode, res.Header.Get("Content-Type"), res.Header.Get("Cache-Control"))
		}
	}
	res, _ := get(t, s.URL+"/static/0123456789ab/ui.css")
	if res.StatusCode != 200 || strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("an old address: %d %s", res.StatusCode, res.Header.Get("Cache-Control"))
	}
}
