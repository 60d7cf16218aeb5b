package boxoffice

import (
	"cmp"
	"math"
	"slices"
)

const (
	splitAnchors    = 64 // runs around which a split party is tried
	splitNeighbours = 16 // runs near an anchor that are looked at
)

// choice is a run with its best spots by group size (0 is unused) and where it is.
type choice struct {
	run
	spots []spot
	x, y  float64
}

// split seats n in as few groups as can be, near one another. There must be n wanted seats.
func (h *hall) split(runs []run, n int) []int {
	choices := make([]choice, len(runs))
	for i, r := range runs {
		choices[i] = h.choice(r, n)
	}
	best, sizes := pack(choices, n, nil)
	from, anchored := choices, false
	for _, near := range neighbourhoods(choices) {
		// The whole hall told how few groups and lonely seats there can be; a neighbourhood must do as well.
		got, s := pack(near, n, &near[0])
		if s != nil && got.groups == best.groups && got.orphans == best.orphans && (!anchored || got.cost < best.cost) {
			best, sizes, from, anchored = got, s, near, true
		}
	}
	var nos []int
	for i, size := range sizes {
		if size > 0 {
			start := from[i].spots[size].start
			nos = append(nos, from[i].nos[start:start+size]...)
		}
	}
	return nos
}

func (h *hall) choice(r run, n int) choice {
	c := choice{run: r, spots: make([]spot, min(n, r.hi-r.lo)+1)}
	for size := 1; size < len(c.spots); size++ {
		c.spots[size] = h.spot(r, size)
	}
	for _, no := range r.nos {
		c.x += h.seats[no].X / float64(len(r.nos))
		c.y += h.seats[no].Y / float64(len(r.nos))
	}
	return c
}

// pack chooses a group size for each run so that they sum to n with the lowest rank. Near an anchor, distance from it costs too.
func pack(choices []choice, n int, anchor *choice) (rank, []int) {
	type cell struct {
		rank
		ok bool
	}
	best := make([]cell, n+1)
	best[0].ok = true
	sizes := make([][]int16, len(choices)) // by run and total: the group size taken
	for i, c := range choices {
		sizes[i] = make([]int16, n+1)
		far := 0.0
		if anchor != nil {
			far = math.Hypot(c.x-anchor.x, c.y-anchor.y)
		}
		for total := n; total > 0; total-- { // downwards: each run is used once
			for size := 1; size < len(c.spots) && size <= total; size++ {
				before := best[total-size]
				if !before.ok || c.spots[size].start < 0 {
					continue
				}
				r := before.plus(c.spots[size].rank)
				r.cost += far * float64(size)
				if !best[total].ok || r.less(best[total].rank) {
					best[total] = cell{r, true}
					sizes[i][total] = int16(size)
				}
			}
		}
	}
	if !best[n].ok {
		return rank{}, nil
	}
	out := make([]int, len(choices))
	for i, total := len(choices)-1, n; i >= 0; i-- {
		out[i] = int(sizes[i][total])
		total -= out[i]
	}
	return best[n].rank, out
}

// neighbourhoods are the runs nearest to each of the longest and best runs, the anchor first.
func neighbourhoods(choices []choice) [][]choice {
	if len(choices) < 2 {
		return nil
	}
	anchors := slices.Clone(choices)
	slices.SortStableFunc(anchors, func(a, b choice) int {
		return cmp.Or(cmp.Compare(len(b.spots), len(a.spots)), cmp.Compare(a.spots[1].cost, b.spots[1].cost))
	})
	anchors = anchors[:min(splitAnchors, len(anchors))]
	out := make([][]choice, len(anchors))
	for i, a := range anchors {
		near := slices.Clone(choices)
		slices.SortStableFunc(near, func(x, y choice) int {
			return cmp.Compare(math.Hypot(x.x-a.x, x.y-a.y), math.Hypot(y.x-a.x, y.y-a.y))
		})
		out[i] = near[:min(splitNeighbours, len(near))]
	}
	return out
}

// bestAccessible seats a party around a wheelchair: one seat for it, companions' seats for the others, ordinary ones when
// those do not suffice. Side by side where the row allows it, else as near as can be.
func (h *hall) bestAccessible(n int, free, wanted func(no int) bool) (nos []int, left int) {
	var chairs, others []int
	for no, s := range h.seats {
		switch {
		case !free(no) || !wanted(no):
		case s.Accessible:
			chairs = append(chairs, no)
		default:
			others = append(others, no)
		}
	}
	if len(chairs) == 0 {
		return nil, 0
	}
	if len(others) < n-1 {
		return nil, len(others) + 1
	}
	best := math.Inf(1)
	for _, chair := range chairs {
		if party, cost := h.party(chair, others, n); cost < best {
			nos, best = party, cost
		}
	}
	return nos, len(others) + len(chairs)
}

// party takes the nearest seats to a wheelchair's; a companion's seat in the same row is near even when an ordinary one is nearer.
func (h *hall) party(chair int, others []int, n int) (nos []int, cost float64) {
	at := h.seats[chair]
	type guest struct {
		no  int
		far float64
	}
	guests := make([]guest, len(others))
	for i, no := range others {
		s := h.seats[no]
		far := math.Hypot(s.X-at.X, s.Y-at.Y)
		if s.RowNo != at.RowNo {
			far *= 4
		}
		if !s.Companion {
			far = far*4 + 1
		}
		guests[i] = guest{no, far}
	}
	slices.SortStableFunc(guests, func(a, b guest) int { return cmp.Compare(a.far, b.far) })
	nos, cost = []int{chair}, h.cost[chair]
	for _, g := range guests[:n-1] {
		nos = append(nos, g.no)
		cost += g.far
	}
	slices.Sort(nos)
	return nos, cost
}
