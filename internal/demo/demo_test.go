package demo_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/demo"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// The odd moments at which somebody may try the demonstration.
var moments = []time.Time{
	time.Date(2026, 11, 23, 12, 10, 0, 0, time.UTC),
	time.Date(2026, 11, 27, 13, 30, 0, 0, time.UTC), // Friday, when much is on anyway
	time.Date(2026, 12, 31, 21, 59, 59, 0, time.UTC),
	time.Date(2027, 2, 28, 3, 0, 0, 0, time.UTC),
}

func fill(t *testing.T, c *catalog.Catalog, now time.Time) (demo.IDs, int) {
	t.Helper()
	opened := 0
	ids, err := demo.Fill(t.Context(), c, now, func(_ context.Context, tx *db.DB, p catalog.Performance, plan *catalog.Plan) error {
		if p.ID == "" || plan.Hash() != p.PlanHash || tx.Tx() == nil {
			t.Error("a performance is opened before it is stored")
		}
		opened++
		return nil
	})
	if err != nil {
		t.Fatalf("fill at %v: %v", now, err)
	}
	return ids, opened
}

func TestThereIsAlwaysSomethingTonight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(moments[0])
		cat := catalog.New(d, c)
		for _, now := range moments {
			c.Set(now)
			ids, opened := fill(t, cat, now)
			if opened < 4 {
				t.Errorf("%v: only %d performances are new", now, opened)
			}
			for kind, id := range map[string]string{"theatre": ids.Theatre, "stadium": ids.Stadium, "club": ids.Club, "museum": ids.Museum} {
				p, err := cat.Performance(t.Context(), id)
				if err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				wait := p.StartsAt.Sub(now)
				if wait < 2*time.Hour || wait > 4*time.Hour || p.StartsAt.Minute()%30 != 0 {
					t.Errorf("%s starts %v after now, at %v", kind, wait, p.StartsAt)
				}
				if p.OnSale(now) != catalog.SaleOpen || p.DoorsAt.After(now) {
					t.Errorf("%s: sale %s, doors at %v", kind, p.OnSale(now), p.DoorsAt)
				}
			}
			if _, again := fill(t, cat, now.Add(10*time.Minute)); again != 0 {
				t.Errorf("%v: filling again made %d performances", now, again)
			}
			if later, _ := fill(t, cat, now.Add(time.Minute)); later != ids {
				t.Errorf("%v: filling a minute later returns %v, was %v", now, later, ids)
			}
		}
	})
}

func TestSeasonIsWhole(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	cat := catalog.New(d, clock.NewFake(moments[0]))
	_, opened := fill(t, cat, moments[0])
	wall, err := cat.Wall(t.Context(), catalog.Filter{Limit: 100})
	if err != nil || len(wall.Cards) < 22 {
		t.Fatalf("%d events, %v", len(wall.Cards), err)
	}
	soon := 0
	for _, e := range wall.Cards {
		for name, x := range map[string]i18n.Text{"title": e.Title, "subtitle": e.Subtitle, "text": e.Text, "venue": e.Venue.Name, "city": e.Venue.CityName} {
			if x.KK == "" || x.RU == "" || x.EN == "" {
				t.Errorf("%s: %s lacks a language", e.Slug, name)
			}
		}
		if e.PriceFrom.Minor <= 0 || e.PriceFrom.Minor%100 != 0 {
			t.Errorf("%s costs %v", e.Slug, e.PriceFrom)
		}
		if catalog.Genre(e.Genre).Message() == "" {
			t.Errorf("%s: unknown genre %s", e.Slug, e.Genre)
		}
		if e.Sale == catalog.SaleSoon {
			soon++
		}
	}
	if soon != 1 {
		t.Errorf("%d events are soon on sale", soon)
	}
	cities, err := cat.Cities(t.Context())
	if err != nil || len(cities) != 3 {
		t.Errorf("%v %v", cities, err)
	}
	all, err := cat.Upcoming(t.Context(), moments[0], 2000)
	if err != nil || len(all) != opened {
		t.Fatalf("%d upcoming, %d opened, %v", len(all), opened, err)
	}
	t.Logf("%d events, %d performances", len(wall.Cards), opened)
	halls := map[string][]catalog.Performance{}
	museums := map[string]bool{}
	for _, p := range all {
		for _, x := range p.Prices {
			if x.Amount.Minor <= 0 {
				t.Errorf("%s is free", p.ID)
			}
		}
		e, err := cat.Event(t.Context(), p.EventID)
		if err != nil {
			t.Fatal(err)
		}
		museums[p.HallID] = museums[p.HallID] || e.Genre == "museum" || e.Genre == "children" && len(p.Zones) == 1
		halls[p.HallID] = append(halls[p.HallID], p)
	}
	for hall, list := range halls {
		for i := 1; i < len(list) && !museums[hall]; i++ {
			if a, b := list[i-1], list[i]; b.StartsAt.Before(a.EndsAt) {
				t.Errorf("hall %s: %v to %v, then %v", hall, a.StartsAt, a.EndsAt, b.StartsAt)
			}
		}
	}
}

func TestSameSeasonFromOneWeekToTheNext(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	c := clock.NewFake(moments[0])
	cat := catalog.New(d, c)
	fill(t, cat, moments[0])
	dates := func() map[string]int {
		out := map[string]int{}
		all, err := cat.Upcoming(t.Context(), moments[0].Add(8*24*time.Hour), 2000)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if p.StartsAt.Before(moments[0].Add(9 * 24 * time.Hour)) {
				out[p.EventID+p.StartsAt.String()]++
			}
		}
		return out
	}
	before := dates()
	c.Advance(24 * time.Hour)
	fill(t, cat, c.Now())
	if diff := cmp.Diff(before, dates()); diff != "" {
		t.Error(diff)
	}
}
