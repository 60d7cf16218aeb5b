package ui

import "math"

// Eyes as simulated by Machado, Oliveira and Fernandes (2009), whole severity, in linear light: all three kinds of cones, then each of
// them missing (protanopia, deuteranopia, tritanopia).
var eyes = [4][9]float64{
	{1, 0, 0, 0, 1, 0, 0, 0, 1},
	{0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
	{0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
	{1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
}

// Apart is how well two colours (#rrggbb) are told apart by the eye that does it worst: CIEDE2000, where 1 is just seen and 10 is
// seen at a glance. 0 for what is no colour.
func Apart(a, b string) float64 {
	x, okX := parseHex(a)
	y, okY := parseHex(b)
	if !okX || !okY {
		return 0
	}
	least := math.Inf(1)
	for _, eye := range eyes {
		least = math.Min(least, ciede2000(x.seen(eye), y.seen(eye)))
	}
	return least
}

// Contrast is WCAG's ratio of two colours, 1…21; 0 for what is no colour.
func Contrast(a, b string) float64 {
	x, okX := parseHex(a)
	y, okY := parseHex(b)
	if !okX || !okY {
		return 0
	}
	return contrast(x, y)
}

type lab struct{ L, A, B float64 }

// seen is what an eye makes of a colour, in CIELAB under D65.
func (c rgb) seen(eye [9]float64) lab {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	clip := func(v float64) float64 { return math.Max(0, math.Min(1, v)) }
	r, g, b = clip(eye[0]*r+eye[1]*g+eye[2]*b), clip(eye[3]*r+eye[4]*g+eye[5]*b), clip(eye[6]*r+eye[7]*g+eye[8]*b)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124564*r + 0.3575761*g + 0.1804375*b) / 0.95047)
	y := f(0.2126729*r + 0.7151522*g + 0.0721750*b)
	z := f((0.0193339*r + 0.1191920*g + 0.9503041*b) / 1.08883)
	return lab{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// ciede2000 follows Sharma, Wu and Dalal (2005).
func ciede2000(p, q lab) float64 {
	deg := math.Pi / 180
	mean := (math.Hypot(p.A, p.B) + math.Hypot(q.A, q.B)) / 2
	g := 0.5 * (1 - math.Sqrt(math.Pow(mean, 7)/(math.Pow(mean, 7)+math.Pow(25, 7))))
	polar := func(c lab) (chroma, hue float64) {
		a := (1 + g) * c.A
		if a == 0 && c.B == 0 {
			return 0, 0
		}
		return math.Hypot(a, c.B), math.Mod(math.Atan2(c.B, a)/deg+360, 360)
	}
	c1, h1 := polar(p)
	c2, h2 := polar(q)
	dh, hm := 0.0, h1+h2
	if c1*c2 != 0 {
		dh = h2 - h1
		hm = (h1 + h2) / 2
		switch {
		case dh > 180:
			dh -= 360
		case dh < -180:
			dh += 360
		}
		if math.Abs(h1-h2) > 180 {
			hm = math.Mod(hm+180, 360)
		}
	}
	dH := 2 * math.Sqrt(c1*c2) * math.Sin(dh/2*deg)
	lm, cm := (p.L+q.L)/2, (c1+c2)/2
	t := 1 - 0.17*math.Cos((hm-30)*deg) + 0.24*math.Cos(2*hm*deg) + 0.32*math.Cos((3*hm+6)*deg) - 0.2*math.Cos((4*hm-63)*deg)
	sl := 1 + 0.015*(lm-50)*(lm-50)/math.Sqrt(20+(lm-50)*(lm-50))
	sc, sh := 1+0.045*cm, 1+0.015*cm*t
	rt := -math.Sin(60*math.Exp(-math.Pow((hm-275)/25, 2))*deg) * 2 * math.Sqrt(math.Pow(cm, 7)/(math.Pow(cm, 7)+math.Pow(25, 7)))
	l, c, h := (q.L-p.L)/sl, (c2-c1)/sc, dH/sh
	return math.Sqrt(l*l + c*c + h*h + rt*c*h)
}
