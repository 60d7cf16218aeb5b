// Package pdf prints letters and lists.
//
// It owns the typefaces that every PDF uses and a plain A4 sheet: head, text,
// facts, tables, page numbers. It promises that every Kazakh letter is there,
// and that whatever strangers typed prints without harm. It knows no trade.
package pdf

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
)

// Regular is Noto Sans, cut to Latin and Cyrillic.
//
//go:embed fonts/NotoSans-Regular.ttf
var Regular []byte

// Bold is Noto Sans Bold, cut alike.
//
//go:embed fonts/NotoSans-Bold.ttf
var Bold []byte

const (
	face   = "noto"
	margin = 20.0
	width  = 210 - 2*margin
)

// Doc is an A4 document that is written from the top down.
type Doc struct {
	pdf *fpdf.Fpdf
}

// New begins a document in a language.
func New(lang, title string, made time.Time) *Doc {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(made)
	f.SetModificationDate(made)
	f.SetLang(lang)
	f.SetTitle(title, true)
	f.SetProducer("Sahna", true)
	f.SetMargins(margin, 18, margin)
	f.SetAutoPageBreak(true, bottom)
	f.AddUTF8FontFromBytes(face, "", Regular)
	f.AddUTF8FontFromBytes(face, "B", Bold)
	f.AliasNbPages("{pages}")
	f.SetFooterFunc(func() {
		f.SetY(-14)
		f.SetFont(face, "", 7.5)
		f.SetTextColor(104, 104, 112)
		f.CellFormat(width, 5, fmt.Sprintf("%s · %d", title, f.PageNo()), "", 0, "C", false, 0, "")
	})
	return &Doc{pdf: f}
}

// Page begins a new page.
func (d *Doc) Page() { d.pdf.AddPage() }

// Head writes who the paper is from: a name in bold, lines under it, and a rule.
func (d *Doc) Head(name string, lines ...string) {
	d.write("B", 13, 6.2, name)
	for _, l := range lines {
		d.grey("", 8.5, 4.3, l)
	}
	d.pdf.Ln(2.5)
	d.pdf.SetDrawColor(205, 205, 210)
	d.pdf.Line(margin, d.pdf.GetY(), margin+width, d.pdf.GetY())
	d.pdf.Ln(5)
}

// Title writes the heading of a page.
func (d *Doc) Title(s string) {
	d.pdf.Ln(2)
	d.write("B", 15, 7, s)
	d.pdf.Ln(2)
}

// Heading writes the heading of a part.
func (d *Doc) Heading(s string) {
	d.keep(20) // never alone at the foot of a page
	d.pdf.Ln(2.5)
	d.write("B", 10.5, 5.2, s)
	d.pdf.Ln(0.5)
}

// Text writes a paragraph.
func (d *Doc) Text(s string) {
	for _, p := range strings.Split(s, "\n") {
		d.write("", 10.5, 5.3, p)
	}
	d.pdf.Ln(1.8)
}

// Small writes a paragraph in small grey type.
func (d *Doc) Small(s string) { d.grey("", 8.5, 4.3, s) }

const (
	bottom   = 20.0 // of a page, for its number
	left     = 52.0 // what the labels of facts take of the width
	factLine = 5.0
	factGap  = 0.8
)

// keep begins a new page when the rest of this one is shorter than what comes, unless no page is long enough for it.
func (d *Doc) keep(height float64) {
	_, page := d.pdf.GetPageSize()
	_, top, _, _ := d.pdf.GetMargins()
	if d.pdf.GetY()+height > page-bottom && height <= page-bottom-top {
		d.pdf.AddPage()
	}
}

// factHeight is how high a fact stands on the paper.
func (d *Doc) factHeight(label, value string) float64 {
	d.pdf.SetFont(face, "", 9)
	lines := len(d.pdf.SplitText(Printable(label), left-3))
	d.pdf.SetFont(face, "", 10)
	return float64(max(lines, len(d.pdf.SplitText(Printable(value), width-left))))*factLine + factGap
}

// Part writes a heading with facts, on one page where one is long enough.
func (d *Doc) Part(heading string, facts [][2]string) {
	height := 8.2
	for _, f := range facts {
		height += d.factHeight(f[0], f[1])
	}
	d.keep(height)
	d.Heading(heading)
	for _, f := range facts {
		d.Fact(f[0], f[1])
	}
}

// Fact writes a label with its value beside it.
func (d *Doc) Fact(label, value string) {
	d.keep(d.factHeight(label, value))
	page := d.pdf.PageNo()
	d.pdf.SetFont(face, "", 9)
	d.pdf.SetTextColor(104, 104, 112)
	y := d.pdf.GetY()
	d.pdf.MultiCell(left-3, factLine, Printable(label), "", "L", false)
	end := d.pdf.GetY()
	d.pdf.SetXY(margin+left, y)
	d.pdf.SetFont(face, "", 10)
	d.pdf.SetTextColor(22, 22, 26)
	d.pdf.MultiCell(width-left, factLine, Printable(value), "", "L", false)
	if y = d.pdf.GetY(); d.pdf.PageNo() == page {
		y = max(y, end)
	}
	d.pdf.SetXY(margin, y+factGap)
}

// Item writes a line of a list.
func (d *Doc) Item(s string) {
	d.pdf.SetX(margin + 4)
	d.pdf.SetFont(face, "", 10)
	d.pdf.SetTextColor(22, 22, 26)
	d.pdf.MultiCell(width-4, 5, "– "+Printable(s), "", "L", false)
}

// Bytes ends the document.
func (d *Doc) Bytes() ([]byte, error) {
	var out bytes.Buffer
	err := d.pdf.Output(&out)
	return out.Bytes(), err
}

func (d *Doc) write(style string, size, line float64, s string) {
	d.pdf.SetFont(face, style, size)
	d.pdf.SetTextColor(22, 22, 26)
	d.pdf.MultiCell(width, line, Printable(s), "", "L", false)
}

func (d *Doc) grey(style string, size, line float64, s string) {
	d.pdf.SetFont(face, style, size)
	d.pdf.SetTextColor(104, 104, 112)
	d.pdf.MultiCell(width, line, Printable(s), "", "L", false)
}

// Printable leaves out what no letter stands for: control signs, marks that turn the direction of writing, and signs beyond the
// typefaces' plane. Words longer than a line are parted, so that they do not run off the paper.
func Printable(s string) string {
	const longest = 60
	var b strings.Builder
	run := 0
	for _, r := range s {
		switch {
		case r > 0xFFFF, r == unicode.ReplacementChar:
			r = '□'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			r = ' '
		}
		if run++; unicode.IsSpace(r) {
			run = 0
		}
		if run > longest {
			b.WriteByte(' ')
			run = 1
		}
		b.WriteRune(r)
	}
	return b.String()
}
