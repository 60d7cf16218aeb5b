package boxoffice

import (
	"context"
	"errors"

	"github.com/sahna/sahna/internal/platform/db"
)

const expireAtOnce = 200 // orders that one sweep ends; the next takes the rest

// expireOrders ends the orders that were not paid in time and gives their seats back. One order that cannot be ended does
// not keep the others.
func (o *Office) expireOrders(ctx context.Context) (int, error) {
	ids, err := overdueOrders(ctx, o.db, o.clock.Now(), expireAtOnce)
	if err != nil {
		return 0, err
	}
	n := 0
	var errs []error
	for _, id := range ids {
		done, err := o.expireOrder(ctx, id)
		if err != nil {
			errs = append(errs, err)
		}
		if done {
			n++
		}
	}
	return n, errors.Join(errs...)
}

func (o *Office) expireOrder(ctx context.Context, id string) (done bool, err error) {
	err = o.db.Transact(ctx, func(tx *db.DB) error {
		done = false
		now := o.clock.Now()
		ord, err := lockOrder(ctx, tx, id)
		if err != nil {
			return err
		}
		if ord.Status != OrderPending || now.Before(ord.PayUntil) {
			return nil
		}
		done = true
		if err := setOrderEnded(ctx, tx, id, OrderExpired, now); err != nil {
			return err
		}
		if err := post(ctx, tx, id, now, postExpired(ord.Total)); err != nil {
			return err
		}
		if err := releaseClaims(ctx, tx, []string{id}); err != nil {
			return err
		}
		return o.stock.release(ctx, tx, id)
	})
	if err != nil {
		return false, err
	}
	if done {
		o.stock.changed(ctx, id)
	}
	return done, nil
}
