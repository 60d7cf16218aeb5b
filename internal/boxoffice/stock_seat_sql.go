package boxoffice

import (
	"context"
	"fmt"
	"slices"

	"github.com/sahna/sahna/internal/platform/db"
)

// areaRow is a standing area as the database keeps it.
type areaRow struct {
	no int
	AreaLeft
	free int // what is left while a batch is decided
}

// take gives a seat to a hold.
type take struct {
	seatNo int
	holdID string
}

// take moves free seats into holds; errTorn when one of them was not free. The caller counts area places.
func (b *book) take(ctx context.Context, takes []take, unguarded bool) error {
	slices.SortFunc(takes, func(x, y take) int { return x.seatNo - y.seatNo })
	parts := evenChunks(takes, 2)
	if unguarded {
		parts = slices.Chunk(takes, 1)
	}
	for i := range takes {
		if i > 0 && takes[i].seatNo == takes[i-1].seatNo && !unguarded {
			return fmt.Errorf("%w: seat %d given twice", errTorn, takes[i].seatNo)
		}
	}
	for part := range parts {
		if err := takeSeats(ctx, b.tx, b.performanceID, part, b.version, unguarded); err != nil {
			return err
		}
	}
	if len(takes) > 0 {
		b.count(moving(SeatFree, SeatHeld, len(takes)))
	}
	return nil
}

// takeSeats is an upsert that never inserts: the rows are there. It finds each by its key whatever the planner knows about the
// table, where an UPDATE joined with VALUES goes through the whole hall until statistics have been gathered.
func takeSeats(ctx context.Context, tx *db.DB, performanceID string, takes []take, version int64, unguarded bool) error {
	guard := ` WHERE boxoffice_seat.state = 0`
	if unguarded {
		guard = ``
	}
	args := []any{performanceID, version}
	for _, t := range takes {
		args = append(args, t.seatNo, t.holdID)
	}
	n, err := tx.Exec(ctx, `INSERT INTO boxoffice_seat (performance_id, changed, state, seat_no, hold_id)
		VALUES `+valueRows(`($1, $2, 1, ?, ?)`, len(takes), 3)+`
		ON CONFLICT (performance_id, seat_no) DO UPDATE SET state = excluded.state, hold_id = excluded.hold_id, changed = excluded.changed`+guard, args...)
	return expectRows(n, int64(len(takes)), err)
}

// passSeats moves taken seats to another state, all or none.
func passSeats(ctx context.Context, tx *db.DB, performanceID string, nos []int, from, to SeatState, version int64) error {
	set := `state = $3`
	if to == SeatFree {
		set = `state = $3, hold_id = NULL`
	}
	for part := range slices.Chunk(nos, sqlChunk) {
		n, err := tx.Exec(ctx, `UPDATE boxoffice_seat SET `+set+`, changed = $4 WHERE performance_id = $1 AND state = $2 AND seat_no IN `+
			padIn(5, len(part)), padArgs([]any{performanceID, int(from), int(to), version}, part)...)
		if err := expectRows(n, int64(len(part)), err); err != nil {
			return err
		}
	}
	return nil
}

// readSeats reads the states of seats. The gate is locked, so nobody moves them; a seat that is missing does not exist.
func readSeats(ctx context.Context, d *db.DB, performanceID string, nos []int) (map[int]SeatState, error) {
	out := make(map[int]SeatState, len(nos))
	for part := range slices.Chunk(nos, sqlChunk) {
		err := d.Each(ctx, func(scan func(...any) error) error {
			var no int
			var s SeatState
			err := scan(&no, &s)
			out[no] = s
			return err
		}, `SELECT seat_no, state FROM boxoffice_seat WHERE performance_id = $1 AND seat_no IN `+padIn(2, len(part)),
			padArgs([]any{performanceID}, part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func readAreas(ctx context.Context, d *db.DB, performanceID string) ([]areaRow, error) {
	return changedAreas(ctx, d, performanceID, -1)
}

// changedAreas reads areas that moved after a version.
func changedAreas(ctx context.Context, d *db.DB, performanceID string, after int64) (out []areaRow, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var a areaRow
		err := scan(&a.no, &a.AreaID, &a.ZoneID, &a.Free, &a.Held, &a.Sold)
		a.free = a.Free
		out = append(out, a)
		return err
	}, `SELECT area_no, area_id, zone_id, free, held, sold FROM boxoffice_area WHERE performance_id = $1 AND changed > $2 ORDER BY area_no`,
		performanceID, after)
	return out, err
}

func readVersion(ctx context.Context, d *db.DB, performanceID string) (v int64, err error) {
	err = d.QueryRow(ctx, `SELECT version FROM boxoffice_stock WHERE performance_id = $1`, performanceID).Scan(&v)
	return v, err
}

// allSeats calls fn for every seat.
func allSeats(ctx context.Context, d *db.DB, performanceID string, fn func(no int, s SeatState)) error {
	return eachSeat(ctx, d, fn, `SELECT seat_no, state FROM boxoffice_seat WHERE performance_id = $1 ORDER BY seat_no`, performanceID)
}

// changedSeats calls fn for every seat that moved after a version.
func changedSeats(ctx context.Context, d *db.DB, performanceID string, after int64, fn func(no int, s SeatState)) error {
	return eachSeat(ctx, d, fn, `SELECT seat_no, state FROM boxoffice_seat WHERE performance_id = $1 AND changed > $2 AND changed > 0`,
		performanceID, after)
}

func eachSeat(ctx context.Context, d *db.DB, fn func(no int, s SeatState), query string, args ...any) error {
	return d.Each(ctx, func(scan func(...any) error) error {
		var no int
		var s SeatState
		if err := scan(&no, &s); err != nil {
			return err
		}
		fn(no, s)
		return nil
	}, query, args...)
}
