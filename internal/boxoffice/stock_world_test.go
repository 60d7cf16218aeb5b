package boxoffice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
)

var opening = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// stockWorld is a box office that knows only its stock: one performance, its offer made by hand.
type stockWorld struct {
	*Office
	clock *clock.Fake
	offer offer
}

// smallHall has rows of seats in two zones (front rows are zone A), a category that is not sold when blocked is set, and two
// standing areas of zone S.
func smallHall(id string, rows, width, standing int) offer {
	f := offer{Performance: catalog.Performance{
		ID: id, Currency: money.KZT, OrderLimit: 10,
		SaleFrom: opening.Add(-time.Hour), SaleUntil: opening.Add(48 * time.Hour),
		Zones: []catalog.PriceZone{{ID: "A", Categories: []string{"front"}}, {ID: "B", Categories: []string{"back"}}, {ID: "S", Categories: []string{"floor"}}},
		Types: []catalog.TicketType{{ID: "adult"}, {ID: "child"}},
		Prices: []catalog.Price{
			{ZoneID: "A", TypeID: "adult", Amount: money.Tenge(9000)},
			{ZoneID: "A", TypeID: "child", Amount: money.Tenge(4500)},
			{ZoneID: "B", TypeID: "adult", Amount: money.Tenge(5000)},
			{ZoneID: "S", TypeID: "adult", Amount: money.Tenge(3000)},
		},
	}}
	for r := range rows {
		for p := range width {
			cat := "front"
			if r >= rows/2 {
				cat = "back"
			}
			f.seats = append(f.seats, catalog.Seat{
				No: len(f.seats), ID: fmt.Sprintf("%d-%d", r+1, p+1), Category: cat,
				X: float64(p) * 10, Y: float64(r) * 10, RowNo: r, Place: p,
			})
		}
	}
	if standing > 0 {
		f.areas = []catalog.StandingArea{{No: 0, ID: "left", Category: "floor", Capacity: standing}, {No: 1, ID: "right", Category: "floor", Capacity: standing}}
	}
	f.seatByID = func(id string) (catalog.Seat, bool) {
		i := slices.IndexFunc(f.seats, func(s catalog.Seat) bool { return s.ID == id })
		if i < 0 {
			return catalog.Seat{}, false
		}
		return f.seats[i], true
	}
	return f
}

// newStockWorld opens the sale of an offer; another world over the same database is another process.
func newStockWorld(t testing.TB, d *db.DB, f offer) *stockWorld {
	t.Helper()
	c := clock.NewFake(opening)
	o := &Office{deps: deps{db: d, clock: c, log: slog.New(slog.DiscardHandler), cfg: Config{HoldFor: 10 * time.Minute, PayFor: 10 * time.Minute}}}
	o.stock = newStock(o.deps)
	o.stock.watchEvery = 5 * time.Millisecond
	o.stock.offerOf = func(_ context.Context, id string) (offer, error) {
		if id != f.ID {
			return offer{}, fault.New(fault.NotFound, "")
		}
		return f, nil
	}
	if err := d.Transact(t.Context(), func(tx *db.DB) error { return o.stock.open(t.Context(), tx, f) }); err != nil {
		t.Fatal(err)
	}
	return &stockWorld{o, c, f}
}

// beside is another process over the same stock: same clock, own memory, own database handle.
func (w *stockWorld) beside(t testing.TB, d *db.DB) *stockWorld {
	t.Helper()
	x := newStockWorld(t, d, w.offer)
	x.clock, x.deps.clock, x.stock.clock = w.clock, w.clock, w.clock
	return x
}

func (w *stockWorld) seats(ids ...string) HoldRequest {
	r := HoldRequest{PerformanceID: w.offer.ID}
	for _, id := range ids {
		r.Seats = append(r.Seats, SeatWish{SeatID: id})
	}
	return r
}

func (w *stockWorld) standing(n int) HoldRequest {
	return HoldRequest{PerformanceID: w.offer.ID, Items: []AreaWish{{PriceZoneID: "S", Quantity: n}}}
}

func (w *stockWorld) mustHold(t testing.TB, r HoldRequest) Hold {
	t.Helper()
	h, err := w.Hold(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func keyOf(h Hold) HoldKey { return HoldKey{ID: h.ID, Secret: h.Secret} }

func (w *stockWorld) counts(t testing.TB) Counts {
	t.Helper()
	c, err := w.Counts(t.Context(), []string{w.offer.ID})
	if err != nil {
		t.Fatal(err)
	}
	return c[w.offer.ID]
}

// inOrder runs something of an order's in a transaction and tells the watchers.
func (w *stockWorld) inOrder(t testing.TB, id string, fn func(ctx context.Context, tx *db.DB) error) error {
	t.Helper()
	err := w.db.Transact(t.Context(), func(tx *db.DB) error { return fn(t.Context(), tx) })
	w.stock.changed(t.Context(), id)
	return err
}

func (w *stockWorld) order(t testing.TB, id string, holds ...Hold) error {
	return w.inOrder(t, id, func(ctx context.Context, tx *db.DB) error {
		return batch.Why(w.stock.orderHolds(ctx, tx, []*draft{{holds: holds, order: Order{ID: id}}}))
	})
}

func (w *stockWorld) sell(t testing.TB, id string) error {
	return w.inOrder(t, id, func(ctx context.Context, tx *db.DB) error { return w.sellIn(ctx, tx, id) })
}

// sellIn sells what an order's holds have or had.
func (w *stockWorld) sellIn(ctx context.Context, tx *db.DB, id string) error {
	refs, err := orderHoldRefs(ctx, tx, []string{id})
	if err != nil || len(refs) == 0 {
		return errors.Join(err, errTorn)
	}
	o := Order{ID: id}
	for _, ref := range refs {
		items, err := everyItem(ctx, tx, ref.performanceID, []string{ref.id})
		if err != nil {
			return err
		}
		for _, it := range items {
			o.Lines = append(o.Lines, OrderLine{PerformanceID: ref.performanceID, HoldItem: it.HoldItem, HoldID: ref.String()})
		}
	}
	return w.stock.sellHeld(ctx, tx, []Order{o})
}

func (w *stockWorld) reclaim(t testing.TB, id string) error {
	return w.inOrder(t, id, func(ctx context.Context, tx *db.DB) error { return w.stock.reclaim(ctx, tx, id) })
}

func (w *stockWorld) release(t testing.TB, id string) error {
	return w.inOrder(t, id, func(ctx context.Context, tx *db.DB) error { return w.stock.release(ctx, tx, id) })
}

// checkStock finds what does not add up: counters against rows, seats against items, a seat in two hands.
func (w *stockWorld) checkStock(t testing.TB) []string {
	t.Helper()
	ctx := t.Context()
	var wrong []string
	count := map[SeatState]int{}
	if err := allSeats(ctx, w.db, w.offer.ID, func(_ int, s SeatState) { count[s]++ }); err != nil {
		t.Fatal(err)
	}
	areas, err := readAreas(ctx, w.db, w.offer.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range areas {
		count[SeatFree] += a.Free
		count[SeatHeld] += a.Held
		count[SeatSold] += a.Sold
	}
	if c := w.counts(t); c.Free != count[SeatFree] || c.Held != count[SeatHeld] || c.Sold != count[SeatSold] {
		wrong = append(wrong, fmt.Sprintf("counters %+v, rows %v", c, count))
	}
	// A seat's row names the hold of its live item, and nobody else has one.
	err = w.db.Each(ctx, func(scan func(...any) error) error {
		var no, owners, matching int
		if err := scan(&no, &owners, &matching); err != nil {
			return err
		}
		if owners != 1 || matching != 1 {
			wrong = append(wrong, fmt.Sprintf("seat %d: %d owners, %d of them on its row", no, owners, matching))
		}
		return nil
	}, `SELECT i.seat_no, count(*), count(CASE WHEN s.hold_id = i.hold_id AND s.state IN (1, 2) THEN 1 END)
		FROM boxoffice_hold_item i JOIN boxoffice_seat s ON s.performance_id = i.performance_id AND s.seat_no = i.seat_no
		WHERE i.performance_id = $1 AND i.released_at = 0 AND i.seat_no >= 0 GROUP BY i.seat_no`, w.offer.ID)
	if err != nil {
		t.Fatal(err)
	}
	var taken, items int
	if err := w.db.QueryRow(ctx, `SELECT count(*) FROM boxoffice_seat WHERE performance_id = $1 AND state IN (1, 2)`, w.offer.ID).Scan(&taken); err != nil {
		t.Fatal(err)
	}
	if err := w.db.QueryRow(ctx, `SELECT count(*) FROM boxoffice_hold_item WHERE performance_id = $1 AND released_at = 0 AND seat_no >= 0`,
		w.offer.ID).Scan(&items); err != nil {
		t.Fatal(err)
	}
	if taken != items {
		wrong = append(wrong, fmt.Sprintf("%d seats taken, %d items", taken, items))
	}
	return wrong
}
