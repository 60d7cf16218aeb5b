package account

import (
	"net/http"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/web/ui"
)

// signInView is the page to sign in.
type signInView struct {
	ui.Page
	Form ui.Form
	Next string

	Passkeys bool // can be had at this address
}

func (v signInView) registerURL() string { return withNext(v.URL("/account/register"), v.Next) }

func (a *Account) signIn(w http.ResponseWriter, r *http.Request) {
	p := a.page(r, "")
	if ui.SessionOf(r) != nil {
		http.Redirect(w, r, next(p, r), http.StatusSeeOther)
		return
	}
	a.showSignIn(w, r, nil)
}

func (a *Account) showSignIn(w http.ResponseWriter, r *http.Request, err error) {
	v := signInView{Page: a.page(r, ""), Next: r.FormValue("next")}
	v.Title = v.T("account.sign_in")
	if v.Passkeys = a.People.HasPasskeys(); v.Passkeys {
		v.Scripts = append(v.Scripts, "passkey.js")
	}
	v.Form = ui.FormOf(v.Page, r, err)
	status := http.StatusOK
	if err != nil {
		status = ui.ReshowStatus(err)
	}
	a.UI.Render(w, r, status, v.Page, signInPage(v))
}

// doSignIn signs in by password, or mails a code when that button was pressed.
func (a *Account) doSignIn(w http.ResponseWriter, r *http.Request) {
	p := a.page(r, "")
	var err error
	if r.PostFormValue("how") == "code" {
		var attempt string
		if attempt, err = a.People.RequestCode(r.Context(), r.PostFormValue("email"), p.Lang); err == nil {
			a.toCode(w, r, p, attempt, "/account/code")
			return
		}
	} else {
		var token string
		var s people.Session
		if token, s, err = a.People.SignIn(r.Context(), r.PostFormValue("email"), r.PostFormValue("password"), browserOf(r)); err == nil {
			a.enter(w, r, p, token, s)
			return
		}
	}
	if !ui.CanReshow(err) {
		a.UI.Fail(w, r, err)
		return
	}
	a.showSignIn(w, r, err)
}

func (a *Account) doSignOut(w http.ResponseWriter, r *http.Request, s people.Session) {
	if err := a.People.SignOut(r.Context(), s); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	a.UI.ClearSession(w)
	http.Redirect(w, r, a.page(r, "").URL("/"), http.StatusSeeOther)
}
