package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrNoMoreTime is a hold that has had all the time there is, or whose seats others wait for.
var ErrNoMoreTime = fault.New(fault.Conflict, "boxoffice.no_more_time")

// mostTimes is how often the time of a hold fits between its making and the last moment to which it can be moved.
const mostTimes = 2

// SetWaited tells how to ask whether people wait in line for a performance: the waiting room knows. While they do, nobody gets more time.
func (o *Office) SetWaited(f func(ctx context.Context, performanceID string) bool) {
	o.stock.waited = f
}

// ExtendHold gives a hold its full time again from now on, but never beyond twice that time from its making; ErrNoMoreTime when that
// would add nothing, or while others wait in line for the performance. Asked twice, it acts once.
func (o *Office) ExtendHold(ctx context.Context, k HoldKey) (h Hold, err error) {
	defer fault.Wrap(&err, "extend a hold")
	h, err = o.FindHold(ctx, k)
	if err != nil {
		return Hold{}, err
	}
	if o.stock.waited(ctx, h.PerformanceID) {
		return Hold{}, ErrNoMoreTime
	}
	a, err := o.stock.ask(ctx, &ask{performanceID: h.PerformanceID, keep: refOf(h).id})
	if err != nil {
		return Hold{}, err
	}
	h.ExpiresAt, h.Extendable = a.until, a.until.Before(h.MadeAt.Add(o.stock.longest()))
	return h, nil
}

// CanExtend tells whether a visitor should be offered more time for a hold.
func (o *Office) CanExtend(ctx context.Context, h Hold) bool {
	return h.Extendable && !o.stock.waited(ctx, h.PerformanceID)
}

// longest is how long a hold can last with all its extensions.
func (s *stock) longest() time.Duration { return mostTimes * s.cfg.HoldFor }

// change gives holds more time and other ticket types. The hold's row is the lock: checkout takes the same one and compares the total.
func (r *round) change(ctx context.Context, bids []bid) error {
	if err := r.extend(ctx, bids); err != nil {
		return err
	}
	var at []int
	var holds []newHold
	for i, c := range bids {
		if c.retype != nil {
			at, holds = append(at, i), append(holds, *c.retype)
		}
	}
	changed, err := retypeHolds(ctx, r.book.tx, r.book.performanceID, holds, r.book.now)
	if err != nil {
		return err
	}
	for n, i := range at {
		if !changed[n] {
			r.answers[i].err = ErrHoldGone
		}
	}
	return nil
}

func (r *round) extend(ctx context.Context, bids []bid) error {
	var ids []string
	for _, c := range bids {
		if c.keep != "" {
			ids = append(ids, c.keep)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	times, err := holdTimes(ctx, r.book.tx, r.book.performanceID, ids, r.book.now)
	if err != nil {
		return err
	}
	moved := map[string]int64{}
	for i, c := range bids {
		if c.keep == "" {
			continue
		}
		t, active := times[c.keep]
		until := min(clock.Micros(r.expires), t.made+r.s.longest().Microseconds())
		switch {
		case !active:
			r.answers[i].err = ErrHoldGone
		case until <= t.expires && t.expires >= t.made+r.s.longest().Microseconds():
			r.answers[i].err = ErrNoMoreTime
		default:
			until = max(until, t.expires)
			moved[c.keep] = until
			r.answers[i].until = clock.FromMicros(until)
		}
	}
	return moveHolds(ctx, r.book.tx, r.book.performanceID, moved)
}
