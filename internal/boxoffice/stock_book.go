package boxoffice

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// errTorn is a guard in the SQL that found something else than what was decided on.
var errTorn = errors.New("boxoffice: the stock is not what it was read as")

// book is a performance's stock inside one transaction, behind its locked gate: seats, areas and counters move through it
// and nowhere else. Locks are taken in the order gate, holds, seats, areas, and performance after performance.
type book struct {
	tx            *db.DB
	performanceID string
	now           int64
	version       int64 // the version that this transaction makes
	total         moves
	areas         map[int]moves
	moved         bool
}

// moves are how counters change.
type moves struct{ free, held, sold int }

func (m moves) plus(n moves) moves {
	return moves{m.free + n.free, m.held + n.held, m.sold + n.sold}
}

// moving is what n places do when they pass from one state to another.
func moving(from, to SeatState, n int) moves {
	var m moves
	add := func(s SeatState, n int) {
		switch s {
		case SeatFree:
			m.free += n
		case SeatHeld:
			m.held += n
		case SeatSold:
			m.sold += n
		case SeatBlocked: // blocked places do not move
		}
	}
	add(from, -n)
	add(to, n)
	return m
}

func (s *stock) openBook(ctx context.Context, tx *db.DB, performanceID string) (*book, error) {
	v, err := lockGate(ctx, tx, performanceID)
	if err != nil {
		return nil, err
	}
	return &book{tx: tx, performanceID: performanceID, now: s.nowMicros(), version: v + 1, areas: map[int]moves{}}, nil
}

// close writes the counters. Nothing moves after it.
func (b *book) close(ctx context.Context) error {
	if !b.moved {
		return nil
	}
	for _, no := range sortedKeys(b.areas) {
		if err := moveArea(ctx, b.tx, b.performanceID, no, b.version, b.areas[no]); err != nil {
			return err
		}
	}
	return moveGate(ctx, b.tx, b.performanceID, b.version, b.total)
}

func (b *book) count(m moves) {
	b.total = b.total.plus(m)
	b.moved = true
}

func (b *book) countArea(no int, m moves) {
	b.areas[no] = b.areas[no].plus(m)
	b.count(m)
}

// pass moves everything that holds still have from one state to another and returns what that was.
func (b *book) pass(ctx context.Context, holdIDs []string, from, to SeatState) ([]itemRow, error) {
	items, err := liveItems(ctx, b.tx, b.performanceID, holdIDs)
	if err != nil {
		return nil, err
	}
	var nos []int
	for _, it := range items {
		if it.SeatNo >= 0 {
			nos = append(nos, it.SeatNo)
		} else {
			b.countArea(it.AreaNo, moving(from, to, 1))
		}
	}
	slices.Sort(nos)
	if len(nos) > 0 {
		if err := passSeats(ctx, b.tx, b.performanceID, nos, from, to, b.version); err != nil {
			return nil, err
		}
		b.count(moving(from, to, len(nos)))
	}
	return items, nil
}

// end gives back everything that holds still have, and closes them with a state.
func (b *book) end(ctx context.Context, holdIDs []string, from SeatState, state holdState) error {
	for ids := range slices.Chunk(holdIDs, sqlChunk) {
		if _, err := b.pass(ctx, ids, from, SeatFree); err != nil {
			return err
		}
		if err := releaseItems(ctx, b.tx, b.performanceID, ids, b.now); err != nil {
			return err
		}
		if err := endHolds(ctx, b.tx, b.performanceID, ids, state, b.now); err != nil {
			return err
		}
	}
	return nil
}

// sweep ends every active hold whose time is over and returns how many. A hold that is just being ordered is left alone.
func (b *book) sweep(ctx context.Context) (n int, err error) {
	for {
		ids, err := dueHolds(ctx, b.tx, b.performanceID, b.now)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		if err := b.end(ctx, ids, SeatHeld, holdExpired); err != nil {
			return n, err
		}
		n += len(ids)
		if len(ids) < sqlChunk {
			return n, nil
		}
	}
}

// expectRows turns a guard's row count into an error. A check or unique index that refused is a guard too.
func expectRows(got, want int64, err error) error {
	if errors.Is(err, db.ErrDuplicate) || errors.Is(err, db.ErrReference) {
		return fmt.Errorf("%w: %w", errTorn, err)
	}
	if err == nil && got != want {
		return fmt.Errorf("%w: %d rows instead of %d", errTorn, got, want)
	}
	return err
}

func sortedKeys[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// goneSeats names seats in ErrSeatsGone.
func goneSeats(ids []string) *fault.Error { return ErrSeatsGone.With("seats", ids) }
