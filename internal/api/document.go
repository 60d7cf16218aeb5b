package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sahna/sahna/internal/platform/money"
)

// document finishes the OpenAPI document: how to sign in, what problems look like, and an example of every answer.
func (a *API) document() {
	doc := a.huma.OpenAPI()
	doc.Info.Description = "Events, seats, orders, tickets and the door of a Sahna ticket office. Amounts are minor units: 450000 KZT is 4,500 ₸. " +
		"Errors are application/problem+json in the language of Accept-Language (kk, ru, en). A guide stands in docs/api.md."
	doc.Servers = []*huma.Server{{URL: a.cfg.BaseURL}}
	doc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"holdSecret":  {Type: "http", Scheme: "bearer", Description: "The secret that POST /holds returned"},
		"orderSecret": {Type: "http", Scheme: "bearer", Description: "The secret that POST /orders returned"},
		"deviceToken": {Type: "http", Scheme: "bearer", Description: "A scanner's token; the office shows a code to sign one in"},
	}
	problem := doc.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	for _, path := range doc.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Delete} {
			if op == nil {
				continue
			}
			for code, r := range op.Responses {
				finish(op, code, r, problem)
			}
		}
	}
	delete(doc.Components.Schemas.Map(), "ErrorModel")
	delete(doc.Components.Schemas.Map(), "ErrorDetail")
}

func finish(op *huma.Operation, code string, r *huma.Response, problem *huma.Schema) {
	if code == "default" {
		r.Description = "A problem: what went wrong and what to do"
		r.Content = map[string]*huma.MediaType{problemType: {Schema: problem, Example: problemExample}}
		return
	}
	if m, ok := r.Content["application/json"]; ok {
		m.Example = examples[op.OperationID]
	}
}

var problemExample = Problem{
	Type: "urn:sahna:problem:boxoffice.seats_gone", Title: "Somebody was faster. Reload the page and try again.", Status: 409,
	Detail: "Someone has just taken these seats. Please choose others.", Code: "boxoffice.seats_gone", Seats: []string{"parterre-5-12"},
}

const (
	exampleID   = "019aaf3c-6a1e-7c52-b1a5-5f1d1f6f0a11"
	exampleTime = "2026-11-27T19:00:00+05:00"
)

var holdExample = HoldJSON{
	ID: exampleID, Secret: "uFfT0m…", PerformanceID: exampleID, ExpiresAt: "2026-11-23T12:10:00Z", Total: money.Tenge(12000),
	Items: []HoldItemJSON{{"parterre-5-12", "parterre", "adult", money.Tenge(12000)}},
}

// examples are an answer for each operation; being the true types, they cannot go stale.
var examples = map[string]any{
	"get-privacy-policy": PolicyJSON{
		VersionID: exampleID, Hash: "6f1c…", Number: 3, InForce: "2026-11-01T00:00:00Z", URL: "https://tickets.example.kz/en/page/privacy",
		Scopes: []ScopeJSON{{Code: "service", Required: true, Summary: "Carry out my order", Text: "I agree that … processes my surname, name, e-mail and phone …"}},
	},
	"list-events": map[string]any{"next_cursor": "1jx…", "events": []EventJSON{{
		ID: exampleID, Title: "Abai", Genre: "opera", AgeMark: "12+", Language: "kk", Minutes: 150,
		URL: "https://tickets.example.kz/en/event/abai", Venue: "Opera House", City: "almaty", PriceFrom: money.Tenge(4500), PriceTo: money.Tenge(12000), Sale: "open",
		Performances: []ShowJSON{{ID: exampleID, StartsAt: exampleTime, Sale: "open"}},
	}}},
	"get-performance": PerformanceJSON{
		ID: exampleID, Event: NamedJSON{exampleID, "Abai"}, Venue: NamedJSON{exampleID, "Opera House"}, Hall: NamedJSON{exampleID, "Great Hall"},
		Zone: "Asia/Almaty", DoorsAt: "2026-11-27T18:00:00+05:00", StartsAt: exampleTime, EndsAt: "2026-11-27T21:30:00+05:00", Sale: "open", SaleFrom: "2026-10-01T10:00:00+05:00",
		SaleUntil: exampleTime, OrderLimit: 10, Currency: "KZT", PlanHash: "b2d4…", PriceZones: []PriceZoneJSON{{"parterre", "Parterre", "#c0392b"}},
		TicketTypes: []TicketTypeJSON{{"adult", "adult", "Adult"}}, Prices: []PriceJSON{{"parterre", "adult", money.Tenge(12000)}},
	},
	"get-plan": PlanJSON{Hash: "b2d4…", Seats: []SeatJSON{{
		ID: "parterre-5-12", Floor: "1", Section: "parterre", SectionName: "Parterre", Row: "5", Number: "12",
		PriceZoneID: "parterre", X: 410, Y: 220,
	}}, Areas: []AreaJSON{}},
	"get-availability": AvailabilityJSON{
		Version: 812, Seats: map[string]string{"parterre-5-12": "free", "parterre-5-13": "sold"},
		Areas: map[string]AreaLeftJSON{"floor": {"floor", 380, 12, 208}},
	},
	"hold": holdExample, "hold-best": holdExample, "get-hold": holdExample, "extend-hold": holdExample,
	"pay-again": PaymentJSON{exampleID, "https://tickets.example.kz/pay/test/" + exampleID},
	"order": NewOrderJSON{
		Code: "K7M2PQ4R", Secret: "w81nQe…", Status: "pending", Total: money.Tenge(12000), PayTill: "2026-11-23T12:20:00Z",
		URL: "https://tickets.example.kz/en/order/K7M2PQ4R/w81nQe…", Payment: PaymentJSON{exampleID, "https://tickets.example.kz/pay/test/" + exampleID},
	},
	"get-order": OrderJSON{
		Code: "K7M2PQ4R", Status: "paid", Total: money.Tenge(12000), PDFURL: "https://tickets.example.kz/api/v1/orders/K7M2PQ4R/tickets.pdf",
		Payment: PaymentJSON{ID: exampleID}, Tickets: []TicketJSON{{
			Code: "H3XW9KTR4M", PerformanceID: exampleID, Seat: PlaceJSON{"parterre-5-12", "Parterre", "5", "12", "parterre"},
			TicketTypeID: "adult", Price: money.Tenge(12000), QR: "SAHNA1.…", PDFURL: "https://tickets.example.kz/api/v1/orders/K7M2PQ4R/tickets/H3XW9KTR4M.pdf",
		}},
	},
	"scan":       VerdictJSON{Result: "already_admitted", Reason: "already", Message: "Already inside", AdmittedAt: ptr("2026-11-27T13:12:04Z"), AdmittedBy: "A", Place: &PlaceJSON{"parterre-5-12", "Parterre", "5", "12", "parterre"}},
	"list-gates": map[string]any{"gates": []GateJSON{{exampleID, "A"}}},
}

func ptr[T any](v T) *T { return &v }
