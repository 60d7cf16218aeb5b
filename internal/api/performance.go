package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
)

// PerformanceJSON is one dated showing with everything a sale needs.
type PerformanceJSON struct {
	ID          string           `json:"id"`
	Event       NamedJSON        `json:"event"`
	Venue       NamedJSON        `json:"venue"`
	Hall        NamedJSON        `json:"hall"`
	Zone        string           `json:"time_zone" example:"Asia/Almaty"`
	DoorsAt     string           `json:"doors_at,omitempty" format:"date-time"`
	StartsAt    string           `json:"starts_at" format:"date-time"`
	EndsAt      string           `json:"ends_at,omitempty" format:"date-time"`
	Sale        string           `json:"sale" enum:"soon,open,over,cancelled"`
	SaleFrom    string           `json:"sale_from" format:"date-time"`
	SaleUntil   string           `json:"sale_until" format:"date-time"`
	OrderLimit  int              `json:"order_limit" doc:"The most tickets in one order"`
	Currency    string           `json:"currency" example:"KZT"`
	PlanHash    string           `json:"plan_hash" doc:"Changes when the plan does"`
	PriceZones  []PriceZoneJSON  `json:"price_zones"`
	TicketTypes []TicketTypeJSON `json:"ticket_types" doc:"The first is what a seat costs when nobody chose"`
	Prices      []PriceJSON      `json:"prices" doc:"A pair that is missing is not sold"`
}

// NamedJSON is something with a name in the language of the answer.
type NamedJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// PriceZoneJSON says where.
type PriceZoneJSON struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Color string `json:"color" example:"#c0392b"`
}

// TicketTypeJSON says for whom.
type TicketTypeJSON struct {
	ID   string `json:"id"`
	Code string `json:"code" example:"adult"`
	Name string `json:"name"`
}

// PriceJSON is what a ticket of a type costs in a zone. Amounts are minor units: 450000 KZT is 4,500 ₸.
type PriceJSON struct {
	PriceZoneID  string       `json:"price_zone_id"`
	TicketTypeID string       `json:"ticket_type_id"`
	Price        money.Amount `json:"price"`
}

// PlanJSON is the seating plan as this performance sells it.
type PlanJSON struct {
	Hash  string     `json:"hash"`
	Seats []SeatJSON `json:"seats"`
	Areas []AreaJSON `json:"areas" doc:"Standing areas, sold by number"`
}

// SeatJSON is one seat.
type SeatJSON struct {
	ID          string  `json:"id"`
	Floor       string  `json:"floor,omitempty"`
	Section     string  `json:"section,omitempty"`
	SectionName string  `json:"section_name,omitempty"`
	Row         string  `json:"row,omitempty" doc:"As printed"`
	Number      string  `json:"number,omitempty" doc:"As printed"`
	Table       string  `json:"table,omitempty"`
	PriceZoneID string  `json:"price_zone_id,omitempty" doc:"Absent when the seat is not sold"`
	X           float64 `json:"x"`
	Y           float64 `json:"y"`
	Accessible  bool    `json:"accessible,omitempty"`
	Companion   bool    `json:"companion,omitempty"`
	Restricted  bool    `json:"restricted_view,omitempty"`
	Note        string  `json:"note,omitempty"`
	Entrance    string  `json:"entrance,omitempty"`
}

// AreaJSON is one standing area.
type AreaJSON struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Capacity    int    `json:"capacity"`
	PriceZoneID string `json:"price_zone_id,omitempty"`
	Entrance    string `json:"entrance,omitempty"`
}

// AvailabilityJSON is what is left, at a version.
type AvailabilityJSON struct {
	Version int64                   `json:"version" doc:"Grows with every change"`
	Seats   map[string]string       `json:"seats" doc:"By seat id: free, held, sold or blocked (not for sale)"`
	Areas   map[string]AreaLeftJSON `json:"areas" doc:"By standing area id"`
}

// AreaLeftJSON is what is left of a standing area.
type AreaLeftJSON struct {
	PriceZoneID string `json:"price_zone_id"`
	Free        int    `json:"free"`
	Held        int    `json:"held"`
	Sold        int    `json:"sold"`
}

type performanceInput struct {
	ID string `path:"id" maxLength:"100"`
}

type performanceOutput struct{ Body PerformanceJSON }

type planOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         PlanJSON
}

type availabilityInput struct {
	ID          string `path:"id" maxLength:"100"`
	IfNoneMatch string `header:"If-None-Match" maxLength:"100" doc:"The ETag that you have: 304 when nothing has changed"`
}

type availabilityOutput struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag"`
	Body         AvailabilityJSON
}

func (a *API) performanceOperations() {
	tags := []string{"performances"}
	handle(a, huma.Operation{
		OperationID: "get-performance", Method: http.MethodGet, Path: Base + "/performances/{id}", Tags: tags,
		Summary: "A performance with its zones, types and prices",
	}, a.performance)
	handle(a, huma.Operation{
		OperationID: "get-plan", Method: http.MethodGet, Path: Base + "/performances/{id}/plan", Tags: tags,
		Summary: "Every seat and standing area of a performance",
	}, a.plan)
	handle(a, huma.Operation{
		OperationID: "get-availability", Method: http.MethodGet, Path: Base + "/performances/{id}/availability", Tags: tags,
		Summary: "What is free, held and sold now",
	}, a.availability)
}

func (a *API) performance(ctx context.Context, in *performanceInput) (*performanceOutput, error) {
	p, err := a.Catalog.Performance(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	e, err := a.Catalog.Event(ctx, p.EventID)
	if err != nil {
		return nil, err
	}
	hall, venue, err := a.Catalog.Hall(ctx, p.HallID)
	if err != nil {
		return nil, err
	}
	l := lang(ctx)
	out := PerformanceJSON{
		ID: p.ID, Event: NamedJSON{e.ID, e.Title.In(l)}, Venue: NamedJSON{venue.ID, venue.Name.In(l)}, Hall: NamedJSON{hall.ID, hall.Name.In(l)},
		Zone: p.Zone, DoorsAt: stamp(p.DoorsAt, p.Zone), StartsAt: stamp(p.StartsAt, p.Zone), EndsAt: stamp(p.EndsAt, p.Zone),
		Sale: string(p.OnSale(a.Clock.Now())), SaleFrom: stamp(p.SaleFrom, p.Zone), SaleUntil: stamp(p.SaleUntil, p.Zone),
		OrderLimit: p.OrderLimit, Currency: p.Currency, PlanHash: p.PlanHash,
	}
	out.PriceZones, out.TicketTypes, out.Prices = offerJSON(p, l)
	return &performanceOutput{out}, nil
}

func offerJSON(p catalog.Performance, l i18n.Lang) ([]PriceZoneJSON, []TicketTypeJSON, []PriceJSON) {
	zones := make([]PriceZoneJSON, len(p.Zones))
	for i, z := range p.Zones {
		zones[i] = PriceZoneJSON{z.ID, z.Name.In(l), z.Color}
	}
	types := make([]TicketTypeJSON, len(p.Types))
	for i, t := range p.Types {
		types[i] = TicketTypeJSON{t.ID, t.Code, t.Name.In(l)}
	}
	prices := make([]PriceJSON, len(p.Prices))
	for i, x := range p.Prices {
		prices[i] = PriceJSON{x.ZoneID, x.TypeID, x.Amount}
	}
	return zones, types, prices
}

// drawn is a performance with its plan and which price zone each category is in.
type drawn struct {
	catalog.Performance
	plan   *catalog.Plan
	zoneOf map[string]string
}

func (a *API) drawn(ctx context.Context, id string) (drawn, error) {
	p, err := a.Catalog.Performance(ctx, id)
	if err != nil {
		return drawn{}, err
	}
	plan, err := a.Catalog.Plan(ctx, p.PlanHash)
	if err != nil {
		return drawn{}, err
	}
	d := drawn{p, plan, map[string]string{}}
	for _, z := range p.Zones {
		for _, c := range z.Categories {
			d.zoneOf[c] = z.ID
		}
	}
	return d, nil
}

func (a *API) plan(ctx context.Context, in *performanceInput) (*planOutput, error) {
	d, err := a.drawn(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	l := lang(ctx)
	out := PlanJSON{Hash: d.PlanHash, Seats: make([]SeatJSON, 0, len(d.plan.Seats())), Areas: []AreaJSON{}}
	for _, s := range d.plan.Seats() {
		out.Seats = append(out.Seats, SeatJSON{
			ID: s.ID, Floor: s.Floor, Section: s.Section, SectionName: s.SectionName.In(l), Row: s.Row,
			Number: s.Number, Table: s.Table, PriceZoneID: d.zoneOf[s.Category], X: s.X, Y: s.Y, Accessible: s.Accessible, Companion: s.Companion,
			Restricted: s.Restricted, Note: s.Note.In(l), Entrance: s.Entrance,
		})
	}
	for _, s := range d.plan.Areas() {
		out.Areas = append(out.Areas, AreaJSON{ID: s.ID, Name: s.Name.In(l), Capacity: s.Capacity, PriceZoneID: d.zoneOf[s.Category], Entrance: s.Entrance})
	}
	return &planOutput{"public, max-age=300", out}, nil
}

var seatWords = map[boxoffice.SeatState]string{boxoffice.SeatFree: "free", boxoffice.SeatHeld: "held", boxoffice.SeatSold: "sold", boxoffice.SeatBlocked: "blocked"}

func (a *API) availability(ctx context.Context, in *availabilityInput) (*availabilityOutput, error) {
	d, err := a.drawn(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	left, err := a.Office.Availability(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	tag := `W/"` + strconv.FormatInt(left.Version, 10) + `"`
	if in.IfNoneMatch == tag {
		return &availabilityOutput{Status: http.StatusNotModified, CacheControl: "no-cache", ETag: tag}, nil
	}
	out := AvailabilityJSON{Version: left.Version, Seats: make(map[string]string, len(left.Seats)), Areas: map[string]AreaLeftJSON{}}
	seats := d.plan.Seats()
	for no, state := range left.Seats {
		if no < len(seats) {
			out.Seats[seats[no].ID] = seatWords[state]
		}
	}
	for _, x := range left.Areas {
		out.Areas[x.AreaID] = AreaLeftJSON{x.ZoneID, x.Free, x.Held, x.Sold}
	}
	return &availabilityOutput{http.StatusOK, "no-cache", tag, out}, nil
}
