package db

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
)

// freshTrouble is how long a write that failed is told of, whatever else was written since: on a full disk one page still fits where
// another does not.
const freshTrouble = 3 * time.Second

// health remembers the handle's last write that failed for the database's own sake.
type health struct{ trouble atomic.Pointer[trouble] }

type trouble struct {
	err  error
	at   time.Time
	over atomic.Bool // something was written since
}

func (h *health) well() {
	if t := h.trouble.Load(); t != nil {
		t.over.Store(true)
	}
}

// ill notes an error of the database itself; one of a caller who left is nobody's.
func (h *health) ill(ctx context.Context, err error) {
	if ctx.Err() == nil && fault.KindOf(err) == fault.Unavailable {
		h.trouble.Store(&trouble{err: err, at: time.Now()})
	}
}

// Trouble is why the database could not write when it was last asked to; nil when it can.
func (d *DB) Trouble() error {
	t := d.health.trouble.Load()
	if t == nil || t.over.Load() && time.Since(t.at) > freshTrouble {
		return nil
	}
	return t.err
}

// Check tells whether the database answers and, when it had trouble, whether that is over.
func (d *DB) Check(ctx context.Context) error {
	if d.Trouble() == nil || d.versions == "" {
		if err := d.write.PingContext(ctx); err != nil {
			return ErrUnavailable.Because(err)
		}
		return nil
	}
	// The same values written again are a write all the same.
	if _, err := d.Exec(ctx, `UPDATE `+d.versions+` SET is_applied = is_applied`); err != nil {
		return err
	}
	return d.Trouble()
}

// Why is an Unavailable error in words for an operator, without addresses.
func Why(err error) string {
	switch {
	case isFull(err):
		return "cannot write: its disk is full"
	case isLost(err):
		return "does not answer"
	}
	return "cannot serve now"
}
