package performance

import (
	"strings"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// rowName says where a seat stands in its section: "Row 5", "Table 3", or the plan's own words.
func rowName(p *i18n.Printer, r catalog.Row, table string) string {
	switch {
	case table != "":
		return p.T("performance.table", "table", table)
	case r.Label != "":
		return r.Label
	case r.Number == "":
		return ""
	}
	return p.T("performance.row", "row", r.Number)
}

// place says which seat: "Row 5, seat 12".
func place(p *i18n.Printer, r catalog.Row, s catalog.Seat) string {
	seat := p.T("performance.seat", "seat", s.Number)
	if name := rowName(p, r, s.Table); name != "" {
		return name + ", " + seat
	}
	return seat
}

// notes says what is particular about a seat.
func notes(p *i18n.Printer, s catalog.Seat) []string {
	var out []string
	if s.Accessible {
		out = append(out, p.T("performance.accessible"))
	}
	if s.Companion {
		out = append(out, p.T("performance.companion"))
	}
	if s.Restricted {
		out = append(out, p.T("performance.restricted"))
	}
	if n := p.Text(s.Note); n != "" {
		out = append(out, n)
	}
	return out
}

// full says everything that matters before choosing: "Row 5, seat 12 · Stalls · 12 000 ₸ · restricted view".
func full(p *i18n.Printer, r catalog.Row, s catalog.Seat, price string) string {
	parts := []string{place(p, r, s), p.Text(s.SectionName)}
	if price != "" {
		parts = append(parts, price)
	}
	return strings.Join(append(parts, notes(p, s)...), " · ")
}
