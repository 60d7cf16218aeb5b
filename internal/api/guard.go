package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
)

const (
	maxBody  = 1 << 20
	bodyTime = 15 * time.Second
)

// What is wrong with a request before any operation looks at it.
var (
	errTooMany    = fault.New(fault.TooMany, "api.too_many")
	errCharacters = fault.New(fault.Invalid, "api.characters")
	errNoPath     = fault.New(fault.NotFound, "api.no_such_path")
	errNoMethod   = fault.New(fault.NotFound, "api.no_such_method")
	errUnreadable = fault.New(fault.Invalid, "api.unreadable")
)

// ServeHTTP keeps away what no operation should see, and makes every answer that is an error a problem document.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Accept-Language")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	defer a.recovered(w, r)
	if !a.limit.allow(a.cfg.ClientIP(r), a.Clock) {
		a.write(w, r, errTooMany)
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), networkKey{}, network(a.cfg.ClientIP(r))))
	if !clean(r.URL) {
		a.write(w, r, errCharacters)
		return
	}
	_, pattern := a.mux.Handler(r)
	if pattern == "" {
		a.stray(w, r)
		return
	}
	if r.Method != http.MethodPost {
		a.mux.ServeHTTP(w, r)
		return
	}
	body, err := readBody(w, r)
	if err != nil {
		a.write(w, r, err)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		a.named(w, r, pattern, key, body)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// recovered answers when an operation panicked. What it had begun to write stays as it is.
func (a *API) recovered(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint // a panic's value, compared as net/http does
		panic(p)
	}
	a.Log.ErrorContext(r.Context(), "api panicked", "path", r.Pattern, "panic", p)
	a.write(w, r, fault.New(fault.Internal, ""))
}

// stray answers a path or method that no operation has.
func (a *API) stray(w http.ResponseWriter, r *http.Request) {
	seen := &headerOnly{header: http.Header{}}
	a.mux.ServeHTTP(seen, r)
	if seen.status != http.StatusMethodNotAllowed {
		a.write(w, r, errNoPath)
		return
	}
	w.Header().Set("Allow", seen.header.Get("Allow"))
	a.writeStatus(w, r, http.StatusMethodNotAllowed, errNoMethod)
}

// headerOnly takes an answer's status and header and drops its body.
type headerOnly struct {
	header http.Header
	status int
}

func (h *headerOnly) Header() http.Header         { return h.header }
func (h *headerOnly) Write(b []byte) (int, error) { return len(b), nil }
func (h *headerOnly) WriteHeader(status int)      { h.status = status }

// clean refuses addresses with characters that no id has and PostgreSQL would choke on.
func clean(u *url.URL) bool {
	if !plain(u.Path) {
		return false
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return false
	}
	for k, vs := range q {
		if !plain(k) || !plain(strings.Join(vs, "")) {
			return false
		}
	}
	return true
}

func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	late := time.AfterFunc(bodyTime, func() {
		// A deadline in the past ends the read. Not every writer has one (tests); the server's own then holds.
		http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0)) //nolint:errcheck // see above
	})
	defer late.Stop()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return nil, fault.New(fault.TooLarge, "")
	case err != nil:
		return nil, errUnreadable.Because(err)
	case !utf8.Valid(body), bytes.IndexByte(body, 0) >= 0, bytes.Contains(body, []byte(`\u0000`)):
		return nil, errCharacters
	}
	return body, nil
}

func connectionIP(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

// network shortens an address to its network, so that nobody's own address is kept.
func network(ip netip.Addr) netip.Prefix {
	bits := 48
	if ip.Is4() {
		bits = 24
	}
	p, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

type networkKey struct{}

// networkIn is the network that a request comes from; "" for the machine itself, the house's own network and who is not known.
func networkIn(ctx context.Context) string {
	p, ok := ctx.Value(networkKey{}).(netip.Prefix)
	if !ok || !p.IsValid() || p.Addr().IsLoopback() || p.Addr().IsPrivate() {
		return ""
	}
	return p.String()
}

// limiter counts requests by network, in memory alone.
type limiter struct {
	rate  rate.Limit
	burst int

	mu   sync.Mutex
	nets map[netip.Prefix]*rate.Limiter
}

const mostNetworks = 20_000

func newLimiter(r float64, burst int) *limiter {
	return &limiter{rate: rate.Limit(r), burst: max(burst, 1), nets: map[netip.Prefix]*rate.Limiter{}}
}

func (l *limiter) allow(ip netip.Addr, c clock.Clock) bool {
	net, now := network(ip), c.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	n, ok := l.nets[net]
	if !ok {
		if len(l.nets) >= mostNetworks {
			l.forget(now)
		}
		n = rate.NewLimiter(l.rate, l.burst)
		l.nets[net] = n
	}
	return n.AllowN(now, 1)
}

// forget drops networks that have been quiet long enough to have their whole burst again; if most are busy, all of them, so that it
// is not looked through again for every newcomer.
func (l *limiter) forget(now time.Time) {
	for k, n := range l.nets {
		if n.TokensAt(now) >= float64(l.burst) {
			delete(l.nets, k)
		}
	}
	if len(l.nets) > mostNetworks*3/4 {
		clear(l.nets)
	}
}
