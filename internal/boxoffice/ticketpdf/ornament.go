package ticketpdf

import "codeberg.org/go-pdf/fpdf"

// diamonds draws a felt carpet's nested diamonds behind the title, a shade of the colour itself.
func (s sheet) diamonds() {
	s.ClipRect(0, 0, pageW, headH, false)
	cx, cy := pageW-18.0, 30.0
	shade := s.accent.on()
	for i, r := range []float64{52, 43, 34, 25, 16, 7} {
		c := s.accent
		if i%2 == 0 {
			c = s.accent.mix(shade, 0.07)
		}
		s.fill(c)
		s.Polygon([]fpdf.PointType{{X: cx, Y: cy - r}, {X: cx + r, Y: cy}, {X: cx, Y: cy + r}, {X: cx - r, Y: cy}}, "F")
	}
	s.ClipEnd()
}

// border is a band of tumar: triangles that hang from the poster's edge.
func (s sheet) border(y, h float64) {
	const n = 24
	w := pageW / n
	for i := range n {
		x := float64(i) * w
		s.fill(s.accent)
		s.Polygon([]fpdf.PointType{{X: x, Y: y - 0.1}, {X: x + w, Y: y - 0.1}, {X: x + w/2, Y: y + h}}, "F")
		s.fill(s.accent.mix(white, 0.55))
		s.Polygon([]fpdf.PointType{{X: x + w*0.28, Y: y}, {X: x + w*0.72, Y: y}, {X: x + w/2, Y: y + h*0.5}}, "F")
	}
}
