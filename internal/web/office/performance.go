package office

import (
	"context"
	"net/http"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// performancePage is one performance in figures.
type performancePage struct {
	row
	Zones  []zoneFigures
	Sold   int // tickets that should come
	Gates  []string
	Public string
	Double []admission.Trouble // let in twice, as scanners without a network found out later
}

// zoneFigures is what became of the places of one price zone.
type zoneFigures struct {
	Name   string
	Prices string
	Counts boxoffice.Counts
}

const mostTroubles = 50

func (o *Office) performance(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "performances"
	p, err := o.Catalog.Performance(r.Context(), r.PathValue("id"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	page, err := o.figures(r.Context(), v, p)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.show(w, r, v, http.StatusOK, page.Title, performanceView(v, page))
}

// figures gathers everything that is counted of a performance.
func (o *Office) figures(ctx context.Context, v visit, p catalog.Performance) (performancePage, error) {
	rows, err := o.rows(ctx, v, []catalog.Performance{p})
	if err != nil {
		return performancePage{}, err
	}
	page := performancePage{row: rows[0]}
	if page.In, page.Sold, err = o.Admission.Occupancy(ctx, p.ID); err != nil {
		return page, err
	}
	if page.Zones, err = o.zones(ctx, v, p); err != nil {
		return page, err
	}
	gates, err := o.Admission.Gates(ctx, p.HallID)
	if err != nil {
		return page, err
	}
	plan, err := o.Catalog.Plan(ctx, p.PlanHash)
	if err != nil {
		return page, err
	}
	for _, g := range gates {
		name := g.Name
		for _, e := range plan.Entrances() { // gates are kept by the plan's Russian name
			if e.Name.In(i18n.RU) == name {
				name = v.Text(e.Name)
				break
			}
		}
		page.Gates = append(page.Gates, name)
	}
	if page.Double, err = o.Admission.Troubles(ctx, p.ID, mostTroubles); err != nil {
		return page, err
	}
	e, err := o.Catalog.Event(ctx, p.EventID)
	page.Public = v.URL("/event/" + e.Slug)
	return page, err
}

// zones counts seats and standing places by price zone.
func (o *Office) zones(ctx context.Context, v visit, p catalog.Performance) ([]zoneFigures, error) {
	plan, err := o.Catalog.Plan(ctx, p.PlanHash)
	if err != nil {
		return nil, err
	}
	left, err := o.BoxOffice.Availability(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	at := map[string]*boxoffice.Counts{}
	of := func(zone string) *boxoffice.Counts {
		if at[zone] == nil {
			at[zone] = &boxoffice.Counts{}
		}
		return at[zone]
	}
	for _, s := range plan.Seats() {
		zone, _ := p.ZoneOf(s.Category)
		if s.No < len(left.Seats) {
			count(of(zone.ID), left.Seats[s.No])
		}
	}
	for _, a := range left.Areas {
		c := of(a.ZoneID)
		c.Free, c.Held, c.Sold, c.Capacity = c.Free+a.Free, c.Held+a.Held, c.Sold+a.Sold, c.Capacity+a.Free+a.Held+a.Sold
	}
	var out []zoneFigures
	for _, z := range p.Zones {
		if c := at[z.ID]; c != nil {
			out = append(out, zoneFigures{Name: v.Text(z.Name), Prices: prices(p, z.ID), Counts: *c})
		}
	}
	if c := at[""]; c != nil {
		out = append(out, zoneFigures{Name: v.T("office.performance.no_zone"), Counts: *c})
	}
	return out, nil
}

func count(c *boxoffice.Counts, s boxoffice.SeatState) {
	c.Capacity++
	switch s {
	case boxoffice.SeatFree:
		c.Free++
	case boxoffice.SeatHeld:
		c.Held++
	case boxoffice.SeatSold:
		c.Sold++
	case boxoffice.SeatBlocked:
		c.Blocked++
	}
}

// prices is from–to of a zone.
func prices(p catalog.Performance, zone string) string {
	low, high := int64(-1), int64(-1)
	var from, to string
	for _, x := range p.Prices {
		if x.ZoneID != zone {
			continue
		}
		if low < 0 || x.Amount.Minor < low {
			low, from = x.Amount.Minor, x.Amount.String()
		}
		if x.Amount.Minor > high {
			high, to = x.Amount.Minor, x.Amount.String()
		}
	}
	if from == to {
		return from
	}
	return from + " – " + to
}
