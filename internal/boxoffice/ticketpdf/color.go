package ticketpdf

import (
	"math"
	"strconv"
)

type rgb struct{ r, g, b int }

var (
	white = rgb{255, 255, 255}
	ink   = rgb{22, 22, 26}
	quiet = rgb{104, 104, 112}
	hair  = rgb{205, 205, 210}
)

// accentOf reads "#rrggbb"; anything else is a theatre's dark red.
func accentOf(s string) rgb {
	if len(s) == 7 && s[0] == '#' {
		if n, err := strconv.ParseUint(s[1:], 16, 32); err == nil {
			return rgb{int(n >> 16), int(n >> 8 & 255), int(n & 255)}
		}
	}
	return rgb{140, 22, 48}
}

// mix goes from c towards d by t.
func (c rgb) mix(d rgb, t float64) rgb {
	f := func(a, b int) int { return a + int(math.Round(float64(b-a)*t)) }
	return rgb{f(c.r, d.r), f(c.g, d.g), f(c.b, d.b)}
}

// on is the colour of type on c: white or ink, whichever stands out more (WCAG 2).
func (c rgb) on() rgb {
	if contrast(c, white) >= contrast(c, ink) {
		return white
	}
	return ink
}

func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func (c rgb) luminance() float64 {
	f := func(v int) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*f(c.r) + 0.7152*f(c.g) + 0.0722*f(c.b)
}
