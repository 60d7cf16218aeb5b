package rehearsal

import (
	"slices"
	"sync"
	"time"
)

// Steps are the requests that are measured, in the order in which a buyer makes them.
var Steps = []string{"browse", "hold", "order", "pay", "ticket"}

// meter keeps how long requests of one kind took.
type meter struct {
	mu    sync.Mutex
	waits []time.Duration
}

func (m *meter) add(d time.Duration) {
	m.mu.Lock()
	m.waits = append(m.waits, d)
	m.mu.Unlock()
}

func (m *meter) step() Step {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.waits) == 0 {
		return Step{}
	}
	slices.Sort(m.waits)
	at := func(percent int) float64 {
		return float64(m.waits[min(len(m.waits)-1, len(m.waits)*percent/100)].Microseconds()) / 1000
	}
	return Step{Count: len(m.waits), P50: at(50), P95: at(95), P99: at(99), Max: at(100)}
}
