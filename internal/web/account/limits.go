package account

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
)

// limits slows down one network that tries many addresses; the room slows down many networks that try one address.
type limits struct {
	clock clock.Clock
	mu    sync.Mutex
	seen  map[string]*rate.Limiter
}

const (
	limitBurst = 60 // a school or an office behind one address
	limitEvery = 2 * time.Second
	limitHolds = 50_000
)

func newLimits(c clock.Clock) *limits { return &limits{clock: c, seen: map[string]*rate.Limiter{}} }

// allow takes one try of a network. Private addresses are proxies of ours or our own machine.
func (l *limits) allow(ip string) bool {
	if a, err := netip.ParseAddr(ip); err != nil || a.IsLoopback() || a.IsPrivate() {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.seen) >= limitHolds {
		clear(l.seen)
	}
	network := people.ShortIP(ip)
	if l.seen[network] == nil {
		l.seen[network] = rate.NewLimiter(rate.Every(limitEvery), limitBurst)
	}
	return l.seen[network].AllowN(l.clock.Now(), 1)
}
