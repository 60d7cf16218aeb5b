package ui

import (
	"fmt"
	"math"
	"strconv"
)

// rgb is a colour in sRGB, each part 0…1.
type rgb struct{ R, G, B float64 }

// oklch is a colour by lightness, chroma and hue (degrees), as the eye sees steps.
type oklch struct{ L, C, H float64 }

func parseHex(s string) (rgb, bool) {
	if len(s) != 7 || s[0] != '#' {
		return rgb{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return rgb{}, false
	}
	return rgb{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, true
}

func (c rgb) hex() string {
	q := func(v float64) int { return int(math.Round(math.Max(0, math.Min(1, v)) * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", q(c.R), q(c.G), q(c.B))
}

func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func gamma(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// oklch converts by Björn Ottosson's matrices.
func (c rgb) oklch() oklch {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	a := 1.9779984951*l - 2.4285922050*m + 0.4505937099*s
	bb := 0.0259040371*l + 0.7827717662*m - 0.8086757660*s
	h := math.Atan2(bb, a) * 180 / math.Pi
	if h < 0 {
		h += 360
	}
	return oklch{0.2104542553*l + 0.7936177850*m - 0.0040720468*s, math.Hypot(a, bb), h}
}

func (c oklch) raw() (rgb, bool) {
	a, b := c.C*math.Cos(c.H*math.Pi/180), c.C*math.Sin(c.H*math.Pi/180)
	l := math.Pow(c.L+0.3963377774*a+0.2158037573*b, 3)
	m := math.Pow(c.L-0.1055613458*a-0.0638541728*b, 3)
	s := math.Pow(c.L-0.0894841775*a-1.2914855480*b, 3)
	r := 4.0767416621*l - 3.3077115913*m + 0.2309699292*s
	g := -1.2684380046*l + 2.6097574011*m - 0.3413193965*s
	bl := -0.0041960863*l - 0.7034186147*m + 1.7076147010*s
	const e = 0.0005
	inside := r >= -e && g >= -e && bl >= -e && r <= 1+e && g <= 1+e && bl <= 1+e
	return rgb{gamma(math.Max(0, r)), gamma(math.Max(0, g)), gamma(math.Max(0, bl))}, inside
}

// rgb returns the colour, less strong where a screen cannot show it.
func (c oklch) rgb() rgb {
	out, ok := c.raw()
	for !ok && c.C > 0.001 {
		c.C *= 0.95
		out, ok = c.raw()
	}
	return out
}

func (c rgb) luminance() float64 {
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// contrast is WCAG's ratio, 1…21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

// until moves the lightness by steps until the colour reads (4.6:1, a little above AA's 4.5) on every ground.
func (c oklch) until(step float64, grounds []rgb) rgb {
	for {
		out := c.rgb()
		ok := true
		for _, g := range grounds {
			ok = ok && contrast(out, g) >= 4.6
		}
		if ok || c.L+step < 0 || c.L+step > 1 {
			return out
		}
		c.L += step
	}
}
