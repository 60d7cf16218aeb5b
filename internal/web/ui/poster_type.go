package ui

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"github.com/sahna/sahna/internal/platform/i18n"
)

//go:embed fonts/display.ttf
var displayTTF []byte

// em is the grid in which glyphs are written; coarse, so that outlines stay short.
const em = 250

// Of Oswald: the height of capitals and how far letters hang below, in em; room above for the breve of Й.
const (
	capHeight  = 0.81
	lineHeight = 1.12
)

type glyph struct {
	d       string
	advance float64 // in em units
}

var face = func() *sfnt.Font {
	f, err := sfnt.Parse(displayTTF)
	if err != nil {
		panic("ui: display face: " + err.Error()) // cannot be: it is in the binary
	}
	return f
}()

var glyphs struct {
	sync.Mutex
	buf  sfnt.Buffer
	byID map[rune]glyph
}

// glyphOf returns a letter's outline; false when the face does not have it.
func glyphOf(r rune) (glyph, bool) {
	glyphs.Lock()
	defer glyphs.Unlock()
	if g, ok := glyphs.byID[r]; ok {
		return g, g.advance > 0
	}
	if glyphs.byID == nil {
		glyphs.byID = map[rune]glyph{}
	}
	var g glyph
	if i, err := face.GlyphIndex(&glyphs.buf, r); err == nil && i != 0 {
		adv, aerr := face.GlyphAdvance(&glyphs.buf, i, fixed.I(em), font.HintingNone)
		segs, lerr := face.LoadGlyph(&glyphs.buf, i, fixed.I(em), nil)
		if aerr == nil && lerr == nil {
			g = glyph{d: outline(segs), advance: float64(adv) / 64}
		}
	}
	if len(glyphs.byID) < 1000 { // strangers' letters do not fill the memory
		glyphs.byID[r] = g
	}
	return g, g.advance > 0
}

// outline writes segments as a path of whole, relative steps.
func outline(segs sfnt.Segments) string {
	var b strings.Builder
	var x, y int
	at := func(p fixed.Point26_6) (int, int) {
		return int(math.Round(float64(p.X) / 64)), int(math.Round(float64(p.Y) / 64))
	}
	step := func(op byte, points ...fixed.Point26_6) {
		b.WriteByte(op)
		var lx, ly int
		for i, pt := range points {
			px, py := at(pt)
			if i > 0 && px-x >= 0 {
				b.WriteByte(' ')
			}
			fmt.Fprint(&b, px-x)
			if py-y >= 0 {
				b.WriteByte(' ')
			}
			fmt.Fprint(&b, py-y)
			lx, ly = px, py
		}
		x, y = lx, ly
	}
	for i, s := range segs {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				b.WriteByte('z')
			}
			px, py := at(s.Args[0])
			fmt.Fprintf(&b, "M%d %d", px, py)
			x, y = px, py
		case sfnt.SegmentOpLineTo:
			px, py := at(s.Args[0])
			switch {
			case py == y:
				fmt.Fprintf(&b, "h%d", px-x)
				x = px
			case px == x:
				fmt.Fprintf(&b, "v%d", py-y)
				y = py
			default:
				step('l', s.Args[0])
			}
		case sfnt.SegmentOpQuadTo:
			step('q', s.Args[0], s.Args[1])
		case sfnt.SegmentOpCubeTo:
			step('c', s.Args[0], s.Args[1], s.Args[2])
		}
	}
	if len(segs) > 0 {
		b.WriteByte('z')
	}
	return b.String()
}

// typesetter sets words in outlines and remembers which letters it used.
type typesetter struct{ used []rune }

// textBlock is lines of one size.
type textBlock struct {
	lines []string
	size  float64
}

func (t *textBlock) height() float64 {
	if t == nil || len(t.lines) == 0 {
		return 0
	}
	return t.size * (t.rise() + lineHeight*float64(len(t.lines)-1))
}

// rise is from the block's top to its first base line, in sizes: more where a letter of the first line wears a breve or dots.
func (t *textBlock) rise() float64 {
	if strings.ContainsAny(t.lines[0], "ЙЁÄÖÜÉÈÀÂÊÎÔÛÃÕÑÇ") {
		return capHeight + 0.26
	}
	return capHeight + 0.1
}

// drop is how far the last line's letters hang below it.
func (t *textBlock) drop() float64 {
	if t == nil || len(t.lines) == 0 {
		return 0
	}
	if strings.ContainsAny(t.lines[len(t.lines)-1], "ДЦЩҚҢQÇ,;") {
		return t.size * 0.17
	}
	return t.size * 0.03
}

// capitals is the text in capitals, without what the face cannot write.
func capitals(s string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(printable(s)) {
		if _, ok := glyphOf(r); ok {
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// fit sets a title as large as width and height allow, at most six lines.
func (t *typesetter) fit(title string, width, height float64) *textBlock {
	words := keepDashes(strings.Fields(capitals(title)))
	if len(words) > 24 {
		words = append(words[:23], "…")
	}
	var lines []string
	size := 96.0
	for ; size >= 14; size -= 1.5 {
		lines = wrap(words, width/size*em)
		b := textBlock{lines, size}
		if len(words) == 0 || lines != nil && len(lines) <= 6 && b.height() <= height {
			break
		}
	}
	if size < 14 {
		size = 14
		lines = cut(words, width/size*em, 6)
	}
	for _, l := range lines {
		t.note(l)
	}
	return &textBlock{lines, size}
}

// keepDashes leaves a dash at the end of its line, never at the beginning of the next.
func keepDashes(words []string) []string {
	var out []string
	for _, w := range words {
		if len(out) > 0 && (w == "—" || w == "–" || w == "-" || w == "…") {
			out[len(out)-1] += " " + w
			continue
		}
		out = append(out, w)
	}
	return out
}

// line sets one line of a size, or nothing when it does not fit.
func (t *typesetter) line(s string, size, width float64) *textBlock {
	s = capitals(s)
	if s == "" || measure(s)*size/em > width {
		return nil
	}
	t.note(s)
	return &textBlock{[]string{s}, size}
}

func (t *typesetter) note(s string) {
	for _, r := range s {
		if r != ' ' && !slices.Contains(t.used, r) {
			t.used = append(t.used, r)
		}
	}
}

func measure(s string) float64 {
	w := 0.0
	for _, r := range s {
		g, _ := glyphOf(r)
		w += g.advance
	}
	return w
}

// wrap breaks words into lines of a width; nil when a word alone is wider.
func wrap(words []string, width float64) []string {
	var lines []string
	line := ""
	for _, w := range words {
		if measure(w) > width {
			return nil
		}
		next := strings.TrimSpace(line + " " + w)
		if line != "" && measure(next) > width {
			lines = append(lines, line)
			next = w
		}
		line = next
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// cut is for titles that fit at no size: words are cut to the width, lines to a number.
func cut(words []string, width float64, n int) []string {
	for i, w := range words {
		r := []rune(w)
		for len(r) > 1 && measure(string(r)) > width {
			r = r[:len(r)-1]
		}
		words[i] = string(r)
	}
	lines := wrap(words, width)
	return lines[:min(n, len(lines))]
}

// write draws the block with its top left corner at x, y.
func (t *typesetter) write(b *strings.Builder, block *textBlock, x, y float64) {
	if block == nil {
		return
	}
	for i, line := range block.lines {
		base := y + block.size*(block.rise()+lineHeight*float64(i))
		fmt.Fprintf(b, `<g transform="translate(%s %s)scale(%.4f)">`, num(x), num(base), block.size/em)
		at := 0.0
		for _, r := range line {
			g, _ := glyphOf(r)
			if r != ' ' {
				fmt.Fprintf(b, `<use href="#%s" x="%.0f"/>`, t.id(r), at)
			}
			at += g.advance
		}
		b.WriteString(`</g>`)
	}
}

func (t *typesetter) writeDefs(b *strings.Builder) {
	for _, r := range t.used {
		g, _ := glyphOf(r)
		fmt.Fprintf(b, `<path id="%s" d="%s"/>`, t.id(r), g.d)
	}
}

// id names a used letter briefly.
func (t *typesetter) id(r rune) string {
	return "t" + strconv.FormatInt(int64(slices.Index(t.used, r)), 36)
}

// PosterOf draws the poster of a title in one language.
func PosterOf(l i18n.Lang, title i18n.Text, genre string, subtitle i18n.Text) []byte {
	return Poster(title.In(l), genre, subtitle.In(l))
}
