package testbank

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/payments"
)

// desk writes together what reaches the bank together: a rehearsal pays thousands of times a second, and the bank must not be what
// it measures.
type desk struct {
	starts    *batch.Writer[payment, payment]
	decisions *batch.Writer[decision, decided]
	delivered *batch.Writer[movement, struct{}]
}

// decision is what a buyer chose on the bank's page.
type decision struct {
	paymentID string
	how       outcome
	card      string
}

// decided is a payment and the movements that the shop should hear of at once.
type decided struct {
	payment payment
	tell    []movement
}

func (b *Bank) openDesk() {
	b.desk = desk{batch.New(b.startMany), batch.New(b.decideMany), batch.New(b.deliveredMany)}
}

// startMany keeps payments and returns them as they are kept: one that was begun before stays what it was.
func (b *Bank) startMany(ctx context.Context, list []payment) ([]payment, error) {
	err := b.db.Transact(ctx, func(tx *db.DB) error {
		n, err := insertPayments(ctx, tx, list, b.clock.Now())
		if err != nil || int(n) == len(list) {
			return err
		}
		list = slices.Clone(list)
		for i, p := range list {
			if list[i], err = paymentByID(ctx, tx, p.id); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// decideMany writes down how payments end. A second click on the same button moves no more money.
func (b *Bank) decideMany(ctx context.Context, list []decision) (out []decided, err error) {
	ids := make([]string, len(list))
	for i, d := range list {
		ids[i] = d.paymentID
	}
	slices.Sort(ids)
	err = b.db.Transact(ctx, func(tx *db.DB) error {
		out = make([]decided, len(list))
		known, err := lockPayments(ctx, tx, slices.Compact(ids))
		if err != nil {
			return err
		}
		have, err := movementsOf(ctx, tx, ids)
		if err != nil {
			return err
		}
		var made []movement
		for i, d := range list {
			p, ok := known[d.paymentID]
			if !ok {
				return batch.Refuse(i, errUnknown)
			}
			moves := b.wanted(p, have[p.id], d.how, d.card)
			have[p.id] = append(have[p.id], moves...)
			made = append(made, moves...)
			out[i] = decided{payment: p, tell: b.due(have[p.id])}
		}
		return insertMovements(ctx, tx, made)
	})
	return out, err
}

// due are the movements that the shop should know of by now and has not acknowledged.
func (b *Bank) due(moves []movement) []movement {
	now := b.clock.Now()
	var out []movement
	for _, m := range moves {
		if m.deliveredAt.IsZero() && !m.at.After(now) {
			out = append(out, m)
		}
	}
	return out
}

func (b *Bank) deliveredMany(ctx context.Context, list []movement) ([]struct{}, error) {
	rows := make([][]any, len(list))
	for i, m := range list {
		rows[i] = []any{m.paymentID, m.id, clock.Micros(b.clock.Now())}
	}
	err := b.db.Transact(ctx, func(tx *db.DB) error {
		_, err := tx.ExecMany(ctx, `UPDATE testbank_movement SET delivered_at = $3 WHERE payment_id = $1 AND id = $2`, rows)
		return err
	})
	return make([]struct{}, len(list)), err
}

func insertPayments(ctx context.Context, tx *db.DB, list []payment, now time.Time) (int64, error) {
	rows := make([][]any, len(list))
	for i, p := range list {
		rows[i] = []any{
			p.id, p.ref, p.orderCode, p.amount.Currency, p.amount.Minor, p.lang, p.returnURL, p.callbackURL,
			clock.Micros(p.expiresAt), clock.Micros(now),
		}
	}
	return tx.InsertMany(ctx, `testbank_payment (id, ref, order_code, currency, amount, lang, return_url, callback_url, expires_at, created_at)`,
		rows, `ON CONFLICT (id) DO NOTHING`)
}

func insertMovements(ctx context.Context, tx *db.DB, list []movement) error {
	rows := make([][]any, len(list))
	for i, m := range list {
		rows[i] = []any{
			m.paymentID, m.id, m.state, m.amount.Currency, m.amount.Minor, clock.Micros(m.at), clock.Micros(m.deliveredAt), 0,
			clock.Micros(m.nextTry), m.card,
		}
	}
	_, err := tx.InsertMany(ctx, `testbank_movement (payment_id, id, state, currency, amount, at, delivered_at, tries, next_try, card)`, rows, ``)
	return err
}

const idsAtOnce = 128

// lockPayments is lockPayment for many; one that is not known is absent.
func lockPayments(ctx context.Context, tx *db.DB, ids []string) (map[string]payment, error) {
	out := make(map[string]payment, len(ids))
	for part := range slices.Chunk(ids, idsAtOnce) {
		err := tx.Each(ctx, func(scan func(...any) error) error {
			p, err := scanPayment(scan)
			out[p.id] = p
			return err
		}, `UPDATE testbank_payment SET ref = ref WHERE id IN `+db.In(1, idsAtOnce)+` RETURNING `+paymentColumns, padded(part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func movementsOf(ctx context.Context, tx *db.DB, ids []string) (map[string][]movement, error) {
	out := make(map[string][]movement, len(ids))
	for part := range slices.Chunk(ids, idsAtOnce) {
		moves, err := listMovements(ctx, tx, `SELECT `+movementColumns+` FROM testbank_movement WHERE payment_id IN `+db.In(1, idsAtOnce)+
			` ORDER BY payment_id, id`, padded(part)...)
		if err != nil {
			return nil, err
		}
		for _, m := range moves {
			out[m.paymentID] = append(out[m.paymentID], m)
		}
	}
	return out, nil
}

// padded makes every list as long as the longest, its last value repeated, so that there is one statement to plan.
func padded(ids []string) []any {
	out := make([]any, idsAtOnce)
	for i := range out {
		out[i] = ids[min(i, len(ids)-1)]
	}
	return out
}

// callbackClient keeps a connection for each callback that is under way, instead of opening one for almost every one.
func callbackClient() *http.Client {
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		MaxIdleConns: 512, MaxIdleConnsPerHost: 512, IdleConnTimeout: 30 * time.Second, Proxy: http.ProxyFromEnvironment,
	}}
}

var _ payments.Provider = (*Bank)(nil)
