package ui

import (
	"math"
	"testing"
)

// Pairs and distances of Sharma, Wu and Dalal's test data.
func TestDistancesAreThoseOfTheTestData(t *testing.T) {
	for _, c := range []struct {
		p, q lab
		want float64
	}{
		{lab{50, 2.6772, -79.7751}, lab{50, 0, -82.7485}, 2.0425},
		{lab{50, -1.3802, -84.2814}, lab{50, 0, -82.7485}, 1.0000},
		{lab{50, 0, 0}, lab{50, -1, 2}, 2.3669},
		{lab{50, 2.49, -0.001}, lab{50, -2.49, 0.0009}, 7.1792},
		{lab{50, 2.5, 0}, lab{58, 24, 15}, 19.4535},
		{lab{60.2574, -34.0099, 36.2677}, lab{60.4626, -34.1751, 39.4387}, 1.2644},
		{lab{22.7233, 20.0904, -46.694}, lab{23.0331, 14.973, -42.5619}, 2.0373},
		{lab{2.0776, 0.0795, -1.135}, lab{0.9033, -0.0636, -0.5514}, 0.9082},
	} {
		if got := ciede2000(c.p, c.q); math.Abs(got-c.want) > 0.0001 {
			t.Errorf("%v and %v are %.4f apart, want %.4f", c.p, c.q, got, c.want)
		}
	}
}

func TestWhoSeesNoRedIsAsked(t *testing.T) {
	red, green := "#c8553d", "#8a8a1e"
	a, _ := parseHex(red)
	b, _ := parseHex(green)
	if all := ciede2000(a.seen(eyes[0]), b.seen(eyes[0])); all < 25 || Apart(red, green) > all/2 {
		t.Errorf("%.1f apart for most, %.1f for some", all, Apart(red, green))
	}
	if Apart("#000000", "#ffffff") < 99 || Apart("blue", "#ffffff") != 0 {
		t.Error("black and white are not apart, or a word is a colour")
	}
}
