package boxoffice

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/payments"
)

// ErrPaymentUnknown is evidence about a payment that is not ours.
var ErrPaymentUnknown = fault.New(fault.NotFound, "boxoffice.no_such_payment")

func isUnknown(err error) bool { return fault.KindOf(err) == fault.NotFound }

// way is what is tried with money that arrived, from the best end to the last.
type way int

const (
	waySell    way = iota // the seats are still held for the order
	wayReclaim            // they were given back: take them again if all are free
	wayReturn             // they are gone: the money goes back
	wayRefuse             // more than a limit allows: the order ends and the money goes back
)

// Settle takes a provider's verified evidence; told twice, it acts once. A payment that comes after the seats are gone gets them
// back if they are free, else it is refunded.
func (o *Office) Settle(ctx context.Context, provider string, e payments.Evidence) (err error) {
	defer fault.Wrap(&err, "settle %s of %s", e.PaymentID, provider)
	o.stock.asking.Add(1)
	defer o.stock.asking.Add(-1)
	if e.State != payments.Paid && e.State != payments.Declined {
		return nil // open says nothing yet; a refund is known from our own asking
	}
	if e.State == payments.Paid {
		if err := o.settleAtDesk(ctx, provider, e); !errors.Is(err, errNotPlain) {
			return err
		}
	}
	return o.settleAlone(ctx, provider, e)
}

// settleAlone settles a payment that needs a closer look: declined, told twice, of a wrong amount, or too late.
func (o *Office) settleAlone(ctx context.Context, provider string, e payments.Evidence) error {
	orderID, err := orderOfPayment(ctx, o.db, e.PaymentID)
	if isUnknown(err) {
		return ErrPaymentUnknown
	}
	if err != nil {
		return err
	}
	first, err := o.firstWay(ctx, orderID)
	if err != nil {
		return err
	}
	// Each way is a transaction of its own, so that one that fails leaves nothing behind.
	for w := first; w <= wayReturn; w++ {
		err = o.db.Transact(ctx, func(tx *db.DB) error { return o.settle(ctx, tx, provider, orderID, e, w) })
		var over *limitReached
		if errors.As(err, &over) {
			err = o.db.Transact(ctx, func(tx *db.DB) error { return o.settleRefused(ctx, tx, provider, orderID, e, *over) })
			break
		}
		if k := fault.KindOf(err); err == nil || w == wayReturn || (k != fault.Conflict && k != fault.Gone) {
			break
		}
		o.log.WarnContext(ctx, "payment came late", "order", orderID, "payment", e.PaymentID, "error", err)
	}
	if err == nil {
		o.stock.changed(ctx, orderID)
	}
	return err
}

// firstWay looks before the transaction whether the order's performances can still be visited at all.
func (o *Office) firstWay(ctx context.Context, orderID string) (way, error) {
	row, err := orderByID(ctx, o.db, orderID)
	if err != nil || row.Status != OrderExpired {
		return waySell, err
	}
	lines, err := orderLines(ctx, o.db, orderID, row.Total.Currency)
	if err != nil {
		return waySell, err
	}
	now := o.clock.Now()
	for _, l := range lines {
		p, err := o.catalog.Performance(ctx, l.PerformanceID)
		if err != nil {
			return waySell, err
		}
		if p.Cancelled || !now.Before(p.EndsAt) {
			return wayReturn, nil
		}
	}
	return wayReclaim, nil
}

func (o *Office) settle(ctx context.Context, tx *db.DB, provider, orderID string, e payments.Evidence, w way) error {
	now := o.clock.Now()
	fresh, err := insertSettlement(ctx, tx, provider, orderID, e, now)
	if err != nil || !fresh {
		return err
	}
	ord, err := lockOrder(ctx, tx, orderID)
	if err != nil {
		return err
	}
	p, err := paymentByID(ctx, tx, orderID, e.PaymentID)
	if err != nil {
		return err
	}
	if p.Provider != provider {
		return ErrPaymentUnknown
	}
	if e.State == payments.Declined {
		return setPaymentState(ctx, tx, orderID, p.ID, payments.Declined, payments.Open)
	}
	if err := setPaymentState(ctx, tx, orderID, p.ID, payments.Paid, payments.Open, payments.Declined); err != nil {
		return err
	}
	outcome, err := o.take(ctx, tx, ord.Order, p, e, w, now)
	if err != nil {
		return err
	}
	return setOutcome(ctx, tx, provider, e.TransactionID, outcome)
}

// take decides what money that arrived is for, and returns the outcome's name.
func (o *Office) take(ctx context.Context, tx *db.DB, ord Order, p Payment, e payments.Evidence, w way, now time.Time) (string, error) {
	switch {
	case e.Amount != p.Amount:
		// A finding for staff: the provider moved another sum than it was asked for.
		o.log.ErrorContext(ctx, "payment of a wrong amount is given back", "order", ord.ID, "payment", p.ID,
			"want", p.Amount.Decimal()+" "+p.Amount.Currency, "got", e.Amount.Decimal()+" "+e.Amount.Currency)
		return ReasonWrongAmount, o.giveBack(ctx, tx, ord.ID, p, e, ReasonWrongAmount, now)
	case ord.Status == OrderPaid || ord.Status == OrderRefunded:
		return ReasonTwice, o.giveBack(ctx, tx, ord.ID, p, e, ReasonTwice, now)
	case w == wayRefuse:
		return ReasonLimit, o.giveBack(ctx, tx, ord.ID, p, e, ReasonLimit, now)
	case w == wayReturn:
		return ReasonLate, o.giveBack(ctx, tx, ord.ID, p, e, ReasonLate, now)
	}
	if ord.Status == OrderExpired {
		if err := post(ctx, tx, ord.ID, now, postOrdered(ord.Total)); err != nil {
			return "", err
		}
	}
	if err := post(ctx, tx, ord.ID, now, postPaid(p.Provider, p.ID, e.Amount)); err != nil {
		return "", err
	}
	lines, err := orderLines(ctx, tx, ord.ID, ord.Total.Currency)
	if err != nil {
		return "", err
	}
	reclaim := ord.Status == OrderExpired || w == wayReclaim
	ord.Lines = lines
	if err := o.claimLate(ctx, tx, ord, p.Provider, e.Card, ord.Status == OrderExpired); err != nil {
		return "", err
	}
	if err := setOrderPaid(ctx, tx, ord.ID, now); err != nil {
		return "", err
	}
	if reclaim {
		if err := o.stock.reclaim(ctx, tx, ord.ID); err != nil {
			return "", err
		}
	}
	_, err = o.fulfil(ctx, tx, []Order{ord}, now)
	return outcomeSold, err
}

// settleRefused ends an order whose payment a limit refused, and gives the money back.
func (o *Office) settleRefused(ctx context.Context, tx *db.DB, provider, orderID string, e payments.Evidence, over limitReached) error {
	now := o.clock.Now()
	ord, err := lockOrder(ctx, tx, orderID)
	if err != nil {
		return err
	}
	if ord.Status == OrderPending {
		if err := setOrderEnded(ctx, tx, orderID, OrderExpired, now); err != nil {
			return err
		}
		if err := post(ctx, tx, orderID, now, postExpired(ord.Total)); err != nil {
			return err
		}
		if err := releaseClaims(ctx, tx, []string{orderID}); err != nil {
			return err
		}
		if err := o.stock.release(ctx, tx, orderID); err != nil {
			return err
		}
	}
	if _, err := o.writeRefusal(ctx, tx, refusing{over, orderID}); err != nil {
		return err
	}
	return o.settle(ctx, tx, provider, orderID, e, wayRefuse)
}

const outcomeSold = "sold"

// giveBack books money that came for nothing as owed to the buyer, and has it sent back and the buyer told.
func (o *Office) giveBack(ctx context.Context, tx *db.DB, orderID string, p Payment, e payments.Evidence, reason string, now time.Time) error {
	if e.Amount.Minor <= 0 {
		return errors.New("a payment of nothing")
	}
	if err := post(ctx, tx, orderID, now, postExcess(p.Provider, p.ID, e.Amount)); err != nil {
		return err
	}
	return o.oweRefund(ctx, tx, Refund{OrderID: orderID, PaymentID: p.ID, Amount: e.Amount, Reason: reason, Actor: "system", At: now})
}
