package boxoffice

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// Lists longer than this go in several statements. SQLite finds each numbered parameter by walking through those before it,
// so a statement with ten times the parameters takes a hundred times as long; for PostgreSQL more statements are more round trips.
const (
	sqlChunk    = 128 // values in a list
	paramsChunk = 256 // parameters of one statement that writes rows
)

func insertStock(ctx context.Context, tx *db.DB, performanceID string, c Counts) (laid bool, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO boxoffice_stock (performance_id, version, capacity, free, held, sold, blocked)
		VALUES ($1, 0, $2, $3, 0, 0, $4) ON CONFLICT (performance_id) DO NOTHING`, performanceID, c.Capacity, c.Free, c.Blocked)
	return n == 1, err
}

// insertSeats lets the database count the seats out: no parameter crosses the wire per seat.
func insertSeats(ctx context.Context, tx *db.DB, performanceID string, n int) error {
	if n == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO boxoffice_seat (performance_id, seat_no, state, changed)
		WITH RECURSIVE place(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n + 1 < CAST($2 AS INTEGER))
		SELECT CAST($1 AS TEXT), n, 0, 0 FROM place`, performanceID, n)
	return err
}

func blockSeats(ctx context.Context, tx *db.DB, performanceID string, nos []int) error {
	for part := range slices.Chunk(nos, sqlChunk) {
		_, err := tx.Exec(ctx, `UPDATE boxoffice_seat SET state = 3 WHERE performance_id = $1 AND seat_no IN `+padIn(2, len(part)),
			padArgs([]any{performanceID}, part)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func insertAreas(ctx context.Context, tx *db.DB, f offer) error {
	for _, a := range f.areas {
		zone, sold := f.ZoneOf(a.Category)
		free, blocked := a.Capacity, 0
		if !sold {
			free, blocked = 0, a.Capacity
		}
		_, err := tx.Exec(ctx, `INSERT INTO boxoffice_area (performance_id, area_no, area_id, zone_id, capacity, free, held, sold, blocked, changed)
			VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, 0)`, f.ID, a.No, a.ID, zone.ID, a.Capacity, free, blocked)
		if err != nil {
			return err
		}
	}
	return nil
}

func readCounts(ctx context.Context, d *db.DB, ids []string) (map[string]Counts, error) {
	out := make(map[string]Counts, len(ids))
	for part := range slices.Chunk(ids, sqlChunk) {
		err := d.Each(ctx, func(scan func(...any) error) error {
			var id string
			var c Counts
			if err := scan(&id, &c.Capacity, &c.Free, &c.Held, &c.Sold, &c.Blocked); err != nil {
				return err
			}
			out[id] = c
			return nil
		}, `SELECT performance_id, capacity, free, held, sold, blocked FROM boxoffice_stock WHERE performance_id IN `+padIn(1, len(part)),
			padArgs(nil, part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lockGate makes the performance's other writers wait until this transaction ends, and returns the version it found.
func lockGate(ctx context.Context, tx *db.DB, performanceID string) (version int64, err error) {
	err = tx.QueryRow(ctx, `SELECT version FROM boxoffice_stock WHERE performance_id = $1`+tx.ForUpdate(), performanceID).Scan(&version)
	if fault.KindOf(err) == fault.NotFound {
		return 0, ErrNotOnSale.Because(err)
	}
	return version, err
}

func moveGate(ctx context.Context, tx *db.DB, performanceID string, version int64, m moves) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_stock SET version = $2, free = free + $3, held = held + $4, sold = sold + $5
		WHERE performance_id = $1`, performanceID, version, m.free, m.held, m.sold)
	return err
}

func moveArea(ctx context.Context, tx *db.DB, performanceID string, areaNo int, version int64, m moves) error {
	n, err := tx.Exec(ctx, `UPDATE boxoffice_area SET free = free + $3, held = held + $4, sold = sold + $5, changed = $6
		WHERE performance_id = $1 AND area_no = $2`, performanceID, areaNo, m.free, m.held, m.sold, version)
	return expectRows(n, 1, err)
}

// padIn is db.In for a list padded to a power of two, so that few different statements have to be planned.
func padIn(first, n int) string { return db.In(first, padded(n)) }

func padded(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}

// evenChunks cuts rows of width parameters (a power of two) into parts whose sizes are powers of two, for the same reason.
func evenChunks[T any](rows []T, width int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(rows) > 0 {
			n := paramsChunk / width
			for n > len(rows) {
				n /= 2
			}
			if !yield(rows[:n:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}

// valueRows repeats a row for an INSERT, its question marks numbered on from first: what all rows share is a parameter once.
func valueRows(row string, rows, first int) string {
	var b strings.Builder
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		for _, c := range []byte(row) {
			if c != '?' {
				b.WriteByte(c)
				continue
			}
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(first))
			first++
		}
	}
	return b.String()
}

// padArgs appends a list to args, its last value repeated as often as padIn has room.
func padArgs[T any](args []any, list []T) []any {
	for i := range padded(len(list)) {
		args = append(args, list[min(i, len(list)-1)])
	}
	return args
}
