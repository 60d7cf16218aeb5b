package boxoffice

import (
	"context"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
)

// decideTogether decides a batch in one transaction: reads the rows concerned, decides in order of arrival in memory, writes all, commits once.
func (s *stock) decideTogether(ctx context.Context, performanceID string, bids []bid) (out []answer, err error) {
	defer fault.Wrap(&err, "decide %d requests for %s", len(bids), performanceID)
	var known Availability
	if slices.ContainsFunc(bids, func(b bid) bool { return b.best != nil }) {
		if known, err = s.board(performanceID).refresh(ctx); err != nil {
			return nil, err
		}
	}
	err = s.db.Transact(ctx, func(tx *db.DB) error {
		// Transact may run this again: everything decided is made anew.
		b, err := s.openBook(ctx, tx, performanceID)
		if err != nil {
			return err
		}
		r := &round{s: s, book: b, answers: make([]answer, len(bids)), expires: s.clock.Now().Add(s.cfg.HoldFor)}
		if err := r.recall(ctx, bids); err != nil {
			return err
		}
		if err := r.end(ctx, bids); err != nil {
			return err
		}
		if err := r.read(ctx, bids, known); err != nil {
			return err
		}
		for i, c := range bids {
			if (c.take != nil || c.best != nil) && !r.again[i] {
				r.decide(i, c)
			}
		}
		if err := r.remember(ctx, bids); err != nil {
			return err
		}
		if err := r.write(ctx); err != nil {
			return err
		}
		if err := r.change(ctx, bids); err != nil {
			return err
		}
		out = r.answers
		return b.close(ctx)
	})
	return out, err
}

// round is one batch inside its transaction: the stock as read and, decision after decision, as promised.
type round struct {
	s       *stock
	book    *book
	expires time.Time
	answers []answer
	again   []bool      // a named request that was decided before, here or in an earlier batch
	same    map[int]int // of those, the ones of this batch: the first of the name

	seats map[int]SeatState // the seats asked for by hand
	all   []SeatState       // every seat instead, when somebody wants the best
	areas []areaRow

	holds []newHold
	takes []take
}

// end gives back what is due and what its makers release.
func (r *round) end(ctx context.Context, bids []bid) error {
	swept, err := r.book.sweep(ctx)
	if err != nil {
		return err
	}
	var ids []string
	for i, c := range bids {
		switch {
		case c.sweep:
			r.answers[i].swept, swept = swept, 0
		case c.give != "":
			ids = append(ids, c.give)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	active, err := activeHolds(ctx, r.book.tx, r.book.performanceID, ids, r.book.now)
	if err != nil {
		return err
	}
	given := map[string]bool{}
	for i, c := range bids {
		if c.give == "" {
			continue
		}
		if given[c.give] || !slices.Contains(active, c.give) {
			r.answers[i].err = ErrHoldGone
		}
		given[c.give] = true
	}
	return r.book.end(ctx, active, SeatHeld, holdReleased)
}

// read brings in the stock that the batch asks about.
func (r *round) read(ctx context.Context, bids []bid, known Availability) error {
	var nos []int
	var areas, best bool
	for _, c := range bids {
		for _, it := range c.draft.seats {
			nos = append(nos, it.SeatNo)
		}
		areas = areas || len(c.draft.areas) > 0
		best = best || c.best != nil
	}
	var err error
	if areas {
		if r.areas, err = readAreas(ctx, r.book.tx, r.book.performanceID); err != nil {
			return err
		}
	}
	if best {
		// The gate is locked: what changed since the version known is all there is to know.
		r.all = slices.Clone(known.Seats)
		return changedSeats(ctx, r.book.tx, r.book.performanceID, known.Version, func(no int, st SeatState) { r.all[no] = st })
	}
	slices.Sort(nos)
	r.seats, err = readSeats(ctx, r.book.tx, r.book.performanceID, slices.Compact(nos))
	return err
}

func (r *round) decide(i int, c bid) {
	items, err := r.itemsFor(c.draft)
	if err != nil {
		r.answers[i].err = err
		return
	}
	h := Hold{
		ID: holdRef{c.performanceID, c.id}.String(), Secret: c.secret, PerformanceID: c.performanceID, MadeAt: r.s.clock.Now(), ExpiresAt: r.expires,
		Extendable: true, Items: items,
		Total: money.Zero(items[0].Price.Currency),
	}
	for _, it := range items {
		h.Total = h.Total.Add(it.Price)
		if it.SeatNo >= 0 {
			r.setHeld(it.SeatNo)
			r.takes = append(r.takes, take{seatNo: it.SeatNo, holdID: c.id})
		} else {
			r.book.countArea(it.AreaNo, moving(SeatFree, SeatHeld, 1))
		}
	}
	r.holds = append(r.holds, newHold{id: c.id, hash: c.hash, hold: h, items: items})
	r.answers[i].hold = h
}

func (r *round) state(seatNo int) SeatState {
	if r.all != nil {
		return r.all[seatNo]
	}
	if st, ok := r.seats[seatNo]; ok {
		return st
	}
	return SeatBlocked // the plan has it, the stock does not
}

func (r *round) setHeld(seatNo int) {
	if r.all != nil {
		r.all[seatNo] = SeatHeld
		return
	}
	r.seats[seatNo] = SeatHeld
}

// itemsFor finds everything a draft wants, or nothing.
func (r *round) itemsFor(d wishes) ([]HoldItem, error) {
	if d.best != nil {
		return r.bestItems(d.best)
	}
	var gone []string
	for _, it := range d.seats {
		if r.state(it.SeatNo) != SeatFree && !r.s.walls.blind {
			gone = append(gone, it.SeatID)
		}
	}
	if len(gone) > 0 {
		return nil, goneSeats(gone)
	}
	places, err := r.places(d.areas)
	if err != nil {
		return nil, err
	}
	return append(slices.Clone(d.seats), places...), nil
}

// places allots standing places: in one area where it has room for all, else from area to area in the plan's order.
func (r *round) places(wishes []areaDraft) ([]HoldItem, error) {
	var items []HoldItem
	left := map[int]int{}
	for _, a := range r.areas {
		left[a.no] = a.Free + r.book.areas[a.no].free
	}
	for _, w := range wishes {
		free := 0
		one := -1
		for _, a := range r.areas {
			if a.ZoneID == w.item.ZoneID {
				free += left[a.no]
				if one < 0 && left[a.no] >= w.quantity {
					one = a.no
				}
			}
		}
		if free < w.quantity {
			return nil, ErrNotEnough.With("free", free)
		}
		for _, a := range r.areas {
			for a.ZoneID == w.item.ZoneID && (one < 0 || a.no == one) && w.quantity > 0 && left[a.no] > 0 {
				it := w.item
				it.AreaNo = a.no
				items = append(items, it)
				left[a.no]--
				w.quantity--
			}
		}
	}
	return items, nil
}

func (r *round) write(ctx context.Context) error {
	if len(r.holds) == 0 {
		return nil
	}
	if err := r.book.take(ctx, r.takes, r.s.walls.unguarded); err != nil {
		return err
	}
	return insertHolds(ctx, r.book.tx, r.book.performanceID, r.holds, r.s.clock.Now(), r.expires)
}

// bestItems finds the best seats that are left, as stock is at this point of the batch.
func (r *round) bestItems(d *bestDraft) ([]HoldItem, error) {
	nos, free := d.hall.best(d.n, d.accessible,
		func(no int) bool { return r.all[no] == SeatFree },
		func(no int) bool { return d.items[d.hall.category[no]] != nil })
	if nos == nil {
		return nil, ErrNotEnough.With("free", free)
	}
	items := make([]HoldItem, len(nos))
	for i, no := range nos {
		items[i] = d.itemAt(no)
	}
	return items, nil
}
