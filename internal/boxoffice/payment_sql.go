package boxoffice

import (
	"context"
	"time"

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
	at := clock.Micros(p.At)
	if _, err := tx.Exec(ctx, `INSERT INTO boxoffice_payment_order (payment_id, order_id) VALUES ($1, $2)`, p.ID, p.OrderID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO boxoffice_payment (order_id, id, provider, ref, url, currency, amount, state, created_at, checked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.OrderID, p.ID, p.Provider, p.Ref, p.URL, p.Amount.Currency, p.Amount.Minor, string(p.State), at, at)
	return err
}

func orderOfPayment(ctx context.Context, d *db.DB, paymentID string) (string, error) {
	var id string
	err := d.QueryRow(ctx, `SELECT order_id FROM boxoffice_payment_order WHERE payment_id = $1`, paymentID).Scan(&id)
	return id, err
}

func paymentByID(ctx context.Context, d *db.DB, orderID, id string) (Payment, error) {
	return scanPayment(d.QueryRow(ctx, `SELECT `+paymentColumns+` FROM boxoffice_payment WHERE order_id = $1 AND id = $2`, orderID, id).Scan)
}

// paymentsOfOrder lists an order's payments, newest first.
func paymentsOfOrder(ctx context.Context, d *db.DB, orderID string) ([]Payment, error) {
	return listPayments(ctx, d, `SELECT `+paymentColumns+` FROM boxoffice_payment WHERE order_id = $1 ORDER BY id DESC`, orderID)
}

func openPayments(ctx context.Context, d *db.DB, limit int) ([]Payment, error) {
	return listPayments(ctx, d, `SELECT `+paymentColumns+` FROM boxoffice_payment WHERE state = 'open' ORDER BY checked_at LIMIT $1`, limit)
}

func setPaymentStarted(ctx context.Context, d *db.DB, p Payment) error {
	_, err := d.Exec(ctx, `UPDATE boxoffice_payment SET ref = $3, url = $4 WHERE order_id = $1 AND id = $2`, p.OrderID, p.ID, p.Ref, p.URL)
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
