package boxoffice

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// orderHolds turns the holds of drafts into stock held for their orders, in the orders' transaction. From then on only the order's
// own end gives it back: see release. A draft is refused with ErrHoldGone when a hold of it is no longer active or no longer costs
// what it did when it was read.
func (s *stock) orderHolds(ctx context.Context, tx *db.DB, ds []*draft) (err error) {
	defer fault.Wrap(&err, "order the holds of %d orders", len(ds))
	var wishes []ordering
	for i, d := range ds {
		for _, h := range d.holds {
			wishes = append(wishes, ordering{ref: refOf(h), order: d.order.ID, total: h.Total.Minor, item: i})
		}
	}
	slices.SortStableFunc(wishes, func(a, b ordering) int { return compareKeys(a.ref, b.ref) })
	// No gate here: seats do not move, and the hold's own row arbitrates with whoever would end it.
	n, err := orderHolds(ctx, tx, wishes, s.nowMicros())
	if err != nil {
		return err
	}
	for i, w := range wishes {
		if n[i] != 1 {
			return batch.Refuse(w.item, ErrHoldGone)
		}
	}
	return insertOrderHolds(ctx, tx, wishes)
}

// ordering is a hold about to be ordered.
type ordering struct {
	ref   holdRef
	order string
	total int64
	item  int // the draft's place in its batch
}

// sellHeld marks everything that orders hold as sold. It fails with ErrHoldGone when some of it is no longer held for them.
// Call it late in the transaction: it locks the performances' gates until the commit.
func (s *stock) sellHeld(ctx context.Context, tx *db.DB, orders []Order) (err error) {
	defer fault.Wrap(&err, "sell to %d orders", len(orders))
	lines := map[string][]OrderLine{}
	for _, o := range orders {
		for _, l := range o.Lines {
			lines[l.PerformanceID] = append(lines[l.PerformanceID], l)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(lines)) {
		b, err := s.openBook(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := b.sell(ctx, lines[p]); err != nil {
			return err
		}
		if err := b.close(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sell moves ordered places to sold.
func (b *book) sell(ctx context.Context, lines []OrderLine) error {
	var nos []int
	var holds []string
	for _, l := range lines {
		if ref, ok := parseHoldRef(l.HoldID); ok {
			holds = append(holds, ref.id)
		}
		if l.SeatNo >= 0 {
			nos = append(nos, l.SeatNo)
		} else {
			b.countArea(l.AreaNo, moving(SeatHeld, SeatSold, 1))
		}
	}
	slices.Sort(holds)
	sold, err := sellHolds(ctx, b.tx, b.performanceID, slices.Compact(holds))
	if err != nil {
		return err
	}
	if !sold {
		return ErrHoldGone
	}
	slices.Sort(nos)
	if len(nos) == 0 {
		return nil
	}
	b.count(moving(SeatHeld, SeatSold, len(nos)))
	return passSeats(ctx, b.tx, b.performanceID, nos, SeatHeld, SeatSold, b.version)
}

// reclaim takes for an order what it had held and lost, if all of it is still free: the late payment's way.
// It fails with ErrSeatsGone otherwise and takes nothing. What the order still holds stays held.
func (s *stock) reclaim(ctx context.Context, tx *db.DB, orderID string) (err error) {
	defer fault.Wrap(&err, "reclaim for order %s", orderID)
	shelves, err := s.openShelves(ctx, tx, []string{orderID})
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

// release gives back what is held for or sold to orders: they expired, were cancelled or refunded. What an order has no more stays as
// it is.
func (s *stock) release(ctx context.Context, tx *db.DB, orderIDs ...string) (err error) {
	defer fault.Wrap(&err, "release %d orders", len(orderIDs))
	shelves, err := s.openShelves(ctx, tx, orderIDs)
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

// changed tells watchers, after the commit, that stock of orders moved.
func (s *stock) changed(ctx context.Context, orderIDs ...string) {
	refs, err := orderHoldRefs(ctx, s.db, orderIDs)
	if err != nil {
		s.log.WarnContext(ctx, "watchers hear of orders' seats later", "orders", len(orderIDs), "err", err)
		return
	}
	for _, r := range refs {
		s.wake(r.performanceID)
	}
}

// shelf is what orders have in one performance.
type shelf struct {
	book  *book
	holds []holdRow
}

// openShelves locks the gates of orders' performances, one after the other, and reads their holds.
func (s *stock) openShelves(ctx context.Context, tx *db.DB, orderIDs []string) ([]shelf, error) {
	refs, err := orderHoldRefs(ctx, tx, orderIDs)
	if err != nil {
		return nil, err
	}
	owner := make(map[string]bool, len(orderIDs))
	var out []shelf
	for len(refs) > 0 {
		p := refs[0].performanceID
		order := map[string]string{}
		var ids []string
		for len(refs) > 0 && refs[0].performanceID == p {
			ids, order[refs[0].id], owner[refs[0].order] = append(ids, refs[0].id), refs[0].order, true
			refs = refs[1:]
		}
		b, err := s.openBook(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		holds, err := orderedHolds(ctx, tx, p, ids)
		if err != nil {
			return nil, err
		}
		holds = slices.DeleteFunc(holds, func(h holdRow) bool { return h.orderID != order[h.id] })
		if len(holds) != len(ids) {
			return nil, fmt.Errorf("%w: orders have %d holds of %d", errTorn, len(holds), len(ids))
		}
		out = append(out, shelf{book: b, holds: holds})
	}
	for _, id := range orderIDs {
		if !owner[id] {
			return nil, fmt.Errorf("%w: order %s has no holds", errTorn, id)
		}
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
