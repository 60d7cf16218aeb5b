package performance

import (
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/web/ui"
)

// paint is a price zone's colour on a light and on a dark ground.
type paint struct{ Light, Dark string }

// paints are for halls whose own colours are not told apart by everybody. Searched for by their least distance over all eyes of
// ui.Apart, each further one as far as can be from those before it; colours_test.go holds them to it.
var paints = [...]paint{
	{"#9071ff", "#a4e6e0"},
	{"#72000b", "#8e56fa"},
	{"#069d6d", "#3a7d52"},
	{"#5c2dd2", "#e2de7e"},
	{"#0b6752", "#ef8298"},
	{"#591c56", "#929c12"},
	{"#717100", "#9a5d83"},
	{"#a96d94", "#b4acff"},
}

// What a hall's colours stand on, and what they must bear to stay: told apart by everybody, and seen on both grounds.
const (
	lightGround = "#eceff1"
	darkGround  = "#22282d"
	leastApart  = 12
	leastSeen   = 3 // WCAG 1.4.11
)

// paintsOf are the colours of a performance's zones: its own where everybody tells them apart, else ours.
func (h house) paintsOf() map[string]paint {
	zones := h.performance.Zones
	own := make([]string, len(zones))
	for i, z := range zones {
		own[i] = h.color(z)
	}
	out := make(map[string]paint, len(zones))
	for i, z := range zones {
		if tellable(own) {
			out[z.ID] = paint{own[i], own[i]}
		} else {
			out[z.ID] = paints[i%len(paints)]
		}
	}
	return out
}

func tellable(list []string) bool {
	for i, c := range list {
		if ui.Contrast(c, lightGround) < leastSeen || ui.Contrast(c, darkGround) < leastSeen {
			return false
		}
		for _, other := range list[:i] {
			if ui.Apart(c, other) < leastApart {
				return false
			}
		}
	}
	return true
}

// signs are the second sign of a zone beside its colour: strokes along a seat's rim, by the zone's place in the list. Angles begin at
// the top and go round by twelfths; the script draws the same.
var signs = [...][][2]int{
	{},
	{{0, 12}},
	{{-1, 1}},
	{{5, 7}},
	{{2, 4}, {8, 10}},
	{{-1, 1}, {5, 7}},
	{{-1, 1}, {2, 4}, {5, 7}, {8, 10}},
	{{8, 10}},
}

// signOf is which sign a zone has.
func signOf(p catalog.Performance, zoneID string) int {
	for i, z := range p.Zones {
		if z.ID == zoneID {
			return i % len(signs)
		}
	}
	return 0
}

// arcs are a sign as paths of an SVG of sixteen units.
func arcs(sign int) []string {
	corner := [...]string{"8 2.6", "10.7 3.32", "12.68 5.3", "13.4 8", "12.68 10.7", "10.7 12.68", "8 13.4", "5.3 12.68", "3.32 10.7", "2.6 8", "3.32 5.3", "5.3 3.32"}
	at := func(n int) string { return corner[(n+12)%12] }
	var out []string
	for _, s := range signs[sign] {
		if s[1]-s[0] == 12 {
			out = append(out, "M"+at(0)+"A5.4 5.4 0 1 1 "+at(6)+"A5.4 5.4 0 1 1 "+at(0))
			continue
		}
		out = append(out, "M"+at(s[0])+"A5.4 5.4 0 0 1 "+at(s[1]))
	}
	return out
}

// ink is black or white, whichever is read on a colour.
func ink(color string) string {
	if ui.Contrast(color, "#111111") > ui.Contrast(color, "#ffffff") {
		return "#111111"
	}
	return "#ffffff"
}
