package boxoffice

import (
	"context"
	"errors"
	"slices"

	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/payments"
)

// proof is a provider's evidence that a payment was made, on its way to the desk.
type proof struct {
	provider string
	payments.Evidence
}

// errNotPlain is a payment that is not simply the awaited money for seats that are still held: Settle looks at it by itself.
var errNotPlain = errors.New("boxoffice: a payment that must be looked at")

// settleTogether takes the payments that arrived together. Those that are simply the awaited money are settled in one
// transaction; every other comes back with errNotPlain.
func (o *Office) settleTogether(ctx context.Context, proofs []proof) (out []error, err error) {
	defer fault.Wrap(&err, "settle %d payments", len(proofs))
	var sold []Order
	err = o.db.Transact(ctx, func(tx *db.DB) error {
		out = make([]error, len(proofs))
		sold, err = o.settlePlain(ctx, tx, proofs, out)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, ord := range sold {
		for _, l := range ord.Lines {
			o.stock.wake(l.PerformanceID)
		}
	}
	return out, nil
}

func (o *Office) settlePlain(ctx context.Context, tx *db.DB, proofs []proof, out []error) ([]Order, error) {
	now := o.clock.Now()
	pays, err := o.expected(ctx, tx, proofs, out)
	if err != nil {
		return nil, err
	}
	rows, err := setOrdersPaid(ctx, tx, orderIDsOf(pays), now)
	if err != nil {
		return nil, err
	}
	var plain []settling
	var orders []Order
	for i, p := range pays {
		ord, ok := rows[p.OrderID]
		if out[i] != nil || !ok {
			out[i] = errNotPlain
			continue
		}
		plain = append(plain, settling{at: i, payment: p, proof: proofs[i]})
		orders = append(orders, ord.Order)
	}
	if len(plain) == 0 {
		return nil, nil
	}
	if err := insertSettlements(ctx, tx, plain, now); err != nil {
		return nil, err
	}
	if err := setPaymentsPaid(ctx, tx, plain); err != nil {
		return nil, err
	}
	entries := make([]entry, len(plain))
	for i, s := range plain {
		entries[i] = entry{s.payment.OrderID, now, postPaid(s.provider, s.payment.ID, s.Amount)}
	}
	if err := postAll(ctx, tx, entries); err != nil {
		return nil, err
	}
	if err := fillLines(ctx, tx, orders); err != nil {
		return nil, err
	}
	if err := o.claimCards(ctx, tx, plain, orders); err != nil {
		return nil, err
	}
	_, err = o.fulfil(ctx, tx, orders, now)
	return orders, err
}

// settling is a payment with its proof, and its place in the batch.
type settling struct {
	at      int
	payment Payment
	proof
}

// expected finds the payments that proofs are about; out gets errNotPlain where one is not what was asked for.
func (o *Office) expected(ctx context.Context, tx *db.DB, proofs []proof, out []error) ([]Payment, error) {
	ids := make([]string, len(proofs))
	for i, p := range proofs {
		ids[i] = p.PaymentID
	}
	known, err := paymentsByID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	pays := make([]Payment, len(proofs))
	orders := map[string]bool{}
	for i, e := range proofs {
		p, ok := known[e.PaymentID]
		if !ok || p.Provider != e.provider || e.Amount != p.Amount || orders[p.OrderID] {
			out[i] = errNotPlain
			continue
		}
		orders[p.OrderID] = true
		pays[i] = p
	}
	return pays, nil
}

func orderIDsOf(pays []Payment) []string {
	var ids []string
	for _, p := range pays {
		if p.OrderID != "" {
			ids = append(ids, p.OrderID)
		}
	}
	slices.Sort(ids)
	return ids
}

// settleAtDesk settles a payment with those that arrive with it; errNotPlain when it must be looked at.
func (o *Office) settleAtDesk(ctx context.Context, provider string, e payments.Evidence) error {
	got, err := o.paid.Do(ctx, proof{provider, e})
	switch k := fault.KindOf(err); {
	case err == nil:
		return got
	case k == fault.Conflict, k == fault.Gone, errors.Is(err, errTorn):
		return errNotPlain // something moved meanwhile
	}
	return batch.Why(err)
}
