package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/privacy"
)

// OrderRequestJSON turns a hold into an order.
type OrderRequestJSON struct {
	HoldID     string        `json:"hold_id" minLength:"1" maxLength:"100"`
	HoldSecret string        `json:"hold_secret" minLength:"1" maxLength:"200"`
	Buyer      BuyerJSON     `json:"buyer"`
	Consents   []ConsentJSON `json:"consents" maxItems:"20" doc:"What the buyer ticked, of the policy in force"`
	Provider   string        `json:"provider" maxLength:"40" doc:"How to pay" example:"test"`
}

// BuyerJSON is the least that a ticket needs to reach its buyer.
type BuyerJSON struct {
	Surname    string `json:"surname" maxLength:"400"`
	Name       string `json:"name" maxLength:"400"`
	Patronymic string `json:"patronymic,omitempty" maxLength:"400"`
	Email      string `json:"email" maxLength:"400"`
	Phone      string `json:"phone" maxLength:"100"`
}

// ConsentJSON is a consent as it was given.
type ConsentJSON struct {
	VersionID string   `json:"version_id" maxLength:"100"`
	Register  string   `json:"register,omitempty" maxLength:"100" doc:"Needed for a consent for one recipient"`
	Scopes    []string `json:"scopes" maxItems:"50"`
	Language  string   `json:"language,omitempty" enum:"kk,ru,en" doc:"In which the text was shown; Accept-Language when absent"`
}

// NewOrderJSON is an order just placed.
type NewOrderJSON struct {
	Code    string       `json:"code" doc:"Public number of the order"`
	Secret  string       `json:"secret" doc:"Opens the order and its tickets"`
	Status  string       `json:"status" enum:"pending,paid,expired,refunded"`
	Total   money.Amount `json:"total"`
	PayTill string       `json:"pay_until,omitempty" format:"date-time"`
	URL     string       `json:"url" doc:"The order's page for its buyer"`
	Payment PaymentJSON  `json:"payment"`
}

// PaymentJSON is where the buyer pays.
type PaymentJSON struct {
	ID  string `json:"id,omitempty"`
	URL string `json:"url,omitempty" doc:"Send the buyer here; absent for a free order, and when the provider could not be reached: then ask for it with pay-again"`
}

// OrderJSON is an order with its tickets.
type OrderJSON struct {
	Code    string       `json:"code"`
	Status  string       `json:"status" enum:"pending,paid,expired,refunded"`
	Total   money.Amount `json:"total"`
	PayTill string       `json:"pay_until,omitempty" format:"date-time"`
	PDFURL  string       `json:"pdf_url,omitempty" doc:"All tickets in one PDF; needs the same header"`
	Tickets []TicketJSON `json:"tickets"`
	Payment PaymentJSON  `json:"payment"`
}

// TicketJSON is one ticket.
type TicketJSON struct {
	Code          string       `json:"code,omitempty" doc:"Typed at the door when the camera fails; absent when somebody else holds the ticket"`
	State         string       `json:"state" enum:"valid,offered,passed,void" doc:"offered: a link waits for its holder; passed: somebody else holds it"`
	PerformanceID string       `json:"performance_id"`
	Seat          PlaceJSON    `json:"seat"`
	TicketTypeID  string       `json:"ticket_type_id"`
	Price         money.Amount `json:"price"`
	QR            string       `json:"qr,omitempty" doc:"Text of the QR code; absent when somebody else holds the ticket"`
	Void          bool         `json:"void,omitempty"`
	PDFURL        string       `json:"pdf_url,omitempty" doc:"Needs the same header"`
}

// PlaceJSON is where a ticket's holder sits or stands.
type PlaceJSON struct {
	ID          string `json:"id,omitempty" doc:"Seat id; absent for a standing place"`
	Section     string `json:"section,omitempty" doc:"Or the standing area"`
	Row         string `json:"row,omitempty"`
	Number      string `json:"number,omitempty"`
	PriceZoneID string `json:"price_zone_id"`
}

type orderInput struct {
	Idempotent
	Body OrderRequestJSON
}

type newOrderOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         NewOrderJSON
}

// FindOrderInput names an order and shows its secret.
type FindOrderInput struct {
	Bearer
	Code string `path:"code" maxLength:"40"`
}

type orderOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         OrderJSON
}

var orderSecret = []map[string][]string{{"orderSecret": {}}}

func (a *API) orderOperations() {
	tags := []string{"orders"}
	handle(a, huma.Operation{
		OperationID: "order", Method: http.MethodPost, Path: Base + "/orders", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary:     "Turn a hold into an order",
		Description: "Consents come from GET /policies/privacy, shown to the buyer and ticked by them. Send the buyer to payment.url.",
	}, a.order)
	handle(a, huma.Operation{
		OperationID: "get-order", Method: http.MethodGet, Path: Base + "/orders/{code}", Tags: tags, Security: orderSecret,
		Summary: "An order and its tickets",
	}, a.findOrder)
	handle(a, huma.Operation{
		OperationID: "pay-again", Method: http.MethodPost, Path: Base + "/orders/{code}/payments", Tags: tags, Security: orderSecret, DefaultStatus: http.StatusCreated,
		Summary: "Start another payment of an order that waits for its money",
	}, a.payAgain)
	a.ticketOperations(tags)
}

type payInput struct {
	FindOrderInput
	Idempotent
	Body struct {
		Provider string `json:"provider" minLength:"1" maxLength:"40" doc:"How to pay" example:"test"`
	}
}

type payOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         PaymentJSON
}

func (a *API) payAgain(ctx context.Context, in *payInput) (*payOutput, error) {
	secret, err := in.token()
	if err != nil {
		return nil, err
	}
	p, err := a.Office.PayAgain(ctx, boxoffice.OrderKey{Code: in.Code, Secret: secret}, in.Body.Provider)
	if err != nil {
		return nil, err
	}
	return &payOutput{"no-store", PaymentJSON{p.ID, p.URL}}, nil
}

func (a *API) order(ctx context.Context, in *orderInput) (*newOrderOutput, error) {
	b := in.Body
	o, p, err := a.Office.Checkout(ctx, boxoffice.CheckoutRequest{
		Holds:    []boxoffice.HoldKey{{ID: b.HoldID, Secret: b.HoldSecret}},
		Buyer:    people.Contacts{Surname: b.Buyer.Surname, Name: b.Buyer.Name, Patronymic: b.Buyer.Patronymic, Email: b.Buyer.Email, Phone: b.Buyer.Phone},
		Consents: given(b.Consents, lang(ctx)), Provider: b.Provider, Lang: lang(ctx), Channel: "api",
		Network: networkIn(ctx),
	})
	if err != nil {
		return nil, ofBuyer(err)
	}
	out := NewOrderJSON{Code: o.Code, Secret: o.Secret, Status: string(o.Status), Total: o.Total, URL: a.url(o.URL(lang(ctx))), Payment: PaymentJSON{p.ID, p.URL}}
	if o.Status == boxoffice.OrderPending {
		out.PayTill = stamp(o.PayUntil, "")
	}
	return &newOrderOutput{"no-store", out}, nil
}

func given(consents []ConsentJSON, l i18n.Lang) []privacy.Given {
	out := make([]privacy.Given, 0, len(consents))
	for _, c := range consents {
		shown, ok := i18n.Parse(c.Language)
		if !ok {
			shown = l
		}
		out = append(out, privacy.Given{VersionID: c.VersionID, Register: c.Register, Scopes: c.Scopes, Lang: shown, Channel: "api"})
	}
	return out
}

var buyerFields = []string{"surname", "name", "patronymic", "email", "phone"}

// ofBuyer gives the contacts' fields the path that they have in the request.
func ofBuyer(err error) error {
	var fields fault.Fields
	if !errors.As(err, &fields) {
		return err
	}
	out := make(fault.Fields, len(fields))
	for i, f := range fields {
		out[i] = f
		if slices.Contains(buyerFields, f.Field) {
			out[i] = f.On("buyer." + f.Field)
		}
	}
	return out
}

// open returns an order to who has its secret, its code spelt as it is.
func (a *API) open(ctx context.Context, in Bearer, code string) (boxoffice.Order, error) {
	secret, err := in.token()
	if err != nil {
		return boxoffice.Order{}, err
	}
	return a.Office.FindOrder(ctx, boxoffice.OrderKey{Code: code, Secret: secret})
}

func (a *API) findOrder(ctx context.Context, in *FindOrderInput) (*orderOutput, error) {
	o, err := a.open(ctx, in.Bearer, in.Code)
	if err != nil {
		return nil, err
	}
	out := OrderJSON{Code: o.Code, Status: string(o.Status), Total: o.Total, Tickets: []TicketJSON{}}
	if o.Status == boxoffice.OrderPending {
		out.PayTill = stamp(o.PayUntil, "")
	}
	if len(o.Payments) > 0 {
		out.Payment.ID = o.Payments[0].ID
		if o.Status == boxoffice.OrderPending {
			out.Payment.URL = o.Payments[0].URL
		}
	}
	base := a.url(Base + "/orders/" + o.Code + "/tickets")
	for _, t := range o.Tickets {
		place, err := a.place(ctx, t)
		if err != nil {
			return nil, err
		}
		out.Tickets = append(out.Tickets, TicketJSON{
			Code: t.Code, State: t.State(), PerformanceID: t.PerformanceID, Seat: place, TicketTypeID: t.TypeID, Price: t.Price,
			QR: a.Office.QR(t), Void: t.Void, PDFURL: base + "/" + strings.ToUpper(t.Code) + ".pdf",
		})
	}
	for _, t := range o.Passed {
		place, err := a.place(ctx, t)
		if err != nil {
			return nil, err
		}
		out.Tickets = append(out.Tickets, TicketJSON{State: t.State(), PerformanceID: t.PerformanceID, Seat: place, TicketTypeID: t.TypeID, Price: t.Price, Void: t.Void})
	}
	if len(valid(o.Tickets)) > 0 {
		out.PDFURL = base + ".pdf"
	}
	return &orderOutput{"no-store", out}, nil
}

func (a *API) place(ctx context.Context, t boxoffice.Ticket) (PlaceJSON, error) {
	d, err := a.drawn(ctx, t.PerformanceID)
	if err != nil {
		return PlaceJSON{}, err
	}
	out, l := PlaceJSON{PriceZoneID: t.ZoneID}, lang(ctx)
	if seats := d.plan.Seats(); t.SeatNo >= 0 && t.SeatNo < len(seats) {
		s := seats[t.SeatNo]
		out.ID, out.Section, out.Row, out.Number = s.ID, s.SectionName.In(l), s.Row, s.Number
	} else if areas := d.plan.Areas(); t.AreaNo >= 0 && t.AreaNo < len(areas) {
		out.Section = areas[t.AreaNo].Name.In(l)
	}
	return out, nil
}
