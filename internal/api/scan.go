package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/platform/fault"
)

// ScanJSON is a code shown at a gate.
type ScanJSON struct {
	Code          string `json:"code" minLength:"1" maxLength:"1000" doc:"Text of the QR code, or the typed code"`
	GateID        string `json:"gate_id" minLength:"1" maxLength:"100"`
	ID            string `json:"id,omitempty" maxLength:"64" doc:"Made by the scanner; the same id is the same scan and gets the same answer"`
	PerformanceID string `json:"performance_id,omitempty" maxLength:"100" doc:"What the scanner is set to; any of the gate's hall when absent"`
	ScannedAt     string `json:"scanned_at,omitempty" format:"date-time" doc:"For a scan that was made without a network"`
	Said          string `json:"said,omitempty" enum:"admitted,already_admitted,refused" doc:"What the scanner told the guest without a network"`
}

// VerdictJSON is the door's answer.
type VerdictJSON struct {
	Result     string     `json:"result" enum:"admitted,already_admitted,refused"`
	Reason     string     `json:"reason" doc:"Stable word, empty when admitted: unknown, signature, void, wrong_venue, wrong_performance, too_early, over, cancelled, already, offline"`
	Message    string     `json:"message" doc:"The reason in words for whoever stands at the door"`
	AdmittedAt *string    `json:"admitted_at" doc:"When the ticket entered; null when it never did"`
	AdmittedBy string     `json:"admitted_by,omitempty" doc:"Gate at which it entered"`
	Double     bool       `json:"double,omitempty" doc:"A scan without a network let in somebody who should not have been"`
	Place      *PlaceJSON `json:"seat,omitempty"`
}

// GateJSON is a door of a hall.
type GateJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type scanInput struct {
	Bearer
	Idempotent
	Body ScanJSON
}

type scanOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         VerdictJSON
}

type gatesInput struct {
	Bearer
	PerformanceID string `query:"performance_id" required:"true" maxLength:"100"`
}

type gatesOutput struct {
	Body struct {
		Gates []GateJSON `json:"gates"`
	}
}

var deviceToken = []map[string][]string{{"deviceToken": {}}}

func (a *API) scanOperations() {
	tags := []string{"door"}
	handle(a, huma.Operation{
		OperationID: "scan", Method: http.MethodPost, Path: Base + "/scans", Tags: tags, Security: deviceToken, DefaultStatus: http.StatusOK,
		Summary: "Ask whether a ticket may enter, and let it in",
	}, a.scan)
	handle(a, huma.Operation{
		OperationID: "list-gates", Method: http.MethodGet, Path: Base + "/gates", Tags: tags, Security: deviceToken,
		Summary: "The gates of a performance's hall",
	}, a.gates)
}

func (a *API) device(ctx context.Context, in Bearer) (admission.Device, error) {
	token, err := in.token()
	if err != nil {
		return admission.Device{}, err
	}
	return a.Admission.DeviceByToken(ctx, token)
}

var errScanTime = fault.New(fault.Invalid, "api.field.form").On("scanned_at")

func (a *API) scan(ctx context.Context, in *scanInput) (*scanOutput, error) {
	d, err := a.device(ctx, in.Bearer)
	if err != nil {
		return nil, err
	}
	s := admission.Scan{ID: in.Body.ID, Code: in.Body.Code, GateID: in.Body.GateID, Expected: in.Body.PerformanceID, OfflineSay: admission.Result(in.Body.Said)}
	if in.Body.ScannedAt != "" {
		s.Offline = true
		if s.At, err = time.Parse(time.RFC3339, in.Body.ScannedAt); err != nil {
			return nil, errScanTime
		}
	}
	v, err := a.Admission.Admit(ctx, d, s)
	if err != nil {
		return nil, err
	}
	out, err := a.verdict(ctx, v)
	return &scanOutput{"no-store", out}, err
}

func (a *API) verdict(ctx context.Context, v admission.Verdict) (VerdictJSON, error) {
	out := VerdictJSON{Result: string(v.Result), Reason: strings.TrimPrefix(v.Reason, "admission.reason."), AdmittedBy: v.AdmittedBy, Double: v.Double}
	if v.Reason != "" {
		out.Message = a.Bundle.Printer(lang(ctx)).T(v.Reason)
	}
	if !v.AdmittedAt.IsZero() {
		at := stamp(v.AdmittedAt, "")
		out.AdmittedAt = &at
	}
	if v.Ticket.ID == "" {
		return out, nil
	}
	p, err := a.place(ctx, v.Ticket)
	out.Place = &p
	return out, err
}

func (a *API) gates(ctx context.Context, in *gatesInput) (*gatesOutput, error) {
	if _, err := a.device(ctx, in.Bearer); err != nil {
		return nil, err
	}
	p, err := a.Catalog.Performance(ctx, in.PerformanceID)
	if err != nil {
		return nil, err
	}
	gates, err := a.Admission.Gates(ctx, p.HallID)
	if err != nil {
		return nil, err
	}
	out := &gatesOutput{}
	out.Body.Gates = []GateJSON{}
	for _, g := range gates {
		out.Body.Gates = append(out.Body.Gates, GateJSON{g.ID, g.Name})
	}
	return out, nil
}
