package boxoffice

import (
	"cmp"
	"math"
	"slices"

	"github.com/sahna/sahna/internal/catalog"
)

// hall is a plan prepared for finding the best seats: who sits beside whom, and how good a seat is. It never changes.
type hall struct {
	seats   []catalog.Seat
	benches [][]int   // seat numbers that sit side by side, no aisle between them
	cost    []float64 // by seat number; the best seat has the lowest

	category   []int // by seat number: place in categories
	categories []string
}

// hallOf prepares a plan once.
func (s *stock) hallOf(f offer) *hall {
	if h, ok := s.halls.Load(f.PlanHash); ok && f.PlanHash != "" {
		return h.(*hall) //nolint:forcetypeassert // only halls are stored
	}
	h := newHall(f.seats)
	s.halls.Store(f.PlanHash, h)
	return h
}

func newHall(seats []catalog.Seat) *hall {
	h := &hall{seats: seats, cost: costs(seats), category: make([]int, len(seats))}
	for i, s := range seats {
		if h.category[i] = slices.Index(h.categories, s.Category); h.category[i] < 0 {
			h.category[i] = len(h.categories)
			h.categories = append(h.categories, s.Category)
		}
	}
	order := make([]int, len(seats))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := seats[a], seats[b]
		return cmp.Or(cmp.Compare(x.RowNo, y.RowNo), cmp.Compare(x.Place, y.Place), cmp.Compare(a, b))
	})
	for i, no := range order {
		if i == 0 || seats[order[i-1]].RowNo != seats[no].RowNo || seats[no].Place != seats[order[i-1]].Place+1 {
			h.benches = append(h.benches, nil)
		}
		last := len(h.benches) - 1
		h.benches[last] = append(h.benches[last], no)
	}
	return h
}

// costs says how far each seat is from where one would like to sit: from the middle of the stage's edge, or, where the seats
// surround the stage, from their middle. A floor further up and a restricted view cost as much as the hall is wide.
func costs(seats []catalog.Seat) []float64 {
	out := make([]float64, len(seats))
	if len(seats) == 0 {
		return out
	}
	x, y, span := focus(seats)
	floors := map[string]float64{}
	for i, s := range seats {
		if _, ok := floors[s.Floor]; !ok {
			floors[s.Floor] = float64(len(floors))
		}
		out[i] = math.Hypot(s.X-x, s.Y-y) + span*floors[s.Floor]
		if s.Restricted {
			out[i] += span
		}
	}
	return out
}

// focus is the point that all look at, as far as the seats tell: plans number rows from the front.
func focus(seats []catalog.Seat) (x, y, span float64) {
	minX, maxX := seats[0].X, seats[0].X
	minY, maxY := seats[0].Y, seats[0].Y
	for _, s := range seats {
		x += s.X / float64(len(seats))
		y += s.Y / float64(len(seats))
		minX, maxX = min(minX, s.X), max(maxX, s.X)
		minY, maxY = min(minY, s.Y), max(maxY, s.Y)
	}
	span = math.Hypot(maxX-minX, maxY-minY) + 1
	// Seats surround the stage when the middle is empty, much wider than an aisle.
	pitch := math.Sqrt((maxX - minX) * (maxY - minY) / float64(len(seats)))
	hole := max(0.18*min(maxX-minX, maxY-minY), 2.5*pitch)
	midX, midY := (minX+maxX)/2, (minY+maxY)/2
	if pitch > 0 && !slices.ContainsFunc(seats, func(s catalog.Seat) bool { return math.Hypot(s.X-midX, s.Y-midY) < hole }) {
		return midX, midY, span
	}
	if seats[0].Y > seats[len(seats)-1].Y {
		return x, maxY, span
	}
	return x, minY, span
}

// best returns n free and wanted seats: in as few groups as can be, then leaving as few single seats alone as can be, then the
// closest to the stage; groups of a split party sit near one another. Seats for wheelchairs and their companions are given
// only when accessible is asked for. Without n seats it returns nil and how many there are.
func (h *hall) best(n int, accessible bool, free, wanted func(no int) bool) (nos []int, left int) {
	if accessible {
		return h.bestAccessible(n, free, wanted)
	}
	ordinary := func(no int) bool { return free(no) && !h.seats[no].Accessible && !h.seats[no].Companion }
	runs, left := h.runs(ordinary, wanted)
	if left < n {
		return nil, left
	}
	if nos := h.together(runs, n); nos != nil {
		return nos, left
	}
	return h.split(runs, n), left
}

// run is wanted seats side by side, nos[lo:hi], within all the free ones around them.
type run struct {
	nos    []int
	lo, hi int
}

// runs finds every run, and how many seats there are in them.
func (h *hall) runs(free, wanted func(no int) bool) (out []run, total int) {
	for _, bench := range h.benches {
		for start := 0; start < len(bench); {
			if !free(bench[start]) {
				start++
				continue
			}
			end := start + 1
			for end < len(bench) && free(bench[end]) {
				end++
			}
			nos := bench[start:end]
			start = end
			for lo := 0; lo < len(nos); {
				if !wanted(nos[lo]) {
					lo++
					continue
				}
				hi := lo + 1
				for hi < len(nos) && wanted(nos[hi]) {
					hi++
				}
				out = append(out, run{nos, lo, hi})
				total += hi - lo
				lo = hi
			}
		}
	}
	return out, total
}

// rank orders solutions: fewer groups, fewer seats left alone, lower cost.
type rank struct {
	groups, orphans int
	cost            float64
}

func (a rank) less(b rank) bool {
	return cmp.Or(cmp.Compare(a.groups, b.groups), cmp.Compare(a.orphans, b.orphans), cmp.Compare(a.cost, b.cost)) < 0
}

func (a rank) plus(b rank) rank {
	return rank{a.groups + b.groups, a.orphans + b.orphans, a.cost + b.cost}
}

// spot is the best place for a group of some size in a run; start -1 when there is none.
type spot struct {
	start int
	rank
}

// spot slides a group along a run.
func (h *hall) spot(r run, size int) spot {
	best := spot{start: -1}
	cost := 0.0
	for end := r.lo; end < r.hi; end++ {
		cost += h.cost[r.nos[end]]
		start := end - size + 1
		if start < r.lo {
			continue
		}
		at := rank{groups: 1, cost: cost}
		cost -= h.cost[r.nos[start]]
		if start == 1 {
			at.orphans++
		}
		if len(r.nos)-1-end == 1 {
			at.orphans++
		}
		if best.start < 0 || at.less(best.rank) {
			best = spot{start, at}
		}
	}
	return best
}

func (h *hall) together(runs []run, n int) []int {
	var in []int
	var best spot
	for _, r := range runs {
		if s := h.spot(r, n); s.start >= 0 && (in == nil || s.less(best.rank)) {
			in, best = r.nos, s
		}
	}
	if in == nil {
		return nil
	}
	return slices.Clone(in[best.start : best.start+n])
}
