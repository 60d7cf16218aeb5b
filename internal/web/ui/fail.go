package ui

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/sahna/sahna/internal/platform/fault"
)

var statuses = map[fault.Kind]int{
	fault.Internal: http.StatusInternalServerError, fault.Invalid: http.StatusUnprocessableEntity,
	fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.Gone: http.StatusGone,
	fault.Forbidden: http.StatusForbidden, fault.Unauthenticated: http.StatusUnauthorized,
	fault.TooMany: http.StatusTooManyRequests, fault.TooLarge: http.StatusRequestEntityTooLarge,
	fault.Unavailable: http.StatusServiceUnavailable,
}

// StatusOf maps an error's kind to the status of its page.
func StatusOf(err error) int { return statuses[fault.KindOf(readFault(err))] }

// readFault gives the errors of reading a request their kinds.
func readFault(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return fault.New(fault.TooLarge, "").Because(err)
	}
	var esc url.EscapeError
	if errors.As(err, &esc) {
		return fault.New(fault.Invalid, "").Because(err)
	}
	return err
}

// failure is what the error page shows.
type failure struct {
	Status  int
	Title   string
	Text    string
	Fields  []FieldError
	Next    string // label of the one next step
	NextURL string
	Motif   string // which drawing stands above the words
}

// Fail turns an error into a page in the visitor's language with a next step; internal errors are logged and say nothing more.
func (u *UI) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the reader left
	}
	err = readFault(err)
	kind := fault.KindOf(err)
	p := u.Page(r, "")
	level := slog.LevelDebug
	if kind == fault.Internal {
		level = slog.LevelError
	}
	u.Log.Log(r.Context(), level, "failed", "request", p.RequestID, "route", routeOf(r), "kind", kind.String(), "err", err)

	f := describe(p, r, kind)
	var fields fault.Fields
	if errors.As(err, &fields) {
		f.Fields = NewForm(p, nil, err).Errors
	} else if kind != fault.Internal && fault.CodeOf(err) != "" {
		f.Text = p.Fault(err)
	}
	p.Title, p.NoIndex = f.Title, true
	if kind == fault.TooMany || kind == fault.Unavailable {
		w.Header().Set("Retry-After", "60")
	}
	w.Header().Set("Cache-Control", "no-store")
	u.Render(w, r, f.Status, p, failurePage(p, f))
}

func describe(p Page, r *http.Request, kind fault.Kind) failure {
	f := failure{Status: statuses[kind], Next: p.T("ui.fail.home"), NextURL: home(p), Motif: "felt"}
	switch kind {
	case fault.NotFound:
		f.Title, f.Text, f.Motif = p.T("ui.fail.not_found.title"), p.T("ui.fail.not_found.text"), "curtain"
	case fault.Invalid:
		f.Title, f.Text = p.T("ui.fail.invalid.title"), p.T("ui.fail.invalid.text")
	case fault.Conflict:
		f.Title, f.Text = p.T("ui.fail.conflict.title"), p.T("fault.conflict")
	case fault.Gone:
		f.Title, f.Text, f.Motif = p.T("ui.fail.gone.title"), p.T("fault.gone"), "curtain"
	case fault.Forbidden:
		f.Title, f.Text = p.T("ui.fail.forbidden.title"), p.T("fault.forbidden")
	case fault.Unauthenticated:
		f.Title, f.Text = p.T("ui.fail.unauthenticated.title"), p.T("fault.unauthenticated")
		f.Next, f.NextURL = p.T("ui.fail.sign_in"), SignInURL(p, r)
	case fault.TooMany:
		f.Title, f.Text = p.T("ui.fail.too_many.title"), p.T("fault.too_many")
	case fault.TooLarge:
		f.Title, f.Text = p.T("ui.fail.too_large.title"), p.T("fault.too_large")
	case fault.Unavailable:
		f.Title, f.Text = p.T("ui.fail.unavailable.title"), p.T("fault.unavailable")
	default:
		f.Title, f.Text = p.T("ui.fail.internal.title"), p.T("fault.internal")
	}
	return f
}

// SignInURL is where a visitor signs in and comes back from to the page asked for.
func SignInURL(p Page, r *http.Request) string {
	q := ""
	if r.Method == http.MethodGet {
		q = "?next=" + url.QueryEscape(r.URL.Path)
	}
	if p.Area == "office" {
		return p.URL("/office/sign-in") + q
	}
	return p.URL("/account/sign-in") + q
}

func home(p Page) string {
	switch p.Area {
	case "office":
		return p.URL("/office")
	case "door":
		return p.URL("/door")
	}
	return p.URL("/")
}
