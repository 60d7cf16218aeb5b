package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
)

// EventJSON is an event with its coming performances.
type EventJSON struct {
	ID           string       `json:"id"`
	Title        string       `json:"title"`
	Subtitle     string       `json:"subtitle,omitempty"`
	Genre        string       `json:"genre"`
	AgeMark      string       `json:"age_mark" example:"12+"`
	Language     string       `json:"language,omitempty" doc:"Spoken language: kk, ru or en"`
	Minutes      int          `json:"minutes,omitempty"`
	URL          string       `json:"url"`
	Venue        string       `json:"venue"`
	City         string       `json:"city" doc:"Code, e.g. almaty"`
	PriceFrom    money.Amount `json:"price_from"`
	PriceTo      money.Amount `json:"price_to"`
	Sale         string       `json:"sale" enum:"soon,open,over,cancelled"`
	Performances []ShowJSON   `json:"performances" doc:"The next ones, at most 50"`
}

// ShowJSON is a performance in a list.
type ShowJSON struct {
	ID       string `json:"id"`
	StartsAt string `json:"starts_at" format:"date-time"`
	Sale     string `json:"sale" enum:"soon,open,over,cancelled"`
}

type eventsInput struct {
	City   string `query:"city" maxLength:"60" doc:"Code of a city"`
	Genre  string `query:"genre" maxLength:"40"`
	From   string `query:"from" format:"date" doc:"First day by the halls' clocks"`
	To     string `query:"to" format:"date" doc:"Last day"`
	Search string `query:"q" maxLength:"200" doc:"Words; ё and е, Kazakh letters and their Russian neighbours are the same"`
	Cursor string `query:"cursor" maxLength:"100" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"24"`
}

type eventsOutput struct {
	Body struct {
		Events []EventJSON `json:"events"`
		Next   string      `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

const mostShows = 50

func (a *API) eventOperations() {
	handle(a, huma.Operation{
		OperationID: "list-events", Method: http.MethodGet, Path: Base + "/events", Tags: []string{"events"},
		Summary: "What is on, soonest first", Description: "Texts are in the language of Accept-Language.",
	}, a.events)
}

func (a *API) events(ctx context.Context, in *eventsInput) (*eventsOutput, error) {
	wall, err := a.Catalog.Wall(ctx, catalog.Filter{
		City: in.City, Genre: catalog.Genre(in.Genre), From: in.From, To: in.To,
		Search: in.Search, Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	out := &eventsOutput{}
	out.Body.Next, out.Body.Events = wall.Next, []EventJSON{}
	for _, c := range wall.Cards {
		e, err := a.event(ctx, c)
		if err != nil {
			return nil, err
		}
		out.Body.Events = append(out.Body.Events, e)
	}
	return out, nil
}

func (a *API) event(ctx context.Context, c catalog.Card) (EventJSON, error) {
	l, now := lang(ctx), a.Clock.Now()
	e := EventJSON{
		ID: c.ID, Title: c.Title.In(l), Subtitle: c.Subtitle.In(l), Genre: c.Genre, AgeMark: c.AgeMark, Language: c.Language,
		Minutes: c.Minutes, URL: a.url("/" + string(l) + "/event/" + c.Slug), Venue: c.Venue.Name.In(l), City: c.Venue.City,
		PriceFrom: c.PriceFrom, PriceTo: c.PriceTo, Sale: string(c.Sale), Performances: []ShowJSON{},
	}
	shows, err := a.Catalog.PerformancesOf(ctx, c.ID, now, mostShows)
	if err != nil {
		return EventJSON{}, err
	}
	for _, p := range shows {
		e.Performances = append(e.Performances, ShowJSON{ID: p.ID, StartsAt: stamp(p.StartsAt, p.Zone), Sale: string(p.OnSale(now))})
	}
	return e, nil
}

// stamp writes an instant with the offset of a hall's clocks; "" is UTC.
func stamp(t time.Time, zone string) string {
	if t.IsZero() {
		return ""
	}
	if zone != "" {
		t = t.In(i18n.Zone(zone))
	}
	return t.Format(time.RFC3339)
}
