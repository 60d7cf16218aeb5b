package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// Problem is an error as RFC 9457 writes it down, in the language of Accept-Language.
type Problem struct {
	Type   string         `json:"type" doc:"Names the kind of problem for machines" example:"urn:sahna:problem:boxoffice.seats_gone"`
	Title  string         `json:"title" doc:"The kind of problem in words"`
	Status int            `json:"status" doc:"HTTP status"`
	Detail string         `json:"detail" doc:"What happened and what to do, in words that may be shown to a person"`
	Code   string         `json:"code" doc:"Stable code for programs" example:"boxoffice.seats_gone"`
	Errors []FieldProblem `json:"errors,omitempty" doc:"Each wrong field"`
	Seats  []string       `json:"seats,omitempty" doc:"Ids of the seats that are gone"`
	Free   *int           `json:"free,omitempty" doc:"How many places are left"`
	Limit  *int           `json:"limit,omitempty" doc:"The most that one order may have, or one buyer over all orders"`

	Refusal string `json:"refusal,omitempty" doc:"Number of the decision; show its buyer /{lang}/refusal/{number}, where they can object"`
}

// FieldProblem is what is wrong with one field. It never repeats the value.
type FieldProblem struct {
	Field  string `json:"field" doc:"Path of the field" example:"buyer.email"`
	Code   string `json:"code" example:"people.email_wrong"`
	Detail string `json:"detail"`
}

var statuses = map[fault.Kind]int{
	fault.Internal: http.StatusInternalServerError, fault.Invalid: http.StatusUnprocessableEntity,
	fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.Gone: http.StatusGone,
	fault.Forbidden: http.StatusForbidden, fault.Unauthenticated: http.StatusUnauthorized,
	fault.TooMany: http.StatusTooManyRequests, fault.TooLarge: http.StatusRequestEntityTooLarge,
	fault.Unavailable: http.StatusServiceUnavailable,
}

// failure carries an operation's error through huma to explain.
type failure struct {
	err    error
	status int
}

// Error implements error.
func (f failure) Error() string { return f.err.Error() }

// GetStatus implements huma.StatusError.
func (f failure) GetStatus() int { return f.status }

// ContentType implements huma.ContentTypeFilter.
func (failure) ContentType(string) string { return problemType }

// GetHeaders implements huma.HeadersError.
func (f failure) GetHeaders() http.Header {
	h := http.Header{"Cache-Control": {"no-store"}}
	addHints(h, f.status)
	return h
}

const problemType = "application/problem+json"

func addHints(h http.Header, status int) {
	switch status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		h.Set("Retry-After", "1")
	}
}

func statusOf(err error) int { return statuses[fault.KindOf(err)] }

// handle registers an operation whose errors are faults.
func handle[I, O any](a *API, op huma.Operation, fn func(ctx context.Context, in *I) (*O, error)) {
	// The guard has read the body. huma's own deadline for reading it would end every request that waits for its turn for five seconds.
	op.BodyReadTimeout = -1
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := fn(ctx, in)
		if err == nil {
			return out, nil
		}
		a.note(ctx, op.OperationID, err)
		if ctx.Err() != nil { // whoever still listens may come again
			err = fault.New(fault.Unavailable, "").Because(err)
		}
		return nil, failure{err, statusOf(err)}
	})
}

func (a *API) note(ctx context.Context, what string, err error) {
	switch {
	case ctx.Err() != nil:
		a.Log.DebugContext(ctx, "api caller left", "operation", what)
	case fault.KindOf(err) == fault.Internal:
		a.Log.ErrorContext(ctx, "api failed", "operation", what, "err", err)
	}
}

// explain turns whatever is an error into a problem in the caller's language, without the values that huma would repeat.
func (a *API) explain(ctx huma.Context, _ string, v any) (any, error) {
	p := a.Bundle.Printer(i18n.Match(ctx.Header("Accept-Language")))
	switch e := v.(type) {
	case failure:
		return problemOf(p, e.status, e.err), nil
	case *huma.ErrorModel:
		return problemOfModel(p, e), nil
	}
	return v, nil
}

func problemOf(p *i18n.Printer, status int, err error) Problem {
	out := Problem{Status: status, Title: p.T("fault.internal"), Detail: p.Fault(err), Code: "fault.internal"}
	var e *fault.Error
	if errors.As(err, &e) {
		out.Title = kindTitle(p, e.Kind)
		out.Code = e.Code
		if out.Code == "" {
			out.Code = "fault." + e.Kind.String()
		}
		out.details(e.Args)
	}
	var fields fault.Fields
	if errors.As(err, &fields) {
		out.Code, out.Detail = "api.invalid", p.T("api.invalid")
		for _, f := range fields {
			out.Errors = append(out.Errors, FieldProblem{Field: f.Field, Code: f.Code, Detail: p.Fault(f)})
		}
	} else if e != nil && e.Field != "" {
		out.Errors = []FieldProblem{{Field: e.Field, Code: out.Code, Detail: out.Detail}}
	}
	out.Type = "urn:sahna:problem:" + out.Code
	return out
}

func kindTitle(p *i18n.Printer, k fault.Kind) string { return p.T("fault." + k.String()) }

// details shows the values of an error that are meant for programs; others stay in the message alone.
func (p *Problem) details(args fault.Args) {
	if seats, ok := args["seats"].([]string); ok {
		p.Seats = seats
	}
	if n, ok := args["free"].(int); ok {
		p.Free = &n
	}
	if n, ok := args["limit"].(int); ok {
		p.Limit = &n
	}
	p.Refusal, _ = args["refusal"].(string)
}

// problemOfModel translates what huma found wrong with a request.
func problemOfModel(p *i18n.Printer, m *huma.ErrorModel) Problem {
	code, detail := modelCode(p, m.Status)
	out := Problem{Type: "urn:sahna:problem:" + code, Title: detail, Status: m.Status, Detail: detail, Code: code}
	for _, d := range m.Errors {
		if d == nil {
			continue
		}
		code, text := fieldCode(p, d.Message)
		out.Errors = append(out.Errors, FieldProblem{Field: fieldPath(d), Code: code, Detail: text})
	}
	if m.Status == http.StatusBadRequest {
		out.Errors = nil // broken JSON: the parser's words quote what was sent
	}
	return out
}

func modelCode(p *i18n.Printer, status int) (code, text string) {
	switch status {
	case http.StatusBadRequest:
		return "api.unreadable", p.T("api.unreadable")
	case http.StatusRequestEntityTooLarge:
		return "fault.too_large", p.T("fault.too_large")
	case http.StatusUnsupportedMediaType:
		return "api.media_type", p.T("api.media_type")
	case http.StatusNotAcceptable:
		return "api.not_acceptable", p.T("api.not_acceptable")
	case http.StatusRequestTimeout:
		return "api.timeout", p.T("api.timeout")
	}
	if status >= http.StatusInternalServerError {
		return "fault.internal", p.T("fault.internal")
	}
	return "api.invalid", p.T("api.invalid")
}

// fieldCode knows huma's messages by how they begin.
func fieldCode(p *i18n.Printer, message string) (code, text string) {
	switch {
	case strings.HasPrefix(message, "unexpected property"):
		return "api.field.unexpected", p.T("api.field.unexpected")
	case strings.HasPrefix(message, "expected required property"), strings.HasPrefix(message, "required"), strings.HasPrefix(message, "request body is required"):
		return "api.field.required", p.T("api.field.required")
	case strings.HasPrefix(message, "expected number >"), strings.HasPrefix(message, "expected number <"):
		return "api.field.number", p.T("api.field.number")
	case strings.HasPrefix(message, "expected length"):
		return "api.field.length", p.T("api.field.length")
	case strings.HasPrefix(message, "expected array length"), strings.HasPrefix(message, "expected array items"):
		return "api.field.count", p.T("api.field.count")
	case strings.HasPrefix(message, "expected value to be one of"), strings.HasPrefix(message, "expected string to "):
		return "api.field.form", p.T("api.field.form")
	}
	return "api.field.type", p.T("api.field.type")
}

// fieldPath names the field, unless its name was made up by the caller and may hold anything.
func fieldPath(d *huma.ErrorDetail) string {
	path := strings.TrimPrefix(strings.TrimPrefix(d.Location, "body."), "body")
	if name, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
		name, _, _ = strings.Cut(name, " ")
		path = strings.TrimPrefix(path+"."+name, ".")
	}
	if len(path) > 80 {
		return ""
	}
	for _, r := range path {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_-.[]", r) {
			return ""
		}
	}
	return path
}

// write answers with a problem, outside huma.
func (a *API) write(w http.ResponseWriter, r *http.Request, err error) {
	a.writeStatus(w, r, statusOf(err), err)
}

func (a *API) writeStatus(w http.ResponseWriter, r *http.Request, status int, err error) {
	p := problemOf(a.Bundle.Printer(i18n.Match(r.Header.Get("Accept-Language"))), status, err)
	w.Header().Set("Content-Type", problemType)
	w.Header().Set("Cache-Control", "no-store")
	addHints(w.Header(), status)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(p) //nolint:errcheck,errchkjson // the caller has left
}
