package site

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/web/ui"
)

// eventPage is what an event's page shows.
type eventPage struct {
	ui.Page
	Event       catalog.Event
	Title       string
	Subtitle    string
	Poster      string
	Genre       string
	When        string
	Where       []place
	Length      string
	Spoken      string
	Price       string
	Text        []string
	Days        []showDay // the first days
	Later       []showDay // behind "more dates"
	Step        step
	Calendar    string
	Organiser   catalog.Organiser
	Refund      []string
	TimedEntry  bool // many starts a day
	SamePrice   bool // so that it need not be said at each of them
	structured  any  // JSON-LD
	performance []catalog.Performance
}

// place is where the event is given.
type place struct{ Name, Hall, Address, Map string }

// showDay is a day with its performances.
type showDay struct {
	Day   string
	Where string // when the event goes to several halls
	Shows []show
}

// show is one performance in the list. Without Href it cannot be bought now, and Note says why.
type show struct {
	Href, Clock, Price, Note string
	Few                      bool // only few places are left
}

// step is the one thing to do next.
type step struct {
	Price string
	Label string
	Href  string
	Note  string
}

// How much of an event's future a page shows.
const (
	showsRead = 400
	daysFirst = 7
	daysTimed = 3 // of an event with many starts a day
	daysMost  = 40
)

// event is the page of one event.
func (s *Site) event(w http.ResponseWriter, r *http.Request) {
	s.UI.Kept(w, r, func(w http.ResponseWriter, r *http.Request) {
		page, err := s.eventPage(r)
		if err != nil {
			s.UI.Fail(w, r, err)
			return
		}
		s.UI.Render(w, r, http.StatusOK, page.Page, eventBody(page))
	})
}

func (s *Site) eventPage(r *http.Request) (eventPage, error) {
	ctx, now := r.Context(), s.UI.Clock.Now()
	e, err := s.Catalog.EventBySlug(ctx, r.PathValue("slug"))
	if err != nil {
		return eventPage{}, err
	}
	list, err := s.performancesOf(ctx, e, now)
	if err != nil {
		return eventPage{}, err
	}
	organiser, err := s.Catalog.Organiser(ctx, e.OrganiserID)
	if err != nil {
		return eventPage{}, err
	}
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	counts, err := s.Office.Counts(ctx, ids)
	if err != nil {
		return eventPage{}, err
	}
	p := s.UI.Page(r, "")
	page := eventPage{
		Page: p, Event: e, Title: p.Text(e.Title), Subtitle: p.Text(e.Subtitle), Poster: posterURL(e, p.Lang), Genre: genre(p, e.Genre),
		Length: length(p, e.Minutes), Spoken: spoken(p, e.Language), Text: ui.Paragraphs(p.Text(e.Text)), Organiser: organiser,
		Refund: ui.Paragraphs(p.Text(organiser.Refund)), Calendar: p.URL("/event/" + e.Slug + "/calendar.ics"), performance: list,
	}
	page.Page.Title, page.Nav, page.Styles = page.Title, "wall", []string{"site.css"}
	page.Description = page.Subtitle
	if len(page.Text) > 0 {
		page.Description = page.Text[0]
	}
	page.Image = s.UI.BaseURL + page.Poster
	places, err := s.places(ctx, p, list)
	if err != nil {
		return eventPage{}, err
	}
	for _, id := range hallsOf(list) {
		page.Where = append(page.Where, places[id])
	}
	page.list(now, counts, places)
	page.When = page.when(now)
	page.structured, err = s.structured(ctx, page, now, counts)
	page.Head = jsonLD(page.structured)
	return page, err
}

// performancesOf returns what has not begun, and what has begun and is still sold.
func (s *Site) performancesOf(ctx context.Context, e catalog.Event, now time.Time) ([]catalog.Performance, error) {
	all, err := s.Catalog.PerformancesOf(ctx, e.ID, now.Truncate(time.Minute).Add(-12*time.Hour), showsRead)
	out := make([]catalog.Performance, 0, len(all))
	for _, p := range all {
		if p.StartsAt.After(now) || p.OnSale(now) == catalog.SaleOpen {
			out = append(out, p)
		}
	}
	return out, err
}

func hallsOf(list []catalog.Performance) []string {
	var out []string
	seen := map[string]bool{}
	for _, p := range list {
		if !seen[p.HallID] {
			seen[p.HallID] = true
			out = append(out, p.HallID)
		}
	}
	return out
}

func (s *Site) places(ctx context.Context, p ui.Page, list []catalog.Performance) (map[string]place, error) {
	out := map[string]place{}
	for _, id := range hallsOf(list) {
		h, v, err := s.Catalog.Hall(ctx, id)
		if err != nil {
			return nil, err
		}
		x := place{Name: p.Text(v.Name), Hall: p.Text(h.Name), Address: p.Text(v.CityName) + ", " + p.Text(v.Address)}
		if v.Lat != 0 || v.Lon != 0 {
			x.Map = fmt.Sprintf("https://www.openstreetmap.org/?mlat=%.5f&mlon=%.5f#map=17/%.5f/%.5f", v.Lat, v.Lon, v.Lat, v.Lon)
		}
		out[id] = x
	}
	return out, nil
}

// list groups the performances by day and finds the next step.
func (page *eventPage) list(now time.Time, counts map[string]boxoffice.Counts, places map[string]place) {
	var days []showDay
	last, open := "", []catalog.Performance{}
	var soon *catalog.Performance
	for i, p := range page.performance {
		x := page.show(p, now, counts[p.ID])
		if key := p.Day() + p.HallID; key != last {
			d := showDay{Day: day(page.Page, p.StartsAt, now, p.Zone)}
			if len(places) > 1 {
				d.Where = places[p.HallID].Name + ", " + places[p.HallID].Hall
			}
			days, last = append(days, d), key
		}
		d := &days[len(days)-1]
		d.Shows = append(d.Shows, x)
		if len(d.Shows) > 4 {
			page.TimedEntry = true
		}
		if x.Href != "" {
			open = append(open, p)
		} else if soon == nil && p.OnSale(now) == catalog.SaleSoon {
			soon = &page.performance[i]
		}
	}
	if len(days) > daysMost {
		days = days[:daysMost]
	}
	page.Days = days
	first := daysFirst
	if page.TimedEntry {
		first = daysTimed
	}
	if len(days) > first+1 {
		page.Days, page.Later = days[:first], days[first:]
	}
	page.SamePrice = samePrice(page.performance)
	page.Price = page.prices(page.performance)
	page.Step = page.step(now, open, soon)
}

// few is the number below which the places left are said as a warning.
const few = 20

func (page *eventPage) show(p catalog.Performance, now time.Time, n boxoffice.Counts) show {
	x := show{Clock: page.Clock(p.StartsAt, p.Zone)}
	low, high, _ := p.PriceRange()
	x.Price = price(page.Page, low, high)
	switch p.OnSale(now) {
	case catalog.SaleCancel:
		x.Note = page.T("site.cancelled")
	case catalog.SaleSoon:
		x.Note = page.T("site.soon", "when", moment(page.Page, p.SaleFrom, now, p.Zone))
	case catalog.SaleOver:
		x.Note = page.T("site.sale_over")
	default:
		if n.Free == 0 {
			x.Note = page.T("site.sold_out")
			return x
		}
		x.Href = page.URL("/performance/" + p.ID)
		x.Few = n.Free <= few && n.Free*10 < n.Capacity*3
		x.Note = page.T("site.left", "count", n.Free, "n", grouped(n.Free))
	}
	return x
}

func (page *eventPage) prices(list []catalog.Performance) string {
	first := true
	var low, high money.Amount
	for _, p := range list {
		l, h, ok := p.PriceRange()
		if !ok {
			continue
		}
		if first || l.Minor < low.Minor {
			low = l
		}
		if first || h.Minor > high.Minor {
			high = h
		}
		first = false
	}
	switch {
	case first:
		return ""
	case low == high || high.IsZero():
		return price(page.Page, low, high)
	}
	return page.T("site.price_between", "low", low.String(), "high", high.String())
}

func samePrice(list []catalog.Performance) bool {
	for _, p := range list {
		low, high, _ := p.PriceRange()
		if first, last, _ := list[0].PriceRange(); low != first || high != last {
			return false
		}
	}
	return true
}

// step is the one thing to do now: choose a place, choose a date, wait for the sale.
func (page *eventPage) step(now time.Time, open []catalog.Performance, soon *catalog.Performance) step {
	switch {
	case len(open) == 1:
		low, high, _ := open[0].PriceRange()
		return step{
			Price: price(page.Page, low, high), Label: page.T("site.event.buy"), Href: page.URL("/performance/" + open[0].ID),
			Note: moment(page.Page, open[0].StartsAt, now, open[0].Zone),
		}
	case len(open) > 1:
		low, high, _ := open[0].PriceRange()
		return step{
			Price: price(page.Page, low, high), Label: page.T("site.event.choose_date"), Href: "#dates",
			Note: page.T("site.event.nearest", "when", moment(page.Page, open[0].StartsAt, now, open[0].Zone)),
		}
	case soon != nil:
		return step{Note: page.T("site.soon", "when", moment(page.Page, soon.SaleFrom, now, soon.Zone)), Label: page.T("site.event.remind"), Href: page.Calendar}
	case len(page.performance) > 0:
		return step{Note: page.T("site.event.no_tickets"), Label: page.T("site.event.elsewhere"), Href: page.URL("/")}
	}
	return step{Note: page.T("site.event.no_dates"), Label: page.T("site.event.elsewhere"), Href: page.URL("/")}
}

// when says the dates in one line: the only one, or from the first to the last.
func (page *eventPage) when(now time.Time) string {
	n := len(page.performance)
	if n == 0 {
		return ""
	}
	first, last := page.performance[0], page.performance[n-1]
	if n == 1 {
		return moment(page.Page, first.StartsAt, now, first.Zone)
	}
	from, to := day(page.Page, first.StartsAt, now, first.Zone), day(page.Page, last.StartsAt, now, last.Zone)
	if from == to {
		return from
	}
	return from + " — " + to
}
