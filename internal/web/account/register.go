package account

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// registerView is the registration form.
type registerView struct {
	ui.Page
	Form  ui.Form
	Next  string
	Boxes privacy.Boxes
}

// scopes are the boxes of the form. News by text message is not asked for: no phone is asked for either.
func (v registerView) scopes() []privacy.Scope {
	return slices.DeleteFunc(slices.Clone(v.Boxes.Version.Scopes), func(s privacy.Scope) bool { return s.Code == privacy.ScopeMarketingSMS })
}

// choices are the recipients to choose. One that carries the letter with the code is needed: without the code there is no account.
func (v registerView) choices() (out []privacy.Choice) {
	for _, c := range v.Boxes.Choices {
		if c.Scope == privacy.ScopeMarketingSMS {
			continue
		}
		c.Box.Required = carriesCode(c)
		out = append(out, c)
	}
	return out
}

func carriesCode(c privacy.Choice) bool {
	return c.Scope == privacy.ScopeService && c.Recipient.Code == privacy.MailGateway
}

// mayWrite refuses a registration whose code could not be mailed.
func (a *Account) mayWrite(ctx context.Context, ticked []string) error {
	b, err := a.Privacy.Boxes(ctx)
	if err != nil {
		return err
	}
	for _, c := range b.Choices {
		if carriesCode(c) && !slices.Contains(ticked, c.Code()) {
			return privacy.ErrConsentMissing.On("consents").With("scope", c.Code())
		}
	}
	return nil
}

func (v registerView) signInURL() string { return withNext(v.URL("/account/sign-in"), v.Next) }

func (a *Account) register(w http.ResponseWriter, r *http.Request) {
	p := a.page(r, "")
	if ui.SessionOf(r) != nil {
		http.Redirect(w, r, next(p, r), http.StatusSeeOther)
		return
	}
	a.showRegister(w, r, nil)
}

func (a *Account) showRegister(w http.ResponseWriter, r *http.Request, err error) {
	boxes, berr := a.Privacy.Boxes(r.Context())
	if berr != nil {
		a.UI.Fail(w, r, berr)
		return
	}
	v := registerView{Page: a.page(r, ""), Boxes: boxes, Next: r.FormValue("next")}
	v.Title = v.T("account.register")
	v.Form = ui.FormOf(v.Page, r, err)
	v.Form.Values = ui.SameBoxes(v.Form.Values, "consents", boxes)
	status := http.StatusOK
	if err != nil {
		status = ui.ReshowStatus(err)
	}
	a.UI.Render(w, r, status, v.Page, registerPage(v))
}

func (a *Account) doRegister(w http.ResponseWriter, r *http.Request) {
	p := a.page(r, "")
	given := []privacy.Given{{VersionID: r.PostFormValue("version"), Register: r.PostFormValue("register"), Scopes: r.PostForm["consents"], Lang: p.Lang, Channel: "site"}}
	reg := people.Registration{
		Contacts: people.Contacts{
			Surname: r.PostFormValue("surname"), Name: r.PostFormValue("name"),
			Patronymic: r.PostFormValue("patronymic"), Email: r.PostFormValue("email"),
		},
		Password: r.PostFormValue("password"), Lang: p.Lang,
		Record: func(ctx context.Context, tx *db.DB, person string) error {
			return a.Privacy.Record(ctx, tx, person, given)
		},
	}
	_, err := reg.Check()
	consents := a.Privacy.Check(r.Context(), given)
	if consents == nil {
		consents = a.mayWrite(r.Context(), r.PostForm["consents"])
	}
	if err = alsoWrong(err, consents); err == nil {
		var attempt string
		if attempt, err = a.People.Register(r.Context(), reg); err == nil {
			a.toCode(w, r, p, attempt, "/account/code")
			return
		}
	}
	if !ui.CanReshow(err) {
		a.UI.Fail(w, r, err)
		return
	}
	a.showRegister(w, r, err)
}

// alsoWrong adds what a second check found to the fields of the first, so that a form says everything at once.
func alsoWrong(first, second error) error {
	var fields fault.Fields
	var one *fault.Error
	switch {
	case second == nil:
		return first
	case first == nil:
		return second
	case errors.As(first, &fields) && errors.As(second, &one):
		return append(slices.Clone(fields), one)
	}
	return first
}
