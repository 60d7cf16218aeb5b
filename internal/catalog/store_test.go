package catalog_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
)

var noon = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC) // 12:00 in Almaty

func same(s string) i18n.Text { return i18n.Text{KK: s, RU: s, EN: s} }

// stage is a catalogue with one organiser, venue and hall.
type stage struct {
	*catalog.Catalog
	db        *db.DB
	clock     *clock.Fake
	organiser catalog.Organiser
	venue     catalog.Venue
	hall      catalog.Hall
	plan      string
}

func newStage(t *testing.T, d *db.DB) *stage {
	t.Helper()
	c := clock.NewFake(noon)
	s := &stage{Catalog: catalog.New(d, c), db: d, clock: c, plan: "0000"}
	s.organiser = catalog.Organiser{Slug: "auezov", Name: i18n.Text{KK: "Әуезов театры", RU: "Театр Ауэзова", EN: "Auezov Theatre"}}
	s.venue = catalog.Venue{Slug: "big", Name: same("Big House"), City: "almaty", CityName: i18n.Text{KK: "Алматы", RU: "Алматы", EN: "Almaty"}, Zone: "Asia/Almaty", Lat: 43.24, Lon: 76.92}
	s.hall = catalog.Hall{Slug: "main", Name: same("Main")}
	if _, err := d.Exec(t.Context(), `INSERT INTO catalog_plan (hash, body) VALUES ($1, $2)`, s.plan, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	s.edit(t, func(e *catalog.Editor) error {
		if err := e.SaveOrganiser(t.Context(), &s.organiser); err != nil {
			return err
		}
		if err := e.SaveVenue(t.Context(), &s.venue); err != nil {
			return err
		}
		s.hall.VenueID = s.venue.ID
		return e.SaveHall(t.Context(), &s.hall)
	})
	return s
}

func (s *stage) edit(t *testing.T, fn func(e *catalog.Editor) error) {
	t.Helper()
	if err := s.Edit(t.Context(), fn); err != nil {
		t.Fatalf("edit: %v", err)
	}
}

func (s *stage) event(slug string, title i18n.Text) catalog.Event {
	return catalog.Event{Slug: slug, OrganiserID: s.organiser.ID, Title: title, Text: same("Text"), Genre: "theatre", AgeMark: "12+", Language: "kk", Minutes: 120}
}

func (s *stage) performance(at time.Time) catalog.Performance {
	return catalog.Performance{
		HallID: s.hall.ID, PlanHash: s.plan, Zone: s.venue.Zone, DoorsAt: at.Add(-time.Hour), StartsAt: at, EndsAt: at.Add(2 * time.Hour),
		SaleFrom: noon.Add(-time.Hour), SaleUntil: at, OrderLimit: 6, Currency: money.KZT,
		Zones:  []catalog.PriceZone{{ID: "parterre", Name: same("Parterre"), Color: "#aa0000", Categories: []string{"A"}}, {ID: "balcony", Name: same("Balcony"), Categories: []string{"B"}}},
		Types:  []catalog.TicketType{{ID: "adult", Code: "adult", Name: same("Adult")}, {ID: "child", Code: "child", Name: same("Child")}},
		Prices: []catalog.Price{{"parterre", "adult", money.Tenge(9000)}, {"parterre", "child", money.Tenge(4000)}, {"balcony", "adult", money.Tenge(5000)}},
	}
}

// give stores an event with performances at the times.
func (s *stage) give(t *testing.T, e catalog.Event, at ...time.Time) (catalog.Event, []catalog.Performance) {
	t.Helper()
	var out []catalog.Performance
	s.edit(t, func(ed *catalog.Editor) error {
		out = nil
		if err := ed.SaveEvent(t.Context(), &e); err != nil {
			return err
		}
		for _, x := range at {
			p := s.performance(x)
			p.EventID = e.ID
			if _, err := ed.StorePerformance(t.Context(), &p); err != nil {
				return err
			}
			out = append(out, p)
		}
		return ed.Reindex(t.Context(), e.ID)
	})
	return e, out
}

func TestWhatIsStoredIsRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		e, ps := s.give(t, s.event("abay", same("Abay")), noon.Add(24*time.Hour))
		got, err := s.Performance(t.Context(), ps[0].ID)
		if diff := cmp.Diff(ps[0], got); err != nil || diff != "" {
			t.Fatalf("Performance: %v\n%s", err, diff)
		}
		for name, read := range map[string]func() (catalog.Event, error){
			"by id":   func() (catalog.Event, error) { return s.Event(t.Context(), e.ID) },
			"by slug": func() (catalog.Event, error) { return s.EventBySlug(t.Context(), "abay") },
		} {
			if got, err := read(); err != nil || cmp.Diff(e, got) != "" {
				t.Errorf("event %s: %v\n%s", name, err, cmp.Diff(e, got))
			}
		}
		h, v, err := s.Hall(t.Context(), s.hall.ID)
		if err != nil || cmp.Diff(s.hall, h) != "" || cmp.Diff(s.venue, v) != "" {
			t.Errorf("Hall: %v %+v %+v", err, h, v)
		}
		o, err := s.Organiser(t.Context(), s.organiser.ID)
		if err != nil || cmp.Diff(s.organiser, o) != "" {
			t.Errorf("Organiser: %v %+v", err, o)
		}
		if list, err := s.Upcoming(t.Context(), noon, 10); err != nil || len(list) != 1 || cmp.Diff(ps[0], list[0]) != "" {
			t.Errorf("Upcoming: %v %+v", err, list)
		}
		if list, err := s.PerformancesOf(t.Context(), e.ID, noon.Add(48*time.Hour), 10); err != nil || len(list) != 0 {
			t.Errorf("PerformancesOf after the last: %v %+v", err, list)
		}
	})
}

func TestWhatIsNotThereIsNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		_, perr := s.Performance(t.Context(), "x\x00")
		_, eerr := s.Event(t.Context(), "x")
		_, serr := s.EventBySlug(t.Context(), "x\xff")
		_, _, herr := s.Hall(t.Context(), "x")
		_, oerr := s.Organiser(t.Context(), "x")
		for i, c := range []struct{ got, want error }{
			{perr, catalog.ErrNoPerformance}, {eerr, catalog.ErrNoEvent}, {serr, catalog.ErrNoEvent}, {herr, catalog.ErrNoHall}, {oerr, catalog.ErrNoOrganiser},
		} {
			if !errors.Is(c.got, c.want) {
				t.Errorf("%d: got %v, want %v", i, c.got, c.want)
			}
		}
	})
}

func TestSavingAgainUpdates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		at := noon.Add(24 * time.Hour)
		e, first := s.give(t, s.event("abay", same("Abay")), at)
		again := s.performance(at)
		again.EventID = e.ID
		again.Zones, again.Types = again.Zones[:1], again.Types[:1]
		again.Prices = []catalog.Price{{"parterre", "adult", money.Tenge(7000)}}
		s.edit(t, func(ed *catalog.Editor) error {
			p := again
			if _, err := ed.StorePerformance(t.Context(), &p); err != nil {
				return err
			}
			again.ID = p.ID
			return nil
		})
		if again.ID != first[0].ID {
			t.Fatal("the same event, hall and start made a second performance")
		}
		got, err := s.Performance(t.Context(), again.ID)
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := got.Price("parterre", "adult"); !ok || p != money.Tenge(7000) {
			t.Errorf("new price: %v %v", p, ok)
		}
		if _, ok := got.Price("balcony", "adult"); ok {
			t.Error("a zone that went out of the file is still sold")
		}
		if len(got.Zones) != 2 || got.Zones[1].Name != same("Balcony") || len(got.Types) != 2 {
			t.Errorf("sold tickets would lose their names: %+v %+v", got.Zones, got.Types)
		}
		err = s.Edit(t.Context(), func(ed *catalog.Editor) error {
			p := again
			p.PlanHash = "1111"
			_, err := ed.StorePerformance(t.Context(), &p)
			return err
		})
		if !errors.Is(err, catalog.ErrPlanChanged) {
			t.Errorf("another plan: %v", err)
		}
	})
}

func TestMemorySeesOtherProcesses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		e, _ := s.give(t, s.event("abay", same("Abay")))
		if got, err := s.Event(t.Context(), e.ID); err != nil || got.Title != same("Abay") {
			t.Fatalf("%v %+v", err, got)
		}
		other := catalog.New(d, s.clock)
		e.Title = same("Changed")
		if err := other.Edit(t.Context(), func(ed *catalog.Editor) error { return ed.SaveEvent(t.Context(), &e) }); err != nil {
			t.Fatal(err)
		}
		if got, _ := s.Event(t.Context(), e.ID); got.Title != same("Abay") {
			t.Error("the memory does not hold: every read asks the database")
		}
		s.clock.Advance(time.Second)
		if got, _ := s.Event(t.Context(), e.ID); got.Title != same("Changed") {
			t.Error("a change made by another process is not seen after a second")
		}
	})
}

func slugs(w catalog.Wall) []string {
	var out []string
	for _, c := range w.Cards {
		out = append(out, c.Slug)
	}
	return out
}

func (s *stage) wall(t *testing.T, f catalog.Filter) catalog.Wall {
	t.Helper()
	w, err := s.Wall(t.Context(), f)
	if err != nil {
		t.Fatalf("Wall: %v", err)
	}
	return w
}

func TestWallPagesByKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		day := 24 * time.Hour
		s.give(t, s.event("past", same("Past")), noon.Add(-day))
		s.give(t, s.event("late", same("Late")), noon.Add(9*day))
		s.give(t, s.event("soon", same("Soon")), noon.Add(day), noon.Add(3*day), noon.Add(-day))
		s.give(t, s.event("middle", same("Middle")), noon.Add(2*day))
		var seen []string
		f := catalog.Filter{Limit: 2}
		for range 5 {
			w := s.wall(t, f)
			seen = append(seen, slugs(w)...)
			if f.Cursor = w.Next; w.Next == "" {
				break
			}
		}
		if diff := cmp.Diff([]string{"soon", "middle", "late"}, seen); diff != "" {
			t.Error(diff)
		}
		card := s.wall(t, catalog.Filter{}).Cards[0]
		if card.Count != 2 || card.PriceFrom != money.Tenge(4000) || card.PriceTo != money.Tenge(9000) || card.Sale != catalog.SaleOpen ||
			!card.StartsAt.Equal(noon.Add(day)) || card.Venue.Slug != "big" {
			t.Errorf("card: %+v", card)
		}
	})
}

func TestWallFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		day := 24 * time.Hour
		s.give(t, s.event("qyz", i18n.Text{KK: "Қыз Жібек", RU: "Кыз Жибек", EN: "Kyz Zhibek"}), noon.Add(day))
		opera := s.event("onegin", i18n.Text{KK: "Евгений Онегин", RU: "Евгений Онегин. Ещё раз", EN: "Eugene Onegin"})
		opera.Genre = "opera"
		s.give(t, opera, time.Date(2026, 11, 27, 19, 30, 0, 0, time.UTC)) // 00:30 on the 28th in Almaty
		for _, c := range []struct {
			name string
			f    catalog.Filter
			want []string
		}{
			{"kazakh letters typed as russian", catalog.Filter{Search: "кыз жибек"}, []string{"qyz"}},
			{"kazakh letters", catalog.Filter{Search: "ҚЫЗ"}, []string{"qyz"}},
			{"words in any order", catalog.Filter{Search: "Жібек, қыз!"}, []string{"qyz"}},
			{"yo as ye", catalog.Filter{Search: "еще"}, []string{"onegin"}},
			{"every word must be there", catalog.Filter{Search: "қыз онегин"}, nil},
			{"organiser, folded", catalog.Filter{Search: "ауезов"}, []string{"qyz", "onegin"}},
			{"venue and title", catalog.Filter{Search: "big onegin"}, []string{"onegin"}},
			{"wildcards are only letters", catalog.Filter{Search: "%"}, []string{"qyz", "onegin"}},
			{"nothing", catalog.Filter{Search: "zzz"}, nil},
			{"what no database keeps", catalog.Filter{Genre: "\x00"}, nil},
			{"broken letters", catalog.Filter{City: "\xff"}, nil},
			{"NUL in a search is only punctuation", catalog.Filter{Search: "оне\x00гин"}, []string{"onegin"}},
			{"genre", catalog.Filter{Genre: "opera"}, []string{"onegin"}},
			{"city", catalog.Filter{City: "almaty"}, []string{"qyz", "onegin"}},
			{"other city", catalog.Filter{City: "astana"}, nil},
			{"days are the hall's", catalog.Filter{From: "2026-11-28", To: "2026-11-28"}, []string{"onegin"}},
			{"not the day before", catalog.Filter{From: "2026-11-27", To: "2026-11-27"}, nil},
			{"broken cursor is the beginning", catalog.Filter{Cursor: "-.'; DROP"}, []string{"qyz", "onegin"}},
		} {
			if diff := cmp.Diff(c.want, slugs(s.wall(t, c.f))); diff != "" {
				t.Errorf("%s:\n%s", c.name, diff)
			}
		}
		cities, err := s.Cities(t.Context())
		if err != nil || len(cities) != 1 || cities[0].Code != "almaty" || cities[0].Name.EN != "Almaty" {
			t.Errorf("Cities: %v %v", err, cities)
		}
		genres, err := s.GenresInUse(t.Context())
		if err != nil || !cmp.Equal(genres, []catalog.Genre{"theatre", "opera"}) {
			t.Errorf("GenresInUse: %v %v", err, genres)
		}
	})
}

func TestCardSaysHowItIsSold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		e, _ := s.give(t, s.event("later", same("Later")))
		from := noon.Add(3 * time.Hour)
		save := func(change func(p *catalog.Performance)) {
			p := s.performance(noon.Add(24 * time.Hour))
			p.EventID = e.ID
			change(&p)
			s.edit(t, func(ed *catalog.Editor) error { _, err := ed.StorePerformance(t.Context(), &p); return err })
		}
		save(func(p *catalog.Performance) { p.SaleFrom = from })
		if c := s.wall(t, catalog.Filter{}).Cards[0]; c.Sale != catalog.SaleSoon || !c.SaleFrom.Equal(from) {
			t.Errorf("before the sale: %v %v", c.Sale, c.SaleFrom)
		}
		s.clock.Set(from)
		if c := s.wall(t, catalog.Filter{}).Cards[0]; c.Sale != catalog.SaleOpen {
			t.Errorf("in the sale: %v", c.Sale)
		}
		save(func(p *catalog.Performance) { p.SaleUntil = from })
		if c := s.wall(t, catalog.Filter{}).Cards[0]; c.Sale != catalog.SaleOver {
			t.Errorf("after the sale: %v", c.Sale)
		}
		save(func(p *catalog.Performance) { p.Cancelled = true })
		if w := s.wall(t, catalog.Filter{}); len(w.Cards) != 0 {
			t.Errorf("cancelled: %+v", w.Cards)
		}
	})
}
