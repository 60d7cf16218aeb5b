package ui

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"html"
	"strings"
)

// The poster's sheet.
const (
	posterW = 300
	posterH = 400
	margin  = 20
)

// maxPoster is how large a poster's file may get.
const maxPoster = 8 << 10

// Poster draws an event that came without a picture: Kazakh ornament in its genre's colours, and its title in big type. The same title and
// genre always give the same poster. The type is drawn as outlines, so it needs no font where it is shown.
func Poster(title, genre, subtitle string) []byte {
	b := drawPoster(title, genre, title, subtitle)
	for shown := title; len(b) > maxPoster && shown != ""; shown = shorten(shown) {
		b = drawPoster(title, genre, shown, "")
	}
	return b
}

// shorten leaves out the last quarter of a title, by whole words where it has several.
func shorten(s string) string {
	if words := strings.Fields(strings.TrimSuffix(s, " …")); len(words) > 1 {
		return strings.Join(words[:len(words)*3/4], " ") + " …"
	}
	r := []rune(s)
	return string(r[:len(r)*3/4])
}

// drawPoster draws the poster that a title and a genre choose; shown is what is set of the title.
func drawPoster(title, genre, shown, subtitle string) []byte {
	p := newPen(title, genre)
	set := &typesetter{}
	block := set.fit(shown, posterW-2*margin, 150)
	small := set.line(subtitle, 11.5, posterW-2*margin)

	blockH := block.height() + block.drop() + 2*margin
	if small != nil {
		blockH += 18
	}
	onTop := p.pick(3) == 0
	artY, textY := 0.0, float64(posterH)-blockH
	if onTop {
		artY, textY = blockH, 0
	}
	p.art = area{W: posterW, H: float64(posterH) - blockH}

	fmt.Fprintf(&p.b, `<rect width="300" height="400" fill="%s"/>`, p.c.ground)
	fmt.Fprintf(&p.b, `<svg y="%s" width="300" height="%s">`, num(artY), num(p.art.H))
	p.compose(genre)
	p.b.WriteString(`</svg>`)
	p.border(artY, onTop)

	fmt.Fprintf(&p.b, `<g fill="%s">`, p.c.ink)
	y := textY + margin
	set.write(&p.b, block, margin, y)
	set.write(&p.b, small, margin, y+block.height()+block.drop()+8)
	p.b.WriteString(`</g>`)

	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img"><title>%s</title><defs>`, posterW, posterH, html.EscapeString(strings.ToValidUTF8(printable(title), "")))
	out.WriteString(p.defs.String())
	set.writeDefs(&out)
	out.WriteString(`</defs>`)
	out.WriteString(p.b.String())
	out.WriteString(`</svg>`)
	return []byte(out.String())
}

// printable drops what XML does not allow.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, s)
}

// area is the part of the sheet that a composition fills.
type area struct{ W, H float64 }

// pen draws with a palette and chooses by the title.
type pen struct {
	b, defs strings.Builder
	c       colours
	art     area
	seed    [32]byte
	turn    int
	have    map[string]bool
}

func newPen(title, genre string) *pen {
	p := &pen{seed: sha256.Sum256([]byte(genre + "\x00" + title)), have: map[string]bool{}}
	list, ok := palettes[genre]
	if !ok {
		list = palettes["theatre"]
	}
	p.c = list[p.pick(len(list))]
	return p
}

// pick chooses one of n by the title.
func (p *pen) pick(n int) int {
	if p.turn+4 > len(p.seed) {
		p.seed, p.turn = sha256.Sum256(p.seed[:]), 0
	}
	v := binary.BigEndian.Uint32(p.seed[p.turn:])
	p.turn += 4
	return int(v % uint32(n))
}

// between chooses a number from a to b.
func (p *pen) between(a, b float64) float64 { return a + (b-a)*float64(p.pick(1000))/999 }

// compose chooses a family that suits the genre, and one of its compositions.
func (p *pen) compose(genre string) {
	fam, ok := families[genre]
	if !ok {
		fam = []family{horns, tumars, felts}
	}
	f := fam[p.pick(len(fam))]
	f[p.pick(len(f))](p)
}

// family is the compositions of one kind of ornament.
type family []func(*pen)

var (
	horns  = family{(*pen).greatHorn, (*pen).rosette, (*pen).tree, (*pen).hornRows}
	tumars = family{(*pen).amulet, (*pen).mountains, (*pen).sunburst, (*pen).triangles}
	felts  = family{(*pen).quilt, (*pen).stripes, (*pen).medallion, (*pen).shanyrak, (*pen).lattice}
)

var families = map[string][]family{
	"theatre": {horns, tumars, felts}, "opera": {horns, horns, felts}, "ballet": {horns, felts, tumars}, "concert": {tumars, felts, horns}, "sport": {tumars, tumars, felts},
	"club": {felts, tumars}, "museum": {felts, horns}, "children": {horns, tumars, felts}, "festival": {tumars, horns, felts}, "comedy": {felts, horns, tumars},
}

// border parts picture and words as the hem of a felt does.
func (p *pen) border(artY float64, onTop bool) {
	y := artY + p.art.H
	up := 1.0
	if onTop {
		y, up = artY, -1
	}
	switch p.pick(3) {
	case 0:
		p.rect(0, y-2, posterW, 4, p.c.spark)
	case 1:
		var d strings.Builder
		for x := 0; x < posterW; x += 20 {
			fmt.Fprintf(&d, "M%d %sl10 %sl10 %sz", x, num(y), num(-9*up), num(9*up))
		}
		p.fill(d.String(), p.c.ground)
	default:
		var d strings.Builder
		for x := 5; x < posterW; x += 10 {
			fmt.Fprintf(&d, "M%d %sl4 4l-4 4l-4-4z", x, num(y-4))
		}
		p.fill(d.String(), p.c.spark)
	}
}

// num writes a coordinate briefly.
func num(v float64) string {
	s := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.1f", v), "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

func (p *pen) rect(x, y, w, h float64, fill string) {
	fmt.Fprintf(&p.b, `<path fill="%s" d="M%s %sh%sv%sh%sz"/>`, fill, num(x), num(y), num(w), num(h), num(-w))
}

func (p *pen) fill(d, color string) { fmt.Fprintf(&p.b, `<path fill="%s" d="%s"/>`, color, d) }

func (p *pen) circle(x, y, r float64, fill string) {
	fmt.Fprintf(&p.b, `<circle cx="%s" cy="%s" r="%s" fill="%s"/>`, num(x), num(y), num(r), fill)
}

func (p *pen) ring(x, y, r, w float64, color string) {
	fmt.Fprintf(&p.b, `<circle cx="%s" cy="%s" r="%s" fill="none" stroke="%s" stroke-width="%s"/>`, num(x), num(y), num(r), color, num(w))
}

func (p *pen) diamond(x, y, rx, ry float64, fill string) {
	p.fill(fmt.Sprintf("M%s %sl%s %sl%s %sl%s %sz", num(x), num(y-ry), num(rx), num(ry), num(-rx), num(ry), num(-rx), num(-ry)), fill)
}

// group opens a transformed group with strokes; end closes it.
func (p *pen) group(transform, stroke string, width float64) {
	fmt.Fprintf(&p.b, `<g transform="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linecap="round">`, transform, stroke, num(width))
}

func (p *pen) end() { p.b.WriteString(`</g>`) }

// use draws a named shape, defining it the first time.
func (p *pen) use(id, d, transform string) {
	if !p.have[id] {
		p.have[id] = true
		fmt.Fprintf(&p.defs, `<path id="%s" d="%s"/>`, id, d)
	}
	if transform == "" {
		fmt.Fprintf(&p.b, `<use href="#%s"/>`, id)
		return
	}
	fmt.Fprintf(&p.b, `<use href="#%s" transform="%s"/>`, id, transform)
}

// light lays the stage's light over the ground.
func (p *pen) light(y float64) {
	fmt.Fprintf(&p.defs, `<radialGradient id="l" cx=".5" cy="%s" r=".75"><stop stop-color="%s" stop-opacity=".9"/><stop offset="1" stop-color="%s" stop-opacity="0"/></radialGradient>`, num(y), p.c.deep, p.c.deep)
	p.rect(0, 0, p.art.W, p.art.H, "url(#l)")
}
