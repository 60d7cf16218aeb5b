// Package demo is what the demonstration shows: invented houses and seasons that could be real.
//
// It owns their words, prices and dates. It promises that there is always
// something tonight in a theatre, a stadium, a club and a museum, with the doors
// already open, and that filling again on another day adds that day's
// performances without doubling any. It is no part of a real office.
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// IDs are the performances of tonight, one for each kind of house, and their halls.
type IDs struct {
	Theatre, Stadium, Club, Museum string
	Halls                          struct{ Theatre, Stadium, Club, Museum string }
}

// Open lays out the stock of a new performance in the transaction that makes it.
type Open func(ctx context.Context, tx *db.DB, p catalog.Performance, plan *catalog.Plan) error

// zone is where all houses stand.
const zone = "Asia/Almaty"

// weeks is how far ahead the season is announced.
const weeks = 4

// Fill brings the demonstration's season up to date, counted from now.
func Fill(ctx context.Context, cat *catalog.Catalog, now time.Time, open Open) (ids IDs, err error) {
	defer fault.Wrap(&err, "fill the demonstration")
	err = cat.Edit(ctx, func(e *catalog.Editor) error {
		s := season{cat: cat, e: e, now: now, open: open, places: map[string]place{}}
		for _, h := range houses() {
			if err := s.house(ctx, h); err != nil {
				return err
			}
		}
		ids = s.ids
		return nil
	})
	return ids, err
}

// season fills the catalogue in one transaction.
type season struct {
	cat    *catalog.Catalog
	e      *catalog.Editor
	now    time.Time
	open   Open
	places map[string]place // by hall slug
	ids    IDs
}

// place is a hall with its plan, and what is given there tonight.
type place struct {
	hall    catalog.Hall
	plan    *catalog.Plan
	tonight span
}

type span struct{ from, to time.Time }

func (s span) overlaps(o span) bool { return s.from.Before(o.to) && o.from.Before(s.to) }

func (s *season) house(ctx context.Context, h house) error {
	if err := s.e.SaveOrganiser(ctx, &h.organiser); err != nil {
		return err
	}
	if err := s.e.SaveVenue(ctx, &h.venue); err != nil {
		return err
	}
	clear(s.places)
	for _, r := range h.halls {
		hall := catalog.Hall{VenueID: h.venue.ID, Slug: r.slug, Name: r.name}
		if err := s.e.SaveHall(ctx, &hall); err != nil {
			return err
		}
		plan := r.plan()
		if err := s.cat.SavePlan(ctx, s.e.Tx(), plan); err != nil {
			return err
		}
		s.places[r.slug] = place{hall: hall, plan: plan}
	}
	// Tonight first: the rest of the season makes room for it.
	for _, tonight := range []bool{true, false} {
		for _, w := range h.works {
			if (w.tonight != "") != tonight {
				continue
			}
			if err := s.work(ctx, h, w); err != nil {
				return fmt.Errorf("%s: %w", w.slug, err)
			}
		}
	}
	return nil
}

func (s *season) work(ctx context.Context, h house, w work) error {
	e := catalog.Event{
		Slug: w.slug, OrganiserID: h.organiser.ID, Title: w.title, Subtitle: w.subtitle, Text: w.text, Genre: w.genre,
		AgeMark: w.age, Language: w.language, Minutes: w.minutes,
	}
	if err := s.e.SaveEvent(ctx, &e); err != nil {
		return err
	}
	where := s.places[w.hall]
	if w.tonight != "" {
		if err := s.tonight(ctx, e, w, &where); err != nil {
			return err
		}
		s.places[w.hall] = where
	}
	for _, at := range w.dates(s.now) {
		p := w.performance(e, where, at, s.now)
		if where.tonight.overlaps(span{p.DoorsAt, p.EndsAt}) {
			continue
		}
		if err := s.save(ctx, &p, where.plan); err != nil {
			return err
		}
	}
	return s.e.Reindex(ctx, e.ID)
}

// tonight gives the work in two to four hours, with the doors open by now. One that an earlier filling made and that
// is still so far off is used again.
func (s *season) tonight(ctx context.Context, e catalog.Event, w work, where *place) error {
	at := s.now.Add(2 * time.Hour).Truncate(30 * time.Minute)
	for range 4 {
		at = at.Add(30 * time.Minute)
		found, err := s.find(ctx, e, at)
		if err != nil {
			return err
		}
		if found != "" {
			where.tonight = span{s.now, at.Add(time.Duration(w.minutes) * time.Minute)}
			s.note(w.tonight, found, where.hall.ID)
			return nil
		}
	}
	at = s.now.Add(3 * time.Hour).Truncate(30 * time.Minute)
	p := w.performance(e, *where, at, s.now)
	p.Key = tonightKey(at)
	p.DoorsAt = s.now.Add(-30 * time.Minute).Truncate(30 * time.Minute)
	p.SaleFrom = time.Time{}
	if err := s.save(ctx, &p, where.plan); err != nil {
		return err
	}
	where.tonight = span{p.DoorsAt, p.EndsAt}
	s.note(w.tonight, p.ID, where.hall.ID)
	return nil
}

func tonightKey(at time.Time) string { return "tonight-" + at.UTC().Format("20060102-1504") }

func (s *season) find(ctx context.Context, e catalog.Event, at time.Time) (string, error) {
	p, err := s.e.PerformanceByKey(ctx, e.ID, tonightKey(at))
	if errors.Is(err, catalog.ErrNoPerformance) {
		return "", nil
	}
	return p.ID, err
}

func (s *season) note(kind, performance, hall string) {
	switch kind {
	case "theatre":
		s.ids.Theatre, s.ids.Halls.Theatre = performance, hall
	case "stadium":
		s.ids.Stadium, s.ids.Halls.Stadium = performance, hall
	case "club":
		s.ids.Club, s.ids.Halls.Club = performance, hall
	case "museum":
		s.ids.Museum, s.ids.Halls.Museum = performance, hall
	}
}

// save stores a performance and lays out its stock when it is new.
func (s *season) save(ctx context.Context, p *catalog.Performance, plan *catalog.Plan) error {
	made, err := s.e.StorePerformance(ctx, p)
	if err != nil || !made || s.open == nil {
		return err
	}
	return s.open(ctx, s.e.Tx(), *p, plan)
}

// local puts an hour on a day by the houses' clocks.
func local(day time.Time, at string) time.Time {
	h, err := time.Parse("15:04", at)
	if err != nil {
		panic("demo: " + err.Error()) // a slip of the pen in the content, which a test runs
	}
	y, m, d := day.In(i18n.Zone(zone)).Date()
	return time.Date(y, m, d, h.Hour(), h.Minute(), 0, 0, i18n.Zone(zone)).UTC()
}
