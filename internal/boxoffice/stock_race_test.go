package boxoffice

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

const buyers = 32

// fight lets 32 buyers, spread over processes, take the seats of a hall in pairs until nothing is left, and returns for each
// seat how many buyers were told that it is theirs.
func fight(t *testing.T, offices []*stockWorld) map[string]int {
	t.Helper()
	f := offices[0].offer
	var mu sync.Mutex
	owners := map[string]int{}
	var lost atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for b := range buyers {
		wg.Go(func() {
			<-start
			w := offices[b%len(offices)]
			r := rand.New(rand.NewPCG(1, uint64(b%4))) // four wish lists: everybody has seven rivals for each pair
			for _, i := range r.Perm(len(f.seats) / 2) {
				ids := []string{f.seats[2*i].ID, f.seats[2*i+1].ID}
				h, err := w.Hold(t.Context(), w.seats(ids...))
				switch {
				case errors.Is(err, ErrSeatsGone):
					lost.Add(1)
				case err != nil:
					t.Errorf("buyer %d: %v", b, err)
					return
				default:
					mu.Lock()
					for _, it := range h.Items {
						owners[it.SeatID]++
					}
					mu.Unlock()
				}
			}
		})
	}
	close(start)
	wg.Wait()
	if want := int64(buyers*len(f.seats)/2 - len(f.seats)/2); lost.Load() != want && !t.Failed() && offices[0].stock.walls == (walls{}) {
		t.Errorf("%d buyers lost a pair, want %d", lost.Load(), want)
	}
	return owners
}

// doubles is the check: every seat has exactly one owner.
func doubles(owners map[string]int, seats int) []string {
	var wrong []string
	if len(owners) != seats {
		wrong = append(wrong, fmt.Sprintf("%d seats held, want %d", len(owners), seats))
	}
	for id, n := range owners {
		if n != 1 {
			wrong = append(wrong, fmt.Sprintf("seat %s has %d owners", id, n))
		}
	}
	return wrong
}

func TestThirtyTwoBuyersFight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStockWorld(t, d, smallHall("p1", 10, 20, 0))
		for _, s := range append(doubles(fight(t, []*stockWorld{w}), 200), w.checkStock(t)...) {
			t.Error(s)
		}
		if got, want := w.counts(t), (Counts{Capacity: 200, Held: 200}); got != want {
			t.Errorf("counts %+v, want %+v", got, want)
		}
	})
}

// TestBuyersFightAtTwoProcesses: each process has its own memory and its own connections to one database.
func TestBuyersFightAtTwoProcesses(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			a, b := twoProcesses(t, e, smallHall("p1", 10, 20, 0))
			for _, s := range append(doubles(fight(t, []*stockWorld{a, b}), 200), a.checkStock(t)...) {
				t.Error(s)
			}
			for _, w := range []*stockWorld{a, b} {
				left, err := w.Availability(t.Context(), "p1")
				if err != nil {
					t.Fatal(err)
				}
				if s := fmt.Sprint(left.Seats); strings.Contains(s, "0") {
					t.Errorf("a process still shows free seats: %s", s)
				}
			}
		})
	}
}

func twoProcesses(t *testing.T, e db.Engine, f offer) (a, b *stockWorld) {
	t.Helper()
	dsn := dbtest.DSN(t, e)
	open := func() *db.DB {
		d, err := db.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
		return d
	}
	d := open()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	a = newStockWorld(t, d, f)
	return a, a.beside(t, open())
}

// TestTheFightNeedsItsWalls is the negative control: each wall alone keeps seats from being sold twice, and with all of them down
// the check of TestThirtyTwoBuyersFight finds doubles.
func TestTheFightNeedsItsWalls(t *testing.T) {
	for name, c := range map[string]struct {
		walls   walls
		noIndex bool
		doubles bool
	}{
		"deciding does not look":             {walls{blind: true}, true, false},
		"only the unique index":              {walls{blind: true, unguarded: true}, false, false},
		"nothing keeps a seat from its next": {walls{blind: true, unguarded: true}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newStockWorld(t, d, smallHall("p1", 4, 5, 0))
				w.stock.walls = c.walls
				if c.noIndex {
					if _, err := d.Exec(t.Context(), `DROP INDEX boxoffice_hold_item_seat`); err != nil {
						t.Fatal(err)
					}
				}
				if c.doubles {
					outgrowCounters(t, d)
				}
				found := doubles(fight(t, []*stockWorld{w}), 20)
				if c.doubles != (len(found) > 0) {
					t.Errorf("doubles found: %v", found)
				}
				if c.doubles && len(w.checkStock(t)) == 0 {
					t.Error("checkStock finds nothing wrong")
				}
			})
		})
	}
}

// outgrowCounters makes the counters so large that their checks, a wall too, never stand in the way.
func outgrowCounters(t *testing.T, d *db.DB) {
	t.Helper()
	if _, err := d.Exec(t.Context(), `UPDATE boxoffice_stock SET capacity = 1000000, free = 1000000`); err != nil {
		t.Fatal(err)
	}
}

func TestBuyersFightForStandingPlaces(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			a, b := twoProcesses(t, e, smallHall("p1", 1, 2, 50))
			var got atomic.Int64
			var wg sync.WaitGroup
			for i := range buyers {
				wg.Go(func() {
					w := []*stockWorld{a, b}[i%2]
					for {
						h, err := w.Hold(t.Context(), w.standing(1+i%3))
						if errors.Is(err, ErrNotEnough) {
							if i%3 == 0 {
								return
							}
							if h, err = w.Hold(t.Context(), w.standing(1)); errors.Is(err, ErrNotEnough) {
								return
							}
						}
						if err != nil {
							t.Error(err)
							return
						}
						got.Add(int64(len(h.Items)))
					}
				})
			}
			wg.Wait()
			if got.Load() != 100 {
				t.Errorf("%d places given, want 100", got.Load())
			}
			if c, want := a.counts(t), (Counts{Capacity: 102, Free: 2, Held: 100}); c != want {
				t.Errorf("counts %+v, want %+v", c, want)
			}
		})
	}
}

// TestHoldsAndOrdersCross: buyers hold, order, pay, refund and give up all at once at two processes; nothing hangs and all adds up.
func TestHoldsAndOrdersCross(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			a, b := twoProcesses(t, e, smallHall("p1", 4, 10, 20))
			var wg sync.WaitGroup
			for i := range 16 {
				wg.Go(func() {
					w := []*stockWorld{a, b}[i%2]
					r := rand.New(rand.NewPCG(7, uint64(i)))
					for n := range 12 {
						crossing(t, w, r, fmt.Sprintf("o-%d-%d", i, n))
					}
				})
			}
			wg.Wait()
			for _, s := range a.checkStock(t) {
				t.Error(s)
			}
		})
	}
}

func crossing(t *testing.T, w *stockWorld, r *rand.Rand, order string) {
	i := r.IntN(len(w.offer.seats) - 2)
	h, err := w.Hold(t.Context(), w.mixed(1, w.offer.seats[i].ID, w.offer.seats[i+2].ID))
	if errors.Is(err, ErrSeatsGone) || errors.Is(err, ErrNotEnough) {
		return
	}
	if err != nil {
		t.Error(err)
		return
	}
	switch r.IntN(4) {
	case 0:
		err = w.Release(t.Context(), keyOf(h))
	case 1:
		err = errors.Join(w.order(t, order, h), w.release(t, order))
	case 2:
		err = errors.Join(w.order(t, order, h), w.sell(t, order), w.release(t, order))
	default:
		err = errors.Join(w.order(t, order, h), w.sell(t, order))
	}
	if err != nil {
		t.Error(err)
	}
}
