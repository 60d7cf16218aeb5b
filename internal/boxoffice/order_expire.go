package boxoffice

import (
	"context"
	"errors"
	"slices"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

const expireAtOnce = 200 // orders that are ended with one commit

// expireOrders ends the orders that were not paid in time and gives their seats back, a commit for many, until none is left. One
// order that cannot be ended does not keep the others.
func (o *Office) expireOrders(ctx context.Context) (n int, err error) {
	for {
		ids, err := overdueOrders(ctx, o.db, o.clock.Now(), expireAtOnce)
		if err != nil {
			return n, err
		}
		done, err := o.expireTogether(ctx, ids)
		n += done
		if err != nil || done == 0 || len(ids) < expireAtOnce {
			return n, err
		}
	}
}

// expireTogether ends orders with one commit; when that fails for a reason that may be one order's alone, with one commit each.
func (o *Office) expireTogether(ctx context.Context, ids []string) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	var ended []string
	err := o.db.Transact(ctx, func(tx *db.DB) (err error) {
		ended, err = o.expire(ctx, tx, ids)
		return err
	})
	switch {
	case err == nil:
		o.stock.changed(ctx, ended...)
		return len(ended), nil
	case len(ids) == 1, ctx.Err() != nil, fault.KindOf(err) == fault.Unavailable:
		return 0, err
	}
	n := 0
	var errs []error
	for _, id := range ids {
		done, err := o.expireTogether(ctx, []string{id})
		n += done
		errs = append(errs, err)
	}
	return n, errors.Join(errs...)
}

// expire ends those of orders that still wait for their money and returns them. Who is just being paid is passed over: the payment
// has the order's row, and the guard looks again.
func (o *Office) expire(ctx context.Context, tx *db.DB, ids []string) (ended []string, err error) {
	now := o.clock.Now()
	rows, err := setOrdersExpired(ctx, tx, ids, now)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for id, ord := range rows {
		ended = append(ended, id)
		entries = append(entries, entry{id, now, postExpired(ord.Total)})
	}
	if len(ended) == 0 {
		return nil, nil
	}
	slices.Sort(ended)
	if err := postAll(ctx, tx, entries); err != nil {
		return nil, err
	}
	if err := releaseClaims(ctx, tx, ended); err != nil {
		return nil, err
	}
	return ended, o.stock.release(ctx, tx, ended...)
}
