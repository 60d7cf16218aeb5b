package ui

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/gzhttp"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// MaxBody is how much a request may send, unless its handler allows more.
const MaxBody = 1 << 20

// trace is what the log learns of a request on its way in.
type trace struct{ id, route string }

// RequestID is the id under which the log knows a request; the error page shows it.
func RequestID(ctx context.Context) string {
	if t, ok := ctx.Value(traceKey).(*trace); ok {
		return t.id
	}
	return ""
}

func routeOf(r *http.Request) string {
	if t, ok := r.Context().Value(traceKey).(*trace); ok && t.route != "" {
		return t.route
	}
	return r.Pattern
}

// Serve makes of the doors' mux what the world may reach: request ids, log, recovery, headers, compression, limits, clean
// forms and drawn error pages. The inner middlewares (sessions, cross-origin protection) run closest to the mux.
func (u *UI) Serve(mux *http.ServeMux, inner ...func(http.Handler) http.Handler) http.Handler {
	var h http.Handler = u.dispatch(mux)
	for i := len(inner) - 1; i >= 0; i-- {
		h = inner[i](h)
	}
	h = u.recovered(h)
	h = compressed(h)
	h = u.shelved(h)
	h = u.Headers(h)
	return u.logged(h)
}

// dispatch hands to the mux what it knows, and answers what it does not with a page.
func (u *UI) dispatch(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		known, pattern := mux.Handler(r)
		if t, ok := r.Context().Value(traceKey).(*trace); ok {
			t.route = pattern
		}
		if strings.HasPrefix(r.URL.Path, "/static/") {
			u.serveStatic(w, r)
			return
		}
		if forMachines(r.URL.Path) {
			mux.ServeHTTP(w, r)
			return
		}
		if pattern == "" {
			u.unknown(w, r, known)
			return
		}
		if strings.Contains(pattern, " /{lang}") && !hasLang(r.URL.Path) {
			u.Fail(w, r, fault.New(fault.NotFound, ""))
			return
		}
		u.bounded(w, r, pattern)
		if err := cleanInput(r); err != nil {
			u.Fail(w, r, err)
			return
		}
		mux.ServeHTTP(w, r)
	}
}

// Machines' doors render their own errors and check signatures over untouched bodies.
func forMachines(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/pay/")
}

func hasLang(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	_, ok := i18n.Parse(first)
	return ok
}

// unknown draws the mux's own 404 and 405.
func (u *UI) unknown(w http.ResponseWriter, r *http.Request, h http.Handler) {
	probe := &probe{header: http.Header{}}
	h.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		p := u.Page(r, "")
		f := describe(p, r, fault.NotFound)
		f.Status, p.Title, p.NoIndex = http.StatusMethodNotAllowed, f.Title, true
		u.Render(w, r, f.Status, p, failurePage(p, f))
		return
	}
	u.Fail(w, r, fault.New(fault.NotFound, ""))
}

// cleanInput makes query and form safe to hand on: valid UTF-8 without NUL, which no database keeps.
func cleanInput(r *http.Request) error {
	if !cleanText(r.URL.Path) {
		return fault.New(fault.NotFound, "")
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return nil // uploads are read by the page that expects them
	}
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "").Because(readFault(err))
	}
	cleanValues(r.Form)
	cleanValues(r.PostForm)
	if q := r.URL.Query(); cleanValues(q) {
		r.URL.RawQuery = q.Encode()
	}
	return nil
}

func cleanText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// cleanValues tells whether there was something to clean.
func cleanValues(v url.Values) (changed bool) {
	for _, list := range v {
		for i, s := range list {
			if !cleanText(s) {
				list[i] = strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "")
				changed = true
			}
		}
	}
	return changed
}

// recovered turns a panic into the error page, when nothing was written yet.
func (u *UI) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w}
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			err := &panicked{value: v}
			if rec.status != 0 {
				u.Log.ErrorContext(r.Context(), "panic after answer", "request", RequestID(r.Context()), "route", routeOf(r), "err", err)
				panic(http.ErrAbortHandler)
			}
			u.Fail(rec, r, err)
		}()
		next.ServeHTTP(rec, r)
	})
}

var compress = func() func(http.Handler) http.HandlerFunc {
	// The jitter hides how well a secret and a stranger's text compress together.
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.RandomJitter(32, 0, false),
		gzhttp.ContentTypes([]string{"text/html", "text/css", "text/javascript", "text/plain", "text/calendar", "application/json", "application/problem+json", "application/ld+json", "application/xml", "image/svg+xml", "application/manifest+json"}))
	if err != nil {
		panic("ui: compression: " + err.Error()) // cannot be: the options are constants
	}
	return wrap
}()

// compressed compresses text, but never a stream of events, which must flow as it comes.
func compressed(next http.Handler) http.Handler {
	zipped := compress(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			next.ServeHTTP(w, r)
			return
		}
		zipped.ServeHTTP(w, r)
	})
}

// logged writes a line a request: the route's pattern, never the address, which may hold a secret.
func (u *UI) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := u.Clock.Now()
		t := &trace{id: strings.ToLower(rand.Text()[:16])}
		rec := &recorder{ResponseWriter: w}
		w.Header().Set("X-Request-Id", t.id)
		defer func() {
			if u.Watch != nil {
				took := u.Clock.Now().Sub(start)
				if strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
					took = 0 // as long as the page stays open, which is nobody's wait
				}
				u.Watch(t.route, rec.status, took, r.RemoteAddr)
			}
			u.Log.InfoContext(r.Context(), "request", "request", t.id, "method", methodOf(r), "route", t.route,
				"status", rec.status, "bytes", rec.bytes, "ms", u.Clock.Now().Sub(start).Milliseconds())
		}()
		next.ServeHTTP(rec, r.WithContext(context.WithValue(r.Context(), traceKey, t)))
	})
}

// methodOf keeps strangers' inventions out of the log.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions:
		return r.Method
	}
	return "OTHER"
}
