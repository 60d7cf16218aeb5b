package performance

import (
	"context"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
)

// house is everything that the page tells of one performance.
type house struct {
	performance catalog.Performance
	event       catalog.Event
	hall        catalog.Hall
	venue       catalog.Venue
	plan        *catalog.Plan
	left        boxoffice.Availability
}

func (d *Door) house(ctx context.Context, id string) (h house, err error) {
	defer fault.Wrap(&err, "the house of %s", id)
	if h.performance, err = d.Catalog.Performance(ctx, id); err != nil {
		return h, err
	}
	if h.event, err = d.Catalog.Event(ctx, h.performance.EventID); err != nil {
		return h, err
	}
	if h.hall, h.venue, err = d.Catalog.Hall(ctx, h.performance.HallID); err != nil {
		return h, err
	}
	if h.plan, err = d.Catalog.Plan(ctx, h.performance.PlanHash); err != nil {
		return h, err
	}
	if h.performance.OnSale(d.UI.Clock.Now()) != catalog.SaleOpen {
		return h, nil // what is left matters only while it can be bought
	}
	h.left, err = d.Office.Availability(ctx, id)
	return h, err
}

// free tells whether a seat can be chosen now.
func (h house) free(no int) bool {
	return no < len(h.left.Seats) && h.left.Seats[no] == boxoffice.SeatFree
}

// firstPrice is what a place of a zone costs when nobody chose for whom it is: the first type that the zone sells.
func firstPrice(p catalog.Performance, zoneID string) (catalog.TicketType, money.Amount, bool) {
	for _, t := range p.Types {
		if a, ok := p.Price(zoneID, t.ID); ok {
			return t, a, true
		}
	}
	return catalog.TicketType{}, money.Amount{}, false
}

// price is what a seat costs; false when it is not sold.
func (h house) price(s catalog.Seat) (catalog.PriceZone, money.Amount, bool) {
	z, ok := h.performance.ZoneOf(s.Category)
	if !ok {
		return z, money.Amount{}, false
	}
	_, a, ok := firstPrice(h.performance, z.ID)
	return z, a, ok
}

// color is a zone's own, else that of its first category in the plan.
func (h house) color(z catalog.PriceZone) string {
	if z.Color != "" {
		return z.Color
	}
	for _, c := range h.plan.Categories() {
		if len(z.Categories) > 0 && c.Name == z.Categories[0] && c.Color != "" {
			return c.Color
		}
	}
	return "#888888"
}

// places names seats in words; an id that the plan does not know stays out.
func (h house) places(p *i18n.Printer, ids []string) []string {
	var out []string
	for _, id := range ids {
		if s, ok := h.plan.SeatByID(id); ok {
			out = append(out, place(p, h.plan.Rows()[s.RowNo], s)+" · "+p.Text(s.SectionName))
		}
	}
	return out
}
