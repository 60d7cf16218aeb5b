package app

import (
	"encoding/json"
	"math"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui"
)

// memoryLimit is where the garbage collector begins to work harder, unless GOMEMLIMIT says otherwise. It is no bound: what is kept
// in memory has bounds of its own.
const memoryLimit = 400 << 20

// heapGrowth is by how many percent the heap may grow between two collections, unless GOGC says otherwise: memory that is there anyway
// is spent on collecting less often.
const heapGrowth = 150

// boundMemory sets the limit; a command that serves calls it once.
func boundMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	if os.Getenv("GOMEMLIMIT") == "" && debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// crowd refuses requests above a number that are under way at once, before they cost anything: what a request waits with is memory,
// and whoever is told to come again in a second is served sooner than at the end of a line of thousands. Pages from the shelf never
// come here. What must always pass: a payment that a bank tells of, health, and streams, which have a bound of their own.
type crowd struct {
	most   int64
	inside atomic.Int64
	ui     *ui.UI
	bundle *i18n.Bundle
}

func (c *crowd) wrap(next http.Handler) http.Handler {
	if c.most <= 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.always(r) {
			next.ServeHTTP(w, r)
			return
		}
		defer c.inside.Add(-1)
		if c.inside.Add(1) > c.most {
			c.refuse(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (c *crowd) always(r *http.Request) bool {
	p := r.URL.Path
	return p == "/healthz" || p == "/readyz" || strings.HasPrefix(p, "/static/") ||
		strings.HasPrefix(p, "/pay/") && strings.HasSuffix(p, "/callback") || strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}

func (c *crowd) refuse(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		c.ui.Fail(w, r, fault.New(fault.Unavailable, ""))
		return
	}
	p := c.bundle.Printer(i18n.Match(r.Header.Get("Accept-Language")))
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("Retry-After", "1")
	w.WriteHeader(http.StatusServiceUnavailable)
	json.NewEncoder(w).Encode(map[string]any{ //nolint:errcheck,errchkjson // the caller has left
		"type": "urn:sahna:problem:fault.unavailable", "title": p.T("fault.unavailable"), "detail": p.T("fault.unavailable"),
		"status": http.StatusServiceUnavailable, "code": "fault.unavailable",
	})
}
