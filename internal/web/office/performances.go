package office

import (
	"context"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/web/ui"
)

// row is a performance in a list.
type row struct {
	Performance catalog.Performance
	Title       string
	When        string
	Where       string
	Counts      boxoffice.Counts
	Takings     money.Amount
	Sale        catalog.SaleState
	In          int // already inside, today's list only
}

// performancesPage is the list of performances.
type performancesPage struct {
	Query, City string
	Past        bool
	Cities      []catalog.City
	Rows        []row
	Pages       ui.Pages
}

func (o *Office) performances(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "performances"
	q := r.URL.Query()
	p := performancesPage{Query: q.Get("q"), City: q.Get("city"), Past: q.Get("when") == "past"}
	f := catalog.AgendaFilter{Query: p.Query, City: p.City, From: o.startOfDay(), After: q.Get("after")}
	if p.Past {
		f.Past, f.From, f.Until = true, time.Time{}, o.startOfDay()
	}
	agenda, err := o.Catalog.Agenda(r.Context(), f)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if p.Rows, err = o.rows(r.Context(), v, agenda.Performances); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if p.Cities, err = o.Catalog.Cities(r.Context()); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if agenda.Next != "" {
		p.Pages.Next = v.With("after", agenda.Next)
	}
	if f.After != "" {
		p.Pages.Previous = v.With("after", "")
	}
	o.show(w, r, v, http.StatusOK, v.T("office.nav.performances"), performancesList(v, p))
}

// startOfDay is the midnight before now by the operator's clocks.
func (o *Office) startOfDay() time.Time {
	y, m, d := o.Clock.Now().In(i18n.Zone(Zone)).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, i18n.Zone(Zone))
}

// rows adds names and figures to performances, with one question each for all of them.
func (o *Office) rows(ctx context.Context, v visit, list []catalog.Performance) ([]row, error) {
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	counts, err := o.BoxOffice.Counts(ctx, ids)
	if err != nil {
		return nil, err
	}
	takings, err := o.BoxOffice.Takings(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]row, 0, len(list))
	for _, p := range list {
		line, err := o.named(ctx, v, p)
		if err != nil {
			return nil, err
		}
		line.Counts, line.Takings = counts[p.ID], takings[p.ID]
		if line.Takings.Currency == "" {
			line.Takings = money.Zero(p.Currency)
		}
		out = append(out, line)
	}
	return out, nil
}

// named says what, when and where a performance is.
func (o *Office) named(ctx context.Context, v visit, p catalog.Performance) (row, error) {
	e, err := o.Catalog.Event(ctx, p.EventID)
	if err != nil {
		return row{}, err
	}
	hall, venue, err := o.Catalog.Hall(ctx, p.HallID)
	if err != nil {
		return row{}, err
	}
	return row{
		Performance: p, Title: v.Text(e.Title), When: v.Moment(p.StartsAt, o.Clock.Now(), p.Zone),
		Where: v.Text(venue.Name) + ", " + v.Text(hall.Name), Sale: p.OnSale(o.Clock.Now()),
	}, nil
}
