package boxoffice

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
)

const orderColumns = `id, code, secret_hash, status, person_id, lang, currency, total, created_at, pay_until, paid_at`

// orderRow is an order as its table keeps it.
type orderRow struct {
	Order
	secretHash []byte
	paidAt     time.Time
}

func scanOrder(scan func(...any) error) (orderRow, error) {
	var r orderRow
	var status, lang string
	var created, until, paid int64
	err := scan(&r.ID, &r.Code, &r.secretHash, &status, &r.PersonID, &lang, &r.Total.Currency, &r.Total.Minor, &created, &until, &paid)
	r.Status, r.Lang = Status(status), i18n.Lang(lang)
	r.CreatedAt, r.PayUntil, r.paidAt = clock.FromMicros(created), clock.FromMicros(until), clock.FromMicros(paid)
	return r, err
}

func insertOrderCodes(ctx context.Context, tx *db.DB, ds []*draft, left []int) (int64, error) {
	rows := make([][]any, len(left))
	for i, at := range left {
		rows[i] = []any{ds[at].order.Code, ds[at].order.ID}
	}
	return tx.InsertMany(ctx, `boxoffice_order_code (code, order_id)`, rows, `ON CONFLICT (code) DO NOTHING`)
}

// insertOrders writes drafts' orders, their lines, and which hold became which order.
func insertOrders(ctx context.Context, tx *db.DB, ds []*draft) error {
	var orders, holds, lines [][]any
	for _, d := range ds {
		o := d.order
		orders = append(orders, []any{
			o.ID, o.Code, hashSecret(o.Secret), o.Status, o.PersonID, o.Lang, d.request.Channel, o.Total.Currency, o.Total.Minor,
			clock.Micros(o.CreatedAt), clock.Micros(o.PayUntil),
		})
		for _, k := range d.keys() {
			holds = append(holds, []any{k.ID, o.ID, hashSecret(k.Secret)})
		}
		for i, l := range o.Lines {
			lines = append(lines, []any{o.ID, i, l.PerformanceID, l.HoldID, l.SeatNo, l.SeatID, l.AreaNo, l.ZoneID, l.TypeID, l.Price.Minor})
		}
	}
	if _, err := tx.InsertMany(ctx, `boxoffice_order (id, code, secret_hash, status, person_id, lang, channel, currency, total, created_at,
		pay_until)`, orders, ``); err != nil {
		return err
	}
	if _, err := tx.InsertMany(ctx, `boxoffice_hold_order (hold_id, order_id, secret_hash)`, holds, ``); err != nil {
		return err
	}
	_, err := tx.InsertMany(ctx, `boxoffice_order_line (order_id, no, performance_id, hold_id, seat_no, seat_id, area_no, zone_id, type_id,
		price)`, lines, ``)
	return err
}

// orderOfHold returns the order that was made of a hold by who has its secret; db.ErrNoRow when there is none.
func orderOfHold(ctx context.Context, d *db.DB, k HoldKey) (string, error) {
	var id string
	var hash []byte
	err := d.QueryRow(ctx, `SELECT order_id, secret_hash FROM boxoffice_hold_order WHERE hold_id = $1`, k.ID).Scan(&id, &hash)
	if err == nil && !sameSecret(hash, k.Secret) {
		return "", db.ErrNoRow
	}
	return id, err
}

func orderIDByCode(ctx context.Context, d *db.DB, code string) (string, error) {
	var id string
	err := d.QueryRow(ctx, `SELECT order_id FROM boxoffice_order_code WHERE code = $1`, code).Scan(&id)
	return id, err
}

func orderByID(ctx context.Context, d *db.DB, id string) (orderRow, error) {
	return scanOrder(d.QueryRow(ctx, `SELECT `+orderColumns+` FROM boxoffice_order WHERE id = $1`, id).Scan)
}

// ordersByCode finds orders by their codes; one that is not known is absent.
func ordersByCode(ctx context.Context, d *db.DB, codes []string) (map[string]orderRow, error) {
	out := make(map[string]orderRow, len(codes))
	for part := range slices.Chunk(codes, sqlChunk) {
		err := d.Each(ctx, func(scan func(...any) error) error {
			r, err := scanOrder(scan)
			out[r.Code] = r
			return err
		}, `SELECT `+orderColumnsOf("o")+` FROM boxoffice_order_code c JOIN boxoffice_order o ON o.id = c.order_id WHERE c.code IN `+
			padIn(1, len(part)), padArgs(nil, part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ordersByID reads orders, newest first.
func ordersByID(ctx context.Context, d *db.DB, ids []string) (out []orderRow, err error) {
	for part := range slices.Chunk(ids, sqlChunk) {
		err := d.Each(ctx, func(scan func(...any) error) error {
			r, err := scanOrder(scan)
			out = append(out, r)
			return err
		}, `SELECT `+orderColumns+` FROM boxoffice_order WHERE id IN `+padIn(1, len(part))+` ORDER BY id DESC`, padArgs(nil, part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func orderColumnsOf(table string) string {
	return table + `.` + strings.ReplaceAll(orderColumns, `, `, `, `+table+`.`)
}

// lockOrder reads an order and keeps others from changing it until the transaction ends. The write takes the row's
// lock on both engines without a word of its own.
func lockOrder(ctx context.Context, tx *db.DB, id string) (orderRow, error) {
	return scanOrder(tx.QueryRow(ctx,
		`UPDATE boxoffice_order SET revision = revision + 1 WHERE id = $1 RETURNING `+orderColumns, id).Scan)
}

// setOrdersPaid makes pending orders paid and returns those that it was.
func setOrdersPaid(ctx context.Context, tx *db.DB, ids []string, at time.Time) (map[string]orderRow, error) {
	return moveOrders(ctx, tx, ids, `status = 'paid', paid_at = $1, ended_at = 0`, ``, at)
}

// setOrdersExpired ends pending orders whose time is over and returns those that it was.
func setOrdersExpired(ctx context.Context, tx *db.DB, ids []string, at time.Time) (map[string]orderRow, error) {
	return moveOrders(ctx, tx, ids, `status = 'expired', ended_at = $1`, ` AND pay_until + 0 <= $1`, at)
}

// moveOrders changes pending orders and returns those that were, as they are now.
func moveOrders(ctx context.Context, tx *db.DB, ids []string, set, only string, at time.Time) (map[string]orderRow, error) {
	out := make(map[string]orderRow, len(ids))
	for part := range slices.Chunk(ids, sqlChunk) {
		err := tx.Each(ctx, func(scan func(...any) error) error {
			r, err := scanOrder(scan)
			out[r.ID] = r
			return err
		}, `UPDATE boxoffice_order SET `+set+`, revision = revision + 1 WHERE status = 'pending' AND id IN `+padIn(2, len(part))+
			only+` RETURNING `+orderColumns, padArgs([]any{clock.Micros(at)}, part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func setOrderPaid(ctx context.Context, tx *db.DB, id string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_order SET status = 'paid', paid_at = $2, ended_at = 0 WHERE id = $1`, id, clock.Micros(at))
	return err
}

func setOrderEnded(ctx context.Context, tx *db.DB, id string, s Status, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_order SET status = $2, ended_at = $3 WHERE id = $1`, id, string(s), clock.Micros(at))
	return err
}

func orderLines(ctx context.Context, d *db.DB, id, currency string) ([]OrderLine, error) {
	var out []OrderLine
	err := d.Each(ctx, func(scan func(...any) error) error {
		l := OrderLine{HoldItem: HoldItem{Price: money.Zero(currency)}}
		if err := scan(&l.PerformanceID, &l.HoldID, &l.SeatNo, &l.SeatID, &l.AreaNo, &l.ZoneID, &l.TypeID, &l.Price.Minor); err != nil {
			return err
		}
		out = append(out, l)
		return nil
	}, `SELECT performance_id, hold_id, seat_no, seat_id, area_no, zone_id, type_id, price
		FROM boxoffice_order_line WHERE order_id = $1 ORDER BY no`, id)
	return out, err
}

// fillLines reads the lines of many orders.
func fillLines(ctx context.Context, d *db.DB, orders []Order) error {
	at := make(map[string]int, len(orders))
	ids := make([]string, len(orders))
	for i, o := range orders {
		at[o.ID], ids[i] = i, o.ID
	}
	for part := range slices.Chunk(ids, sqlChunk) {
		err := d.Each(ctx, func(scan func(...any) error) error {
			var id string
			var l OrderLine
			if err := scan(&id, &l.PerformanceID, &l.HoldID, &l.SeatNo, &l.SeatID, &l.AreaNo, &l.ZoneID, &l.TypeID, &l.Price.Minor); err != nil {
				return err
			}
			o := &orders[at[id]]
			l.Price.Currency = o.Total.Currency
			o.Lines = append(o.Lines, l)
			return nil
		}, `SELECT order_id, performance_id, hold_id, seat_no, seat_id, area_no, zone_id, type_id, price
			FROM boxoffice_order_line WHERE order_id IN `+padIn(1, len(part))+` ORDER BY order_id, no`, padArgs(nil, part)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func orderIDsOfPersons(ctx context.Context, d *db.DB, persons []string, limit int) ([]string, error) {
	args := make([]any, 0, len(persons)+1)
	args = append(args, limit)
	for _, p := range persons {
		args = append(args, p)
	}
	// Ids are UUIDv7: their order is the order of making.
	return texts(ctx, d, `SELECT id FROM boxoffice_order WHERE person_id IN `+db.In(2, len(persons))+` ORDER BY id DESC LIMIT $1`, args...)
}

func overdueOrders(ctx context.Context, d *db.DB, now time.Time, limit int) ([]string, error) {
	return texts(ctx, d, `SELECT id FROM boxoffice_order WHERE status = 'pending' AND pay_until <= $1 ORDER BY pay_until LIMIT $2`,
		clock.Micros(now), limit)
}

// texts reads a list of one text column.
func texts(ctx context.Context, d *db.DB, query string, args ...any) ([]string, error) {
	var out []string
	err := d.Each(ctx, func(scan func(...any) error) error {
		var s string
		if err := scan(&s); err != nil {
			return err
		}
		out = append(out, s)
		return nil
	}, query, args...)
	return out, err
}
