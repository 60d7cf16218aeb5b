package boxoffice

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
)

func eachStock(t *testing.T, fn func(t *testing.T, w *stockWorld)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStockWorld(t, d, smallHall("p1", 4, 10, 20))
		fn(t, w)
		for _, s := range w.checkStock(t) {
			t.Error(s)
		}
	})
}

func TestHoldKeepsSeatsAndPlacesUntilItEnds(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		r := w.seats("1-1", "3-2")
		r.Seats[0].TicketTypeID = "child"
		r.Items = []AreaWish{{PriceZoneID: "S", TicketTypeID: "adult", Quantity: 2}}
		h := w.mustHold(t, r)
		if want := money.Tenge(4500 + 5000 + 2*3000); h.Total != want {
			t.Errorf("total %s, want %s", h.Total, want)
		}
		if !h.ExpiresAt.Equal(opening.Add(10 * time.Minute)) {
			t.Errorf("expires at %s", h.ExpiresAt)
		}
		found, err := w.FindHold(t.Context(), keyOf(h))
		if err != nil {
			t.Fatal(err)
		}
		want := h
		want.Secret = ""
		if d := cmp.Diff(want, found); d != "" {
			t.Errorf("found another hold (-made +found):\n%s", d)
		}
		if got, want := w.counts(t), (Counts{Capacity: 80, Free: 76, Held: 4}); got != want {
			t.Errorf("counts %+v, want %+v", got, want)
		}
		w.clock.Advance(10 * time.Minute)
		if _, err := w.FindHold(t.Context(), keyOf(h)); !errors.Is(err, ErrHoldGone) {
			t.Errorf("after its time: %v", err)
		}
		if n, err := w.sweepHolds(t.Context()); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		if got, want := w.counts(t), (Counts{Capacity: 80, Free: 80}); got != want {
			t.Errorf("counts after the sweep %+v, want %+v", got, want)
		}
	})
}

func TestHoldIsAllOrNothing(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		w.mustHold(t, w.seats("1-1", "1-2"))
		_, err := w.Hold(t.Context(), w.seats("1-3", "1-2", "1-1"))
		var e *fault.Error
		if !errors.As(err, &e) || !errors.Is(err, ErrSeatsGone) {
			t.Fatalf("got %v, want ErrSeatsGone", err)
		}
		if d := cmp.Diff([]string{"1-2", "1-1"}, e.Args["seats"]); d != "" {
			t.Error(d)
		}
		w.mustHold(t, w.seats("1-3"))
		r := w.seats("1-4")
		r.Items = []AreaWish{{PriceZoneID: "S", Quantity: 9}}
		for range 4 {
			w.mustHold(t, w.standing(9))
		}
		if _, err = w.Hold(t.Context(), r); !errors.Is(err, ErrNotEnough) {
			t.Fatalf("got %v, want ErrNotEnough", err)
		}
		w.mustHold(t, w.seats("1-4"))
	})
}

func TestExpiredSeatsAreFreeAtOnce(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		r := w.seats("1-1", "1-2")
		r.Items = []AreaWish{{PriceZoneID: "S", Quantity: 8}}
		old := w.mustHold(t, r)
		for range 3 {
			w.mustHold(t, w.standing(10))
		}
		w.clock.Advance(10*time.Minute - time.Microsecond)
		if _, err := w.Hold(t.Context(), w.seats("1-2")); !errors.Is(err, ErrSeatsGone) {
			t.Fatalf("a moment before: %v", err)
		}
		w.clock.Advance(time.Microsecond)
		w.mustHold(t, w.seats("1-2"))
		w.mustHold(t, w.standing(10))
		w.mustHold(t, w.seats("1-1"))
		if err := w.Release(t.Context(), keyOf(old)); !errors.Is(err, ErrHoldGone) {
			t.Errorf("release of an expired hold: %v", err)
		}
	})
}

func TestHoldRefuses(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		seat := func(id, typ string) HoldRequest {
			return HoldRequest{PerformanceID: "p1", Seats: []SeatWish{{id, typ}}}
		}
		area := func(zone, typ string, n int) HoldRequest {
			return HoldRequest{PerformanceID: "p1", Items: []AreaWish{{zone, typ, n}}}
		}
		for name, c := range map[string]struct {
			r    HoldRequest
			want error
		}{
			"nothing":                  {HoldRequest{PerformanceID: "p1"}, ErrEmptyHold},
			"unknown seat":             {seat("99-1", ""), ErrNoSeat},
			"hostile seat":             {seat("'; DROP TABLE boxoffice_seat; --\x00", ""), ErrNoSeat},
			"unknown type":             {seat("1-1", "pensioner"), ErrNoPrice},
			"type without price there": {seat("4-1", "child"), ErrNoPrice},
			"a seat twice":             {w.seats("1-1", "1-1"), ErrQuantity},
			"none":                     {area("S", "", 0), ErrQuantity},
			"negative":                 {area("S", "", -3), ErrQuantity},
			"negative beside positive": {HoldRequest{PerformanceID: "p1", Items: []AreaWish{{"S", "", 5}, {"S", "", -4}}}, ErrQuantity},
			"huge":                     {area("S", "", 1<<62), ErrTooMany},
			"over the limit":           {area("S", "", 11), ErrTooMany},
			"over the limit in two":    {HoldRequest{PerformanceID: "p1", Items: []AreaWish{{"S", "", 6}, {"S", "", 5}}}, ErrTooMany},
			"unknown zone":             {area("Z", "", 1), ErrNoPrice},
			"a seated zone by number":  {area("A", "", 1), ErrNotEnough},
			"unknown performance":      {HoldRequest{PerformanceID: "p2", Seats: []SeatWish{{"1-1", ""}}}, fault.New(fault.NotFound, "")},
			"no performance":           {HoldRequest{Seats: []SeatWish{{"1-1", ""}}}, fault.New(fault.NotFound, "")},
		} {
			if _, err := w.Hold(t.Context(), c.r); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
		if got := w.counts(t); got.Held != 0 {
			t.Errorf("refused, and yet %+v", got)
		}
	})
}

func TestHoldOnlyWhileOnSale(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := smallHall("p1", 2, 4, 0)
		f.seats[1].Category = "house"
		w := newStockWorld(t, d, f)
		if got, want := w.counts(t), (Counts{Capacity: 8, Free: 7, Blocked: 1}); got != want {
			t.Errorf("counts %+v, want %+v", got, want)
		}
		if _, err := w.Hold(t.Context(), w.seats("1-2")); !errors.Is(err, ErrSeatsGone) {
			t.Errorf("house seat: %v", err)
		}
		try := func(name string, change func(*offer), want error) {
			g := f
			change(&g)
			w.stock.offerOf = func(context.Context, string) (offer, error) { return g, nil }
			if _, err := w.Hold(t.Context(), w.seats("1-1")); !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", name, err, want)
			}
		}
		try("soon", func(f *offer) { f.SaleFrom = opening.Add(time.Second) }, ErrNotOnSale)
		try("over", func(f *offer) { f.SaleUntil = opening }, ErrNotOnSale)
		try("cancelled", func(f *offer) { f.Cancelled = true }, ErrNotOnSale)
		w.stock.offerOf = func(_ context.Context, id string) (offer, error) { g := f; g.ID = id; return g, nil }
		if _, err := w.Hold(t.Context(), HoldRequest{PerformanceID: "p9", Seats: []SeatWish{{"1-1", ""}}}); !errors.Is(err, ErrNotOnSale) {
			t.Errorf("without stock: %v", err)
		}
	})
}

func TestHoldOpensOnlyWithItsSecret(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		a, b := w.mustHold(t, w.seats("1-1")), w.mustHold(t, w.seats("1-2"))
		for name, k := range map[string]HoldKey{
			"another's secret": {a.ID, b.Secret}, "no secret": {a.ID, ""}, "no id": {"", a.Secret}, "no such hold": {"p1.x", a.Secret}, "nonsense": {"p1", "x"},
		} {
			if _, err := w.FindHold(t.Context(), k); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: find: %v", name, err)
			}
			if err := w.Release(t.Context(), k); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: release: %v", name, err)
			}
		}
		var stored []byte
		if err := w.db.QueryRow(t.Context(), `SELECT secret_hash FROM boxoffice_hold WHERE id = $1`, refOf(a).id).Scan(&stored); err != nil {
			t.Fatal(err)
		}
		if len(a.Secret) != 43 || string(stored) == a.Secret || len(stored) != 32 {
			t.Errorf("secret %d characters, stored %d bytes", len(a.Secret), len(stored))
		}
	})
}

func TestReleaseFreesOnce(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		r := w.seats("2-1", "2-2")
		r.Items = []AreaWish{{PriceZoneID: "S", Quantity: 3}}
		h := w.mustHold(t, r)
		if err := w.Release(t.Context(), keyOf(h)); err != nil {
			t.Fatal(err)
		}
		if err := w.Release(t.Context(), keyOf(h)); !errors.Is(err, ErrHoldGone) {
			t.Errorf("twice: %v", err)
		}
		if c := w.counts(t); c.Free != 80 || c.Held != 0 {
			t.Errorf("counts %+v", c)
		}
		w.mustHold(t, r)
	})
}

func TestSetTypesChangesThePrice(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		h := w.mustHold(t, w.seats("1-1", "1-2"))
		got, err := w.SetTypes(t.Context(), keyOf(h), []string{"child", ""})
		if err != nil {
			t.Fatal(err)
		}
		if want := money.Tenge(4500 + 9000); got.Total != want {
			t.Errorf("total %s, want %s", got.Total, want)
		}
		found, err := w.FindHold(t.Context(), keyOf(h))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(got, found); d != "" {
			t.Errorf("stored otherwise:\n%s", d)
		}
		for name, types := range map[string][]string{"too few": {"child"}, "unknown": {"child", "dog"}} {
			if _, err := w.SetTypes(t.Context(), keyOf(h), types); !errors.Is(err, ErrNoPrice) {
				t.Errorf("%s: %v", name, err)
			}
		}
		// Checkout that read the old price must not go through with it.
		if err := w.order(t, "o1", h); !errors.Is(err, ErrHoldGone) {
			t.Errorf("order at the old price: %v", err)
		}
		if err := w.order(t, "o1", found); err != nil {
			t.Fatal(err)
		}
		if _, err := w.SetTypes(t.Context(), keyOf(h), []string{"", ""}); !errors.Is(err, ErrHoldGone) {
			t.Errorf("after the order: %v", err)
		}
	})
}

func TestWhoLeavesTakesNothing(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := w.Hold(gone, w.seats("1-1")); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		// Three wait while the offer is read; one of them leaves.
		f := w.offer
		reached, proceed := make(chan bool), make(chan bool)
		w.stock.offerOf = func(context.Context, string) (offer, error) { reached <- true; <-proceed; return f, nil }
		leaving, leave := context.WithCancel(t.Context())
		errs := make(chan error, 1)
		go func() { _, err := w.Hold(leaving, w.seats("1-1")); errs <- err }()
		<-reached
		leave()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		w.stock.offerOf = func(context.Context, string) (offer, error) { return f, nil }
		close(proceed)
		// It was decided and got the seat; the seat comes back by itself, before what is asked after it.
		w.mustHold(t, w.seats("1-2"))
		w.mustHold(t, w.seats("1-1"))
	})
}

func TestDatabaseErrorAnswersEverybodyAndChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStockWorld(t, d, smallHall("p1", 2, 4, 0))
		if _, err := d.Exec(t.Context(), `ALTER TABLE boxoffice_hold_item RENAME TO elsewhere`); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := w.Hold(t.Context(), w.seats("1-1")); fault.KindOf(err) != fault.Internal {
				t.Errorf("got %v", err)
			}
		}
		if _, err := d.Exec(t.Context(), `ALTER TABLE elsewhere RENAME TO boxoffice_hold_item`); err != nil {
			t.Fatal(err)
		}
		if c := w.counts(t); c.Held != 0 {
			t.Errorf("half done: %+v", c)
		}
		w.mustHold(t, w.seats("1-1"))
	})
}
