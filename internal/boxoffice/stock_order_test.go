package boxoffice

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

func (w *stockWorld) mixed(n int, seats ...string) HoldRequest {
	r := w.seats(seats...)
	r.Items = []AreaWish{{PriceZoneID: "S", Quantity: n}}
	return r
}

func TestOrderSellsWhatWasHeld(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		a, b := w.mustHold(t, w.mixed(3, "1-1", "1-2")), w.mustHold(t, w.seats("2-2"))
		if err := w.order(t, "o1", a, b); err != nil {
			t.Fatal(err)
		}
		// An order's seats do not run out with the hold: the order itself ends them.
		w.clock.Advance(time.Hour)
		if _, err := w.sweepHolds(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Hold(t.Context(), w.seats("1-1")); !errors.Is(err, ErrSeatsGone) {
			t.Errorf("an ordered seat: %v", err)
		}
		if err := w.sell(t, "o1"); err != nil {
			t.Fatal(err)
		}
		if got, want := w.counts(t), (Counts{Capacity: 80, Free: 74, Sold: 6}); got != want {
			t.Errorf("counts %+v, want %+v", got, want)
		}
		if err := w.sell(t, "o1"); !errors.Is(err, ErrHoldGone) {
			t.Errorf("sold twice: %v", err)
		}
		if err := w.release(t, "o1"); err != nil {
			t.Fatal(err)
		}
		if got, want := w.counts(t), (Counts{Capacity: 80, Free: 80}); got != want {
			t.Errorf("counts after the refund %+v, want %+v", got, want)
		}
		if err := w.release(t, "o1"); err != nil {
			t.Errorf("released twice: %v", err)
		}
	})
}

func TestOrderOfAGoneHoldFails(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		good, late, given := w.mustHold(t, w.seats("1-1")), w.mustHold(t, w.seats("1-2")), w.mustHold(t, w.seats("1-3"))
		if err := w.Release(t.Context(), keyOf(given)); err != nil {
			t.Fatal(err)
		}
		if err := w.order(t, "o1", good, given); !errors.Is(err, ErrHoldGone) {
			t.Errorf("released: %v", err)
		}
		if err := w.order(t, "o2", good); err != nil {
			t.Errorf("the failed order kept the good hold: %v", err)
		}
		if err := w.order(t, "o3", good); !errors.Is(err, ErrHoldGone) {
			t.Errorf("ordered twice: %v", err)
		}
		w.clock.Advance(10 * time.Minute)
		if err := w.order(t, "o4", late); !errors.Is(err, ErrHoldGone) {
			t.Errorf("run out: %v", err)
		}
		if err := w.sell(t, "o9"); err == nil {
			t.Error("an order without holds sold something")
		}
	})
}

func TestLatePaymentReclaimsIfAllIsFree(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		h := w.mustHold(t, w.mixed(5, "1-1", "1-2"))
		if err := errors.Join(w.order(t, "o1", h), w.release(t, "o1")); err != nil {
			t.Fatal(err)
		}
		if err := w.sell(t, "o1"); !errors.Is(err, ErrHoldGone) {
			t.Errorf("sold what was given back: %v", err)
		}
		other := w.mustHold(t, w.seats("1-2"))
		var e *fault.Error
		if err := w.reclaim(t, "o1"); !errors.Is(err, ErrSeatsGone) || !errors.As(err, &e) {
			t.Fatalf("got %v, want ErrSeatsGone", err)
		}
		if d := cmp.Diff([]string{"1-2"}, e.Args["seats"]); d != "" {
			t.Error(d)
		}
		if c := w.counts(t); c.Held != 1 {
			t.Errorf("a failed reclaim took something: %+v", c)
		}
		w.clock.Advance(10 * time.Minute) // the other's time is over, though nobody has swept
		err := w.inOrder(t, "o1", func(ctx context.Context, tx *db.DB) error {
			return errors.Join(w.stock.reclaim(ctx, tx, "o1"), w.sellIn(ctx, tx, "o1"))
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := w.counts(t), (Counts{Capacity: 80, Free: 73, Sold: 7}); got != want {
			t.Errorf("counts %+v, want %+v", got, want)
		}
		if _, err := w.FindHold(t.Context(), keyOf(other)); !errors.Is(err, ErrHoldGone) {
			t.Errorf("the other's hold: %v", err)
		}
	})
}

func TestReclaimOfPlacesNeedsRoom(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		h := w.mustHold(t, w.standing(10))
		if err := errors.Join(w.order(t, "o1", h), w.release(t, "o1")); err != nil {
			t.Fatal(err)
		}
		first := w.mustHold(t, w.standing(10)) // the same area fills up
		w.mustHold(t, w.standing(10))
		if err := w.reclaim(t, "o1"); !errors.Is(err, ErrSeatsGone) {
			t.Fatalf("got %v, want ErrSeatsGone", err)
		}
		if err := w.Release(t.Context(), keyOf(first)); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.reclaim(t, "o1"), w.sell(t, "o1")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestReclaimOfWhatIsStillHeldTakesNothing(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		h := w.mustHold(t, w.seats("1-1"))
		if err := errors.Join(w.order(t, "o1", h), w.reclaim(t, "o1"), w.sell(t, "o1"), w.reclaim(t, "o1")); err != nil {
			t.Fatal(err)
		}
		if got, want := w.counts(t), (Counts{Capacity: 80, Free: 79, Sold: 1}); got != want {
			t.Errorf("counts %+v, want %+v", got, want)
		}
	})
}
