package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/privacy"
)

// placeTogether writes the orders that arrived together, each with its consents, contacts, ledger and payment, in one transaction.
// One that cannot be written comes back as a batch.Refused and the others are written without it.
func (o *Office) placeTogether(ctx context.Context, ds []*draft) (_ []struct{}, err error) {
	defer fault.Wrap(&err, "place %d orders", len(ds))
	if err := o.db.Transact(ctx, func(tx *db.DB) error { return o.place(ctx, tx, ds) }); err != nil {
		return nil, err
	}
	for _, d := range ds {
		for _, h := range d.holds {
			o.stock.wake(h.PerformanceID)
		}
	}
	return make([]struct{}, len(ds)), nil
}

func (o *Office) place(ctx context.Context, tx *db.DB, ds []*draft) error {
	if err := o.claimDrafts(ctx, tx, ds); err != nil {
		return err
	}
	if err := o.stock.orderHolds(ctx, tx, ds); err != nil {
		return err
	}
	if err := drawOrderCodes(ctx, tx, ds); err != nil {
		return err
	}
	if err := insertOrders(ctx, tx, ds); err != nil {
		return err
	}
	consents := make([]privacy.Recording, len(ds))
	contacts := make([]people.Keeping, len(ds))
	var entries []entry
	var pays []Payment
	var free []*Order
	for i, d := range ds {
		consents[i] = privacy.Recording{Person: d.order.PersonID, Given: d.request.Consents}
		contacts[i] = people.Keeping{Person: d.order.PersonID, Contacts: d.request.Buyer}
		entries = append(entries, entry{d.order.ID, d.order.CreatedAt, postOrdered(d.order.Total)})
		if d.payment.ID != "" {
			pays = append(pays, d.payment)
		} else {
			free = append(free, &d.order)
		}
	}
	if err := o.privacy.RecordMany(ctx, tx, consents); err != nil {
		return err
	}
	if err := o.people.KeepMany(ctx, tx, contacts); err != nil {
		return err
	}
	if err := postAll(ctx, tx, entries); err != nil {
		return err
	}
	if err := insertPayments(ctx, tx, pays); err != nil {
		return err
	}
	return o.sellFree(ctx, tx, free)
}

// sellFree makes orders that cost nothing paid at once.
func (o *Office) sellFree(ctx context.Context, tx *db.DB, free []*Order) error {
	if len(free) == 0 {
		return nil
	}
	orders := make([]Order, len(free))
	for i, ord := range free {
		if _, err := setOrdersPaid(ctx, tx, []string{ord.ID}, ord.CreatedAt); err != nil {
			return err
		}
		orders[i] = *ord
	}
	tickets, err := o.fulfil(ctx, tx, orders, o.clock.Now())
	if err != nil {
		return err
	}
	for i, ord := range free {
		ord.Status, ord.Tickets = OrderPaid, tickets[i]
	}
	return nil
}

// fulfil gives paid orders their tickets, the letters with them, and the seats for good. Selling comes last: it holds up everybody
// who wants something of the performances until the commit.
func (o *Office) fulfil(ctx context.Context, tx *db.DB, orders []Order, at time.Time) ([][]Ticket, error) {
	tickets, err := o.issue(ctx, tx, orders, at)
	if err != nil {
		return nil, err
	}
	letters := make([]jobs.Args, len(orders))
	for i, ord := range orders {
		letters[i] = TicketMail{OrderID: ord.ID}
	}
	if err := o.jobs.EnqueueMany(ctx, tx, letters); err != nil {
		return nil, err
	}
	return tickets, o.stock.sellHeld(ctx, tx, orders)
}

func drawOrderCodes(ctx context.Context, tx *db.DB, ds []*draft) error {
	return drawCodes(len(ds),
		func(i int) { ds[i].order.Code = newCode(orderCodeLen) },
		func(left []int) (int64, error) { return insertOrderCodes(ctx, tx, ds, left) },
		func(left []int) ([]int, error) {
			var taken []int
			for _, i := range left {
				id, err := orderIDByCode(ctx, tx, ds[i].order.Code)
				if err != nil {
					return nil, err
				}
				if id != ds[i].order.ID {
					taken = append(taken, i)
				}
			}
			return taken, nil
		})
}
