package ticketpdf

import (
	"codeberg.org/go-pdf/fpdf"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// A5: two on a sheet of paper, one on a phone.
const (
	pageW, pageH = 148.0, 210.0
	margin       = 10.0
	inner        = pageW - 2*margin
	headH        = 68.0
	face         = "noto"
	qrSize       = 54.0
)

// sheet draws pages.
type sheet struct {
	*fpdf.Fpdf
	p      *i18n.Printer
	accent rgb
}

func (s sheet) ink(c rgb)  { s.SetTextColor(c.r, c.g, c.b) }
func (s sheet) fill(c rgb) { s.SetFillColor(c.r, c.g, c.b) }
func (s sheet) pen(c rgb)  { s.SetDrawColor(c.r, c.g, c.b) }

func (s sheet) draw(p page) error {
	s.AddPage()
	s.head(p)
	y := s.seat(p.seat, headH+11)
	s.facts(p.facts, y+5)
	if err := s.code(p, y+5); err != nil {
		return err
	}
	s.foot(p)
	return s.Error()
}

// head is the poster: title and hour on the operator's colour.
func (s sheet) head(p page) {
	s.fill(s.accent)
	s.Rect(0, 0, pageW, headH, "F")
	s.diamonds()
	s.border(headH, 5)
	text := s.accent.on()
	s.ink(text.mix(s.accent, 0.15))
	s.font("B", 9)
	s.Text(margin, 12.5, p.operator)
	s.ink(text)
	s.age(p.age, text)
	title, size := s.fit(p.title, "B", inner, 3, 27, 24, 21, 18)
	if size < 21 {
		title, size = s.fit(p.title, "B", inner, 4, 18, 16, 14, 12)
	}
	y := s.lines(margin, 19, "B", size, title)
	if p.subtitle != "" {
		sub, subSize := s.fit(p.subtitle, "", inner, 2, 11, 10, 9)
		s.ink(text.mix(s.accent, 0.15))
		s.lines(margin, y+1, "", subSize, sub)
		s.ink(text)
	}
	s.font("B", 26)
	s.right(pageW-margin, headH-6, p.time)
	room := inner - s.GetStringWidth(p.time) - 6
	date, dateSize := s.fit(p.date, "B", room, 1, 16, 14, 12, 10)
	s.font("B", dateSize)
	s.Text(margin, headH-6, date[0])
}

func (s sheet) age(mark string, c rgb) {
	if mark == "" {
		return
	}
	s.font("B", 10)
	w := s.GetStringWidth(mark) + 5
	s.pen(c)
	s.SetLineWidth(0.4)
	s.RoundedRect(pageW-margin-w, 7.5, w, 7, 1.8, "1234", "D")
	s.centre(pageW-margin-w/2, 12.4, mark)
}

// seat writes the place large: the first thing a guest and an usher look for.
func (s sheet) seat(cells []cell, y float64) float64 {
	const h = 19.0
	widths := seatWidths(len(cells))
	x := margin
	for i, c := range cells {
		s.ink(quiet)
		s.lines(x, y, "", 8, []string{c.label})
		s.ink(ink)
		lines, size := s.fit(c.value, "B", widths[i]-3, 1, 32, 28, 24, 20, 17)
		if s.widest(lines) > widths[i]-3 || len(lines) > 1 || size < 20 {
			lines, size = s.fit(c.value, "B", widths[i]-3, 2, 17, 14.5, 12.5, 11, 9.5)
		}
		top := y + 4
		if len(lines) == 1 {
			top = y + h - 1.5 - size*leading*baseline // one baseline for all cells
		}
		s.lines(x, top, "B", size, lines)
		x += widths[i]
	}
	s.pen(hair)
	s.SetLineWidth(0.25)
	s.Line(margin, y+h+3, pageW-margin, y+h+3)
	return y + h + 3
}

func seatWidths(n int) []float64 {
	switch n {
	case 1:
		return []float64{inner}
	case 2:
		return []float64{inner * 0.66, inner * 0.34}
	}
	return []float64{inner * 0.5, inner * 0.25, inner * 0.25}
}

func (s sheet) facts(fs []fact, y float64) {
	const w, bottom = inner - qrSize - 8, 174.0
	for i := 0; i < len(fs); i++ {
		if y > bottom-8 {
			return
		}
		if fs[i].short && i+1 < len(fs) && fs[i+1].short {
			left := s.fact(fs[i], margin, y, w/2-2)
			y = max(left, s.fact(fs[i+1], margin+w/2, y, w/2-2))
			i++
			continue
		}
		y = s.fact(fs[i], margin, y, w)
	}
}

func (s sheet) fact(f fact, x, y, w float64) float64 {
	s.ink(quiet)
	y = s.lines(x, y, "", 7, []string{f.label})
	s.ink(ink)
	value, size := s.fit(f.value, "B", w, 2, 10.5, 9.5, 8.5)
	y = s.lines(x, y, "B", size, value)
	for _, line := range f.small {
		if line == "" {
			continue
		}
		small, size := s.fit(line, "", w, 2, 8.5, 7.5)
		y = s.lines(x, y, "", size, small)
	}
	return y + 2.2
}

func (s sheet) code(p page, y float64) error {
	x := pageW - margin - qrSize
	if p.void {
		s.pen(quiet)
		s.ink(quiet)
		s.SetLineWidth(0.6)
		s.RoundedRect(x, y, qrSize, qrSize, 2, "1234", "D")
		lines, size := s.fit(s.p.T("ticketpdf.void"), "B", qrSize-8, 3, 15, 12)
		s.lines(x+4, y+qrSize/2-5, "B", size, lines)
		return nil
	}
	if err := s.qr(p.qr, x, y, qrSize); err != nil {
		return err
	}
	s.ink(ink)
	s.font("B", 13)
	s.centre(x+qrSize/2, y+qrSize+6.5, p.code)
	s.ink(quiet)
	hint, size := s.fit(s.p.T("ticketpdf.hint"), "", qrSize, 2, 7, 6.5)
	s.font("", size)
	for i, l := range hint {
		s.centre(x+qrSize/2, y+qrSize+10.5+float64(i)*3, l)
	}
	return nil
}

// foot is the law's part: small, whole, in Kazakh and Russian.
func (s sheet) foot(p page) {
	const top, bottom = 179.0, pageH - 5
	s.pen(hair)
	s.SetLineWidth(0.3)
	s.SetDashPattern([]float64{1.2, 1.2}, 0)
	s.Line(0, top-3, pageW, top-3)
	s.SetDashPattern(nil, 0)
	s.ink(quiet)
	parts := p.legal
	if p.refund != "" {
		parts = append([]string{s.p.T("ticketpdf.refund", "terms", p.refund)}, parts...)
	}
	for _, size := range []float64{6.5, 6, 5.5, 5, 4.5, 4, 3.5} {
		var broken [][]string
		h := 0.0
		s.font("", size)
		for _, t := range parts {
			lines := s.wrap(t, inner)
			broken = append(broken, lines)
			h += float64(len(lines))*size*leading + 1.2
		}
		if top+h > bottom && size > 3.5 {
			continue
		}
		y := top
		for _, lines := range broken {
			y = s.lines(margin, y, "", size, lines) + 1.2
		}
		return
	}
}
