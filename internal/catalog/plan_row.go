package catalog

import (
	"math"
	"slices"
)

// aisle is how many times the usual step two seats of a row must be apart for nobody to call them neighbours.
const aisle = 1.6

// number gives the seats of one row their places: neighbours differ by 1, seats with an aisle between them by more.
// Files list seats in any order, so the shorter of two walks is taken: the file's, or the one along the row's main direction.
func number(seats []Seat) {
	if len(seats) == 0 {
		return
	}
	walk := make([]int, len(seats))
	for i := range walk {
		walk[i] = i
	}
	along := alongRow(seats)
	if length(seats, along) < 0.99*length(seats, walk) {
		walk = along
	}
	step := usualStep(seats, walk)
	at := 1
	seats[walk[0]].Place = at
	for i := 1; i < len(walk); i++ {
		gap := apart(seats[walk[i-1]], seats[walk[i]])
		jump := 1
		if step > 0 && gap > aisle*step {
			jump = max(2, int(math.Round(math.Min(gap/step, 1000))))
		}
		at += jump
		seats[walk[i]].Place = at
	}
}

func apart(a, b Seat) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }

func length(seats []Seat, walk []int) float64 {
	sum := 0.0
	for i := 1; i < len(walk); i++ {
		sum += apart(seats[walk[i-1]], seats[walk[i]])
	}
	return sum
}

// usualStep is the median of the steps.
func usualStep(seats []Seat, walk []int) float64 {
	if len(walk) < 2 {
		return 0
	}
	steps := make([]float64, 0, len(walk)-1)
	for i := 1; i < len(walk); i++ {
		steps = append(steps, apart(seats[walk[i-1]], seats[walk[i]]))
	}
	slices.Sort(steps)
	// The lower middle: in a row of three seats with an aisle, the aisle is not the usual.
	return steps[(len(steps)-1)/2]
}

// alongRow orders seats by their place on the row's main direction; a row curved by less than half a circle keeps its order.
func alongRow(seats []Seat) []int {
	var mx, my float64
	for _, s := range seats {
		mx, my = mx+s.X, my+s.Y
	}
	n := float64(len(seats))
	mx, my = mx/n, my/n
	var xx, xy, yy float64
	for _, s := range seats {
		dx, dy := s.X-mx, s.Y-my
		xx, xy, yy = xx+dx*dx, xy+dx*dy, yy+dy*dy
	}
	sin, cos := math.Sincos(0.5 * math.Atan2(2*xy, xx-yy))
	order := make([]int, len(seats))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		pa, pb := seats[a].X*cos+seats[a].Y*sin, seats[b].X*cos+seats[b].Y*sin
		switch {
		case pa < pb:
			return -1
		case pa > pb:
			return 1
		}
		return 0
	})
	return order
}
