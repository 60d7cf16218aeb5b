package site

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui"
)

// home zone: "today" on the wall is a day in Kazakhstan, which has one time.
const homeZone = "Asia/Almaty"

// wallPage is what the poster wall shows.
type wallPage struct {
	ui.Page
	Heading string
	Search  string
	Cities  []ui.Tab
	Dates   []ui.Tab
	Genres  []ui.Tab
	Keep    []keep // what the form of the custom day hands on
	Day     string // chosen in the calendar
	Today   string
	Cards   []card
	Next    string
	First   string // address of the first page, on others
	Widen   []ui.Action
	Suggest []card
}

type keep struct{ Name, Value string }

// card is one poster of the wall.
type card struct {
	Href, Poster, Title, Age string
	When, More, Where, Price string
	Note, NoteKind           string // "soon on sale", "sold out"
}

// wish is what the address asks the wall for.
type wish struct {
	city, when, day, genre, search, cursor string
}

func readWish(q url.Values) wish {
	w := wish{city: short(q.Get("city")), when: q.Get("when"), genre: short(q.Get("genre")), search: short(q.Get("q")), cursor: short(q.Get("after"))}
	if t, err := time.Parse(time.DateOnly, q.Get("day")); err == nil {
		w.day, w.when = t.Format(time.DateOnly), ""
	}
	return w
}

// short cuts what nobody types by hand.
func short(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100])
	}
	return s
}

// filter turns the wish into days by the clocks of Kazakhstan.
func (w wish) filter(now time.Time) catalog.Filter {
	f := catalog.Filter{City: w.city, Genre: catalog.Genre(w.genre), Search: w.search, Cursor: w.cursor}
	today := now.In(i18n.Zone(homeZone))
	days := func(from, to int) {
		f.From, f.To = today.AddDate(0, 0, from).Format(time.DateOnly), today.AddDate(0, 0, to).Format(time.DateOnly)
	}
	switch w.when {
	case "today":
		days(0, 0)
	case "weekend":
		from := (int(time.Saturday) - int(today.Weekday()) + 7) % 7
		to := from + 1
		if today.Weekday() == time.Sunday {
			from, to = 0, 0
		}
		days(from, to)
	case "month":
		days(0, 30)
	}
	if w.day != "" {
		f.From, f.To = w.day, w.day
	}
	return f
}

func (w wish) narrow() bool { return w.city+w.when+w.day+w.genre+w.search != "" }

// wall is the first page: what is on, soonest first.
func (s *Site) wall(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil { // the form is cleaned by ui, the raw query is not
		s.UI.Fail(w, r, fault.New(fault.Invalid, "").Because(err))
		return
	}
	s.UI.Kept(w, r, func(w http.ResponseWriter, r *http.Request) {
		page, err := s.wallPage(r, readWish(r.Form))
		if err != nil {
			s.UI.Fail(w, r, err)
			return
		}
		s.UI.Render(w, r, http.StatusOK, page.Page, wallBody(page))
	})
}

func (s *Site) wallPage(r *http.Request, want wish) (wallPage, error) {
	ctx, now := r.Context(), s.UI.Clock.Now()
	p := s.UI.Page(r, "")
	p.Styles, p.Nav = []string{"site.css"}, "wall"
	p.Description = p.T("site.wall.summary", "name", s.UI.Operator.ShortName)
	p.NoIndex = want.search != "" || want.cursor != "" || want.day != ""
	page := wallPage{Page: p, Search: want.search, Day: want.day, Today: now.In(i18n.Zone(homeZone)).Format(time.DateOnly)}
	found, err := s.Catalog.Wall(ctx, want.filter(now))
	if err != nil {
		return page, err
	}
	if page.Cards, err = s.cards(ctx, p, now, found.Cards); err != nil {
		return page, err
	}
	if found.Next != "" {
		page.Next = p.With("after", found.Next)
	}
	if want.cursor != "" {
		page.First = p.With("after", "")
	}
	if err := page.filters(ctx, s.Catalog, want); err != nil {
		return page, err
	}
	page.Title = page.Heading
	if len(page.Cards) == 0 && want.narrow() {
		page.Widen = widen(p, want)
		some, err := s.Catalog.Wall(ctx, catalog.Filter{Limit: 6})
		if err != nil {
			return page, err
		}
		page.Suggest, err = s.cards(ctx, p, now, some.Cards)
		return page, err
	}
	return page, nil
}

// filters makes the links by city, date and genre; each keeps the others.
func (page *wallPage) filters(ctx context.Context, cat *catalog.Catalog, want wish) error {
	p := page.Page
	link := func(kv ...string) string { return p.With(append(kv, "after", "")...) }
	cities, err := cat.Cities(ctx)
	if err != nil {
		return err
	}
	page.Heading = p.T("site.wall.title")
	page.Cities = []ui.Tab{{Label: p.T("site.wall.all_cities"), Href: link("city", ""), Active: want.city == ""}}
	for _, c := range cities {
		page.Cities = append(page.Cities, ui.Tab{Label: p.Text(c.Name), Href: link("city", c.Code), Active: c.Code == want.city})
		if c.Code == want.city {
			page.Heading = p.T("site.wall.title_city", "city", p.Text(c.Name))
		}
	}
	if t, err := time.ParseInLocation(time.DateOnly, want.day, i18n.Zone(homeZone)); err == nil {
		page.Heading = p.T("site.wall.on_day", "day", p.Date(t, page.UI.Clock.Now(), homeZone))
	}
	if want.search != "" {
		page.Heading = p.T("site.wall.found", "words", want.search)
	}
	for _, d := range []struct{ code, label string }{
		{"", p.T("site.wall.any_day")}, {"today", p.T("site.wall.today")}, {"weekend", p.T("site.wall.weekend")}, {"month", p.T("site.wall.month")},
	} {
		page.Dates = append(page.Dates, ui.Tab{Label: d.label, Href: link("when", d.code, "day", ""), Active: d.code == want.when && want.day == ""})
	}
	genres, err := cat.GenresInUse(ctx)
	if err != nil {
		return err
	}
	page.Genres = []ui.Tab{{Label: p.T("site.wall.all_genres"), Href: link("genre", ""), Active: want.genre == ""}}
	for _, g := range genres {
		page.Genres = append(page.Genres, ui.Tab{Label: p.T(g.Message()), Href: link("genre", string(g)), Active: string(g) == want.genre})
	}
	for _, k := range []keep{{"city", want.city}, {"genre", want.genre}, {"q", want.search}} {
		if k.Value != "" {
			page.Keep = append(page.Keep, k)
		}
	}
	return nil
}

// widen suggests what to let go of when nothing was found.
func widen(p ui.Page, want wish) []ui.Action {
	var out []ui.Action
	add := func(set bool, label string, kv ...string) {
		if set {
			out = append(out, ui.Action{Label: label, Href: p.With(append(kv, "after", "")...), Kind: "secondary"})
		}
	}
	add(want.when+want.day != "", p.T("site.wall.widen_days"), "when", "", "day", "")
	add(want.city != "", p.T("site.wall.widen_cities"), "city", "")
	add(want.genre != "", p.T("site.wall.widen_genres"), "genre", "")
	return append(out, ui.Action{Label: p.T("site.wall.widen_all"), Href: p.URL("/")})
}

func (s *Site) cards(ctx context.Context, p ui.Page, now time.Time, found []catalog.Card) ([]card, error) {
	single := []string{}
	for _, c := range found {
		if c.Count == 1 && c.Sale == catalog.SaleOpen {
			single = append(single, c.Performance)
		}
	}
	counts, err := s.Office.Counts(ctx, single)
	if err != nil {
		return nil, err
	}
	out := make([]card, len(found))
	for i, c := range found {
		out[i] = makeCard(p, now, c)
		if n, ok := counts[c.Performance]; ok && n.Free == 0 && n.Capacity > 0 {
			out[i].Note, out[i].NoteKind = p.T("site.sold_out"), "muted"
		}
	}
	return out, nil
}

func makeCard(p ui.Page, now time.Time, c catalog.Card) card {
	x := card{
		Href: p.URL("/event/" + c.Slug), Poster: posterURL(c.Event, p.Lang), Title: p.Text(c.Title), Age: c.AgeMark,
		When: moment(p, c.StartsAt, now, c.Zone), Where: p.Text(c.Venue.Name) + ", " + p.Text(c.Venue.CityName),
		Price: price(p, c.PriceFrom, c.PriceTo),
	}
	if c.Count > 1 {
		x.More = p.T("site.wall.more", "count", c.Count-1)
	}
	switch c.Sale {
	case catalog.SaleSoon:
		x.Note, x.NoteKind = p.T("site.soon", "when", moment(p, c.SaleFrom, now, c.Zone)), "accent"
	case catalog.SaleOver:
		x.Note, x.NoteKind = p.T("site.sale_over"), "muted"
	}
	return x
}
