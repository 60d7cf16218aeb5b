package site

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// What search engines read: https://schema.org/Event.
type (
	ldEvent struct {
		Context     string    `json:"@context"`
		Type        string    `json:"@type"`
		ID          string    `json:"@id"`
		Name        string    `json:"name"`
		Description string    `json:"description,omitempty"`
		Image       []string  `json:"image,omitempty"`
		URL         string    `json:"url"`
		Starts      string    `json:"startDate"`
		Ends        string    `json:"endDate"`
		Doors       string    `json:"doorTime"`
		Status      string    `json:"eventStatus"`
		Mode        string    `json:"eventAttendanceMode"`
		Language    string    `json:"inLanguage,omitempty"`
		Ages        string    `json:"typicalAgeRange,omitempty"`
		Location    ldPlace   `json:"location"`
		Organiser   ldOrg     `json:"organizer"`
		Offers      []ldOffer `json:"offers,omitempty"`
	}
	ldPlace struct {
		Type    string    `json:"@type"`
		Name    string    `json:"name"`
		Address ldAddress `json:"address"`
		Geo     *ldGeo    `json:"geo,omitempty"`
	}
	ldAddress struct {
		Type    string `json:"@type"`
		Street  string `json:"streetAddress"`
		City    string `json:"addressLocality"`
		Country string `json:"addressCountry"`
	}
	ldGeo struct {
		Type string  `json:"@type"`
		Lat  float64 `json:"latitude"`
		Lon  float64 `json:"longitude"`
	}
	ldOrg struct {
		Type string `json:"@type"`
		Name string `json:"name"`
	}
	ldOffer struct {
		Type         string `json:"@type"`
		Name         string `json:"name,omitempty"`
		URL          string `json:"url"`
		Price        string `json:"price"`
		Currency     string `json:"priceCurrency"`
		Availability string `json:"availability"`
		From         string `json:"validFrom,omitempty"`
	}
)

// ldShows is how many performances are told: search engines show the next few.
const ldShows = 5

var ldTypes = map[string]string{
	"theatre": "TheaterEvent", "opera": "MusicEvent", "ballet": "DanceEvent", "concert": "MusicEvent", "sport": "SportsEvent", "club": "MusicEvent",
	"museum": "ExhibitionEvent", "children": "ChildrensEvent", "festival": "Festival", "comedy": "ComedyEvent",
}

// structured tells search engines of the next performances, each an event with its offers.
func (s *Site) structured(ctx context.Context, page eventPage, now time.Time, counts map[string]boxoffice.Counts) ([]ldEvent, error) {
	out := []ldEvent{}
	for _, p := range page.performance {
		if len(out) == ldShows {
			break
		}
		_, v, err := s.Catalog.Hall(ctx, p.HallID)
		if err != nil {
			return nil, err
		}
		out = append(out, s.ldEvent(page, p, v, now, counts[p.ID]))
	}
	return out, nil
}

func (s *Site) ldEvent(page eventPage, p catalog.Performance, v catalog.Venue, now time.Time, n boxoffice.Counts) ldEvent {
	l := i18n.Zone(p.Zone)
	at := func(t time.Time) string { return t.In(l).Format(time.RFC3339) }
	url := s.UI.BaseURL + page.URL("/performance/"+p.ID)
	e := ldEvent{
		Context: "https://schema.org", Type: ldTypes[page.Event.Genre], ID: url, Name: page.Title, Description: page.Description,
		Image: []string{page.Image}, URL: s.UI.BaseURL + page.URL("/event/"+page.Event.Slug),
		Starts: at(p.StartsAt), Ends: at(p.EndsAt), Doors: at(p.DoorsAt),
		Status: "https://schema.org/EventScheduled", Mode: "https://schema.org/OfflineEventAttendanceMode",
		Language: page.Event.Language,
		Location: ldPlace{Type: "Place", Name: page.Page.Text(v.Name), Address: ldAddress{
			Type: "PostalAddress", Street: page.Page.Text(v.Address), City: page.Page.Text(v.CityName), Country: "KZ",
		}},
		Organiser: ldOrg{Type: "Organization", Name: page.Page.Text(page.Organiser.Name)},
	}
	if e.Type == "" {
		e.Type = "Event"
	}
	if a := page.Event.AgeMark; a != "" {
		e.Ages = a[:len(a)-1] + "-"
	}
	if v.Lat != 0 || v.Lon != 0 {
		e.Location.Geo = &ldGeo{Type: "GeoCoordinates", Lat: v.Lat, Lon: v.Lon}
	}
	if p.Cancelled {
		e.Status = "https://schema.org/EventCancelled"
	}
	for _, z := range p.Zones {
		a, sold := p.Price(z.ID, p.Types[0].ID)
		if !sold {
			continue
		}
		o := ldOffer{Type: "Offer", Name: page.Page.Text(z.Name), URL: url, Price: a.Decimal(), Currency: a.Currency, Availability: ldAvailability(p.OnSale(now), n)}
		if !p.SaleFrom.IsZero() {
			o.From = at(p.SaleFrom)
		}
		e.Offers = append(e.Offers, o)
	}
	return e
}

func ldAvailability(state catalog.SaleState, n boxoffice.Counts) string {
	switch {
	case state == catalog.SaleSoon:
		return "https://schema.org/PreOrder"
	case state == catalog.SaleOpen && n.Free == 0:
		return "https://schema.org/SoldOut"
	case state == catalog.SaleOpen:
		return "https://schema.org/InStock"
	}
	return "https://schema.org/OutOfStock"
}
