package boxoffice

import "testing"

func TestThePastIsBounded(t *testing.T) {
	var p past
	for v := range int64(10_000) {
		p.add(Delta{Since: v, Version: v + 1, Seats: map[int]SeatState{int(v % 30): SeatHeld}})
	}
	if len(p.deltas) > pastDeltas || p.states > pastStates {
		t.Errorf("%d changes with %d states are kept", len(p.deltas), p.states)
	}
	if d, ok := p.since(9_995, 10_000); !ok || len(d.Seats) != 5 || d.Since != 9_995 || d.Version != 10_000 {
		t.Errorf("what was missed: %+v, %v", d, ok)
	}
	if _, ok := p.since(17, 10_000); ok {
		t.Error("what is forgotten is told as if it were known")
	}
	big := Delta{Since: 10_000, Version: 10_001, Seats: map[int]SeatState{}}
	for no := range 60_000 {
		big.Seats[no] = SeatSold
	}
	p.add(big)
	if len(p.deltas) != 1 || p.states != 60_000 {
		t.Errorf("after a very large change %d changes with %d states are kept", len(p.deltas), p.states)
	}
	if d, ok := p.since(10_000, 10_001); !ok || len(d.Seats) != 60_000 {
		t.Errorf("the last change must always be there: %d seats, %v", len(d.Seats), ok)
	}
}
