package boxoffice

import (
	"context"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const ticketColumns = `performance_id, id, order_id, order_code, code, seat_no, area_no, zone_id, type_id, currency, price, void, holder_id`

func scanTicket(scan func(...any) error) (Ticket, error) {
	var t Ticket
	err := scan(&t.PerformanceID, &t.ID, &t.OrderID, &t.OrderCode, &t.Code, &t.SeatNo, &t.AreaNo, &t.ZoneID, &t.TypeID,
		&t.Price.Currency, &t.Price.Minor, &t.Void, &t.HolderID)
	return t, err
}

func insertTicketCodes(ctx context.Context, tx *db.DB, ts []Ticket, left []int) (int64, error) {
	rows := make([][]any, len(left))
	for i, at := range left {
		rows[i] = []any{ts[at].Code, ts[at].PerformanceID, ts[at].ID}
	}
	return tx.InsertMany(ctx, `boxoffice_ticket_code (code, performance_id, ticket_id)`, rows, `ON CONFLICT (code) DO NOTHING`)
}

func insertTickets(ctx context.Context, tx *db.DB, ts []Ticket, lineNo []int, at time.Time) error {
	rows := make([][]any, len(ts))
	for i, t := range ts {
		rows[i] = []any{
			t.PerformanceID, t.ID, t.OrderID, t.OrderCode, lineNo[i], t.Code, t.SeatNo, t.AreaNo, t.ZoneID, t.TypeID,
			t.Price.Currency, t.Price.Minor, clock.Micros(at),
		}
	}
	_, err := tx.InsertMany(ctx, `boxoffice_ticket (performance_id, id, order_id, order_code, line_no, code, seat_no, area_no,
		zone_id, type_id, currency, price, issued_at)`, rows, ``)
	return err
}

func ticketByID(ctx context.Context, d *db.DB, performanceID, id string) (Ticket, error) {
	return scanTicket(d.QueryRow(ctx, `SELECT `+ticketColumns+` FROM boxoffice_ticket WHERE performance_id = $1 AND id = $2`,
		performanceID, id).Scan)
}

// holdTickets locks tickets until the transaction ends, in the order of their ids, and tells which of them are void.
func holdTickets(ctx context.Context, tx *db.DB, ts []Ticket) (map[string]bool, error) {
	out := map[string]bool{}
	for page := range slices.Chunk(ts, holdTicketsPage) {
		args := make([]any, 0, 2*len(page))
		for _, t := range page {
			args = append(args, t.PerformanceID, t.ID)
		}
		err := tx.Each(ctx, func(scan func(...any) error) error {
			var id string
			var void bool
			err := scan(&id, &void)
			out[id] = void
			return err
		}, `SELECT id, void FROM boxoffice_ticket WHERE (performance_id, id) IN (VALUES `+db.Values(1, len(page), 2)+`) ORDER BY performance_id, id`+tx.ForUpdate(), args...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

const holdTicketsPage = 500

func ticketPlaceByCode(ctx context.Context, d *db.DB, code string) (performanceID, id string, err error) {
	err = d.QueryRow(ctx, `SELECT performance_id, ticket_id FROM boxoffice_ticket_code WHERE code = $1`, code).Scan(&performanceID, &id)
	return performanceID, id, err
}

func listTickets(ctx context.Context, d *db.DB, query string, args ...any) ([]Ticket, error) {
	var out []Ticket
	err := d.Each(ctx, func(scan func(...any) error) error {
		t, err := scanTicket(scan)
		out = append(out, t)
		return err
	}, query, args...)
	return out, err
}

// ticketsOfOrders calls fn with the tickets that orders have for a performance, and the lines that they are for. Tickets live with
// their performance.
func ticketsOfOrders(ctx context.Context, d *db.DB, performanceID string, orderIDs []string, fn func(t Ticket, line int)) error {
	for part := range slices.Chunk(orderIDs, sqlChunk) {
		err := d.Each(ctx, func(scan func(...any) error) error {
			var line int
			t, err := scanTicket(func(dest ...any) error { return scan(append(dest, &line)...) })
			fn(t, line)
			return err
		}, `SELECT `+ticketColumns+`, line_no FROM boxoffice_ticket WHERE performance_id = $1 AND order_id IN `+padIn(2, len(part))+
			` AND NOT replaced`, padArgs([]any{performanceID}, part)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func selectTicketsOfPerformance(ctx context.Context, d *db.DB, performanceID string) ([]Ticket, error) {
	return listTickets(ctx, d, `SELECT `+ticketColumns+` FROM boxoffice_ticket WHERE performance_id = $1 ORDER BY id`, performanceID)
}

func voidTickets(ctx context.Context, tx *db.DB, orderID string) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_ticket SET void = TRUE WHERE order_id = $1
		AND performance_id IN (SELECT performance_id FROM boxoffice_order_line WHERE order_id = $1)`, orderID)
	return err
}
