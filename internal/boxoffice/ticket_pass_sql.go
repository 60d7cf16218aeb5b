package boxoffice

import (
	"context"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

func performanceStarts(ctx context.Context, d *db.DB, id string) (time.Time, error) {
	var at int64
	err := d.QueryRow(ctx, `SELECT starts_at FROM catalog_performance WHERE id = $1`, id).Scan(&at)
	return clock.FromMicros(at), err
}

func insertPass(ctx context.Context, tx *db.DB, p Pass) error {
	_, err := tx.Exec(ctx, `INSERT INTO boxoffice_ticket_pass (id, performance_id, ticket_id, order_id, secret_hash, state, offered_at)
		VALUES ($1, $2, $3, $4, $5, 'offered', $6)`, p.ID, p.PerformanceID, p.TicketID, p.OrderID, hashSecret(p.Secret), clock.Micros(p.OfferedAt))
	return err
}

func passBySecret(ctx context.Context, d *db.DB, hash []byte) (p Pass, err error) {
	var at int64
	err = d.QueryRow(ctx, `SELECT id, performance_id, ticket_id, order_id, offered_at FROM boxoffice_ticket_pass
		WHERE secret_hash = $1 AND state = 'offered'`, hash).Scan(&p.ID, &p.PerformanceID, &p.TicketID, &p.OrderID, &at)
	p.OfferedAt = clock.FromMicros(at)
	return p, err
}

func takePass(ctx context.Context, tx *db.DB, id string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE boxoffice_ticket_pass SET state = 'taken', ended_at = $2 WHERE id = $1 AND state = 'offered'`, id, clock.Micros(at))
	return n == 1, err
}

func takeBackPass(ctx context.Context, d *db.DB, performanceID, ticketID string, at time.Time) (bool, error) {
	n, err := d.Exec(ctx, `UPDATE boxoffice_ticket_pass SET state = 'taken_back', ended_at = $3
		WHERE performance_id = $1 AND ticket_id = $2 AND state = 'offered'`, performanceID, ticketID, clock.Micros(at))
	return n == 1, err
}

func replaceTicket(ctx context.Context, tx *db.DB, performanceID, id string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE boxoffice_ticket SET void = TRUE, replaced = TRUE WHERE performance_id = $1 AND id = $2 AND NOT void`, performanceID, id)
	return n == 1, err
}

// copyTicket puts a fresh ticket in the place of another; the order's line and price stay.
func copyTicket(ctx context.Context, tx *db.DB, t Ticket, from string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO boxoffice_ticket (performance_id, id, order_id, order_code, line_no, code, seat_no, area_no,
			zone_id, type_id, currency, price, issued_at, holder_id)
		SELECT performance_id, $3, order_id, order_code, line_no, $4, seat_no, area_no, zone_id, type_id, currency, price, $5, $6
		FROM boxoffice_ticket WHERE performance_id = $1 AND id = $2`,
		t.PerformanceID, from, t.ID, t.Code, clock.Micros(at), t.HolderID)
	return err
}

// offersOfOrders are the tickets of orders whose link waits, by ticket.
func offersOfOrders(ctx context.Context, d *db.DB, orderIDs []string) (map[string]bool, error) {
	out := map[string]bool{}
	for part := range slices.Chunk(orderIDs, sqlChunk) {
		ids, err := texts(ctx, d, `SELECT ticket_id FROM boxoffice_ticket_pass WHERE order_id IN `+padIn(1, len(part))+` AND state = 'offered'`,
			padArgs(nil, part)...)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			out[id] = true
		}
	}
	return out, nil
}

// mostHeld bounds the tickets that one person was given.
const mostHeld = 500

func selectTicketsHeld(ctx context.Context, d *db.DB, persons []string) ([]Ticket, error) {
	if len(persons) == 0 {
		return nil, nil
	}
	args := []any{mostHeld}
	for _, p := range persons {
		args = append(args, p)
	}
	return listTickets(ctx, d, `SELECT `+ticketColumns+` FROM boxoffice_ticket WHERE holder_id IN `+db.In(2, len(persons))+` ORDER BY id DESC LIMIT $1`, args...)
}

func setHolder(ctx context.Context, tx *db.DB, performanceID, id, holder string) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_ticket SET holder_id = $3 WHERE performance_id = $1 AND id = $2`, performanceID, id, holder)
	return err
}

func deletePasses(ctx context.Context, d *db.DB, before time.Time) error {
	_, err := d.Exec(ctx, `DELETE FROM boxoffice_ticket_pass WHERE performance_id IN (SELECT id FROM catalog_performance WHERE ends_at < $1)`, clock.Micros(before))
	return err
}
