package boxoffice

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// stockModel is what the stock should be, in the simplest words: who has which seat and how many places.
type stockModel struct {
	w      *stockWorld
	t      *testing.T
	holds  []*modelHold
	orders map[string]*modelHold
	n      int
}

type modelHold struct {
	hold  Hold
	state holdState
	made  time.Time
	until time.Time
	order string
}

func (m *modelHold) has(now time.Time) bool {
	return m.state == holdOrdered || m.state == holdSold || m.state == holdActive && now.Before(m.until)
}

// taken are the seats and places that somebody has now, except for one hold.
func (m *stockModel) taken(except *modelHold) (seats map[string]SeatState, places map[int]int) {
	seats, places = map[string]SeatState{}, map[int]int{}
	for _, h := range m.holds {
		if h == except || !h.has(m.w.clock.Now()) {
			continue
		}
		s := SeatHeld
		if h.state == holdSold {
			s = SeatSold
		}
		for _, it := range h.hold.Items {
			if it.SeatNo >= 0 {
				seats[it.SeatID] = s
			} else {
				places[it.AreaNo]++
			}
		}
	}
	return seats, places
}

const modelPlaces = 4 // in each of two areas

func (m *stockModel) take(t *rapid.T) {
	ids := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"1-1", "1-2", "1-3", "1-4", "2-1", "2-2", "2-3", "2-4"}), 0, 3, rapid.ID).Draw(t, "seats")
	n := rapid.IntRange(0, 3).Draw(t, "places")
	r := m.w.seats(ids...)
	if n > 0 {
		r.Items = []AreaWish{{PriceZoneID: "S", Quantity: n}}
	}
	seats, places := m.taken(nil)
	var want error
	gone := slices.ContainsFunc(ids, func(id string) bool { _, ok := seats[id]; return ok })
	switch {
	case len(ids)+n == 0:
		want = ErrEmptyHold
	case gone:
		want = ErrSeatsGone
	case 2*modelPlaces-places[0]-places[1] < n:
		want = ErrNotEnough
	}
	h, err := m.w.Hold(m.t.Context(), r)
	if !errors.Is(err, want) || (want == nil) != (err == nil) {
		t.Fatalf("hold %v and %d places: got %v, want %v", ids, n, err, want)
	}
	if err == nil {
		m.holds = append(m.holds, &modelHold{hold: h, state: holdActive, made: m.w.clock.Now(), until: m.w.clock.Now().Add(10 * time.Minute)})
	}
}

func (m *stockModel) pick(t *rapid.T) *modelHold {
	if len(m.holds) == 0 {
		t.Skip("nothing held yet")
	}
	return m.holds[rapid.IntRange(max(0, len(m.holds)-8), len(m.holds)-1).Draw(t, "hold")]
}

func (m *stockModel) pickOrder(t *rapid.T) *modelHold {
	if len(m.orders) == 0 {
		t.Skip("nothing ordered yet")
	}
	return m.orders[rapid.SampledFrom(slices.Sorted(maps.Keys(m.orders))).Draw(t, "order")]
}

// expect moves the model when the call succeeds as it should, and fails when it does something else.
func (m *stockModel) expect(t *rapid.T, what string, err, want error, h *modelHold, to holdState) {
	if !errors.Is(err, want) || (want == nil) != (err == nil) {
		t.Fatalf("%s: got %v, want %v", what, err, want)
	}
	if err == nil && to != "" {
		h.state = to
	}
}

func (m *stockModel) give(t *rapid.T) {
	h := m.pick(t)
	var want error
	if h.state != holdActive || !h.has(m.w.clock.Now()) {
		want = ErrHoldGone
	}
	m.expect(t, "release", m.w.Release(m.t.Context(), keyOf(h.hold)), want, h, holdReleased)
}

func (m *stockModel) extend(t *rapid.T) {
	h := m.pick(t)
	last := h.made.Add(20 * time.Minute)
	until := m.w.clock.Now().Add(10 * time.Minute)
	if until.After(last) {
		until = last
	}
	var want error
	switch {
	case h.state != holdActive || !h.has(m.w.clock.Now()):
		want = ErrHoldGone
	case h.until.Equal(last):
		want = ErrNoMoreTime
	}
	got, err := m.w.ExtendHold(m.t.Context(), keyOf(h.hold))
	m.expect(t, "extend", err, want, h, "")
	if want == nil {
		h.until = until
		if !got.ExpiresAt.Equal(until) || got.Extendable != until.Before(last) {
			t.Fatalf("extended until %s (again %t), want %s", got.ExpiresAt, got.Extendable, until)
		}
	}
}

func (m *stockModel) order(t *rapid.T) {
	h := m.pick(t)
	var want error
	if h.state != holdActive || !h.has(m.w.clock.Now()) {
		want = ErrHoldGone
	}
	m.n++
	id := fmt.Sprintf("o%03d", m.n)
	m.expect(t, "order", m.w.order(m.t, id, h.hold), want, h, holdOrdered)
	if want == nil {
		h.order = id
		m.orders[id] = h
	}
}

func (m *stockModel) sell(t *rapid.T) {
	h := m.pickOrder(t)
	var want error
	if h.state != holdOrdered {
		want = ErrHoldGone
	}
	m.expect(t, "sell", m.w.sell(m.t, h.order), want, h, holdSold)
}

func (m *stockModel) end(t *rapid.T) {
	h := m.pickOrder(t)
	m.expect(t, "end", m.w.release(m.t, h.order), nil, h, holdReleased)
}

func (m *stockModel) reclaim(t *rapid.T) {
	h := m.pickOrder(t)
	if h.has(m.w.clock.Now()) {
		m.expect(t, "reclaim of what it has", m.w.reclaim(m.t, h.order), nil, h, "")
		return
	}
	seats, places := m.taken(h)
	var want error
	mine := map[int]int{}
	for _, it := range h.hold.Items {
		if it.SeatNo < 0 {
			mine[it.AreaNo]++
		} else if _, ok := seats[it.SeatID]; ok {
			want = ErrSeatsGone
		}
	}
	for area, n := range mine {
		if places[area]+n > modelPlaces {
			want = ErrSeatsGone
		}
	}
	m.expect(t, "reclaim", m.w.reclaim(m.t, h.order), want, h, holdOrdered)
}

func (m *stockModel) wait(t *rapid.T) {
	m.w.clock.Advance(time.Duration(rapid.IntRange(1, 400).Draw(t, "seconds")) * time.Second)
}

func (m *stockModel) sweep(t *rapid.T) {
	if _, err := m.w.sweepHolds(m.t.Context()); err != nil {
		t.Fatal(err)
	}
	// Now nothing that has run out is still counted: the figures are the model's.
	seats, places := m.taken(nil)
	want := Counts{Capacity: 8 + 2*modelPlaces}
	for _, s := range seats {
		if s == SeatSold {
			want.Sold++
		}
	}
	for _, h := range m.holds {
		for _, it := range h.hold.Items {
			if it.SeatNo < 0 && h.state == holdSold {
				want.Sold++
			}
		}
	}
	want.Held = len(seats) + places[0] + places[1] - want.Sold
	want.Free = want.Capacity - want.Held - want.Sold
	if d := cmp.Diff(want, m.w.counts(m.t)); d != "" {
		t.Fatalf("counts (-model +stock):\n%s", d)
	}
	a, err := m.w.Availability(m.t.Context(), "p1")
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range m.w.offer.seats {
		if a.Seats[i] != seats[s.ID] {
			t.Fatalf("seat %s is %d, the model says %d", s.ID, a.Seats[i], seats[s.ID])
		}
	}
}

func (m *stockModel) check(t *rapid.T) {
	for _, s := range m.w.checkStock(m.t) {
		t.Fatal(s)
	}
}

// TestStockAgainstModel: whatever is held, extended, released, ordered, sold, ended, reclaimed and waited for, in whatever order, the stock
// is what a few maps say it should be.
func TestStockAgainstModel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			for _, table := range []string{"stock", "seat", "area", "hold", "hold_item", "order_hold"} {
				if _, err := d.Exec(t.Context(), `DELETE FROM boxoffice_`+table); err != nil {
					rt.Fatal(err)
				}
			}
			m := &stockModel{w: newStockWorld(t, d, smallHall("p1", 2, 4, modelPlaces)), t: t, orders: map[string]*modelHold{}}
			rt.Repeat(map[string]func(*rapid.T){
				"take": m.take, "take again": m.take, "give": m.give, "extend": m.extend, "order": m.order, "sell": m.sell, "end": m.end,
				"reclaim": m.reclaim, "wait": m.wait, "sweep": m.sweep, "": m.check,
			})
		})
	})
}
