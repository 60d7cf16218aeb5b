package office

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/web/ui"
)

// The second factor that is given again, beside the fields of the form that was held up: digits, or a passkey's answer.
const (
	stepField   = "step_up_code"
	stepPasskey = "step_up_passkey"
)

// stepPage asks for the second factor once more, and keeps what was about to be sent.
type stepPage struct {
	Form   ui.Form
	Action string
	Kept   []kept
	Next   string

	Passkey bool // the employee has one
}

type kept struct{ Name, Value string }

type handler func(w http.ResponseWriter, r *http.Request, v visit)

// fresh lets through whose second factor was given within the last minutes, and asks the others for it: for changing roles,
// exporting, disclosing. What was typed is sent on after the code.
func (o *Office) fresh(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, v visit) {
		if !o.stepped(w, r, &v) {
			return
		}
		if !v.Staff.Fresh(o.Clock.Now()) {
			o.showStep(w, r, v, people.ErrStepUp)
			return
		}
		h(w, r, v)
	}
}

// counted lets an employee open persons one by one; many in a row are opening in bulk and ask for the second factor again.
func (o *Office) counted(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, v visit) {
		if !o.stepped(w, r, &v) {
			return
		}
		err := o.People.NoteLook(r.Context(), v.Staff)
		switch {
		case errors.Is(err, people.ErrStepUp):
			o.showStep(w, r, v, err)
		case err != nil:
			o.UI.Fail(w, r, err)
		default:
			h(w, r, v)
		}
	}
}

// stepped takes the second factor if one came along; false when the answer has been given.
func (o *Office) stepped(w http.ResponseWriter, r *http.Request, v *visit) bool {
	if r.Method != http.MethodPost {
		return true
	}
	if r.PostFormValue(stepField) == "" && r.PostFormValue(stepPasskey) == "" {
		return true
	}
	if err := o.factor(r, v.Staff, stepField, stepPasskey); err != nil {
		if ui.CanReshow(err) {
			o.showStep(w, r, *v, err)
		} else {
			o.UI.Fail(w, r, err)
		}
		return false
	}
	v.Staff.Factor2At = o.Clock.Now()
	return true
}

// confirm takes the second factor for a page that was asked for by its address.
func (o *Office) confirm(w http.ResponseWriter, r *http.Request, v visit) {
	if !o.stepped(w, r, &v) {
		return
	}
	if !v.Staff.Fresh(o.Clock.Now()) {
		o.showStep(w, r, v, people.ErrStepUp)
		return
	}
	http.Redirect(w, r, nextOf(r), http.StatusSeeOther)
}

func (o *Office) showStep(w http.ResponseWriter, r *http.Request, v visit, why error) {
	p := stepPage{Action: r.URL.Path, Form: ui.NewForm(v.Page, nil, why)}
	switch {
	case r.Method != http.MethodPost:
		p.Action, p.Kept = v.URL("/office/confirm"), []kept{{"next", r.URL.Path}}
	default:
		p.Kept = keptOf(r.PostForm)
	}
	for i, e := range p.Form.Errors {
		if e.Field == "code" || e.Field == "passkey" {
			p.Form.Errors[i].Field = stepField
		}
	}
	if o.People.HasPasskeys() {
		keys, err := o.People.Passkeys(r.Context(), v.Staff)
		if err != nil {
			o.UI.Fail(w, r, err)
			return
		}
		if p.Passkey = len(keys) > 0; p.Passkey {
			v.Scripts = append(v.Scripts, "passkey.js")
		}
	}
	v.Path = "/office" // the language switch must not ask for the answer of a form
	o.show(w, r, v, http.StatusUnauthorized, v.T("office.step_up.title"), stepView(v, p))
}

// keptOf keeps what was typed, but no secrets.
func keptOf(form url.Values) (out []kept) {
	for name, values := range form {
		if name == stepField || name == stepPasskey || name == ui.PasskeyField || name == "password" || name == "code" {
			continue
		}
		for _, value := range values {
			out = append(out, kept{name, value})
		}
	}
	slices.SortStableFunc(out, func(a, b kept) int {
		if a.Name < b.Name {
			return -1
		}
		if a.Name > b.Name {
			return 1
		}
		return 0
	})
	return out
}
