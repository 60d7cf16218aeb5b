package waitroom

import (
	"context"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/catalog"
)

// traffic counts what happens, by name and second, over the last minute. Names come from strangers, so there is a most of them: then
// those that nothing has happened to since the last time are forgotten.
type traffic struct {
	mu      sync.Mutex
	names   map[string]*minute
	before  map[string]*minute // names that have not been counted since there were too many
	tripped map[string]catalog.Performance
}

type minute struct {
	seconds [60]int32
	last    int64 // the second that was counted last
	total   int32
}

const mostNames = 20000

func (m *minute) turn(sec int64) {
	if sec-m.last >= 60 {
		*m = minute{last: sec}
		return
	}
	for m.last < sec {
		m.last++
		m.total -= m.seconds[m.last%60]
		m.seconds[m.last%60] = 0
	}
}

func (t *traffic) count(name string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.names[name]
	if m == nil {
		if t.names == nil || len(t.names) >= mostNames {
			t.before, t.names = t.names, map[string]*minute{}
		}
		if m = t.before[name]; m == nil {
			m = &minute{}
		}
		t.names[name] = m
	}
	m.turn(now.Unix())
	m.seconds[m.last%60]++
	m.total++
}

// find must be called with the lock held.
func (t *traffic) find(name string) *minute {
	if m := t.names[name]; m != nil {
		return m
	}
	return t.before[name]
}

func (t *traffic) lastMinute(name string, now time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.find(name)
	if m == nil {
		return 0
	}
	m.turn(now.Unix())
	return int(m.total)
}

// rate is how many a second there were over the last ten.
func (t *traffic) rate(name string, now time.Time) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.find(name)
	if m == nil {
		return 0
	}
	m.turn(now.Unix())
	n := int32(0)
	for i := range int64(10) {
		n += m.seconds[(m.last-i+60)%60]
	}
	return float64(n) / 10
}

// Came counts a visitor who asks for a performance's seats. When more come than its room allows, the next Sync opens it.
func (r *Rooms) Came(p catalog.Performance) {
	if r == nil {
		return
	}
	now := r.clock.Now()
	r.traffic.count("came/"+p.ID, now)
	above := r.cfg.Above
	if h, ok := r.hall(p.ID); ok {
		h.mu.Lock()
		room := h.room
		h.mu.Unlock()
		if room.Mode != Auto || room.Open {
			return
		}
		above = room.Above
	}
	if above <= 0 || r.traffic.rate("came/"+p.ID, now) <= float64(above) {
		return
	}
	r.traffic.mu.Lock()
	defer r.traffic.mu.Unlock()
	if r.traffic.tripped == nil {
		r.traffic.tripped = map[string]catalog.Performance{}
	}
	r.traffic.tripped[p.ID] = p
}

// openTripped opens the rooms of those that too many came to.
func (r *Rooms) openTripped(ctx context.Context, now time.Time) (opened bool, err error) {
	r.traffic.mu.Lock()
	list := r.traffic.tripped
	r.traffic.tripped = nil
	r.traffic.mu.Unlock()
	for _, p := range list {
		if _, open := r.Guard(p); open {
			continue
		}
		room, err := findRoom(ctx, r.db, p.ID)
		if err != nil {
			return opened, err
		}
		if room.Mode == "" {
			room = Room{ID: p.ID, Kind: ForPerformance, Mode: Auto, PassMinutes: defaultPass, Above: r.cfg.Above}
		}
		if room.Mode != Auto || room.Open {
			continue
		}
		pace := DefaultPace
		if len(room.Pace) > 0 {
			pace = room.PaceAt(now)
		}
		if room, err = begin(room, now, pace, now); err != nil {
			return opened, err
		}
		if err := openRoom(ctx, r.db, room); err != nil {
			return opened, err
		}
		opened = true
		r.log.InfoContext(ctx, "waiting room opened by itself", "performance", p.ID)
	}
	return opened, nil
}

// quietBefore is how long nobody must have waited before a room that opened by itself closes.
const quietBefore = 2 * time.Minute

// closeWhenEmpty closes a room that opened by itself when all have been let in and few come.
func (r *Rooms) closeWhenEmpty(ctx context.Context, h *hall, now time.Time) error {
	h.mu.Lock()
	room := h.room
	waiting := int64(0)
	if room.Mode == Auto {
		first := h.drawnOf(0)
		here := h.drawnOf(1) + h.line.since(1, h.lateFrom())
		waiting = here - room.letIn(h.generalFrom(first), now)
	}
	if room.Mode != Auto || waiting > 0 || r.traffic.rate("join/"+room.ID, now) > float64(room.Above)/2 {
		h.idle = time.Time{}
	} else if h.idle.IsZero() {
		h.idle = now
	}
	idle := h.idle
	h.mu.Unlock()
	if idle.IsZero() || now.Sub(idle) < quietBefore {
		return nil
	}
	return closeRoom(ctx, r.db, room.ID, room.Run)
}
