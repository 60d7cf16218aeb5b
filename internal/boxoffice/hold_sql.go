package boxoffice

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
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
	orderID           string
	secretHash        []byte
	state             holdState
	currency          string
	total             int64
	createdAt         int64
	expiresAt         int64
}

// itemRow is a hold's item with the hold it belongs to.
type itemRow struct {
	holdID string
	itemNo int
	HoldItem
}

const itemColumns = `hold_id, item_no, seat_no, seat_id, area_no, zone_id, type_id, price_minor, released_at`

// stillActive is the condition that a hold found by its id is active. It is written so that no index answers to it: PostgreSQL, while
// it has no statistics of a sale that has just opened, would go through all active holds of the performance for each.
func stillActive(now string) string { return `state || '' = 'active' AND expires_at + 0 > ` + now }

// readHolds reads holds of a performance; one that is not known is absent.
func readHolds(ctx context.Context, d *db.DB, performanceID string, ids []string) (map[string]holdRow, error) {
	out := make(map[string]holdRow, len(ids))
	for part := range slices.Chunk(ids, sqlChunk) {
		err := d.Each(ctx, func(scan func(...any) error) error {
			h := holdRow{performanceID: performanceID}
			err := scan(&h.id, &h.secretHash, &h.state, &h.currency, &h.total, &h.createdAt, &h.expiresAt)
			out[h.id] = h
			return err
		}, `SELECT id, secret_hash, state, currency, total_minor, created_at, expires_at FROM boxoffice_hold WHERE performance_id = $1 AND id IN `+
			padIn(2, len(part)), padArgs([]any{performanceID}, part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
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
		`SELECT id FROM boxoffice_hold WHERE performance_id = $1 AND id IN `+padIn(3, len(ids))+` AND `+stillActive("$2")+`
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
		WHERE performance_id = $1 AND id = $2 AND `+stillActive("$4")+` AND total_minor = $5`, rows)
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

// orderedRef is a hold that an order is made of.
type orderedRef struct {
	holdRef
	order string
}

// orderHoldRefs lists the holds of orders, by performance.
func orderHoldRefs(ctx context.Context, d *db.DB, orderIDs []string) (refs []orderedRef, err error) {
	for part := range slices.Chunk(orderIDs, sqlChunk) {
		err := d.Each(ctx, func(scan func(...any) error) error {
			var r orderedRef
			err := scan(&r.order, &r.performanceID, &r.id)
			refs = append(refs, r)
			return err
		}, `SELECT order_id, performance_id, hold_id FROM boxoffice_order_hold WHERE order_id IN `+padIn(1, len(part)), padArgs(nil, part)...)
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(refs, func(a, b orderedRef) int { return compareKeys(a.holdRef, b.holdRef) })
	return refs, nil
}

// orderedHolds reads orders' holds in one performance, whatever their state. Who changes a hold that has an order has the gate.
func orderedHolds(ctx context.Context, tx *db.DB, performanceID string, ids []string) (out []holdRow, err error) {
	for part := range slices.Chunk(ids, sqlChunk) {
		err := tx.Each(ctx, func(scan func(...any) error) error {
			h := holdRow{performanceID: performanceID}
			err := scan(&h.id, &h.state, &h.orderID)
			out = append(out, h)
			return err
		}, `SELECT id, state, order_id FROM boxoffice_hold WHERE performance_id = $1 AND order_id IS NOT NULL AND id IN `+padIn(2, len(part))+
			` ORDER BY id`, padArgs([]any{performanceID}, part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
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

// retypeHolds changes holds' prices and the types of all their items, in order; it tells which were still active.
func retypeHolds(ctx context.Context, tx *db.DB, performanceID string, holds []newHold, now int64) ([]bool, error) {
	rows := make([][]any, len(holds))
	for i, h := range holds {
		rows[i] = []any{performanceID, h.id, h.hold.Total.Minor, now}
	}
	n, err := tx.ExecMany(ctx, `UPDATE boxoffice_hold SET total_minor = $3 WHERE performance_id = $1 AND id = $2 AND `+stillActive("$4"), rows)
	if err != nil {
		return nil, err
	}
	out := make([]bool, len(holds))
	var items [][]any
	for i, h := range holds {
		if out[i] = n[i] == 1; !out[i] {
			continue
		}
		for no, it := range h.items {
			items = append(items, []any{performanceID, h.id, no, it.TypeID, it.Price.Minor})
		}
	}
	n, err = tx.ExecMany(ctx, `UPDATE boxoffice_hold_item SET type_id = $4, price_minor = $5 WHERE performance_id = $1 AND hold_id = $2 AND item_no = $3`, items)
	for _, x := range n {
		if x != 1 {
			return nil, expectRows(x, 1, err)
		}
	}
	return out, err
}

// times are when a hold was made and when it ends.
type times struct{ made, expires int64 }

// holdTimes locks holds and returns the times of those that are active and not just being ordered.
func holdTimes(ctx context.Context, tx *db.DB, performanceID string, ids []string, now int64) (map[string]times, error) {
	out := make(map[string]times, len(ids))
	err := tx.Each(ctx, func(scan func(...any) error) error {
		var id string
		var t times
		err := scan(&id, &t.made, &t.expires)
		out[id] = t
		return err
	}, `SELECT id, created_at, expires_at FROM boxoffice_hold WHERE performance_id = $1 AND id IN `+padIn(3, len(ids))+` AND `+stillActive("$2")+`
		ORDER BY id`+tx.SkipLocked(), padArgs([]any{performanceID, now}, ids)...)
	return out, err
}

// moveHolds sets when holds end. Their rows are locked.
func moveHolds(ctx context.Context, tx *db.DB, performanceID string, until map[string]int64) error {
	rows := make([][]any, 0, len(until))
	for _, id := range slices.Sorted(maps.Keys(until)) {
		rows = append(rows, []any{performanceID, id, until[id]})
	}
	n, err := tx.ExecMany(ctx, `UPDATE boxoffice_hold SET expires_at = $3 WHERE performance_id = $1 AND id = $2`, rows)
	for _, x := range n {
		if x != 1 {
			return expectRows(x, 1, err)
		}
	}
	return err
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
