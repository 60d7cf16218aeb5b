package office

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/web/ui"
)

// stepField is the second factor that is given again, beside the fields of the form that was held up.
const stepField = "step_up_code"

// stepPage asks for the second factor once more, and keeps what was about to be sent.
type stepPage struct {
	Form   ui.Form
	Action string
	Kept   []kept
	Next   string
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
	code := r.PostFormValue(stepField)
	if code == "" {
		return true
	}
	if err := o.People.VerifySecondFactor(r.Context(), v.Staff, code); err != nil {
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
		if e.Field == "code" {
			p.Form.Errors[i].Field = stepField
		}
	}
	v.Path = "/office" // the language switch must not ask for the answer of a form
	o.show(w, r, v, http.StatusUnauthorized, v.T("office.step_up.title"), stepView(v, p))
}

// keptOf keeps what was typed, but no secrets.
func keptOf(form url.Values) (out []kept) {
	for name, values := range form {
		if name == stepField || name == "password" || name == "code" {
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
