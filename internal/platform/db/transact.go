package db

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	maxAttempts  = 10
	lostAttempts = 4 // of them after a lost connection: a restarted server has left a pool of dead ones
	lostPause    = 20 * time.Millisecond
)

// Transact runs fn in a transaction and commits when it returns nil. It runs fn again when the
// database asks for it (40001, 40P01), or the connection was lost before the commit, so fn must have no effect outside the database.
// Called on a transaction it joins it: the outermost one commits.
func (d *DB) Transact(ctx context.Context, fn func(tx *DB) error) error {
	if d.tx != nil {
		return fn(d)
	}
	var err error
	lost := 0
	for range maxAttempts {
		committing := false
		err = d.once(ctx, fn, &committing)
		switch {
		case err == nil:
			d.health.well()
			return nil
		case isRetryable(err):
		case isLost(err) && !committing && lost < lostAttempts:
			lost++
			pause(ctx, lostPause<<lost)
		default:
			d.health.ill(ctx, err)
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("transaction given up after %d attempts: %w", maxAttempts, err)
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func (d *DB) once(ctx context.Context, fn func(tx *DB) error, committing *bool) (err error) {
	tx, conn, err := d.begin(ctx)
	if err != nil {
		return translate(err)
	}
	committed := false
	defer func() {
		if conn != nil {
			defer conn.Close() //nolint:errcheck // it only goes back to the pool
		}
		if !committed {
			if rerr := tx.Rollback(); rerr != nil && err != nil {
				err = errors.Join(err, translate(rerr))
			}
		}
	}()
	inner := *d
	inner.tx, inner.conn = tx, conn
	if err := fn(&inner); err != nil {
		return err
	}
	if err := d.mayWrite(); err != nil {
		return err
	}
	*committing = true
	if err := tx.Commit(); err != nil {
		return translate(err)
	}
	committed = true
	return nil
}
