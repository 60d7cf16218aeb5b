package boxoffice

import (
	"context"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/payments"
)

const paymentColumns = `order_id, id, provider, ref, url, currency, amount, state, created_at`

func scanPayment(scan func(...any) error) (Payment, error) {
	var p Payment
	var state string
	var at int64
	err := scan(&p.OrderID, &p.ID, &p.Provider, &p.Ref, &p.URL, &p.Amount.Currency, &p.Amount.Minor, &state, &at)
	p.State, p.At = payments.State(state), clock.FromMicros(at)
	return p, err
}

func listPayments(ctx context.Context, d *db.DB, query string, args ...any) ([]Payment, error) {
	var out []Payment
	err := d.Each(ctx, func(scan func(...any) error) error {
		p, err := scanPayment(scan)
		out = append(out, p)
		return err
	}, query, args...)
	return out, err
}

func insertPayment(ctx context.Context, tx *db.DB, p Payment) error {
	return insertPayments(ctx, tx, []Payment{p})
}

func insertPayments(ctx context.Context, tx *db.DB, ps []Payment) error {
	var places, rows [][]any
	for _, p := range ps {
		at := clock.Micros(p.At)
		places = append(places, []any{p.ID, p.OrderID})
		rows = append(rows, []any{p.OrderID, p.ID, p.Provider, p.Ref, p.URL, p.Amount.Currency, p.Amount.Minor, p.State, at, at})
	}
	if _, err := tx.InsertMany(ctx, `boxoffice_payment_order (payment_id, order_id)`, places, ``); err != nil {
		return err
	}
	_, err := tx.InsertMany(ctx, `boxoffice_payment (order_id, id, provider, ref, url, currency, amount, state, created_at, checked_at)`, rows, ``)
	return err
}

// paymentsByID finds payments; one that is not known is absent.
func paymentsByID(ctx context.Context, tx *db.DB, ids []string) (map[string]Payment, error) {
	out := make(map[string]Payment, len(ids))
	for part := range slices.Chunk(ids, sqlChunk) {
		err := tx.Each(ctx, func(scan func(...any) error) error {
			p, err := scanPayment(scan)
			out[p.ID] = p
			return err
		}, `SELECT p.order_id, p.id, p.provider, p.ref, p.url, p.currency, p.amount, p.state, p.created_at
			FROM boxoffice_payment_order o JOIN boxoffice_payment p ON p.order_id = o.order_id AND p.id = o.payment_id
			WHERE o.payment_id IN `+padIn(1, len(part)), padArgs(nil, part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// insertSettlements takes providers' movements as the money that was waited for.
func insertSettlements(ctx context.Context, tx *db.DB, list []settling, at time.Time) error {
	rows := make([][]any, len(list))
	for i, s := range list {
		rows[i] = []any{
			s.provider, s.TransactionID, s.payment.OrderID, s.payment.ID, s.State, s.Amount.Currency, s.Amount.Minor, outcomeSold, clock.Micros(at),
		}
	}
	_, err := tx.InsertMany(ctx, `boxoffice_settlement (provider, transaction_id, order_id, payment_id, state, currency, amount, outcome, at)`, rows, ``)
	return err
}

// setPaymentsPaid moves payments on; one that stands elsewhere is refused.
func setPaymentsPaid(ctx context.Context, tx *db.DB, list []settling) error {
	rows := make([][]any, len(list))
	for i, s := range list {
		rows[i] = []any{s.payment.OrderID, s.payment.ID}
	}
	n, err := tx.ExecMany(ctx, `UPDATE boxoffice_payment SET state = 'paid' WHERE order_id = $1 AND id = $2 AND state IN ('open', 'declined')`, rows)
	if err != nil {
		return err
	}
	for i, touched := range n {
		if touched != 1 {
			return batch.Refuse(list[i].at, errTorn)
		}
	}
	return nil
}

func orderOfPayment(ctx context.Context, d *db.DB, paymentID string) (string, error) {
	var id string
	err := d.QueryRow(ctx, `SELECT order_id FROM boxoffice_payment_order WHERE payment_id = $1`, paymentID).Scan(&id)
	return id, err
}

func paymentByID(ctx context.Context, d *db.DB, orderID, id string) (Payment, error) {
	return scanPayment(d.QueryRow(ctx, `SELECT `+paymentColumns+` FROM boxoffice_payment WHERE order_id = $1 AND id = $2`, orderID, id).Scan)
}

// paymentsOfOrders lists orders' payments, each order's newest first.
func paymentsOfOrders(ctx context.Context, d *db.DB, ids []string) (out []Payment, err error) {
	for part := range slices.Chunk(ids, sqlChunk) {
		list, err := listPayments(ctx, d, `SELECT `+paymentColumns+` FROM boxoffice_payment WHERE order_id IN `+padIn(1, len(part))+
			` ORDER BY order_id, id DESC`, padArgs(nil, part)...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func openPayments(ctx context.Context, d *db.DB, limit int) ([]Payment, error) {
	return listPayments(ctx, d, `SELECT `+paymentColumns+` FROM boxoffice_payment WHERE state = 'open' ORDER BY checked_at LIMIT $1`, limit)
}

// setPaymentsStarted keeps what providers said when payments were begun.
func setPaymentsStarted(ctx context.Context, tx *db.DB, ps []Payment) error {
	rows := make([][]any, len(ps))
	for i, p := range ps {
		rows[i] = []any{p.OrderID, p.ID, p.Ref, p.URL}
	}
	_, err := tx.ExecMany(ctx, `UPDATE boxoffice_payment SET ref = $3, url = $4 WHERE order_id = $1 AND id = $2`, rows)
	return err
}

func setPaymentChecked(ctx context.Context, d *db.DB, p Payment, at time.Time) error {
	_, err := d.Exec(ctx, `UPDATE boxoffice_payment SET checked_at = $3 WHERE order_id = $1 AND id = $2`, p.OrderID, p.ID, clock.Micros(at))
	return err
}

// setPaymentState moves a payment on, if it stands at one of two states now.
func setPaymentState(ctx context.Context, d *db.DB, orderID, id string, to payments.State, from ...payments.State) error {
	args := []any{orderID, id, string(to)}
	for _, f := range from {
		args = append(args, string(f))
	}
	_, err := d.Exec(ctx, `UPDATE boxoffice_payment SET state = $3 WHERE order_id = $1 AND id = $2 AND state IN `+db.In(4, len(from)), args...)
	return err
}

// insertSettlement takes a provider's movement; false when it was taken before.
func insertSettlement(ctx context.Context, tx *db.DB, provider, orderID string, e payments.Evidence, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO boxoffice_settlement
		(provider, transaction_id, order_id, payment_id, state, currency, amount, outcome, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8) ON CONFLICT (provider, transaction_id) DO NOTHING`,
		provider, e.TransactionID, orderID, e.PaymentID, string(e.State), e.Amount.Currency, e.Amount.Minor, clock.Micros(at))
	return n == 1, err
}

func setOutcome(ctx context.Context, tx *db.DB, provider, transactionID, outcome string) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_settlement SET outcome = $3 WHERE provider = $1 AND transaction_id = $2`,
		provider, transactionID, outcome)
	return err
}

// soldBy returns the payment that paid an order.
func soldBy(ctx context.Context, d *db.DB, orderID string) (string, error) {
	var id string
	err := d.QueryRow(ctx, `SELECT payment_id FROM boxoffice_settlement WHERE order_id = $1 AND outcome = 'sold' ORDER BY at DESC LIMIT 1`,
		orderID).Scan(&id)
	return id, err
}
