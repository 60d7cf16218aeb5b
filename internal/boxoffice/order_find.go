package boxoffice

import (
	"context"
	"errors"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

const personOrders = 200 // most orders that a person's list shows

// fill reads what belongs to an order besides its row.
func (o *Office) fill(ctx context.Context, row orderRow) (_ Order, err error) {
	ord := row.Order
	defer fault.Wrap(&err, "read order %s", ord.ID)
	if s := o.secrets.ofOrder(ord.ID); sameSecret(row.secretHash, s) {
		ord.Secret = s
	}
	if ord.Lines, err = orderLines(ctx, o.db, ord.ID, ord.Total.Currency); err != nil {
		return Order{}, err
	}
	if ord.Tickets, ord.Passed, err = o.ticketsOfOrder(ctx, o.db, ord); err != nil {
		return Order{}, err
	}
	if ord.Payments, err = paymentsOfOrder(ctx, o.db, ord.ID); err != nil {
		return Order{}, err
	}
	ord.Refunds, err = refundsOfOrder(ctx, o.db, ord.ID)
	return ord, err
}

func (o *Office) byCode(ctx context.Context, code string) (orderRow, error) {
	id, err := orderIDByCode(ctx, o.db, cleanCode(code))
	if errors.Is(err, db.ErrNoRow) {
		return orderRow{}, ErrOrderUnknown
	}
	if err != nil {
		return orderRow{}, err
	}
	return orderByID(ctx, o.db, id)
}

// FindOrder returns an order to who has its secret; ErrOrderUnknown otherwise.
func (o *Office) FindOrder(ctx context.Context, k OrderKey) (Order, error) {
	row, err := o.byCode(ctx, k.Code)
	if err != nil {
		return Order{}, err
	}
	if !sameSecret(row.secretHash, k.Secret) {
		return Order{}, ErrOrderUnknown
	}
	return o.fill(ctx, row)
}

// OrderByCode returns an order to staff.
func (o *Office) OrderByCode(ctx context.Context, code string) (Order, error) {
	row, err := o.byCode(ctx, code)
	if err != nil {
		return Order{}, err
	}
	return o.fill(ctx, row)
}

// OrderByID returns an order to the program's own work, such as the job that mails its tickets.
func (o *Office) OrderByID(ctx context.Context, id string) (Order, error) {
	row, err := orderByID(ctx, o.db, id)
	if errors.Is(err, db.ErrNoRow) {
		return Order{}, ErrOrderUnknown
	}
	if err != nil {
		return Order{}, err
	}
	return o.fill(ctx, row)
}

// OrdersOfPersons lists the orders of persons, newest first.
func (o *Office) OrdersOfPersons(ctx context.Context, personIDs []string) ([]Order, error) {
	if len(personIDs) == 0 {
		return nil, nil
	}
	ids, err := orderIDsOfPersons(ctx, o.db, personIDs, personOrders)
	if err != nil {
		return nil, err
	}
	out := make([]Order, 0, len(ids))
	for _, id := range ids {
		ord, err := o.OrderByID(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, ord)
	}
	return out, nil
}
