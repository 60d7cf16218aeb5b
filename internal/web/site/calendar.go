package site

import (
	"context"
	"net/http"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/web/ui"
)

// feedMost is how many performances a feed holds at most.
const feedMost = 500

// eventCalendar is an event's performances for a calendar.
func (s *Site) eventCalendar(w http.ResponseWriter, r *http.Request) {
	e, err := s.Catalog.EventBySlug(r.Context(), r.PathValue("slug"))
	if err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	list, err := s.performancesOf(r.Context(), e, s.UI.Clock.Now())
	if err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	p := s.UI.Page(r, "")
	s.serveCalendar(w, r, p, p.Text(e.Title), e.Slug, list)
}

// calendar is everything that is on, to subscribe to. Of an event with many starts a day it holds the first.
func (s *Site) calendar(w http.ResponseWriter, r *http.Request) {
	all, err := s.Catalog.Upcoming(r.Context(), s.UI.Clock.Now(), 4*feedMost)
	if err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	seen := map[string]bool{}
	list := all[:0]
	for _, x := range all {
		if key := x.EventID + x.HallID + x.Day(); !seen[key] && len(list) < feedMost {
			seen[key] = true
			list = append(list, x)
		}
	}
	s.serveCalendar(w, r, s.UI.Page(r, ""), s.UI.Operator.ShortName, "sahna", list)
}

func (s *Site) serveCalendar(w http.ResponseWriter, r *http.Request, p ui.Page, name, file string, list []catalog.Performance) {
	cal := ics.NewCalendarFor("Sahna")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName(name)
	cal.SetRefreshInterval("PT6H")
	for _, x := range list {
		if err := s.addToCalendar(r.Context(), cal, p, x); err != nil {
			s.UI.Fail(w, r, err)
			return
		}
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `inline; filename="`+file+`.ics"`)
	w.Header().Set("Cache-Control", "public, max-age=300")
	_ = cal.SerializeTo(w, ics.WithNewLineWindows) // the reader left: nobody to tell
}

func (s *Site) addToCalendar(ctx context.Context, cal *ics.Calendar, p ui.Page, x catalog.Performance) error {
	e, err := s.Catalog.Event(ctx, x.EventID)
	if err != nil {
		return err
	}
	h, v, err := s.Catalog.Hall(ctx, x.HallID)
	if err != nil {
		return err
	}
	// The host makes the id unique in the world; the performance keeps it when its time moves.
	_, host, _ := strings.Cut(s.UI.BaseURL, "://")
	url := s.UI.BaseURL + p.URL("/event/"+e.Slug)
	one := cal.AddEvent(x.ID + "@" + host)
	one.SetDtStampTime(s.UI.Clock.Now().Truncate(time.Second))
	one.SetStartAt(x.StartsAt)
	one.SetEndAt(x.EndsAt)
	one.SetSummary(p.Text(e.Title))
	one.SetDescription(strings.TrimSpace(p.Text(e.Subtitle) + "\n" + url))
	one.SetLocation(strings.Join([]string{p.Text(v.Name), p.Text(h.Name), p.Text(v.CityName), p.Text(v.Address)}, ", "))
	one.SetURL(url)
	if v.Lat != 0 || v.Lon != 0 {
		one.SetGeo(v.Lat, v.Lon)
	}
	one.SetStatus(ics.ObjectStatusConfirmed)
	if x.Cancelled {
		one.SetStatus(ics.ObjectStatusCancelled)
	}
	return nil
}
