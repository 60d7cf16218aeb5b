package ticketpdf

import (
	"context"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// page is everything that stands on one ticket, in words.
type page struct {
	operator        string
	title, subtitle string
	age             string
	date, time      string
	seat            []cell
	facts           []fact
	qr, code        string
	void            bool
	refund          string // in the ticket's language when that is neither Kazakh nor Russian
	legal           []string
}

// cell is a part of the seat, in large type.
type cell struct{ label, value string }

// fact is a label with a line and smaller lines under it.
type fact struct {
	label, value string
	small        []string
	short        bool // two short ones stand side by side
}

func (m *Maker) page(ctx context.Context, lang i18n.Lang, t boxoffice.Ticket) (page, error) {
	perf, err := m.catalog.Performance(ctx, t.PerformanceID)
	if err != nil {
		return page{}, err
	}
	event, err := m.catalog.Event(ctx, perf.EventID)
	if err != nil {
		return page{}, err
	}
	hall, venue, err := m.catalog.Hall(ctx, perf.HallID)
	if err != nil {
		return page{}, err
	}
	organiser, err := m.catalog.Organiser(ctx, event.OrganiserID)
	if err != nil {
		return page{}, err
	}
	plan, err := m.catalog.Plan(ctx, perf.PlanHash)
	if err != nil {
		return page{}, err
	}
	p := m.bundle.Printer(lang)
	out := page{
		operator: m.operator.ShortName, title: p.Text(event.Title), subtitle: p.Text(event.Subtitle), age: event.AgeMark,
		date: p.Date(perf.StartsAt, m.clock.Now(), perf.Zone), time: p.Clock(perf.StartsAt, perf.Zone),
		qr: m.office.QR(t), code: groups(t.Code), void: t.Void,
		legal: []string{m.legal(i18n.KK, organiser), m.legal(i18n.RU, organiser)},
	}
	if lang != i18n.KK && lang != i18n.RU {
		out.refund = p.Text(organiser.Refund)
	}
	pl := placeOf(plan, t)
	out.seat = seatCells(p, pl, perf, t)
	out.facts = facts(p, perf, hall, venue, pl, t)
	return out, nil
}

// place is a seat or standing place as the plan names it.
type place struct {
	section            i18n.Text
	table, row, number string
	entrance           i18n.Text
	standing           bool
	note               i18n.Text
}

func placeOf(plan *catalog.Plan, t boxoffice.Ticket) place {
	if seats := plan.Seats(); t.SeatNo >= 0 && t.SeatNo < len(seats) {
		s := seats[t.SeatNo]
		return place{section: s.SectionName, table: s.Table, row: s.Row, number: s.Number, entrance: entranceOf(plan, s.Entrance), note: s.Note}
	}
	if areas := plan.Areas(); t.AreaNo >= 0 && t.AreaNo < len(areas) {
		a := areas[t.AreaNo]
		return place{section: a.Name, entrance: entranceOf(plan, a.Entrance), standing: true}
	}
	return place{standing: true}
}

func entranceOf(plan *catalog.Plan, id string) i18n.Text {
	e, _ := plan.Entrance(id)
	return e.Name
}

func seatCells(p *i18n.Printer, pl place, perf catalog.Performance, t boxoffice.Ticket) []cell {
	section := p.Text(pl.section)
	if section == "" {
		section = zoneName(p, perf, t.ZoneID)
	}
	if pl.standing {
		return []cell{{p.T("ticketpdf.standing"), section}}
	}
	cells := []cell{{p.T("ticketpdf.section"), section}}
	switch {
	case pl.table != "":
		cells = append(cells, cell{p.T("ticketpdf.table"), pl.table})
	case pl.row != "":
		cells = append(cells, cell{p.T("ticketpdf.row"), pl.row})
	}
	return append(cells, cell{p.T("ticketpdf.seat"), pl.number})
}

func zoneName(p *i18n.Printer, perf catalog.Performance, id string) string {
	for _, z := range perf.Zones {
		if z.ID == id {
			return p.Text(z.Name)
		}
	}
	return ""
}

func facts(p *i18n.Printer, perf catalog.Performance, hall catalog.Hall, venue catalog.Venue, pl place, t boxoffice.Ticket) []fact {
	where := fact{label: p.T("ticketpdf.where"), value: p.Text(venue.Name)}
	if h := p.Text(hall.Name); h != where.value {
		where.small = append(where.small, h)
	}
	city, address := p.Text(venue.CityName), p.Text(venue.Address)
	if city != "" && !strings.Contains(address, city) {
		address = strings.TrimSuffix(city+", "+address, ", ")
	}
	where.small = append(where.small, address)
	out := []fact{where}
	if !perf.DoorsAt.IsZero() && perf.DoorsAt.Before(perf.StartsAt) {
		out = append(out, fact{label: p.T("ticketpdf.doors"), value: p.Clock(perf.DoorsAt, perf.Zone), short: true})
	}
	if e := p.Text(pl.entrance); e != "" {
		out = append(out, fact{label: p.T("ticketpdf.entrance"), value: e, short: true})
	}
	kind := t.Price.String()
	if tt, ok := perf.Type(t.TypeID); ok {
		kind = p.Text(tt.Name) + " · " + kind
	}
	price := fact{label: p.T("ticketpdf.price"), value: kind}
	if z := zoneName(p, perf, t.ZoneID); z != "" && z != p.Text(pl.section) {
		price.small = append(price.small, z)
	}
	out = append(out, price, fact{label: p.T("ticketpdf.order"), value: t.OrderCode, short: true})
	if note := p.Text(pl.note); note != "" {
		out = append(out, fact{label: p.T("ticketpdf.note"), value: note})
	}
	return out
}

// legal names seller and organiser and the refund terms, as the law on consumers' rights wants in Kazakh and in Russian.
func (m *Maker) legal(l i18n.Lang, o catalog.Organiser) string {
	p := m.bundle.Printer(l)
	var phone string
	if len(m.operator.Phones) > 0 {
		phone = m.operator.Phones[0]
	}
	s := p.T("ticketpdf.seller", "who", identity(p, m.operator.Name, m.operator.BIN, m.operator.Address, phone))
	s += " " + p.T("ticketpdf.organiser", "who", identity(p, o.Name, o.BIN, o.Address, o.Phone))
	if r := p.Text(o.Refund); r != "" {
		s += " " + p.T("ticketpdf.refund", "terms", r)
	}
	return s
}

// identity leaves out what is not known.
func identity(p *i18n.Printer, name i18n.Text, bin string, address i18n.Text, phone string) string {
	parts := []string{p.Text(name)}
	if bin != "" {
		parts = append(parts, p.T("ticketpdf.bin", "bin", bin))
	}
	if a := p.Text(address); a != "" {
		parts = append(parts, a)
	}
	if phone != "" {
		parts = append(parts, p.T("ticketpdf.phone", "phone", together(phone)))
	}
	return strings.Join(parts, ", ")
}

// together keeps a phone number on one line.
func together(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// groups parts a ticket's code so that it can be read aloud: "7K4M-PQ2X-9R".
func groups(code string) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}
