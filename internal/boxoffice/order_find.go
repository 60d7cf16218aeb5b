package boxoffice

import (
	"context"
	"errors"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

const personOrders = 200 // most orders that a person's list shows

// fill reads what belongs to an order besides its row.
func (o *Office) fill(ctx context.Context, row orderRow) (Order, error) {
	orders, err := o.fillMany(ctx, []orderRow{row})
	if err != nil {
		return Order{}, err
	}
	return orders[0], nil
}

// fillMany is fill for orders that are all different: a query for each table and not for each order.
func (o *Office) fillMany(ctx context.Context, rows []orderRow) (_ []Order, err error) {
	defer fault.Wrap(&err, "read %d orders", len(rows))
	orders := make([]Order, len(rows))
	at := make(map[string]*Order, len(rows))
	ids := make([]string, len(rows))
	for i, r := range rows {
		orders[i], ids[i] = r.Order, r.ID
		at[r.ID] = &orders[i]
		if s := o.secrets.ofOrder(r.ID); sameSecret(r.secretHash, s) {
			orders[i].Secret = s
		}
	}
	if err := fillLines(ctx, o.db, orders); err != nil {
		return nil, err
	}
	if err := o.fillTickets(ctx, orders); err != nil {
		return nil, err
	}
	pays, err := paymentsOfOrders(ctx, o.db, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range pays {
		at[p.OrderID].Payments = append(at[p.OrderID].Payments, p)
	}
	refunds, err := refundsOfOrders(ctx, o.db, ids)
	for _, r := range refunds {
		at[r.OrderID].Refunds = append(at[r.OrderID].Refunds, r)
	}
	return orders, err
}

// found is an order that was looked for; ErrOrderUnknown when there is none or the secret is another's.
type found struct {
	order Order
	err   error
}

// findTogether reads the orders that are asked for together.
func (o *Office) findTogether(ctx context.Context, keys []OrderKey) ([]found, error) {
	codes := make([]string, len(keys))
	for i, k := range keys {
		codes[i] = cleanCode(k.Code)
	}
	known, err := ordersByCode(ctx, o.db, codes)
	if err != nil {
		return nil, err
	}
	out := make([]found, len(keys))
	first := make(map[string]bool, len(keys))
	var rows []orderRow
	var places []int
	for i, k := range keys {
		row, ok := known[codes[i]]
		switch {
		case !ok || !sameSecret(row.secretHash, k.Secret):
			out[i].err = ErrOrderUnknown
		case first[row.ID]: // asked for twice at once: nobody shares what they may change
			out[i].order, out[i].err = o.fill(ctx, row)
		default:
			first[row.ID] = true
			rows, places = append(rows, row), append(places, i)
		}
	}
	if len(rows) == 0 {
		return out, nil
	}
	orders, err := o.fillMany(ctx, rows)
	if err != nil {
		return nil, err
	}
	for i, at := range places {
		out[at].order = orders[i]
	}
	return out, nil
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
	f, err := o.finds.Do(ctx, k)
	if err != nil {
		return Order{}, err
	}
	return f.order, f.err
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
	rows, err := ordersByID(ctx, o.db, ids)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return o.fillMany(ctx, rows)
}
