package ui

import (
	"fmt"
	"math"
	"strings"
)

// quilt: diamonds in a net, coloured the same from both sides.
func (p *pen) quilt() {
	w, h := p.art.W, p.art.H
	cols := 3 + p.pick(2)
	rx := w / float64(cols) / 2
	ry := rx * p.between(1, 1.35)
	colors := []string{p.c.main, p.c.spark, p.c.deep}
	shift := p.pick(3)
	fmt.Fprintf(&p.defs, `<pattern id="q" width="%s" height="%s" patternUnits="userSpaceOnUse">`, num(2*rx), num(6*ry))
	for y := range 7 {
		for i, color := range []string{colors[(y+shift)%3], p.c.ground, colors[(y+shift+1)%3]} {
			k := []float64{0.94, 0.6, 0.26}[i]
			var d strings.Builder
			for x := 1 - y%2; x <= 2; x += 2 {
				fmt.Fprintf(&d, "M%s %sl%s %sl%s %sl%s %sz", num(float64(x)*rx), num((float64(y)-k)*ry), num(rx*k), num(ry*k), num(-rx*k), num(ry*k), num(-rx*k), num(-ry*k))
			}
			fmt.Fprintf(&p.defs, `<path fill="%s" d="%s"/>`, color, d.String())
		}
	}
	p.defs.WriteString(`</pattern>`)
	p.rect(0, 0, w, h, p.c.deep)
	p.rect(0, 0, w, h, "url(#q)")
}

// stripes: an alasha, woven in bands.
func (p *pen) stripes() {
	w, h := p.art.W, p.art.H
	y := 0.0
	colors := []string{p.c.main, p.c.deep, p.c.spark, p.c.ground}
	last := -1
	for i := 0; y < h; i++ {
		c := p.pick(len(colors))
		if c == last {
			c = (c + 1) % len(colors)
		}
		last = c
		bh := []float64{10, 18, 34, 46}[p.pick(4)]
		p.rect(0, y, w, bh+0.5, colors[c])
		on := p.c.ink
		if i%2 == 0 {
			on = colors[(c+1+p.pick(3))%4]
		}
		p.band(y, bh, on)
		y += bh
	}
}

// maxBands is where figures stop and plain bands go on, to keep the file small.
const maxBands = 3000

// band fills a woven stripe with one small figure.
func (p *pen) band(y, bh float64, color string) {
	var d strings.Builder
	kind := p.pick(4)
	if bh < 16 || p.b.Len() > maxBands {
		return
	}
	step := bh
	for step < 20 {
		step = 20
	}
	n := int(math.Round(posterW / step))
	step = posterW / float64(n)
	for i := range n {
		x := float64(i) * step
		m := bh * 0.18
		switch kind {
		case 0: // tumars
			fmt.Fprintf(&d, "M%s %sh%sl%s %sz", num(x+step*0.1), num(y+bh-m), num(step*0.8), num(-step*0.4), num(-(bh - 2*m)))
		case 1: // diamonds
			fmt.Fprintf(&d, "M%s %sl%s %sl%s %sl%s %sz", num(x+step/2), num(y+m), num(step*0.36), num(bh/2-m), num(-step*0.36), num(bh/2-m), num(-step*0.36), num(m-bh/2))
		case 2: // crosses
			a := (bh - 2*m) / 3
			fmt.Fprintf(&d, "M%s %sh%sv%sh%sv%sh%sv%sh%sv%sh%sv%sh%sz", num(x+step/2-a/2), num(y+m), num(a), num(a), num(a), num(a), num(-a), num(a), num(-a), num(-a), num(-a), num(-a), num(a))
		default: // two rows of stitches
			for _, at := range []float64{0.25, 0.65} {
				fmt.Fprintf(&d, "M%s %sh%sv%sh%sz", num(x+step*0.2), num(y+bh*at), num(step*0.6), num(bh*0.12), num(-step*0.6))
			}
		}
	}
	p.fill(d.String(), color)
}

// medallion: one stepped diamond, large enough to leave the sheet.
func (p *pen) medallion() {
	w, h := p.art.W, p.art.H
	p.rect(0, 0, w, h, p.c.deep)
	cx, cy := w/2, h/2
	R := math.Max(w, h) * 0.56
	colors := []string{p.c.ground, p.c.main, p.c.ground, p.c.spark, p.c.deep, p.c.ink, p.c.main}
	steps := 6
	for i, color := range colors {
		k := R * (1 - float64(i)*0.145)
		if k < 12 {
			break
		}
		p.fill(stepped(cx, cy, k, steps), color)
		if steps > 3 {
			steps--
		}
	}
	for _, sx := range []float64{0, w} {
		for _, sy := range []float64{0, h} {
			p.fill(stepped(sx, sy, w*0.2, 4), p.c.main)
			p.fill(stepped(sx, sy, w*0.11, 3), p.c.spark)
		}
	}
}

// stepped is a diamond with stairs for edges.
func stepped(cx, cy, r float64, n int) string {
	var d strings.Builder
	s := r / (float64(n) - 0.5)
	fmt.Fprintf(&d, "M%s %s", num(cx-s/2), num(cy-r))
	fmt.Fprintf(&d, "h%s", num(s))
	for range n - 1 {
		fmt.Fprintf(&d, "v%sh%s", num(s), num(s))
	}
	fmt.Fprintf(&d, "v%s", num(s))
	for range n - 1 {
		fmt.Fprintf(&d, "h%sv%s", num(-s), num(s))
	}
	fmt.Fprintf(&d, "h%s", num(-s))
	for range n - 1 {
		fmt.Fprintf(&d, "v%sh%s", num(-s), num(-s))
	}
	fmt.Fprintf(&d, "v%s", num(-s))
	for range n - 1 {
		fmt.Fprintf(&d, "h%sv%s", num(s), num(-s))
	}
	return d.String() + "z"
}

// shanyrak: the yurt's crown against the sky.
func (p *pen) shanyrak() {
	w, h := p.art.W, p.art.H
	cx, cy := w/2, h*0.5
	R := math.Min(w, h) * 0.47
	n := 36
	var uyk strings.Builder
	far := math.Hypot(w, h)
	for i := range n {
		a := 2 * math.Pi * (float64(i) + 0.5) / float64(n)
		fmt.Fprintf(&uyk, "M%s %sL%s %s", num(cx+R*math.Cos(a)), num(cy+R*math.Sin(a)), num(cx+far*math.Cos(a)), num(cy+far*math.Sin(a)))
	}
	p.rect(0, 0, w, h, p.c.deep)
	fmt.Fprintf(&p.b, `<path d="%s" stroke="%s" stroke-width="5"/>`, uyk.String(), p.c.main)
	p.circle(cx, cy, R, p.c.ground)
	p.circle(cx, cy, R*0.8, p.c.spark)
	p.ring(cx, cy, R*0.92, R*0.14, p.c.main)
	p.ring(cx, cy, R, 4, p.c.ink)
	p.group(fmt.Sprintf("translate(%s %s)rotate(%d)scale(%.3f)", num(cx), num(cy), p.pick(2)*45, R/100), p.c.ground, 6)
	bars := "M-22-77Q-8 0-22 77M0-82V82M22-77Q8 0 22 77"
	p.use("s", bars, "")
	p.use("s", bars, "rotate(90)")
	p.end()
	p.circle(cx, cy, R*0.13, p.c.ink)
	p.circle(cx, cy, R*0.07, p.c.main)
}

// lattice: kerege, the yurt's folding wall, with felt behind it.
func (p *pen) lattice() {
	w, h := p.art.W, p.art.H
	p.rect(0, 0, w, h, p.c.deep)
	n := 3 + p.pick(2)
	s := w / float64(n)
	rows := int(math.Ceil(h/s)) + 1
	for y := range rows {
		var a, b strings.Builder
		for x := range n + 1 {
			cx, cy := (float64(x)+0.5*float64(y%2))*s, float64(y)*s
			fmt.Fprintf(&a, "M%s %sl%s %sl%s %sl%s %sz", num(cx), num(cy-s*0.4), num(s*0.4), num(s*0.4), num(-s*0.4), num(s*0.4), num(-s*0.4), num(-s*0.4))
			fmt.Fprintf(&b, "M%s %sl%s %sl%s %sl%s %sz", num(cx), num(cy-s*0.2), num(s*0.2), num(s*0.2), num(-s*0.2), num(s*0.2), num(-s*0.2), num(-s*0.2))
		}
		first, second := p.c.main, p.c.ground
		if (y+p.turn)%3 == 0 {
			first, second = p.c.ground, p.c.spark
		}
		p.fill(a.String(), first)
		p.fill(b.String(), second)
	}
	var bars strings.Builder
	for i := -rows - 1; i <= n+rows; i++ {
		x := (float64(i) + 0.5) * s
		fmt.Fprintf(&bars, "M%s 0l%s %sM%s 0l%s %s", num(x), num(h), num(h), num(x), num(-h), num(h))
	}
	fmt.Fprintf(&p.b, `<path d="%s" stroke="%s" stroke-width="9"/><path d="%s" stroke="%s" stroke-width="4"/>`, bars.String(), p.c.ground, bars.String(), p.c.spark)
}
