package ui_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

// shop is a page that is made on a shelf: it counts how often, and says what words says.
type shop struct {
	url    string
	clock  *clock.Fake
	made   atomic.Int32
	words  atomic.Value
	fails  atomic.Bool
	cookie atomic.Bool
	wait   chan struct{}
}

func openShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{clock: clock.NewFake(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))}
	s.words.Store("at first")
	u, _ := uitest.NewAt(t, s.clock)
	u.KeepFor = ui.KeepPages
	mux := http.NewServeMux()
	u.Mount(mux)
	mux.HandleFunc("GET /{lang}/page", func(w http.ResponseWriter, r *http.Request) {
		u.Kept(w, r, func(w http.ResponseWriter, r *http.Request) {
			s.made.Add(1)
			if s.wait != nil {
				<-s.wait
			}
			if s.fails.Load() {
				u.Fail(w, r, fault.New(fault.Unavailable, ""))
				return
			}
			if s.cookie.Load() {
				http.SetCookie(w, &http.Cookie{Name: "x", Value: "y"})
			}
			u.Render(w, r, http.StatusOK, u.Page(r, "Page"), ui.Empty(s.words.Load().(string), strings.Repeat("long ", 400)))
		})
	})
	srv := httptest.NewServer(u.Serve(mux))
	t.Cleanup(srv.Close)
	s.url = srv.URL + "/en/page"
	return s
}

func TestAPageIsMadeOnceForAllWhoAskAtOnce(t *testing.T) {
	s := openShop(t)
	s.wait = make(chan struct{})
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if res, err := http.Get(s.url); err != nil {
				t.Error(err)
			} else {
				_ = res.Body.Close()
			}
		})
	}
	for s.made.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	close(s.wait)
	all.Wait()
	if n := s.made.Load(); n != 1 {
		t.Errorf("made %d times", n)
	}
}

func TestAChangeShowsWhenThePagesMomentIsOver(t *testing.T) {
	s := openShop(t)
	_, first := get(t, s.url)
	s.words.Store("later")
	s.clock.Advance(ui.KeepPages - time.Millisecond)
	if _, b := get(t, s.url); b != first {
		t.Error("the page was made again before its moment was over")
	}
	s.clock.Advance(time.Millisecond)
	if _, b := get(t, s.url); !strings.Contains(b, "later") {
		t.Error("the change does not show")
	}
}

func TestWhoHasThePageIsToldSoInEveryEncoding(t *testing.T) {
	s := openShop(t)
	tags := map[string]bool{}
	_, plain := get(t, s.url, "Accept-Encoding", "identity")
	for _, accept := range []string{"identity", "gzip, br", "gzip, deflate, br, zstd"} {
		res, body := get(t, s.url, "Accept-Encoding", accept)
		if got := unpacked(t, res.Header.Get("Content-Encoding"), body); got != plain {
			t.Errorf("%s is another page", accept)
		}
		tag := res.Header.Get("ETag")
		if tag == "" || tags[tag] {
			t.Errorf("%s has the tag %q, which must be its own", accept, tag)
		}
		tags[tag] = true
		if v := strings.Join(res.Header.Values("Vary"), ","); !strings.Contains(v, "Accept-Encoding") || !strings.Contains(v, "Cookie") {
			t.Errorf("%s varies by %q", accept, v)
		}
		if res.Header.Get("Content-Security-Policy") == "" || res.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s lacks the headers of a page: %v", accept, res.Header)
		}
		again, none := get(t, s.url, "Accept-Encoding", accept, "If-None-Match", tag)
		if again.StatusCode != http.StatusNotModified || none != "" {
			t.Errorf("%s: asked again by its tag, status %d", accept, again.StatusCode)
		}
	}
	if s.made.Load() != 1 {
		t.Errorf("made %d times", s.made.Load())
	}
	// The same words made again have the same tag: nobody loads them twice.
	res, _ := get(t, s.url)
	s.clock.Advance(time.Minute)
	if again, _ := get(t, s.url, "If-None-Match", res.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("made again with the same words, status %d", again.StatusCode)
	}
}

func unpacked(t *testing.T, coding, body string) string {
	t.Helper()
	var r io.Reader = strings.NewReader(body)
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(strings.NewReader(body))
	case "zstd":
		var z *zstd.Decoder
		z, err = zstd.NewReader(strings.NewReader(body))
		r = z
	}
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := io.Copy(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhatIsMadeForOneIsKeptForNobody(t *testing.T) {
	s := openShop(t)
	get(t, s.url, "Cookie", ui.SessionCookie+"=somebody")
	get(t, s.url, "Cookie", ui.SessionCookie+"=somebody")
	if n := s.made.Load(); n != 2 {
		t.Errorf("made %d times for who has signed in, want each time", n)
	}
	s.cookie.Store(true)
	for range 2 {
		if res, _ := get(t, s.url); len(res.Cookies()) != 1 {
			t.Error("the cookie is lost")
		}
	}
	if n := s.made.Load(); n != 4 {
		t.Errorf("made %d times, but a page with a cookie is one reader's", n)
	}
}

func TestThePageOutlivesItsDatabase(t *testing.T) {
	s := openShop(t)
	_, first := get(t, s.url)
	s.fails.Store(true)
	s.clock.Advance(time.Minute)
	if res, b := get(t, s.url); res.StatusCode != http.StatusOK || b != first {
		t.Errorf("status %d while the page cannot be made", res.StatusCode)
	}
	n := s.made.Load()
	get(t, s.url)
	if s.made.Load() != n {
		t.Error("it is tried again for every reader")
	}
	s.clock.Advance(20 * time.Minute)
	if res, _ := get(t, s.url); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d after a long while, want the truth", res.StatusCode)
	}
	s.fails.Store(false)
	s.words.Store("back")
	s.clock.Advance(time.Second)
	if _, b := get(t, s.url); !strings.Contains(b, "back") {
		t.Error("the page does not come back")
	}
}

func TestStrangersDoNotFillTheShelf(t *testing.T) {
	s := openShop(t)
	for i := range 3000 {
		res, err := http.Get(fmt.Sprintf("%s?x=%d", s.url, i))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
	n := s.made.Load()
	get(t, s.url+"?x=0")
	if s.made.Load() == n {
		t.Error("a page that nobody asked for has not fallen off")
	}
	get(t, s.url+"?x=2999")
	if s.made.Load() != n+1 {
		t.Error("a page just asked for has fallen off")
	}
}
