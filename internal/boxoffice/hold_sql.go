package boxoffice

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/money"
)

// holdState is where a hold stands; drawn in docs/states/hold.md.
type holdState string

const (
	holdActive   holdState = "active"   // in a basket, until expires_at
	holdOrdered  holdState = "ordered"  // belongs to an order that waits for its money
	holdSold     holdState = "sold"     // the order is paid
	holdReleased holdState = "released" // given back by its maker, or by its order
	holdExpired  holdState = "expired"  // its time was over
)

// holdRow is a hold as the database keeps it.
type holdRow struct {
	performanceID, id string
	secretHash        []byte
	state             holdState
	currency          string
	total             int64
	expiresAt         int64
}

// itemRow is a hold's item with the hold it belongs to.
type itemRow struct {
	holdID string
	itemNo int
	HoldItem
}

const itemColumns = `hold_id, item_no, seat_no, seat_id, area_no, zone_id, type_id, price_minor, released_at`

func readHold(ctx context.Context, d *db.DB, ref holdRef) (h holdRow, err error) {
	h.performanceID, h.id = ref.performanceID, ref.id
	err = d.QueryRow(ctx, `SELECT secret_hash, state, currency, total_minor, expires_at FROM boxoffice_hold
		WHERE performance_id = $1 AND id = $2`, ref.performanceID, ref.id).Scan(&h.secretHash, &h.state, &h.currency, &h.total, &h.expiresAt)
	return h, err
}

func liveItems(ctx context.Context, d *db.DB, performanceID string, holdIDs []string) ([]itemRow, error) {
	return readItems(ctx, d, performanceID, holdIDs, ` AND released_at = 0`)
}

func everyItem(ctx context.Context, d *db.DB, performanceID string, holdIDs []string) ([]itemRow, error) {
	return readItems(ctx, d, performanceID, holdIDs, ``)
}

func readItems(ctx context.Context, d *db.DB, performanceID string, holdIDs []string, only string) ([]itemRow, error) {
	if len(holdIDs) == 0 {
		return nil, nil
	}
	var out []itemRow
	err := d.Each(ctx, func(scan func(...any) error) error {
		var it itemRow
		var released int64
		if err := scan(&it.holdID, &it.itemNo, &it.SeatNo, &it.SeatID, &it.AreaNo, &it.ZoneID, &it.TypeID, &it.Price.Minor, &released); err != nil {
			return err
		}
		it.ReleasedAt = clock.FromMicros(released)
		out = append(out, it)
		return nil
	}, `SELECT `+itemColumns+` FROM boxoffice_hold_item WHERE performance_id = $1 AND hold_id IN `+padIn(2, len(holdIDs))+only+
		` ORDER BY hold_id, item_no`, padArgs([]any{performanceID}, holdIDs)...)
	return out, err
}

// dueHolds locks and returns active holds whose time is over; those that another transaction is just ordering are passed over.
func dueHolds(ctx context.Context, tx *db.DB, performanceID string, now int64) (ids []string, err error) {
	err = tx.Each(ctx, func(scan func(...any) error) error { return appendString(&ids, scan) },
		`SELECT id FROM boxoffice_hold WHERE performance_id = $1 AND state = 'active' AND expires_at <= $2
		ORDER BY expires_at LIMIT `+strconv.Itoa(sqlChunk)+tx.SkipLocked(), performanceID, now)
	return ids, err
}

// activeHolds locks and returns those of holds that are active and not just being ordered.
func activeHolds(ctx context.Context, tx *db.DB, performanceID string, ids []string, now int64) (active []string, err error) {
	err = tx.Each(ctx, func(scan func(...any) error) error { return appendString(&active, scan) },
		`SELECT id FROM boxoffice_hold WHERE performance_id = $1 AND id IN `+padIn(3, len(ids))+` AND state = 'active' AND expires_at > $2
		ORDER BY id`+tx.SkipLocked(), padArgs([]any{performanceID, now}, ids)...)
	return active, err
}

// duePerformances are performances with active holds whose time is over, at most limit.
func duePerformances(ctx context.Context, d *db.DB, now int64, limit int) (ids []string, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var id string
		if err := scan(&id); err != nil {
			return err
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		return nil
	}, `SELECT performance_id FROM boxoffice_hold WHERE state = 'active' AND expires_at <= $1 ORDER BY expires_at LIMIT $2`, now, limit)
	return ids, err
}

func appendString(list *[]string, scan func(...any) error) error {
	var s string
	err := scan(&s)
	*list = append(*list, s)
	return err
}

// newHold is a hold about to be written.
type newHold struct {
	id    string
	hash  []byte
	hold  Hold
	items []HoldItem
}

func insertHolds(ctx context.Context, tx *db.DB, performanceID string, holds []newHold, now, expires time.Time) error {
	var items []itemRow
	for part := range evenChunks(holds, 4) {
		args := []any{performanceID, clock.Micros(now), clock.Micros(expires)}
		for _, h := range part {
			args = append(args, h.id, h.hash, h.hold.Total.Currency, h.hold.Total.Minor)
			for i, it := range h.items {
				items = append(items, itemRow{holdID: h.id, itemNo: i, HoldItem: it})
			}
		}
		n, err := tx.Exec(ctx, `INSERT INTO boxoffice_hold (performance_id, created_at, expires_at, state, id, secret_hash, currency, total_minor)
			VALUES `+valueRows(`($1, $2, $3, 'active', ?, ?, ?, ?)`, len(part), 4), args...)
		if err := expectRows(n, int64(len(part)), err); err != nil {
			return err
		}
	}
	for part := range evenChunks(items, 8) {
		args := []any{performanceID}
		for _, it := range part {
			args = append(args, it.holdID, it.itemNo, it.SeatNo, it.SeatID, it.AreaNo, it.ZoneID, it.TypeID, it.Price.Minor)
		}
		n, err := tx.Exec(ctx, `INSERT INTO boxoffice_hold_item (performance_id, `+itemColumns+`)
			VALUES `+valueRows(`($1, ?, ?, ?, ?, ?, ?, ?, ?, 0)`, len(part), 2), args...)
		if err := expectRows(n, int64(len(part)), err); err != nil {
			return err
		}
	}
	return nil
}

func releaseItems(ctx context.Context, tx *db.DB, performanceID string, holdIDs []string, now int64) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_hold_item SET released_at = $2 WHERE performance_id = $1 AND hold_id IN `+padIn(3, len(holdIDs))+
		` AND released_at = 0`, padArgs([]any{performanceID, now}, holdIDs)...)
	return err
}

func endHolds(ctx context.Context, tx *db.DB, performanceID string, ids []string, state holdState, now int64) error {
	n, err := tx.Exec(ctx, `UPDATE boxoffice_hold SET state = $2, ended_at = $3 WHERE performance_id = $1 AND id IN `+padIn(4, len(ids))+
		` AND state IN ('active', 'ordered', 'sold')`, padArgs([]any{performanceID, string(state), now}, ids)...)
	return expectRows(n, int64(len(ids)), err)
}

// orderHolds gives active holds to their orders and tells for each whether it was (1) or not (0).
func orderHolds(ctx context.Context, tx *db.DB, wishes []ordering, now int64) ([]int64, error) {
	rows := make([][]any, len(wishes))
	for i, w := range wishes {
		rows[i] = []any{w.ref.performanceID, w.ref.id, w.order, now, w.total}
	}
	return tx.ExecMany(ctx, `UPDATE boxoffice_hold SET state = 'ordered', order_id = $3
		WHERE performance_id = $1 AND id = $2 AND state = 'active' AND expires_at > $4 AND total_minor = $5`, rows)
}

func insertOrderHolds(ctx context.Context, tx *db.DB, wishes []ordering) error {
	rows := make([][]any, len(wishes))
	for i, w := range wishes {
		rows[i] = []any{w.order, w.ref.performanceID, w.ref.id}
	}
	_, err := tx.InsertMany(ctx, `boxoffice_order_hold (order_id, performance_id, hold_id)`, rows, ``)
	return err
}

// sellHolds makes ordered holds sold; false when one of them was not.
func sellHolds(ctx context.Context, tx *db.DB, performanceID string, ids []string) (bool, error) {
	all := true
	for part := range slices.Chunk(ids, sqlChunk) {
		n, err := tx.Exec(ctx, `UPDATE boxoffice_hold SET state = 'sold' WHERE performance_id = $1 AND state = 'ordered' AND id IN `+
			padIn(2, len(part)), padArgs([]any{performanceID}, part)...)
		if err != nil {
			return false, err
		}
		all = all && n == int64(len(part))
	}
	return all, nil
}

func orderHoldRefs(ctx context.Context, d *db.DB, orderID string) (refs []holdRef, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var r holdRef
		err := scan(&r.performanceID, &r.id)
		refs = append(refs, r)
		return err
	}, `SELECT performance_id, hold_id FROM boxoffice_order_hold WHERE order_id = $1 ORDER BY performance_id, hold_id`, orderID)
	return refs, err
}

// orderedHolds reads an order's holds in one performance, whatever their state. Who changes a hold that has an order has the gate.
func orderedHolds(ctx context.Context, tx *db.DB, performanceID string, ids []string, orderID string) (out []holdRow, err error) {
	err = tx.Each(ctx, func(scan func(...any) error) error {
		h := holdRow{performanceID: performanceID}
		err := scan(&h.id, &h.state)
		out = append(out, h)
		return err
	}, `SELECT id, state FROM boxoffice_hold WHERE performance_id = $1 AND order_id = $2 AND id IN `+padIn(3, len(ids))+
		` ORDER BY id`, padArgs([]any{performanceID, orderID}, ids)...)
	return out, err
}

// reviveHolds gives ended holds and their items back to their order.
func reviveHolds(ctx context.Context, tx *db.DB, performanceID string, ids []string, orderID string) error {
	n, err := tx.Exec(ctx, `UPDATE boxoffice_hold SET state = 'ordered', ended_at = 0 WHERE performance_id = $1 AND order_id = $2
		AND id IN `+padIn(3, len(ids))+` AND state IN ('released', 'expired')`, padArgs([]any{performanceID, orderID}, ids)...)
	if err := expectRows(n, int64(len(ids)), err); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE boxoffice_hold_item SET released_at = 0 WHERE performance_id = $1 AND hold_id IN `+padIn(2, len(ids)),
		padArgs([]any{performanceID}, ids)...)
	return expectRows(0, 0, err)
}

// retypeHold changes a hold's price; false when it is no longer active.
func retypeHold(ctx context.Context, tx *db.DB, ref holdRef, total money.Amount, now int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE boxoffice_hold SET total_minor = $3 WHERE performance_id = $1 AND id = $2 AND state = 'active' AND expires_at > $4`,
		ref.performanceID, ref.id, total.Minor, now)
	return n == 1, err
}

func retypeItem(ctx context.Context, tx *db.DB, ref holdRef, it itemRow) error {
	n, err := tx.Exec(ctx, `UPDATE boxoffice_hold_item SET type_id = $4, price_minor = $5 WHERE performance_id = $1 AND hold_id = $2 AND item_no = $3`,
		ref.performanceID, ref.id, it.itemNo, it.TypeID, it.Price.Minor)
	return expectRows(n, 1, err)
}

// purgeHolds forgets holds that ended before a moment and never became an order, at most limit.
func purgeHolds(ctx context.Context, tx *db.DB, before int64, limit int) error {
	var refs []holdRef
	err := tx.Each(ctx, func(scan func(...any) error) error {
		var r holdRef
		err := scan(&r.performanceID, &r.id)
		refs = append(refs, r)
		return err
	}, `SELECT performance_id, id FROM boxoffice_hold WHERE ended_at > 0 AND ended_at < $1 AND order_id IS NULL ORDER BY ended_at LIMIT $2`, before, limit)
	if err != nil {
		return err
	}
	for _, r := range refs {
		for _, stmt := range []string{
			`DELETE FROM boxoffice_hold_item WHERE performance_id = $1 AND hold_id = $2`,
			`DELETE FROM boxoffice_hold WHERE performance_id = $1 AND id = $2`,
		} {
			if _, err := tx.Exec(ctx, stmt, r.performanceID, r.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// holdRef is a hold's place in the database. Outside, both parts are one id, so that a hold is found by its performance,
// the key by which stock is spread over machines.
type holdRef struct{ performanceID, id string }

func (r holdRef) String() string { return r.performanceID + "." + r.id }

func parseHoldRef(id string) (holdRef, bool) {
	i := strings.LastIndexByte(id, '.')
	if i <= 0 || i == len(id)-1 {
		return holdRef{}, false
	}
	return holdRef{id[:i], id[i+1:]}, true
}

func refOf(h Hold) holdRef {
	r, _ := parseHoldRef(h.ID)
	return r
}

func compareKeys(a, b holdRef) int {
	if c := strings.Compare(a.performanceID, b.performanceID); c != 0 {
		return c
	}
	return strings.Compare(a.id, b.id)
}
