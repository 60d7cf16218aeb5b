package testbank

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/payments"
)

type payment struct {
	id, ref, orderCode     string
	amount                 money.Amount
	lang                   i18n.Lang
	returnURL, callbackURL string
	expiresAt              time.Time
}

type movement struct {
	paymentID, id   string
	state           payments.State
	amount          money.Amount
	at, deliveredAt time.Time
	tries           int
	nextTry         time.Time
	card            string // token of the card that was chosen; "" for none
}

const paymentColumns = `id, ref, order_code, currency, amount, lang, return_url, callback_url, expires_at`

func scanPayment(scan func(...any) error) (payment, error) {
	var p payment
	var lang string
	var expires int64
	err := scan(&p.id, &p.ref, &p.orderCode, &p.amount.Currency, &p.amount.Minor, &lang, &p.returnURL, &p.callbackURL, &expires)
	if errors.Is(err, db.ErrNoRow) {
		return p, errUnknown
	}
	p.lang, p.expiresAt = i18n.Lang(lang), clock.FromMicros(expires)
	return p, err
}

func paymentByID(ctx context.Context, d *db.DB, id string) (payment, error) {
	if uuid.Validate(id) != nil {
		return payment{}, errUnknown // what comes in an address may be anything
	}
	return scanPayment(d.QueryRow(ctx, `SELECT `+paymentColumns+` FROM testbank_payment WHERE id = $1`, id).Scan)
}

// lockPayment reads a payment and keeps others from deciding about it until the transaction ends.
func lockPayment(ctx context.Context, tx *db.DB, id string) (payment, error) {
	return scanPayment(tx.QueryRow(ctx, `UPDATE testbank_payment SET ref = ref WHERE id = $1 RETURNING `+paymentColumns, id).Scan)
}

func insertMovement(ctx context.Context, tx *db.DB, m movement) error {
	_, err := tx.Exec(ctx, `INSERT INTO testbank_movement (payment_id, id, state, currency, amount, at, delivered_at, tries, next_try, card)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)`,
		m.paymentID, m.id, string(m.state), m.amount.Currency, m.amount.Minor, clock.Micros(m.at), clock.Micros(m.deliveredAt),
		clock.Micros(m.nextTry), m.card)
	return err
}

const movementColumns = `payment_id, id, state, currency, amount, at, delivered_at, tries, card`

func listMovements(ctx context.Context, d *db.DB, query string, args ...any) ([]movement, error) {
	var out []movement
	err := d.Each(ctx, func(scan func(...any) error) error {
		var m movement
		var state string
		var at, delivered int64
		if err := scan(&m.paymentID, &m.id, &state, &m.amount.Currency, &m.amount.Minor, &at, &delivered, &m.tries, &m.card); err != nil {
			return err
		}
		m.state, m.at, m.deliveredAt = payments.State(state), clock.FromMicros(at), clock.FromMicros(delivered)
		out = append(out, m)
		return nil
	}, query, args...)
	return out, err
}

func movements(ctx context.Context, d *db.DB, paymentID string) ([]movement, error) {
	return listMovements(ctx, d, `SELECT `+movementColumns+` FROM testbank_movement WHERE payment_id = $1 ORDER BY id`, paymentID)
}

// dueMovements are those that the shop should have been told of by now.
func dueMovements(ctx context.Context, d *db.DB, now time.Time, limit int) ([]movement, error) {
	return listMovements(ctx, d, `SELECT `+movementColumns+` FROM testbank_movement
		WHERE delivered_at = 0 AND next_try <= $1 ORDER BY next_try LIMIT $2`, clock.Micros(now), limit)
}

func setNextTry(ctx context.Context, d *db.DB, m movement, at time.Time) error {
	_, err := d.Exec(ctx, `UPDATE testbank_movement SET tries = tries + 1, next_try = $3 WHERE payment_id = $1 AND id = $2`,
		m.paymentID, m.id, clock.Micros(at))
	return err
}
