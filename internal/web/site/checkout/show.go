package checkout

import (
	"context"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui"
)

// show is a performance as these pages name it.
type show struct {
	catalog.Performance
	Event     catalog.Event
	Organiser catalog.Organiser
	Title     string
	When      string // "пт, 27 ноября, 19:00"
	Where     string // "Дом искусств, Большой зал"
	Address   string
	Doors     string // "18:00", "" when nobody says
	plan      *catalog.Plan
}

// place is a seat or standing place in words.
type place struct {
	Section  string
	Row      string // "" for a standing place
	Table    string
	Seat     string
	Entrance string
	Note     string
	Standing bool
}

// reader reads performances once a request.
type reader struct {
	door  *Door
	p     ui.Page
	shows map[string]*show
}

func (d *Door) reader(p ui.Page) *reader { return &reader{door: d, p: p, shows: map[string]*show{}} }

func (r *reader) show(ctx context.Context, performanceID string) (*show, error) {
	if s, ok := r.shows[performanceID]; ok {
		return s, nil
	}
	c := r.door.Catalog
	perf, err := c.Performance(ctx, performanceID)
	if err != nil {
		return nil, err
	}
	event, err := c.Event(ctx, perf.EventID)
	if err != nil {
		return nil, err
	}
	hall, venue, err := c.Hall(ctx, perf.HallID)
	if err != nil {
		return nil, err
	}
	organiser, err := c.Organiser(ctx, event.OrganiserID)
	if err != nil {
		return nil, err
	}
	plan, err := c.Plan(ctx, perf.PlanHash)
	if err != nil {
		return nil, err
	}
	now := r.door.UI.Clock.Now()
	s := &show{
		Performance: perf, Event: event, Organiser: organiser, Title: r.p.Text(event.Title), plan: plan,
		When: r.p.Moment(perf.StartsAt, now, perf.Zone), Where: r.p.Text(venue.Name),
		Address: joined(r.p.Text(venue.CityName), r.p.Text(venue.Address)),
	}
	if h := r.p.Text(hall.Name); h != s.Where {
		s.Where = joined(s.Where, h)
	}
	if !perf.DoorsAt.IsZero() && perf.DoorsAt.Before(perf.StartsAt) {
		s.Doors = r.p.Clock(perf.DoorsAt, perf.Zone)
	}
	r.shows[performanceID] = s
	return s, nil
}

// joined puts a comma between what there is, unless the second says the first again.
func joined(a, b string) string {
	if a == "" || strings.Contains(b, a) {
		return b
	}
	if b == "" {
		return a
	}
	return a + ", " + b
}

func (s *show) place(p *i18n.Printer, seatNo, areaNo int, zoneID string) place {
	var out place
	if seats := s.plan.Seats(); seatNo >= 0 && seatNo < len(seats) {
		x := seats[seatNo]
		out = place{Section: p.Text(x.SectionName), Row: x.Row, Table: x.Table, Seat: x.Number, Note: p.Text(x.Note)}
		out.Entrance = s.entrance(p, x.Entrance)
	} else {
		out.Standing = true
		if areas := s.plan.Areas(); areaNo >= 0 && areaNo < len(areas) {
			out.Section = p.Text(areas[areaNo].Name)
			out.Entrance = s.entrance(p, areas[areaNo].Entrance)
		}
	}
	if out.Section == "" {
		out.Section = s.zone(p, zoneID)
	}
	return out
}

func (s *show) entrance(p *i18n.Printer, id string) string {
	e, _ := s.plan.Entrance(id)
	return p.Text(e.Name)
}

func (s *show) zone(p *i18n.Printer, id string) string {
	for _, z := range s.Zones {
		if z.ID == id {
			return p.Text(z.Name)
		}
	}
	return ""
}

func (s *show) typeName(p *i18n.Printer, id string) string {
	t, _ := s.Type(id)
	return p.Text(t.Name)
}

// words says a place in one line: "Row 1, seat 2".
func (pl place) words(p *i18n.Printer) string {
	switch {
	case pl.Standing:
		return p.T("checkout.standing")
	case pl.Table != "":
		return p.T("checkout.at_table", "table", pl.Table, "seat", pl.Seat)
	case pl.Row == "":
		return p.T("checkout.seat_only", "seat", pl.Seat)
	}
	return p.T("checkout.row_seat", "row", pl.Row, "seat", pl.Seat)
}

// line is one ticket of a basket or an order.
type line struct {
	Place  string
	Detail string // section and, where it says more, price zone
	Type   string
	TypeID string
	Price  string
	Note   string
	Types  []ui.Option // what else it could be; empty when there is no choice
}

func (s *show) line(p *i18n.Printer, it boxoffice.HoldItem) line {
	pl := s.place(p, it.SeatNo, it.AreaNo, it.ZoneID)
	l := line{Place: pl.words(p), Detail: pl.Section, Type: s.typeName(p, it.TypeID), TypeID: it.TypeID, Price: it.Price.String(), Note: pl.Note}
	for _, t := range s.Performance.Types {
		if a, ok := s.Price(it.ZoneID, t.ID); ok {
			l.Types = append(l.Types, ui.Option{Value: t.ID, Label: p.Text(t.Name) + " · " + a.String()})
		}
	}
	return l
}
