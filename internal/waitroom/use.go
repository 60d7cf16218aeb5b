package waitroom

import (
	"context"
	"encoding/hex"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// use is some tickets of a performance taken, or given back, by a pass.
type use struct {
	run, pass string
	tickets   int
	limit     int
	until     int64
}

// Use takes tickets of a performance out of what a pass is good for: as many as one order may have, however many baskets they go
// to and on however many devices. Without an open room there is nothing to use. Those who ask at once share a commit.
func (r *Rooms) Use(ctx context.Context, p catalog.Performance, text string, tickets int) (err error) {
	defer fault.Wrap(&err, "use a pass for %s", p.ID)
	room, ok := r.Guard(p)
	if !ok {
		return nil
	}
	x, err := r.openPass(room, text)
	if err != nil {
		return err
	}
	refused, err := r.uses.Do(ctx, use{room.Run, passKey(x, p), tickets, p.OrderLimit, clock.Micros(x.until)})
	if err != nil {
		return err
	}
	return refused
}

// GiveBack returns tickets that were not held after all.
func (r *Rooms) GiveBack(ctx context.Context, p catalog.Performance, text string, tickets int) error {
	room, ok := r.Guard(p)
	if !ok {
		return nil
	}
	x, err := r.openPass(room, text)
	if err != nil {
		return nil //nolint:nilerr // a pass that is over has nothing to give back to
	}
	_, err = r.uses.Do(ctx, use{run: room.Run, pass: passKey(x, p), tickets: -tickets, until: clock.Micros(x.until)})
	return err
}

// passKey: an event's room has one pass for all its performances, and the limit is each performance's.
func passKey(x pass, p catalog.Performance) string { return hex.EncodeToString(x.id[:]) + "/" + p.ID }

func (r *Rooms) writeUses(ctx context.Context, list []use) ([]error, error) {
	out := make([]error, len(list))
	err := r.db.Transact(ctx, func(tx *db.DB) error {
		for i, u := range list {
			out[i] = nil
			ok, err := addUse(ctx, tx, u)
			if err != nil {
				return err
			}
			if !ok {
				out[i] = ErrPassFull.With("limit", u.limit)
			}
		}
		return nil
	})
	return out, err
}
