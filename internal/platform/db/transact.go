package db

import (
	"context"
	"errors"
	"fmt"
)

const maxAttempts = 10

// Transact runs fn in a transaction and commits when it returns nil. It runs fn again when the
// database asks for it (40001, 40P01), so fn must have no effect outside the database.
// Called on a transaction it joins it: the outermost one commits.
func (d *DB) Transact(ctx context.Context, fn func(tx *DB) error) error {
	if d.tx != nil {
		return fn(d)
	}
	var err error
	for range maxAttempts {
		if err = d.once(ctx, fn); !isRetryable(err) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("transaction given up after %d attempts: %w", maxAttempts, err)
}

func (d *DB) once(ctx context.Context, fn func(tx *DB) error) (err error) {
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
	if err := tx.Commit(); err != nil {
		return translate(err)
	}
	committed = true
	return nil
}
