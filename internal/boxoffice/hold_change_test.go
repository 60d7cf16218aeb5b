package boxoffice

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

func TestHoldIsExtendedUpToItsEnd(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		h, other := w.mustHold(t, w.seats("1-1")), w.mustHold(t, w.seats("1-2"))
		step := func(wait, want time.Duration, again bool) {
			t.Helper()
			w.clock.Advance(wait)
			got, err := w.ExtendHold(t.Context(), keyOf(h))
			if err != nil || !got.ExpiresAt.Equal(opening.Add(want)) || got.Extendable != again {
				t.Errorf("after %s: until %s, again %t (%v), want %s", wait, got.ExpiresAt.Sub(opening), got.Extendable, err, want)
			}
			found, err := w.FindHold(t.Context(), keyOf(h))
			if err != nil || !found.ExpiresAt.Equal(got.ExpiresAt) || found.Extendable != again {
				t.Errorf("after %s: found %s, again %t (%v)", wait, found.ExpiresAt.Sub(opening), found.Extendable, err)
			}
		}
		step(0, 10*time.Minute, true) // nothing is lost yet
		step(4*time.Minute, 14*time.Minute, true)
		step(0, 14*time.Minute, true) // a double click
		w.stock.waited = func(context.Context, string) bool { return true }
		if _, err := w.ExtendHold(t.Context(), keyOf(h)); !errors.Is(err, ErrNoMoreTime) {
			t.Errorf("while others wait: %v", err)
		}
		w.stock.waited = func(context.Context, string) bool { return false }
		step(9*time.Minute, 20*time.Minute, false)
		if _, err := w.ExtendHold(t.Context(), keyOf(h)); !errors.Is(err, ErrNoMoreTime) {
			t.Errorf("at the end: %v", err)
		}
		if _, err := w.ExtendHold(t.Context(), keyOf(other)); !errors.Is(err, ErrHoldGone) {
			t.Errorf("when the time is over: %v", err)
		}
		w.mustHold(t, w.seats("1-2"))
		if _, err := w.Hold(t.Context(), w.seats("1-1")); !errors.Is(err, ErrSeatsGone) {
			t.Errorf("an extended hold's seat: %v", err)
		}
		if _, err := w.ExtendHold(t.Context(), HoldKey{h.ID, other.Secret}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another's secret: %v", err)
		}
		w.clock.Advance(7 * time.Minute)
		w.mustHold(t, w.seats("1-1"))
	})
}

// TestChangesAreDecidedTogether: while one batch waits for its offer, everything else that is asked gathers into the next, and all of it is
// decided with one commit.
func TestChangesAreDecidedTogether(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		more, typed, gone := w.mustHold(t, w.seats("1-1")), w.mustHold(t, w.seats("1-2", "1-3")), w.mustHold(t, w.seats("1-4"))
		w.clock.Advance(time.Minute)
		f := w.offer
		reached, proceed := make(chan bool), make(chan bool)
		w.stock.offerOf = func(context.Context, string) (offer, error) { reached <- true; <-proceed; return f, nil }
		var wg sync.WaitGroup
		wg.Go(func() { w.mustHold(t, w.seats("2-1")) })
		<-reached
		w.stock.offerOf = func(context.Context, string) (offer, error) { return f, nil }
		wg.Go(func() {
			if h, err := w.ExtendHold(t.Context(), keyOf(more)); err != nil || !h.ExpiresAt.Equal(opening.Add(11*time.Minute)) {
				t.Errorf("extended until %s, %v", h.ExpiresAt, err)
			}
		})
		for range 4 { // whoever comes last wins, and types and total fit together
			for _, types := range [][]string{{"child", "adult"}, {"adult", "child"}, {"child", "child"}} {
				wg.Go(func() {
					if _, err := w.SetTypes(t.Context(), keyOf(typed), types); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Go(func() {
			if err := w.Release(t.Context(), keyOf(gone)); err != nil {
				t.Error(err)
			}
		})
		for w.stock.asking.Load() < 15 {
			time.Sleep(time.Millisecond)
		}
		before := versionOf(t, w)
		close(proceed)
		wg.Wait()
		if moved := versionOf(t, w) - before; moved > 3 {
			t.Errorf("the stock moved %d times", moved)
		}
		h, err := w.FindHold(t.Context(), keyOf(typed))
		if err != nil {
			t.Fatal(err)
		}
		if sum := h.Items[0].Price.Add(h.Items[1].Price); sum != h.Total {
			t.Errorf("items cost %s, the hold %s", sum, h.Total)
		}
		for _, s := range w.checkStock(t) {
			t.Error(s)
		}
	})
}

func versionOf(t *testing.T, w *stockWorld) int64 {
	t.Helper()
	v, err := readVersion(t.Context(), w.db, "p1")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestExtensionAndOrderShareTheHold: at two processes one orders what the other extends; nothing is torn.
func TestExtensionAndOrderShareTheHold(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			a, b := twoProcesses(t, e, smallHall("p1", 2, 4, 0))
			for _, seat := range []string{"1-1", "1-2", "1-3", "1-4", "2-1", "2-2"} {
				h := a.mustHold(t, a.seats(seat))
				a.clock.Advance(time.Minute)
				var wg sync.WaitGroup
				wg.Go(func() {
					if _, err := b.ExtendHold(t.Context(), keyOf(h)); err != nil && !errors.Is(err, ErrHoldGone) {
						t.Errorf("extend: %v", err)
					}
				})
				wg.Go(func() {
					if err := a.order(t, "o"+seat, h); err != nil {
						t.Errorf("order: %v", err)
					}
				})
				wg.Wait()
			}
			for _, s := range a.checkStock(t) {
				t.Error(s)
			}
		})
	}
}
