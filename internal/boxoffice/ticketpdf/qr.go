package ticketpdf

import "rsc.io/qr"

const quietModules = 2 // the page around is white too, so two of its own are enough

// qr draws the code as one path: separate squares would show hair lines between them on screens.
func (s sheet) qr(text string, x, y, size float64) error {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return err
	}
	m := size / float64(code.Size+2*quietModules)
	x, y = x+quietModules*m, y+quietModules*m
	s.fill(rgb{})
	for row := range code.Size {
		for col := 0; col < code.Size; col++ {
			if !code.Black(col, row) {
				continue
			}
			end := col
			for end < code.Size && code.Black(end, row) {
				end++
			}
			s.square(x+float64(col)*m, y+float64(row)*m, float64(end-col)*m, m)
			col = end
		}
	}
	s.DrawPath("F")
	return nil
}

func (s sheet) square(x, y, w, h float64) {
	s.MoveTo(x, y)
	s.LineTo(x+w, y)
	s.LineTo(x+w, y+h)
	s.LineTo(x, y+h)
	s.ClosePath()
}
