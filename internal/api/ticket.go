package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sahna/sahna/internal/boxoffice"
)

type ticketInput struct {
	FindOrderInput
	File string `path:"file" maxLength:"60" doc:"The ticket's code with the ending .pdf" example:"K7M2PQ4RXW.pdf"`
}

type pdfOutput struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

func (a *API) ticketOperations(tags []string) {
	pdf := map[string]*huma.Response{"200": {Description: "PDF", Content: map[string]*huma.MediaType{
		"application/pdf": {Schema: &huma.Schema{Type: "string", Format: "binary"}},
	}}}
	handle(a, huma.Operation{
		OperationID: "get-tickets-pdf", Method: http.MethodGet, Path: Base + "/orders/{code}/tickets.pdf", Tags: tags, Security: orderSecret,
		Summary: "All tickets of an order in one PDF", Responses: pdf,
	}, a.ticketsPDF)
	handle(a, huma.Operation{
		OperationID: "get-ticket-pdf", Method: http.MethodGet, Path: Base + "/orders/{code}/tickets/{file}", Tags: tags, Security: orderSecret,
		Summary: "One ticket as PDF", Responses: pdf,
	}, a.ticketPDF)
}

// valid leaves out tickets that no longer let in: nobody should print one.
func valid(ts []boxoffice.Ticket) []boxoffice.Ticket {
	var out []boxoffice.Ticket
	for _, t := range ts {
		if !t.Void {
			out = append(out, t)
		}
	}
	return out
}

func (a *API) ticketsPDF(ctx context.Context, in *FindOrderInput) (*pdfOutput, error) {
	o, err := a.open(ctx, in.Bearer, in.Code)
	if err != nil {
		return nil, err
	}
	return a.print(ctx, o.Code, valid(o.Tickets))
}

func (a *API) ticketPDF(ctx context.Context, in *ticketInput) (*pdfOutput, error) {
	o, err := a.open(ctx, in.Bearer, in.Code)
	if err != nil {
		return nil, err
	}
	code, isPDF := strings.CutSuffix(in.File, ".pdf")
	for _, t := range valid(o.Tickets) {
		if isPDF && strings.EqualFold(t.Code, code) {
			return a.print(ctx, t.Code, []boxoffice.Ticket{t})
		}
	}
	return nil, boxoffice.ErrNoTicket
}

func (a *API) print(ctx context.Context, name string, tickets []boxoffice.Ticket) (*pdfOutput, error) {
	if len(tickets) == 0 {
		return nil, boxoffice.ErrNoTicket
	}
	pdf, err := a.Printer.Tickets(ctx, lang(ctx), tickets)
	if err != nil {
		return nil, err
	}
	return &pdfOutput{"application/pdf", `inline; filename="` + name + `.pdf"`, "private, no-store", pdf}, nil
}
