package ui

import (
	"fmt"
	"math"
	"strings"
)

// The right half of a ram's horn (koshkar muiz): up the stem and round into itself. Its box is about 92 by 120, the stem's foot at 0,60.
const horn = "M0 60V0C0-36 20-60 48-60C76-60 92-40 92-16C92 10 74 25 54 25C37 25 25 12 25-4C25-19 36-29 48-29C59-29 65-21 63-11"

// pair draws both horns in the group's stroke.
func (p *pen) pair(transform string) {
	if !p.have["H"] {
		p.have["H"] = true
		fmt.Fprintf(&p.defs, `<g id="H"><path id="h" d="%s"/><use href="#h" transform="scale(-1 1)"/></g>`, horn)
	}
	fmt.Fprintf(&p.b, `<use href="#H" transform="%s"/>`, transform)
}

func place(x, y, s float64) string {
	return fmt.Sprintf("translate(%s %s)scale(%.2f)", num(x), num(y), s)
}

// greatHorn: one pair of horns before a sun.
func (p *pen) greatHorn() {
	w, h := p.art.W, p.art.H
	p.light(0.5)
	s := math.Min(h/185, w/270)
	cx, cy := w/2, h*0.52
	r := math.Min(h*0.4, w*0.46)
	p.circle(cx, cy-h*0.04, r, p.c.deep)
	p.circle(cx, cy-h*0.04, r*0.83, p.c.main)
	p.group(place(cx, cy, s*1.24), p.c.ground, 26)
	p.pair("translate(0 8)")
	p.end()
	p.group(place(cx, cy, s*1.24), p.c.ink, 15)
	p.pair("translate(0 8)")
	p.end()
	p.group(place(cx, cy, s*1.24), p.c.spark, 3.5)
	p.pair("translate(0 8)")
	p.end()
	for i := range 5 {
		x := w * (0.1 + 0.2*float64(i))
		p.diamond(x, h-16, 7, 9, p.c.spark)
	}
}

// rosette: horns to all sides around a diamond.
func (p *pen) rosette() {
	w, h := p.art.W, p.art.H
	p.light(0.5)
	cx, cy := w/2, h/2
	n := []int{4, 6, 8}[p.pick(3)]
	r := math.Min(w, h) / 2
	p.diamond(cx, cy, r*1.32, r*1.32, p.c.deep)
	p.circle(cx, cy, r*0.93, p.c.ground)
	p.ring(cx, cy, r*0.93, 3, p.c.spark)
	s := r / 170
	if n == 8 {
		s = r / 215
	}
	for i := range n {
		angle := float64(i) * 360 / float64(n)
		color := p.c.main
		if i%2 == 1 {
			color = p.c.spark
		}
		p.group(fmt.Sprintf("translate(%s %s)rotate(%s)", num(cx), num(cy), num(angle)), color, 15)
		p.pair(place(0, -r*0.5, s))
		p.end()
	}
	p.circle(cx, cy, r*0.16, p.c.ink)
	p.diamond(cx, cy, r*0.09, r*0.09, p.c.main)
	for _, dx := range []float64{-1, 1} {
		p.diamond(cx+dx*w*0.44, h*0.1, 10, 10, p.c.spark)
		p.diamond(cx+dx*w*0.44, h*0.9, 10, 10, p.c.spark)
	}
}

// tree: baiterek, the tree of life, its branches horns.
func (p *pen) tree() {
	w, h := p.art.W, p.art.H
	p.light(0.4)
	cx := w / 2
	p.circle(cx, h*0.27, h*0.2, p.c.spark)
	p.fill(fmt.Sprintf("M0 %sQ%s %s %s %sV%sH0z", num(h*0.86), num(cx), num(h*0.68), num(w), num(h*0.86), num(h)), p.c.deep)
	p.fill(fmt.Sprintf("M0 %sQ%s %s %s %sV%sH0z", num(h*0.97), num(w*0.3), num(h*0.8), num(w), num(h*0.95), num(h)), p.c.main)
	tiers := 3 + p.pick(2)
	p.group("translate(0 0)", p.c.ink, 12)
	fmt.Fprintf(&p.b, `<path d="M%s %sV%s"/>`, num(cx), num(h*0.85), num(h*0.2))
	p.end()
	for i := range tiers {
		t := float64(i) / float64(tiers-1)
		y := h * (0.66 - 0.42*t)
		s := (1.25 - 0.72*t) * h / 270
		color := p.c.ink
		p.group(place(cx, y, s), p.c.ground, 22)
		p.pair("translate(0 0)")
		p.end()
		p.group(place(cx, y, s), color, 12)
		p.pair("translate(0 0)")
		p.end()
	}
	for i := range 3 {
		d := float64(i+1) * 0.13
		p.diamond(w*(0.5-d)-18, h*0.93, 5, 7, p.c.spark)
		p.diamond(w*(0.5+d)+18, h*0.93, 5, 7, p.c.spark)
	}
}

// hornRows: horns that face each other in rows, figure and ground alike, as in a syrmak.
func (p *pen) hornRows() {
	w, h := p.art.W, p.art.H
	rows := 2 + p.pick(2)
	rh := h / float64(rows)
	cols := rows
	cw := w / float64(cols)
	s := math.Min(rh/190, cw/205)
	for r := range rows {
		bg, fg := p.c.deep, p.c.main
		if r%2 == 1 {
			bg, fg = p.c.main, p.c.ground
		}
		p.rect(0, float64(r)*rh, w, rh+0.5, bg)
		p.group("translate(0 0)", fg, 17)
		for c := -1; c <= cols; c++ {
			x := (float64(c) + 0.5) * cw
			p.pair(fmt.Sprintf("translate(%s %s)scale(%.2f)", num(x), num((float64(r)+0.46)*rh), s))
			p.pair(fmt.Sprintf("translate(%s %s)scale(%.2f %.2f)", num(x+cw/2), num((float64(r)+1.02)*rh), s*0.55, s*0.55))
		}
		p.end()
		p.rect(0, float64(r)*rh-1.5, w, 3, p.c.spark)
	}
}

// amulet: a tumar with its tassels.
func (p *pen) amulet() {
	w, h := p.art.W, p.art.H
	p.light(0.3)
	cx := w / 2
	top, foot := h*0.1, h*0.72
	half := math.Min(w*0.43, (foot-top)*0.75)
	for i, color := range []string{p.c.spark, p.c.deep, p.c.main, p.c.ground} {
		k := 1 - 0.13*float64(i)
		y := top + (foot-top)*0.075*float64(i)
		p.fill(fmt.Sprintf("M%s %sh%sL%s %sz", num(cx-half*k), num(y), num(2*half*k), num(cx), num(y+(foot-top)*k)), color)
	}
	p.group(place(cx, top+(foot-top)*0.42, (foot-top)/330), p.c.ink, 15)
	p.pair("translate(0 6)")
	p.end()
	for i := -3; i <= 3; i++ {
		x := cx + float64(i)*half/3.6
		from := foot - math.Abs(float64(i))*(foot-top)/3.75
		to := h*0.93 - math.Abs(float64(i))*h*0.055
		p.rect(x-1, from, 2, to-from, p.c.ink)
		p.diamond(x, (from+to)/2, 4, 6, p.c.main)
		p.fill(fmt.Sprintf("M%s %sl-6 15h12z", num(x), num(to-6)), p.c.spark)
	}
	p.rect(cx-half, top-9, 2*half, 5, p.c.ink)
}

// mountains: tumar after tumar, as the Alatau stands behind Almaty.
func (p *pen) mountains() {
	w, h := p.art.W, p.art.H
	p.light(0.2)
	sx := w * p.between(0.28, 0.72)
	for i, color := range []string{p.c.deep, p.c.spark} {
		p.circle(sx, h*0.34, h*(0.24-0.06*float64(i)), color)
	}
	for layer, color := range []string{p.c.deep, p.c.main, p.c.ground} {
		var peaks, caps strings.Builder
		base := h * (0.78 + 0.12*float64(layer))
		n := 3 + layer*2
		for i := -1; i <= n; i++ {
			cx := (float64(i)+0.5)*w/float64(n) + p.between(-14, 14)
			tall := h * p.between(0.34, 0.56) / (1 + 0.62*float64(layer))
			half := w / float64(n) * 0.78
			fmt.Fprintf(&peaks, "M%s %sL%s %sL%s %sV%sH%sz", num(cx-half), num(base), num(cx), num(base-tall), num(cx+half), num(base), num(h), num(cx-half))
			if layer < 2 {
				k := 0.3
				fmt.Fprintf(&caps, "M%s %sl%s %sl%s %sl%s %sl%s %sl%s %sz", num(cx), num(base-tall), num(half*k), num(tall*k), num(-half*k*0.5), num(-tall*k*0.3),
					num(-half*k*0.5), num(tall*k*0.3), num(-half*k*0.5), num(-tall*k*0.3), num(-half*k*0.5), num(tall*k*0.3))
			}
		}
		p.fill(peaks.String(), color)
		if caps.Len() > 0 {
			p.fill(caps.String(), p.c.ink)
		}
	}
	for i := range 7 {
		p.diamond(w*(0.5+float64(i))/7, h*0.965, 6, 6, p.c.spark)
	}
}

// sunburst: rays of tumars around the sun.
func (p *pen) sunburst() {
	w, h := p.art.W, p.art.H
	cx, cy := w/2, h*p.between(0.45, 0.6)
	n := []int{12, 16, 20}[p.pick(3)]
	r := math.Hypot(w, h) * 0.62
	var rays, mid, inner strings.Builder
	point := func(radius, at float64) string {
		a := at * 2 * math.Pi / float64(n)
		return num(cx+radius*math.Sin(a)) + " " + num(cy-radius*math.Cos(a))
	}
	R := math.Min(w, h) / 2
	for i := range n {
		k := float64(i)
		fmt.Fprintf(&rays, "M%s %sL%sL%sz", num(cx), num(cy), point(r, k-0.25), point(r, k+0.25))
		fmt.Fprintf(&mid, "M%sL%sL%sz", point(R*0.6, k), point(R*0.6, k+1), point(R*0.96, k+0.5))
		fmt.Fprintf(&inner, "M%sL%sL%sz", point(R*0.36, k-0.5), point(R*0.36, k+0.5), point(R*0.54, k))
	}
	p.fill(rays.String(), p.c.deep)
	p.circle(cx, cy, R*0.62, p.c.ground)
	p.fill(mid.String(), p.c.main)
	p.ring(cx, cy, R*0.6, 4, p.c.ink)
	p.fill(inner.String(), p.c.spark)
	p.circle(cx, cy, R*0.37, p.c.main)
	p.group(place(cx, cy, R/330), p.c.ink, 18)
	for i := range 4 {
		p.pair(fmt.Sprintf("rotate(%d)translate(0 -62)", i*90))
	}
	p.end()
}

// triangles: a patchwork (kurak) of tumars, the same on both sides.
func (p *pen) triangles() {
	w, h := p.art.W, p.art.H
	cols := 6
	s := w / float64(cols)
	rows := int(math.Ceil(h / s))
	colors := []string{p.c.deep, p.c.main, p.c.spark, p.c.ink, p.c.ground, p.c.deep, p.c.main}
	byColor := map[string]*strings.Builder{}
	for _, c := range colors {
		byColor[c] = &strings.Builder{}
	}
	p.rect(0, 0, w, h, p.c.ground)
	for y := range rows {
		for x := range cols / 2 {
			a, b := colors[p.pick(len(colors))], colors[p.pick(len(colors))]
			flip := (x+y+p.pick(2))%2 == 0
			for _, mirror := range []bool{false, true} {
				x0, d := float64(x)*s, s
				if mirror {
					x0, d = w-float64(x)*s, -s
				}
				y0 := float64(y) * s
				if flip {
					fmt.Fprintf(byColor[a], "M%s %sh%sv%sz", num(x0), num(y0), num(d), num(s))
					fmt.Fprintf(byColor[b], "M%s %sv%sh%sz", num(x0), num(y0), num(s), num(d))
				} else {
					fmt.Fprintf(byColor[a], "M%s %sh%sl%s %sz", num(x0), num(y0), num(d), num(-d), num(s))
					fmt.Fprintf(byColor[b], "M%s %sv%sh%sz", num(x0+d), num(y0), num(s), num(-d))
				}
			}
		}
	}
	for _, c := range []string{p.c.deep, p.c.main, p.c.spark, p.c.ink} {
		p.fill(byColor[c].String(), c)
	}
	p.diamond(w/2, h/2, s*1.5, s*1.5, p.c.ground)
	p.group(place(w/2, h/2, s/125), p.c.spark, 17)
	p.pair("translate(0 -34)")
	p.pair("rotate(180)translate(0 -34)")
	p.end()
}
