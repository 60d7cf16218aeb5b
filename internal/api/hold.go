package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/money"
)

// HoldRequestJSON asks for seats and standing places of one performance: all or nothing.
type HoldRequestJSON struct {
	PerformanceID string            `json:"performance_id" minLength:"1" maxLength:"100"`
	Seats         []string          `json:"seats,omitempty" maxItems:"500" doc:"Seat ids"`
	SeatTypes     map[string]string `json:"seat_types,omitempty" doc:"Ticket type by seat id; a seat that is not named gets the first type"`
	Items         []HoldWishJSON    `json:"items,omitempty" maxItems:"100" doc:"Standing places by number"`
}

// HoldWishJSON is a number of standing places.
type HoldWishJSON struct {
	PriceZoneID  string `json:"price_zone_id" minLength:"1" maxLength:"100"`
	TicketTypeID string `json:"ticket_type_id,omitempty" maxLength:"100" doc:"The first type when absent"`
	Quantity     int    `json:"quantity" minimum:"1" maximum:"10000"`
}

// HoldJSON is seats and places that are kept until ExpiresAt.
type HoldJSON struct {
	ID            string         `json:"id"`
	Secret        string         `json:"secret,omitempty" doc:"Opens the hold; shown only when it is made"`
	PerformanceID string         `json:"performance_id"`
	ExpiresAt     string         `json:"expires_at" format:"date-time"`
	Extendable    bool           `json:"extendable" doc:"More time can be asked for"`
	Total         money.Amount   `json:"total"`
	Items         []HoldItemJSON `json:"items"`
}

// HoldItemJSON is one seat or one standing place.
type HoldItemJSON struct {
	SeatID       string       `json:"seat_id,omitempty" doc:"Absent for a standing place"`
	PriceZoneID  string       `json:"price_zone_id"`
	TicketTypeID string       `json:"ticket_type_id"`
	Price        money.Amount `json:"price"`
}

// Passed is a place in line that has become a pass: needed while a performance has a waiting room.
type Passed struct {
	Pass string `header:"Sahna-Pass" maxLength:"200" doc:"From the waiting room, while there is one"`
}

type holdInput struct {
	Idempotent
	Passed
	Body HoldRequestJSON
}

type holdOutput struct {
	CacheControl string `header:"Cache-Control"`
	Replayed     string `header:"Idempotency-Replayed" doc:"true for a hold that was made before, for the same request"`
	Body         HoldJSON
}

type keyInput struct {
	Bearer
	ID string `path:"id" maxLength:"100"`
}

// BestRequestJSON asks for the best seats that are left.
type BestRequestJSON struct {
	PerformanceID string `json:"performance_id" minLength:"1" maxLength:"100"`
	Quantity      int    `json:"quantity" minimum:"1" maximum:"1000"`
	PriceZoneID   string `json:"price_zone_id,omitempty" maxLength:"100" doc:"Any zone when absent"`
	TicketTypeID  string `json:"ticket_type_id,omitempty" maxLength:"100" doc:"The first type when absent"`
	Accessible    bool   `json:"accessible,omitempty" doc:"With a place for a wheelchair"`
}

type bestInput struct {
	Idempotent
	Passed
	Body BestRequestJSON
}

func (a *API) holdOperations() {
	tags := []string{"holds"}
	handle(a, huma.Operation{
		OperationID: "hold", Method: http.MethodPost, Path: Base + "/holds", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary:     "Keep seats for a buyer",
		Description: "All or nothing. A 409 names the seats that are gone in `seats`.",
	}, a.hold)
	handle(a, huma.Operation{
		OperationID: "hold-best", Method: http.MethodPost, Path: Base + "/holds/best", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary:     "Keep the best seats that are left",
		Description: "Side by side where that can be had, and leaving no single seat beside them if that can be helped.",
	}, a.best)
	handle(a, huma.Operation{
		OperationID: "get-hold", Method: http.MethodGet, Path: Base + "/holds/{id}", Tags: tags, Summary: "A hold that still stands",
		Description: "The secret is not repeated.", Security: []map[string][]string{{"holdSecret": {}}},
	}, a.findHold)
	handle(a, huma.Operation{
		OperationID: "extend-hold", Method: http.MethodPost, Path: Base + "/holds/{id}/extension", Tags: tags,
		Summary: "Ask for more time",
		Description: "The hold gets its full time again from now on, but at most twice that time from its making. A 409 says that it has had all of " +
			"it, or that others wait in line.",
		Security: []map[string][]string{{"holdSecret": {}}},
	}, a.extendHold)
	handle(a, huma.Operation{
		OperationID: "release-hold", Method: http.MethodDelete, Path: Base + "/holds/{id}", Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Give a hold back", Security: []map[string][]string{{"holdSecret": {}}},
	}, a.release)
}

func (a *API) hold(ctx context.Context, in *holdInput) (*holdOutput, error) {
	r := boxoffice.HoldRequest{PerformanceID: in.Body.PerformanceID, Once: onceIn(ctx)}
	for _, id := range in.Body.Seats {
		r.Seats = append(r.Seats, boxoffice.SeatWish{SeatID: id, TicketTypeID: in.Body.SeatTypes[id]})
	}
	for _, w := range in.Body.Items {
		r.Items = append(r.Items, boxoffice.AreaWish{PriceZoneID: w.PriceZoneID, TicketTypeID: w.TicketTypeID, Quantity: w.Quantity})
	}
	n := len(r.Seats)
	for _, w := range r.Items {
		n += w.Quantity
	}
	h, err := a.withPass(ctx, r.PerformanceID, in.Pass, n, r.Once, func() (boxoffice.Hold, error) { return a.Office.Hold(ctx, r) })
	if err != nil {
		return nil, err
	}
	return made(h), nil
}

func (a *API) best(ctx context.Context, in *bestInput) (*holdOutput, error) {
	b := in.Body
	ask := boxoffice.BestRequest{
		PerformanceID: b.PerformanceID, N: b.Quantity, ZoneID: b.PriceZoneID, TicketTypeID: b.TicketTypeID,
		Accessible: b.Accessible, Once: onceIn(ctx),
	}
	h, err := a.withPass(ctx, b.PerformanceID, in.Pass, b.Quantity, ask.Once, func() (boxoffice.Hold, error) { return a.Office.HoldBest(ctx, ask) })
	if err != nil {
		return nil, err
	}
	return made(h), nil
}

// withPass holds what a pass is good for, while the performance has a waiting room; without one it simply holds.
func (a *API) withPass(ctx context.Context, performanceID, pass string, n int, once *boxoffice.Once, hold func() (boxoffice.Hold, error)) (boxoffice.Hold, error) {
	p, err := a.Catalog.Performance(ctx, performanceID)
	if err != nil {
		return boxoffice.Hold{}, err
	}
	a.Waiting.Came(p)
	if once != nil && pass != "" { // a hold that was made before has used its pass
		if h, found, err := a.Office.Recall(ctx, performanceID, *once); found || err != nil {
			return h, renamed(err)
		}
	}
	if err := a.Waiting.Use(ctx, p, pass, n); err != nil {
		return boxoffice.Hold{}, err
	}
	h, err := hold()
	if err != nil || h.Repeated {
		if berr := a.Waiting.GiveBack(context.WithoutCancel(ctx), p, pass, n); berr != nil {
			a.Log.ErrorContext(ctx, "pass not given back", "err", berr)
		}
	}
	return h, renamed(err)
}

// made answers with a hold that has just been made, or was made before for the same request.
func made(h boxoffice.Hold) *holdOutput {
	out := &holdOutput{CacheControl: "no-store", Body: holdJSON(h)}
	if h.Repeated {
		out.Replayed = "true"
	}
	return out
}

func (a *API) findHold(ctx context.Context, in *keyInput) (*holdOutput, error) {
	secret, err := in.token()
	if err != nil {
		return nil, err
	}
	h, err := a.Office.FindHold(ctx, boxoffice.HoldKey{ID: in.ID, Secret: secret})
	if err != nil {
		return nil, err
	}
	h.Secret, h.Extendable = "", a.Office.CanExtend(ctx, h)
	return &holdOutput{CacheControl: "no-store", Body: holdJSON(h)}, nil
}

func (a *API) extendHold(ctx context.Context, in *keyInput) (*holdOutput, error) {
	secret, err := in.token()
	if err != nil {
		return nil, err
	}
	h, err := a.Office.ExtendHold(ctx, boxoffice.HoldKey{ID: in.ID, Secret: secret})
	if err != nil {
		return nil, err
	}
	return &holdOutput{CacheControl: "no-store", Body: holdJSON(h)}, nil
}

func holdJSON(h boxoffice.Hold) HoldJSON {
	out := HoldJSON{ID: h.ID, Secret: h.Secret, PerformanceID: h.PerformanceID, ExpiresAt: stamp(h.ExpiresAt, ""), Extendable: h.Extendable, Total: h.Total, Items: []HoldItemJSON{}}
	for _, it := range h.Items {
		out.Items = append(out.Items, HoldItemJSON{it.SeatID, it.ZoneID, it.TypeID, it.Price})
	}
	return out
}

func (a *API) release(ctx context.Context, in *keyInput) (*struct{}, error) {
	secret, err := in.token()
	if err != nil {
		return nil, err
	}
	return nil, a.Office.Release(ctx, boxoffice.HoldKey{ID: in.ID, Secret: secret})
}
