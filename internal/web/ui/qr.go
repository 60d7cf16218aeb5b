package ui

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// QR is a QR code as one SVG path, a unit a module.
type QR struct {
	Path string
	Box  string // the view box, with the quiet zone that scanners need
}

const quietZone = 4

// DrawQR draws a text as a QR code.
func DrawQR(text string) (QR, error) {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return QR{}, err
	}
	var b strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			run := 0
			for x+run < c.Size && c.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, run, run)
				x += run
			}
		}
	}
	return QR{Path: b.String(), Box: fmt.Sprintf("-%d -%d %d %d", quietZone, quietZone, c.Size+2*quietZone, c.Size+2*quietZone)}, nil
}
