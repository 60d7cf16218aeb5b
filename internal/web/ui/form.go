package ui

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/sahna/sahna/internal/platform/fault"
)

// Form carries what was typed and what was wrong with it, so that a form that fails comes back as it was.
type Form struct {
	Values url.Values
	Errors []FieldError
}

// FieldError is what is wrong with one field, in the visitor's words. Field "" is the form as a whole; Choice is the box that is
// meant, of a field with several.
type FieldError struct{ Field, Message, Choice string }

func fieldError(p Page, e *fault.Error) FieldError {
	choice, _ := e.Args["scope"].(string)
	return FieldError{e.Field, p.Fault(e), choice}
}

// target is the id of what the error is about.
func (e FieldError) target() string {
	if e.Choice != "" {
		return Check{Name: e.Field, Value: e.Choice}.id()
	}
	return Input{Name: e.Field}.id()
}

// NewForm makes a form of typed values and the error that they met (nil: none). Values may be nil.
func NewForm(p Page, values url.Values, err error) Form {
	f := Form{Values: values}
	var fields fault.Fields
	var one *fault.Error
	switch {
	case err == nil:
	case errors.As(err, &fields):
		for _, e := range fields {
			f.Errors = append(f.Errors, fieldError(p, e))
		}
	case errors.As(err, &one):
		f.Errors = []FieldError{fieldError(p, one)}
	default:
		f.Errors = []FieldError{{Message: p.Fault(err)}}
	}
	return f
}

// FormOf reads the request's form (already limited and cleaned by Serve) and the error that it met.
func FormOf(p Page, r *http.Request, err error) Form {
	if perr := r.ParseForm(); err == nil && perr != nil {
		err = readFault(perr)
	}
	return NewForm(p, r.Form, err)
}

// Value is what was typed into a field.
func (f Form) Value(name string) string { return f.Values.Get(name) }

// Has tells whether a value was chosen among those of a field.
func (f Form) Has(name, value string) bool {
	for _, v := range f.Values[name] {
		if v == value {
			return true
		}
	}
	return false
}

// Error is what is wrong with a field, "" when nothing.
func (f Form) Error(name string) string {
	for _, e := range f.Errors {
		if e.Field == name {
			return e.Message
		}
	}
	return ""
}

// OK tells whether nothing is wrong.
func (f Form) OK() bool { return len(f.Errors) == 0 }

// ReshowStatus is the status of a form that comes back because of err.
func ReshowStatus(err error) int { return StatusOf(err) }

// CanReshow tells whether err belongs beside the form's fields; anything else is for Fail.
func CanReshow(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.Gone, fault.TooMany, fault.Unauthenticated:
		return true
	}
	return false
}
