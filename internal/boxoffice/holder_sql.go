package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// mostOrders bounds what one person has bought; a person with more is erased in several runs.
const mostOrders = 5000

func ordersHeld(ctx context.Context, d *db.DB, person string) (out []heldOrder, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var h heldOrder
		var created, until int64
		if err := scan(&h.id, &h.code, &h.status, &created, &until, &h.total, &h.currency, &h.refunds); err != nil {
			return err
		}
		h.createdAt, h.payUntil = clock.FromMicros(created), clock.FromMicros(until)
		out = append(out, h)
		return nil
	}, `SELECT o.id, o.code, o.status, o.created_at, o.pay_until, o.total, o.currency,
			(SELECT count(*) FROM boxoffice_refund r WHERE r.order_id = o.id AND r.state = 'due')
		FROM boxoffice_order o WHERE o.person_id = $1 ORDER BY o.id DESC LIMIT $2`, person, mostOrders)
	return out, err
}

func ticketedPerformances(ctx context.Context, d *db.DB, orderID string) ([]string, error) {
	return texts(ctx, d, `SELECT DISTINCT t.performance_id FROM boxoffice_ticket t WHERE t.order_id = $1 AND NOT t.void
		AND t.performance_id IN (SELECT l.performance_id FROM boxoffice_order_line l WHERE l.order_id = $1)`, orderID)
}

func performanceEnds(ctx context.Context, d *db.DB, id string) (time.Time, error) {
	var at int64
	err := d.QueryRow(ctx, `SELECT ends_at FROM catalog_performance WHERE id = $1`, id).Scan(&at)
	return clock.FromMicros(at), err
}

// lockOrdersOf keeps payments and refunds from moving the orders while their fate is decided.
func lockOrdersOf(ctx context.Context, tx *db.DB, person string) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_order SET revision = revision + 1 WHERE person_id = $1`, person)
	return err
}

// anonymiseOrder also empties the notes of refunds, which staff write in their own words.
func anonymiseOrder(ctx context.Context, tx *db.DB, id, name string) error {
	if _, err := tx.Exec(ctx, `UPDATE boxoffice_order SET person_id = $2 WHERE id = $1`, id, name); err != nil {
		return err
	}
	if err := forgetClaims(ctx, tx, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE boxoffice_refund SET note = '' WHERE order_id = $1`, id)
	return err
}
