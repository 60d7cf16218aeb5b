package boxoffice

import (
	"context"
	"fmt"
	"slices"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// orderHolds turns holds into stock held for an order, in the order's transaction. From then on only the order's own end gives
// it back: see release. It fails with ErrHoldGone when a hold is no longer active or no longer costs what it did when it was read.
func (s *stock) orderHolds(ctx context.Context, tx *db.DB, orderID string, holds []Hold) (err error) {
	defer fault.Wrap(&err, "order holds for %s", orderID)
	holds = slices.Clone(holds)
	slices.SortFunc(holds, func(a, b Hold) int { return compareKeys(refOf(a), refOf(b)) })
	for _, h := range holds {
		ref := refOf(h)
		// No gate here: seats do not move, and the hold's own row arbitrates with whoever would end it.
		ok, err := orderHold(ctx, tx, ref, orderID, h.Total.Minor, s.nowMicros())
		if err != nil {
			return err
		}
		if !ok {
			return ErrHoldGone
		}
		if err := insertOrderHold(ctx, tx, orderID, ref); err != nil {
			return err
		}
	}
	return nil
}

// sell marks everything that is held for an order as sold. It fails with ErrHoldGone, and changes nothing, when it is no longer
// held for it. Call it late in the transaction: it locks the performance's gate until the commit.
func (s *stock) sell(ctx context.Context, tx *db.DB, orderID string) (err error) {
	defer fault.Wrap(&err, "sell to order %s", orderID)
	shelves, err := s.openShelves(ctx, tx, orderID)
	if err != nil {
		return err
	}
	for _, sh := range shelves {
		if len(sh.in(holdOrdered)) != len(sh.holds) {
			return ErrHoldGone
		}
	}
	for _, sh := range shelves {
		ids := sh.in(holdOrdered)
		if _, err := sh.book.pass(ctx, ids, SeatHeld, SeatSold); err != nil {
			return err
		}
		if err := stateHolds(ctx, tx, sh.book.performanceID, ids, holdSold); err != nil {
			return err
		}
	}
	return closeShelves(ctx, shelves)
}

// reclaim takes for an order what it had held and lost, if all of it is still free: the late payment's way.
// It fails with ErrSeatsGone otherwise and takes nothing. What the order still holds stays held.
func (s *stock) reclaim(ctx context.Context, tx *db.DB, orderID string) (err error) {
	defer fault.Wrap(&err, "reclaim for order %s", orderID)
	shelves, err := s.openShelves(ctx, tx, orderID)
	if err != nil {
		return err
	}
	var gone []string
	lost := make([][]itemRow, len(shelves))
	for i, sh := range shelves {
		if _, err := sh.book.sweep(ctx); err != nil {
			return err
		}
		items, missing, err := sh.lost(ctx)
		if err != nil {
			return err
		}
		lost[i] = items
		gone = append(gone, missing...)
	}
	if len(gone) > 0 {
		// What was swept stays swept, whether the caller commits or not.
		if err := closeShelves(ctx, shelves); err != nil {
			return err
		}
		return goneSeats(gone)
	}
	for i, sh := range shelves {
		if err := sh.takeBack(ctx, orderID, lost[i]); err != nil {
			return err
		}
	}
	return closeShelves(ctx, shelves)
}

// release gives back what is held for or sold to an order: it expired, was cancelled or refunded. What the order has no more stays as it is.
func (s *stock) release(ctx context.Context, tx *db.DB, orderID string) (err error) {
	defer fault.Wrap(&err, "release order %s", orderID)
	shelves, err := s.openShelves(ctx, tx, orderID)
	if err != nil {
		return err
	}
	for _, sh := range shelves {
		if err := sh.book.end(ctx, sh.in(holdOrdered), SeatHeld, holdReleased); err != nil {
			return err
		}
		if err := sh.book.end(ctx, sh.in(holdSold), SeatSold, holdReleased); err != nil {
			return err
		}
	}
	return closeShelves(ctx, shelves)
}

// changed tells watchers, after the commit, that stock of an order moved.
func (s *stock) changed(ctx context.Context, orderID string) {
	refs, err := orderHoldRefs(ctx, s.db, orderID)
	if err != nil {
		s.log.WarnContext(ctx, "watchers hear of an order's seats later", "order", orderID, "err", err)
		return
	}
	for _, r := range refs {
		s.wake(r.performanceID)
	}
}

// shelf is what an order has in one performance.
type shelf struct {
	book  *book
	holds []holdRow
}

// openShelves locks the gates of an order's performances, one after the other, and reads its holds.
func (s *stock) openShelves(ctx context.Context, tx *db.DB, orderID string) ([]shelf, error) {
	refs, err := orderHoldRefs(ctx, tx, orderID)
	if err != nil {
		return nil, err
	}
	if len(refs) == 0 {
		return nil, fmt.Errorf("%w: order %s has no holds", errTorn, orderID)
	}
	var out []shelf
	for len(refs) > 0 {
		p := refs[0].performanceID
		var ids []string
		for len(refs) > 0 && refs[0].performanceID == p {
			ids = append(ids, refs[0].id)
			refs = refs[1:]
		}
		b, err := s.openBook(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		holds, err := orderedHolds(ctx, tx, p, ids, orderID)
		if err != nil {
			return nil, err
		}
		if len(holds) != len(ids) {
			return nil, fmt.Errorf("%w: order %s has %d holds of %d", errTorn, orderID, len(holds), len(ids))
		}
		out = append(out, shelf{book: b, holds: holds})
	}
	return out, nil
}

func closeShelves(ctx context.Context, shelves []shelf) error {
	for _, sh := range shelves {
		if err := sh.book.close(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (sh shelf) in(state holdState) []string {
	var ids []string
	for _, h := range sh.holds {
		if h.state == state {
			ids = append(ids, h.id)
		}
	}
	return ids
}

// ended returns the holds that have been given back.
func (sh shelf) ended() []string { return append(sh.in(holdReleased), sh.in(holdExpired)...) }

// lost returns the items of ended holds, and the ids of those that somebody else has by now.
func (sh shelf) lost(ctx context.Context) (items []itemRow, missing []string, err error) {
	b := sh.book
	items, err = everyItem(ctx, b.tx, b.performanceID, sh.ended())
	if err != nil || len(items) == 0 {
		return items, nil, err
	}
	var nos []int
	want := map[int]int{}
	for _, it := range items {
		if it.SeatNo >= 0 {
			nos = append(nos, it.SeatNo)
		} else {
			want[it.AreaNo]++
		}
	}
	states, err := readSeats(ctx, b.tx, b.performanceID, nos)
	if err != nil {
		return nil, nil, err
	}
	areas, err := readAreas(ctx, b.tx, b.performanceID)
	if err != nil {
		return nil, nil, err
	}
	for _, it := range items {
		if it.SeatNo >= 0 && states[it.SeatNo] != SeatFree {
			missing = append(missing, it.SeatID)
		}
	}
	for _, a := range areas {
		if want[a.no] > a.free+b.areas[a.no].free {
			missing = append(missing, a.AreaID)
		}
	}
	return items, missing, nil
}

// takeBack holds lost items for the order again.
func (sh shelf) takeBack(ctx context.Context, orderID string, items []itemRow) error {
	if len(items) == 0 {
		return nil
	}
	b := sh.book
	var takes []take
	for _, it := range items {
		if it.SeatNo >= 0 {
			takes = append(takes, take{seatNo: it.SeatNo, holdID: it.holdID})
		} else {
			b.countArea(it.AreaNo, moving(SeatFree, SeatHeld, 1))
		}
	}
	if err := b.take(ctx, takes, false); err != nil {
		return err
	}
	return reviveHolds(ctx, b.tx, b.performanceID, sh.ended(), orderID)
}
