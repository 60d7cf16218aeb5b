package people

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrTooMany asks to wait; arg "minutes".
var ErrTooMany = fault.New(fault.TooMany, "people.too_many")

const (
	guardForgets = time.Hour
	guardLongest = 15 * time.Minute
	guardHolds   = 100_000 // keys; beyond that the stale ones are dropped
)

// guard slows down who tries too often. It knows its keys (addresses) only as hashes under a salt of this process, and treats an
// address without an account like any other.
type guard struct {
	clock clock.Clock
	free  int           // tries that cost nothing
	wait  time.Duration // after the first one too many; doubles
	salt  [32]byte

	mu   sync.Mutex
	seen map[[32]byte]mark
}

type mark struct {
	count int
	last  time.Time
}

func newGuard(c clock.Clock, free int, wait time.Duration) *guard {
	g := &guard{clock: c, free: free, wait: wait, seen: map[[32]byte]mark{}}
	rand.Read(g.salt[:]) //nolint:errcheck // never fails
	return g
}

func (g *guard) key(s string) [32]byte {
	return sha256.Sum256(append(g.salt[:], strings.ToLower(strings.TrimSpace(s))...))
}

// check returns ErrTooMany while the key has to wait.
func (g *guard) check(key string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.seen[g.key(key)]
	now := g.clock.Now()
	if m.count < g.free || now.Sub(m.last) > guardForgets {
		return nil
	}
	wait := min(g.wait<<min(m.count-g.free, 10), max(guardLongest, g.wait))
	left := m.last.Add(wait).Sub(now)
	if left <= 0 {
		return nil
	}
	return ErrTooMany.With("minutes", int((left+time.Minute-1)/time.Minute))
}

// count remembers one more try.
func (g *guard) count(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock.Now()
	if len(g.seen) >= guardHolds {
		g.forget(now)
	}
	k := g.key(key)
	m := g.seen[k]
	if now.Sub(m.last) > guardForgets {
		m.count = 0
	}
	g.seen[k] = mark{m.count + 1, now}
}

func (g *guard) forget(now time.Time) {
	for k, m := range g.seen {
		if now.Sub(m.last) > guardForgets {
			delete(g.seen, k)
		}
	}
	if len(g.seen) >= guardHolds { // a flood: its marks are worth less than memory
		clear(g.seen)
	}
}

// reset forgets a key's tries.
func (g *guard) reset(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.seen, g.key(key))
}
