package boxoffice

import (
	"context"
	"maps"

	"github.com/sahna/sahna/internal/platform/fault"
)

// How much of a performance's past is kept in memory for readers that come back: some minutes of a rush.
const (
	pastDeltas = 512
	pastStates = 50_000 // states in all of them; some 2 MB at most
)

// past are the last changes of a board, the oldest first, one following on the other.
type past struct {
	deltas []Delta
	states int
}

func (p *past) add(d Delta) {
	p.deltas = append(p.deltas, d)
	p.states += len(d.Seats) + len(d.Areas)
	drop := 0
	for len(p.deltas)-drop > pastDeltas || p.states > pastStates && len(p.deltas)-drop > 1 {
		p.states -= len(p.deltas[drop].Seats) + len(p.deltas[drop].Areas)
		drop++
	}
	if drop > 0 {
		p.deltas = append(p.deltas[:0:0], p.deltas[drop:]...)
	}
}

// since joins the changes after a version up to now; false when it is older than what is kept, or none of this performance's.
func (p *past) since(version, now int64) (Delta, bool) {
	out := Delta{Since: version, Version: now, Seats: map[int]SeatState{}, Areas: map[int]AreaLeft{}}
	if version == now {
		return out, true
	}
	if version > now || len(p.deltas) == 0 || version < p.deltas[0].Since {
		return Delta{}, false
	}
	for _, d := range p.deltas {
		if d.Version > version { // states are absolute: a change that is partly known does no harm
			maps.Copy(out.Seats, d.Seats)
			maps.Copy(out.Areas, d.Areas)
		}
	}
	return out, true
}

// Resumed is where a reader who comes back goes on from: the changes missed, or, when they are too many or too long ago, everything.
type Resumed struct {
	Missed Delta
	Whole  *Availability // nil when Missed tells it all
}

// WatchFrom is Watch for a reader who knows a version: what was missed comes first, what happens then follows in the channel.
func (o *Office) WatchFrom(ctx context.Context, performanceID string, version int64) (r Resumed, deltas <-chan Delta, stop func(), err error) {
	defer fault.Wrap(&err, "watch %s from %d", performanceID, version)
	deltas, stop, err = o.Watch(ctx, performanceID)
	if err != nil {
		return Resumed{}, nil, nil, err
	}
	b := o.stock.board(performanceID)
	// A version newer than what is shown here comes from a process that looked a moment later: look again before giving up.
	b.mu.Lock()
	behind := version > b.now.Version
	b.mu.Unlock()
	if behind {
		if _, err := b.refresh(ctx); err != nil {
			stop()
			return Resumed{}, nil, nil, err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	missed, ok := b.past.since(version, b.now.Version)
	if !ok {
		now := b.now
		return Resumed{Whole: &now}, deltas, stop, nil
	}
	return Resumed{Missed: missed}, deltas, stop, nil
}
