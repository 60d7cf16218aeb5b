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
)

// viewer applies deltas as a browser does.
type viewer struct {
	Availability
	deltas <-chan Delta
}

func newViewer(t *testing.T, w *stockWorld) *viewer {
	t.Helper()
	ctx := t.Context()
	deltas, stop, err := w.Watch(ctx, w.offer.ID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	a, err := w.Availability(ctx, w.offer.ID)
	if err != nil {
		t.Fatal(err)
	}
	v := &viewer{Availability: Availability{Version: a.Version, Seats: append([]SeatState(nil), a.Seats...), Areas: append([]AreaLeft(nil), a.Areas...)}, deltas: deltas}
	return v
}

// until applies deltas until the view is as new as a version.
func (v *viewer) until(t *testing.T, version int64) {
	t.Helper()
	for v.Version < version {
		select {
		case d := <-v.deltas:
			if d.Since > v.Version {
				t.Fatalf("a gap: at %d came a delta since %d", v.Version, d.Since)
			}
			for no, s := range d.Seats {
				v.Seats[no] = s
			}
			for no, a := range d.Areas {
				v.Areas[no] = a
			}
			v.Version = max(v.Version, d.Version)
		case <-time.After(20 * time.Second):
			t.Fatalf("no delta after version %d", v.Version)
		}
	}
}

func (v *viewer) sees(t *testing.T, w *stockWorld) {
	t.Helper()
	a, err := w.Availability(t.Context(), w.offer.ID)
	if err != nil {
		t.Fatal(err)
	}
	v.until(t, a.Version)
	if d := cmp.Diff(a, v.Availability); d != "" {
		t.Errorf("the viewer sees something else (-is +seen):\n%s", d)
	}
}

func TestWatchersSeeWhatHappensInEveryProcess(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			a, b := twoProcesses(t, e, smallHall("p1", 4, 10, 20))
			here, there := newViewer(t, a), newViewer(t, b)
			look := func(what string) {
				t.Helper()
				here.sees(t, a)
				there.sees(t, b)
				if d := cmp.Diff(here.Availability, there.Availability); d != "" {
					t.Errorf("%s: processes differ:\n%s", what, d)
				}
			}
			h := a.mustHold(t, a.mixed(3, "1-1", "1-2"))
			look("held")
			if here.Seats[0] != SeatHeld || here.Seats[1] != SeatHeld || here.Seats[2] != SeatFree || here.Areas[0] != (AreaLeft{"left", "S", 17, 3, 0}) {
				t.Errorf("held, seen as %v %v", here.Seats[:3], here.Areas)
			}
			other := b.mustHold(t, b.seats("2-2"))
			if err := a.order(t, "o1", h); err != nil {
				t.Fatal(err)
			}
			if err := a.sell(t, "o1"); err != nil {
				t.Fatal(err)
			}
			look("sold")
			if here.Seats[0] != SeatSold || here.Areas[0] != (AreaLeft{"left", "S", 17, 0, 3}) {
				t.Errorf("sold, seen as %v %v", here.Seats[0], here.Areas)
			}
			if err := b.Release(t.Context(), keyOf(other)); err != nil {
				t.Fatal(err)
			}
			look("released")
		})
	}
}

func TestAvailabilityOfAnUnknownPerformance(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStockWorld(t, d, smallHall("p1", 1, 1, 0))
		if _, err := w.Availability(t.Context(), "p2"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("availability: %v", err)
		}
		if _, _, err := w.Watch(t.Context(), "p2"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("watch: %v", err)
		}
	})
}

func TestSlowReaderSeesTheGap(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		v := newViewer(t, w)
		for range 40 { // more than the channel holds
			h := w.mustHold(t, w.seats("1-1"))
			if _, err := w.Availability(t.Context(), "p1"); err != nil {
				t.Fatal(err)
			}
			if err := w.Release(t.Context(), keyOf(h)); err != nil {
				t.Fatal(err)
			}
		}
		for range cap(v.deltas) {
			d := <-v.deltas
			if d.Since > v.Version {
				t.Fatalf("the first deltas follow one another, but since %d came after %d", d.Since, v.Version)
			}
			v.Version = d.Version
		}
		w.mustHold(t, w.seats("1-1"))
		if d := <-v.deltas; d.Since <= v.Version {
			t.Errorf("no gap between %d and a delta since %d", v.Version, d.Since)
		}
	})
}

func TestWatchEndsWithItsContextAndItsStop(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		ctx, cancel := context.WithCancel(t.Context())
		a, _, err := w.Watch(ctx, "p1")
		b, stop, err2 := w.Watch(t.Context(), "p1")
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		cancel()
		for range a { // closed at last
		}
		stop()
		stop()
		for range b {
		}
		if w.stock.board("p1").watched() {
			t.Error("the board still looks at the database for nobody")
		}
		c := newViewer(t, w)
		w.mustHold(t, w.seats("1-1"))
		c.sees(t, w)
	})
}

func TestBoardsAreBounded(t *testing.T) {
	w := newStockWorld(t, dbtest.Open(t, db.SQLite), smallHall("p1", 1, 1, 0))
	v := newViewer(t, w)
	for range mostBoards * 2 {
		w.clock.Advance(time.Second)
		w.stock.board(db.NewID())
	}
	if n := len(w.stock.boards); n > mostBoards {
		t.Errorf("%d boards in memory, at most %d wanted", n, mostBoards)
	}
	w.mustHold(t, w.seats("1-1"))
	v.sees(t, w)
}
