package boxoffice

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// PlantUnpaid writes an order that looks as if a person had let its time pass: no seat, no money, no ticket. It is there for a trap
// (privacy.Traps) and counts in no figures.
func (o *Office) PlantUnpaid(ctx context.Context, tx *db.DB, person string) error {
	now := o.clock.Now().Add(-time.Duration(1+len(person)) * time.Minute)
	ord := Order{ID: db.NewID(), PersonID: person, Lang: i18n.RU, CreatedAt: now, PayUntil: now.Add(o.cfg.PayFor)}
	var line struct{ performance, zone, kind, currency string }
	var price int64
	err := tx.QueryRow(ctx, `SELECT performance_id, zone_id, type_id, currency, price FROM boxoffice_ticket ORDER BY performance_id, id LIMIT 1`).
		Scan(&line.performance, &line.zone, &line.kind, &line.currency, &price)
	if errors.Is(err, db.ErrNoRow) {
		line.currency = "KZT" // nothing was sold yet: the order has no lines
	} else if err != nil {
		return err
	}
	for range 8 {
		ord.Code = newCode(orderCodeLen)
		n, err := tx.Exec(ctx, `INSERT INTO boxoffice_order_code (code, order_id) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING`, ord.Code, ord.ID)
		if err != nil {
			return err
		}
		if n == 1 {
			break
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO boxoffice_order (id, code, secret_hash, status, person_id, lang, channel, currency, total, created_at, pay_until, ended_at)
		VALUES ($1, $2, $3, 'expired', $4, $5, 'site', $6, $7, $8, $9, $9)`,
		ord.ID, ord.Code, hashSecret(o.secrets.ofOrder(ord.ID)), person, ord.Lang, line.currency, price, clock.Micros(ord.CreatedAt), clock.Micros(ord.PayUntil)); err != nil {
		return err
	}
	if line.performance == "" {
		return nil
	}
	_, err = tx.Exec(ctx, `INSERT INTO boxoffice_order_line (order_id, no, performance_id, hold_id, seat_no, seat_id, area_no, zone_id, type_id, price)
		VALUES ($1, 0, $2, $3, -1, '', 0, $4, $5, $6)`, ord.ID, line.performance, db.NewID(), line.zone, line.kind, price)
	return err
}
