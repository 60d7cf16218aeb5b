// Package fault gives every error a kind and, where a visitor may see it, a message code.
//
// It owns the few kinds that the doors (web, api) turn into pages and problem
// documents. It promises that an error without a kind is Internal, so that
// nothing leaks by default. It does not translate: the code is a message id of
// platform/i18n. Never put personal data in an error.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what sort of trouble it is; the doors map it to a status.
type Kind int

// The kinds, from the caller's fault to ours.
const (
	Internal        Kind = iota // ours; the visitor sees no detail (500)
	Invalid                     // the input is wrong (422)
	NotFound                    // there is no such thing, or not for this caller (404)
	Conflict                    // somebody was faster, or the state does not allow it (409)
	Gone                        // it was there and its time is over (410)
	Forbidden                   // known, but may not (403)
	Unauthenticated             // not known (401)
	TooMany                     // too often (429)
	TooLarge                    // too big (413)
	Unavailable                 // try later (503)
)

var kindNames = [...]string{"internal", "invalid", "not_found", "conflict", "gone", "forbidden", "unauthenticated", "too_many", "too_large", "unavailable"}

// String returns the kind's name as logs and problem documents show it.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return kindNames[Internal]
	}
	return kindNames[k]
}

// Args are the values that a message's template names.
type Args map[string]any

// Error is an error with a kind, the message code for people, and the field it is about.
type Error struct {
	Kind  Kind
	Code  string // message id, e.g. "boxoffice.seats_gone"; empty: the kind's own message
	Field string // the form field or JSON path that is wrong, if one is
	Args  Args   // values for the message; machine-readable details of problem documents too
	Cause error  // for the log only
}

// Error returns kind, code and cause, for logs; never shown to visitors.
func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Field != "" {
		s += " (" + e.Field + ")"
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with a message code.
func New(kind Kind, code string) *Error { return &Error{Kind: kind, Code: code} }

// On names the field that the error is about.
func (e *Error) On(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// With adds a value for the message.
func (e *Error) With(key string, value any) *Error {
	c := *e
	c.Args = make(Args, len(e.Args)+1)
	for k, v := range e.Args {
		c.Args[k] = v
	}
	c.Args[key] = value
	return &c
}

// Because adds the cause for the log.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Cause = err
	return &c
}

// Is lets errors.Is match on kind and code, so that a declared error matches its copies with fields and causes.
func (e *Error) Is(target error) bool {
	var t *Error
	if !errors.As(target, &t) {
		return false
	}
	return t.Kind == e.Kind && t.Code == e.Code
}

// Fields are several wrong inputs at once: a form that fails shows each where it happened.
type Fields []*Error

// Error lists the fields' errors.
func (f Fields) Error() string {
	s := "invalid input"
	for _, e := range f {
		s += "; " + e.Error()
	}
	return s
}

// Unwrap gives errors.Is and errors.As the single errors.
func (f Fields) Unwrap() []error {
	out := make([]error, len(f))
	for i, e := range f {
		out[i] = e
	}
	return out
}

// OrNil returns nil when no field is wrong; use it to return a Fields as error.
func (f Fields) OrNil() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// KindOf returns the kind of the first Error in err's tree, Internal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CodeOf returns the message code of the first Error in err's tree.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Wrap adds what was being done to *errp, if it is an error: defer fault.Wrap(&err, "hold seats of %s", id).
func Wrap(errp *error, format string, args ...any) {
	if *errp != nil {
		*errp = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *errp)
	}
}
