package performance

import (
	"testing"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/web/ui"
)

// Prices are told apart by colour whatever the eye: simulated protanopia, deuteranopia and tritanopia, on light and on dark.
func TestOurColoursAreToldApartByEveryEye(t *testing.T) {
	for name, c := range map[string]struct {
		ground string
		of     func(paint) string
	}{
		"light": {lightGround, func(p paint) string { return p.Light }},
		"dark":  {darkGround, func(p paint) string { return p.Dark }},
	} {
		t.Run(name, func(t *testing.T) {
			for i, p := range paints {
				if got := ui.Contrast(c.of(p), c.ground); got < leastSeen {
					t.Errorf("%s has a contrast of %.2f", c.of(p), got)
				}
				for j, q := range paints[:i] {
					want := 17.0
					if i < 4 {
						want = 19 // most halls have few prices
					}
					if got := ui.Apart(c.of(p), c.of(q)); got < want {
						t.Errorf("%s and %s (%d, %d) are %.1f apart, want %.0f", c.of(p), c.of(q), i, j, got, want)
					}
				}
			}
		})
	}
}

func TestAHallKeepsItsColoursOnlyWhenEverybodyTellsThemApart(t *testing.T) {
	hall := func(colours ...string) house {
		var h house
		for _, c := range colours {
			h.performance.Zones = append(h.performance.Zones, catalog.PriceZone{ID: c, Color: c})
		}
		return h
	}
	if got := hall("#1f78b4", "#d95f02").paintsOf(); got["#1f78b4"] != (paint{"#1f78b4", "#1f78b4"}) {
		t.Errorf("blue and orange are changed to %v", got)
	}
	for name, h := range map[string]house{
		"red and green alike without red": hall("#c8553d", "#8a8a1e"),
		"too pale":                        hall("#f2e6c8", "#1f78b4"),
	} {
		if got := h.paintsOf()[h.performance.Zones[0].ID]; got != paints[0] {
			t.Errorf("%s: painted %v", name, got)
		}
	}
}

func TestEveryZoneHasASecondSign(t *testing.T) {
	seen := map[string]bool{}
	for i := range signs {
		all := ""
		for _, a := range arcs(i) {
			all += a
		}
		if seen[all] {
			t.Errorf("sign %d is another's", i)
		}
		seen[all] = true
	}
	if len(signs) < len(paints) {
		t.Error("there are more colours than signs")
	}
}
