package boxoffice

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// drawnHall reads rows, front first: "." free, "x" taken, " " an aisle, "w" a wheelchair's place, "c" a companion's,
// "b" free but of another zone than wanted.
func drawnHall(rows ...string) (h *hall, free, wanted func(int) bool) {
	var seats []catalog.Seat
	marks := ""
	for r, row := range rows {
		for p, m := range row {
			if m == ' ' {
				continue
			}
			seats = append(seats, catalog.Seat{
				No: len(seats), ID: fmt.Sprintf("%d-%d", r+1, p+1), X: float64(p) * 10, Y: float64(r) * 10,
				RowNo: r, Place: p, Accessible: m == 'w', Companion: m == 'c',
			})
			marks += string(m)
		}
	}
	return newHall(seats), func(no int) bool { return marks[no] != 'x' }, func(no int) bool { return marks[no] != 'b' }
}

func bestOf(n int, accessible bool, rows ...string) string {
	h, free, wanted := drawnHall(rows...)
	nos, _ := h.best(n, accessible, free, wanted)
	ids := make([]string, len(nos))
	for i, no := range nos {
		ids[i] = h.seats[no].ID
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func TestBestSeats(t *testing.T) {
	for name, c := range map[string]struct {
		n    int
		rows []string
		want string
	}{
		"front and middle":              {2, []string{"......", "......"}, "1-3 1-4"},
		"no orphan at the end":          {3, []string{"....", "......."}, "2-3 2-4 2-5"},
		"closer is not worth an orphan": {2, []string{"x...xx", "x....x"}, "2-2 2-3"},
		"an orphan where it must be":    {2, []string{"..."}, "1-1 1-2"},
		"whole run":                     {3, []string{"x...x", "....."}, "1-2 1-3 1-4"},
		"lets no aisle part them":       {3, []string{".. ..", "....."}, "2-1 2-2 2-3"},
		"leaves no other zone's seat":   {2, []string{"b..b", "...."}, "2-1 2-2"},
		"other zone's seats in pairs":   {2, []string{"bb..bb", "......"}, "1-3 1-4"},
		"fills a lonely seat":           {1, []string{"x.x..", "....."}, "1-2"},
		"splits in two, near":           {4, []string{"..xx", "..xx", "xxxx", "xx.."}, "1-1 1-2 2-1 2-2"},
		"splits in as few as can be":    {5, []string{".x.x.", "...xx", "xx..x"}, "2-1 2-2 2-3 3-3 3-4"},
		"not a wheelchair's place":      {2, []string{"wc..", "...."}, "1-3 1-4"},
	} {
		if got := bestOf(c.n, false, c.rows...); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	if got := bestOf(3, false, "wc.."); got != "" {
		t.Errorf("wheelchairs' places were given away: %s", got)
	}
}

func TestBestAccessibleSeats(t *testing.T) {
	for name, c := range map[string]struct {
		n    int
		rows []string
		want string
	}{
		"alone":                       {1, []string{"....", "w..."}, "2-1"},
		"with a companion":            {2, []string{"....", ".wc."}, "2-2 2-3"},
		"companion though not beside": {2, []string{"w.c."}, "1-1 1-3"},
		"a family":                    {4, []string{"....", "wc..", "...."}, "2-1 2-2 2-3 2-4"},
		"none left":                   {1, []string{"...."}, ""},
	} {
		if got := bestOf(c.n, true, c.rows...); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func drawRows(t *rapid.T, marks string) []string {
	mark := rapid.SampledFrom([]rune(marks))
	return rapid.SliceOfN(rapid.StringOfN(mark, 1, 7, -1), 1, 3).Draw(t, "rows")
}

// TestBestProperties: exactly n seats, all free, wanted and ordinary, none twice; nothing only when there are fewer than n.
func TestBestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t, "...xx bwc")
		n := rapid.IntRange(1, 7).Draw(t, "n")
		h, free, wanted := drawnHall(rows...)
		nos, left := h.best(n, false, free, wanted)
		usable := 0
		for no, s := range h.seats {
			if free(no) && wanted(no) && !s.Accessible && !s.Companion {
				usable++
			}
		}
		if left != usable {
			t.Fatalf("says %d are left, there are %d", left, usable)
		}
		if usable < n {
			if nos != nil {
				t.Fatalf("gave %v of %d seats", nos, usable)
			}
			return
		}
		slices.Sort(nos)
		if len(slices.Compact(slices.Clone(nos))) != n {
			t.Fatalf("gave %v for %d", nos, n)
		}
		for _, no := range nos {
			if s := h.seats[no]; !free(no) || !wanted(no) || s.Accessible || s.Companion {
				t.Fatalf("gave seat %+v", s)
			}
		}
	})
}

// TestBestAgainstBruteForce: on halls small enough to try every set of n seats, no set has fewer groups, or as many groups and
// fewer seats left alone; and when all sit together, none is closer to the stage either.
func TestBestAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t, "....x b")
		n := rapid.IntRange(1, 5).Draw(t, "n")
		h, free, wanted := drawnHall(rows...)
		nos, left := h.best(n, false, free, wanted)
		if left < n {
			return
		}
		got := h.judge(nos, free)
		var all []int
		for no := range h.seats {
			if free(no) && wanted(no) {
				all = append(all, no)
			}
		}
		subsets(all, n, func(set []int) {
			r := h.judge(set, free)
			if got.groups > 1 {
				r.cost = got.cost // a split party trades closeness for sitting near one another
			}
			if got.groups > 1 && strings.Contains(strings.Join(rows, ""), "b") {
				r.orphans = got.orphans // two groups around seats of another zone are not weighed together
			}
			if r.cost < got.cost-1e-6 || r.groups != got.groups || r.orphans != got.orphans {
				if r.less(got) {
					t.Fatalf("%q for %d: gave %v %+v, better is %v %+v", rows, n, nos, got, set, r)
				}
			}
		})
	})
}

// judge ranks a set of seats as a person would count it: groups, and single free seats beside them.
func (h *hall) judge(set []int, free func(int) bool) rank {
	in := map[int]bool{}
	for _, no := range set {
		in[no] = true
	}
	var r rank
	for _, bench := range h.benches {
		open := func(i int) bool { return i >= 0 && i < len(bench) && free(bench[i]) && !in[bench[i]] }
		for i, no := range bench {
			if in[no] {
				r.cost += h.cost[no]
				if i == 0 || !in[bench[i-1]] {
					r.groups++
				}
			}
			beside := i > 0 && in[bench[i-1]] || i+1 < len(bench) && in[bench[i+1]]
			if open(i) && !open(i-1) && !open(i+1) && beside {
				r.orphans++
			}
		}
	}
	return r
}

func subsets(of []int, n int, fn func([]int)) {
	var set []int
	var walk func(i int)
	walk = func(i int) {
		if len(set) == n {
			fn(set)
			return
		}
		for ; i <= len(of)-(n-len(set)); i++ {
			set = append(set, of[i])
			walk(i + 1)
			set = set[:len(set)-1]
		}
	}
	walk(0)
}

func TestHoldBest(t *testing.T) {
	eachStock(t, func(t *testing.T, w *stockWorld) {
		h, err := w.HoldBest(t.Context(), BestRequest{PerformanceID: "p1", N: 2})
		if err != nil {
			t.Fatal(err)
		}
		if h.Items[0].SeatID != "1-5" || h.Items[1].SeatID != "1-6" || h.Items[0].ZoneID != "A" {
			t.Errorf("got %+v", h.Items)
		}
		h, err = w.HoldBest(t.Context(), BestRequest{PerformanceID: "p1", N: 4, ZoneID: "B", TicketTypeID: "adult"})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"3-4", "3-5", "3-6", "3-7"}, seatIDs(h)); d != "" {
			t.Error(d)
		}
		for name, c := range map[string]struct {
			r    BestRequest
			want error
		}{
			"none":           {BestRequest{N: 0}, ErrQuantity},
			"too many":       {BestRequest{N: 11}, ErrTooMany},
			"unknown zone":   {BestRequest{N: 1, ZoneID: "Z"}, ErrNoPrice},
			"unknown type":   {BestRequest{N: 1, TicketTypeID: "dog"}, ErrNoPrice},
			"no price there": {BestRequest{N: 1, ZoneID: "B", TicketTypeID: "child"}, ErrNoPrice},
			"standing":       {BestRequest{N: 1, ZoneID: "S"}, ErrNotEnough},
			"no wheelchairs": {BestRequest{N: 1, Accessible: true}, ErrNotEnough},
		} {
			c.r.PerformanceID = "p1"
			if _, err := w.HoldBest(t.Context(), c.r); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
		for range 3 {
			if _, err := w.HoldBest(t.Context(), BestRequest{PerformanceID: "p1", N: 10}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.HoldBest(t.Context(), BestRequest{PerformanceID: "p1", N: 10}); !errors.Is(err, ErrNotEnough) {
			t.Errorf("of four seats: %v", err)
		}
	})
}

func seatIDs(h Hold) (ids []string) {
	for _, it := range h.Items {
		ids = append(ids, it.SeatID)
	}
	return ids
}

func BenchmarkBestOfStadium(b *testing.B) {
	f := smallHall("p1", 200, 120, 0)
	h := newHall(f.seats)
	for b.Loop() {
		h.best(4, false, func(no int) bool { return no%7 != 3 && no > 3000 }, func(int) bool { return true })
	}
}

func BenchmarkOpenSaleOfStadium(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(e), func(b *testing.B) {
			d := dbtest.Open(b, e)
			for b.Loop() {
				newStockWorld(b, d, smallHall(db.NewID(), 200, 120, 100))
			}
		})
	}
}
