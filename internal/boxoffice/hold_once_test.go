package boxoffice

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
)

func named(r HoldRequest, name string) HoldRequest {
	r.Once = &Once{ID: name, MAC: []byte(r.Seats[0].SeatID), Seal: []byte("seal of " + name)}
	return r
}

func (w *stockWorld) countRows(t *testing.T, table string) (n int) {
	t.Helper()
	if err := w.db.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestANamedRequestIsCarriedOutOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStockWorld(t, d, smallHall("p1", 2, 4, 0))
		wish := named(w.seats("1-1", "1-2"), "mine")
		first := w.mustHold(t, wish)
		w.clock.Advance(time.Minute)
		second := w.mustHold(t, wish)
		if !second.Repeated || first.Repeated {
			t.Errorf("repeated: first %v, second %v", first.Repeated, second.Repeated)
		}
		second.Repeated = false
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("the second answer differs:\n%s", diff)
		}
		if _, err := w.FindHold(t.Context(), keyOf(second)); err != nil {
			t.Errorf("the repeated secret does not open the hold: %v", err)
		}
		if _, err := w.Hold(t.Context(), named(w.seats("1-3"), "mine")); !errors.Is(err, ErrOtherRequest) {
			t.Errorf("another request under the name: %v", err)
		}
		if c := w.counts(t); c.Held != 2 {
			t.Errorf("%d seats held", c.Held)
		}
		if err := w.Release(t.Context(), keyOf(first)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Hold(t.Context(), wish); !errors.Is(err, ErrHoldGone) {
			t.Errorf("asked again after giving it back: %v", err)
		}
	})
}

func TestANamedRefusalStaysOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStockWorld(t, d, smallHall("p1", 2, 4, 0))
		has := w.mustHold(t, w.seats("1-1"))
		lost := named(w.seats("1-1", "1-2"), "lost")
		_, first := w.Hold(t.Context(), lost)
		if err := w.Release(t.Context(), keyOf(has)); err != nil {
			t.Fatal(err)
		}
		_, second := w.Hold(t.Context(), lost)
		for _, err := range []error{first, second} {
			var f *fault.Error
			if !errors.As(err, &f) || !errors.Is(f, ErrSeatsGone) || !cmp.Equal(f.Args["seats"], []string{"1-1"}) {
				t.Errorf("refused with %v, seats %v", err, f.Args["seats"])
			}
		}
		best := BestRequest{PerformanceID: "p1", N: 9, TicketTypeID: "adult", Once: &Once{ID: "best", MAC: []byte("nine"), Seal: []byte("seal")}}
		for range 2 {
			if _, err := w.HoldBest(t.Context(), best); !errors.Is(err, ErrNotEnough) {
				t.Errorf("nine of eight seats: %v", err)
			}
		}
		// A day later the name is free again, whether or not it has been forgotten.
		w.clock.Advance(keepRequests)
		w.mustHold(t, lost)
		w.clock.Advance(keepRequests + time.Minute)
		if _, err := w.ExpireHolds(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.countRows(t, "boxoffice_hold_request"); n != 0 {
			t.Errorf("%d requests are remembered", n)
		}
	})
}

func TestANamedRequestTogetherWithItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStockWorld(t, d, smallHall("p1", 2, 4, 0))
		worlds := []*stockWorld{w, w, w}
		if d.Engine() == db.Postgres {
			worlds[1] = w.beside(t, d) // another process
		}
		var mu sync.Mutex
		got := map[HoldKey]int{}
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				h, err := worlds[i%3].Hold(t.Context(), named(w.seats("1-1"), "all"))
				mu.Lock()
				defer mu.Unlock()
				got[keyOf(h)]++
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(got) != 1 || w.countRows(t, "boxoffice_hold") != 1 {
			t.Errorf("%d different answers, %d holds", len(got), w.countRows(t, "boxoffice_hold"))
		}
	})
}

func TestTwoRequestsUnderOneNameInOneBatch(t *testing.T) {
	w := newStockWorld(t, dbtest.Open(t, db.SQLite), smallHall("p1", 2, 4, 0))
	one, other := named(w.seats("1-1"), "all"), named(w.seats("1-2"), "all")
	batch := []*ask{}
	for _, r := range []*HoldRequest{&one, &one, &other} {
		batch = append(batch, &ask{performanceID: "p1", take: r, once: r.Once, ctx: t.Context(), answer: make(chan answer, 1)})
	}
	w.stock.settle("p1", batch)
	a, b, c := <-batch[0].answer, <-batch[1].answer, <-batch[2].answer
	if a.err != nil || b.err != nil || a.hold.ID != b.hold.ID || !b.known {
		t.Errorf("the same twice: %+v and %+v", a, b)
	}
	if !errors.Is(c.err, ErrOtherRequest) {
		t.Errorf("another request under the name: %+v", c)
	}
}

func TestANamedRequestOutlivesItsConnectionAndItsSale(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStockWorld(t, d, smallHall("p1", 2, 4, 0))
		ctx, leave := context.WithCancel(t.Context())
		wish := named(w.seats("1-1"), "mine")
		a := &ask{performanceID: "p1", take: &wish, once: wish.Once, ctx: ctx, answer: make(chan answer, 1)}
		a.fate.Store(askLeft) // gone while its batch was being decided
		w.stock.settle("p1", []*ask{a})
		leave()
		h := w.mustHold(t, wish)
		if !h.Repeated || w.counts(t).Held != 1 {
			t.Errorf("who came back has %+v, %d seats are held", h, w.counts(t).Held)
		}
		w.offer.SaleUntil = w.clock.Now()
		w.stock.offerOf = func(context.Context, string) (offer, error) { return w.offer, nil }
		if h := w.mustHold(t, wish); !h.Repeated {
			t.Error("a new hold after the sale")
		}
		if _, err := w.Hold(t.Context(), named(w.seats("1-2"), "late")); !errors.Is(err, ErrNotOnSale) {
			t.Errorf("a late request: %v", err)
		}
		if n := w.countRows(t, "boxoffice_hold_request"); n != 1 {
			t.Errorf("%d requests are remembered", n)
		}
	})
}
