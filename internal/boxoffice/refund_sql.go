package boxoffice

import (
	"context"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const refundColumns = `order_id, id, payment_id, currency, amount, reason, actor, note, state, created_at, done_at`

func scanRefund(scan func(...any) error) (Refund, error) {
	var r Refund
	var state string
	var at, done int64
	err := scan(&r.OrderID, &r.ID, &r.PaymentID, &r.Amount.Currency, &r.Amount.Minor, &r.Reason, &r.Actor, &r.Note, &state, &at, &done)
	r.Done, r.At, r.DoneAt = state == "done", clock.FromMicros(at), clock.FromMicros(done)
	return r, err
}

func insertRefund(ctx context.Context, tx *db.DB, r Refund) error {
	_, err := tx.Exec(ctx, `INSERT INTO boxoffice_refund (order_id, id, payment_id, currency, amount, reason, actor, note, state, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'due', $9)`,
		r.OrderID, r.ID, r.PaymentID, r.Amount.Currency, r.Amount.Minor, r.Reason, r.Actor, r.Note, clock.Micros(r.At))
	return err
}

func refundByID(ctx context.Context, d *db.DB, orderID, id string) (Refund, error) {
	return scanRefund(d.QueryRow(ctx, `SELECT `+refundColumns+` FROM boxoffice_refund WHERE order_id = $1 AND id = $2`, orderID, id).Scan)
}

func listRefunds(ctx context.Context, d *db.DB, query string, args ...any) ([]Refund, error) {
	var out []Refund
	err := d.Each(ctx, func(scan func(...any) error) error {
		r, err := scanRefund(scan)
		out = append(out, r)
		return err
	}, query, args...)
	return out, err
}

// refundsOfOrders lists orders' refunds, each order's oldest first.
func refundsOfOrders(ctx context.Context, d *db.DB, ids []string) (out []Refund, err error) {
	for part := range slices.Chunk(ids, sqlChunk) {
		list, err := listRefunds(ctx, d, `SELECT `+refundColumns+` FROM boxoffice_refund WHERE order_id IN `+padIn(1, len(part))+
			` ORDER BY order_id, id`, padArgs(nil, part)...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func refundsDue(ctx context.Context, d *db.DB, before time.Time, limit int) ([]Refund, error) {
	return listRefunds(ctx, d, `SELECT `+refundColumns+` FROM boxoffice_refund WHERE state = 'due' AND created_at <= $1
		ORDER BY created_at LIMIT $2`, clock.Micros(before), limit)
}

func setRefundDone(ctx context.Context, tx *db.DB, r Refund, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE boxoffice_refund SET state = 'done', done_at = $3 WHERE order_id = $1 AND id = $2 AND state = 'due'`,
		r.OrderID, r.ID, clock.Micros(at))
	return n == 1, err
}

// setPaymentEmptied calls a payment refunded once everything that came by it has gone back.
func setPaymentEmptied(ctx context.Context, tx *db.DB, orderID, id string) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_payment SET state = 'refunded' WHERE order_id = $1 AND id = $2 AND state = 'paid'
		AND (SELECT coalesce(sum(amount), 0) FROM boxoffice_settlement WHERE order_id = $1 AND payment_id = $2 AND state = 'paid')
		  = (SELECT coalesce(sum(amount), 0) FROM boxoffice_refund WHERE order_id = $1 AND payment_id = $2 AND state = 'done')`, orderID, id)
	return err
}
