package ui

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// KeepPages is how long a page that is the same for everybody is handed out before it is made again. With the moment in which the
// catalogue trusts its memory a change made by any process shows within a second.
const KeepPages = 250 * time.Millisecond

// What the shelf does when the database does not answer: the last page is shown for a while, and tried again every moment.
const (
	showOld  = 15 * time.Minute
	tryAgain = time.Second
)

// What a shelf holds at most; strangers choose the addresses.
const (
	pagesKept = 2000
	bytesKept = 48 << 20
)

// shelf keeps pages that are the same for every visitor, by address. What nobody asked for while its half filled up falls off.
type shelf struct {
	mu         sync.RWMutex
	young, old map[string]*slot
	bytes      int
}

// slot is the place of one address. Whoever makes the page anew holds making.
type slot struct {
	making sync.Mutex
	page   atomic.Pointer[keptPage]
}

// keptPage is what was answered, ready to go out.
type keptPage struct {
	header http.Header
	packed *Packed
	made   time.Time
	until  time.Time
}

func (p *keptPage) fresh(now time.Time) bool {
	return p != nil && !now.Before(p.made) && now.Before(p.until)
}

func (p *keptPage) serve(w http.ResponseWriter, r *http.Request) {
	maps.Copy(w.Header(), p.header)
	p.packed.Serve(w, r, http.StatusOK)
}

// shelfKey is the address as it was asked for.
func shelfKey(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return r.URL.Path
	}
	return r.URL.Path + "?" + r.URL.RawQuery
}

func (s *shelf) find(key string) *slot {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if k, ok := s.young[key]; ok {
		return k
	}
	return s.old[key]
}

// slot finds or makes the place of an address, and counts what is about to stand there.
func (s *shelf) slot(key string) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.young[key]; ok {
		return k
	}
	if s.young == nil || len(s.young) >= pagesKept/2 || s.bytes >= bytesKept/2 {
		s.old, s.young, s.bytes = s.young, map[string]*slot{}, 0
	}
	k := s.old[key]
	if k == nil {
		k = &slot{}
	}
	s.young[key] = k
	return k
}

func (s *shelf) grew(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += n
}

// personal tells whether the answer may depend on who asks.
func personal(r *http.Request) bool { return SessionToken(r) != "" }

// shelved answers from the shelf before anything else of the request is looked at.
func (u *UI) shelved(next http.Handler) http.Handler {
	if u.KeepFor <= 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (r.Method == http.MethodGet || r.Method == http.MethodHead) && !personal(r) {
			if k := u.shelf.find(shelfKey(r)); k != nil {
				if p := k.page.Load(); p.fresh(u.Clock.Now()) || p.soon(u.Clock.Now(), u.KeepFor) && k.beingMade() {
					noteRoute(r, "shelf")
					p.serve(w, r)
					return
				}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// soon tells whether a page that is being made again may be shown once more: else all who come meanwhile would wait.
func (p *keptPage) soon(now time.Time, keep time.Duration) bool {
	return p != nil && !now.Before(p.made) && now.Before(p.until.Add(keep))
}

func (k *slot) beingMade() bool {
	if k.making.TryLock() {
		k.making.Unlock()
		return false
	}
	return true
}

func noteRoute(r *http.Request, name string) {
	if t, ok := r.Context().Value(traceKey).(*trace); ok {
		t.route = name
	}
}

// Kept answers with the page that another visitor has just been given, or makes it: once for all who ask at the same time. What make
// writes must be the same for everybody who has not signed in and must hang on nothing but the address; for who has signed in it
// is made and not kept. While the database is away the last page is shown.
func (u *UI) Kept(w http.ResponseWriter, r *http.Request, make http.HandlerFunc) {
	addVary(w.Header(), "Cookie")
	if u.KeepFor <= 0 || r.Method != http.MethodGet && r.Method != http.MethodHead || personal(r) {
		make(w, r)
		return
	}
	k := u.shelf.slot(shelfKey(r))
	k.making.Lock()
	defer k.making.Unlock()
	last := k.page.Load()
	if last.fresh(u.Clock.Now()) {
		last.serve(w, r)
		return
	}
	d := &draft{header: http.Header{}}
	make(d, r.WithContext(context.WithoutCancel(r.Context()))) // who asked first may leave; the others still wait
	now := u.Clock.Now()
	if d.status >= http.StatusInternalServerError && last != nil && now.Sub(last.made) < showOld {
		again := *last
		again.until = now.Add(tryAgain)
		k.page.Store(&again)
		last.serve(w, r)
		return
	}
	if d.status != http.StatusOK || len(d.header["Set-Cookie"]) > 0 || d.header.Get("Cache-Control") == "no-store" {
		d.hand(w)
		return
	}
	page := &keptPage{header: d.header, made: now, until: now.Add(u.KeepFor)}
	addVary(page.header, "Cookie")
	if last != nil && bytes.Equal(last.packed.plain, d.body.Bytes()) {
		page.packed = last.packed
	} else {
		page.packed = Pack(slices.Clone(d.body.Bytes()))
		u.shelf.grew(2 * d.body.Len())
	}
	k.page.Store(page)
	page.serve(w, r)
}

// draft takes an answer that may be kept.
type draft struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is what would be sent.
func (d *draft) Header() http.Header { return d.header }

// Write keeps the body.
func (d *draft) Write(b []byte) (int, error) {
	if d.status == 0 {
		d.status = http.StatusOK
	}
	return d.body.Write(b)
}

// WriteHeader keeps the status.
func (d *draft) WriteHeader(status int) {
	if d.status == 0 {
		d.status = status
	}
}

func (d *draft) hand(w http.ResponseWriter) {
	maps.Copy(w.Header(), d.header)
	if d.status != 0 {
		w.WriteHeader(d.status)
		_, _ = w.Write(d.body.Bytes()) // the reader left: nobody to tell
	}
}
