package account

import (
	"net/http"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/web/ui"
)

const passkeysBase = "/account/passkeys"

// passkeyView adds a passkey to the account.
type passkeyView struct {
	frame
	Form ui.PasskeyForm
}

func (a *Account) newPasskey(w http.ResponseWriter, r *http.Request, _ people.Session) {
	a.showNewPasskey(w, r, nil)
}

func (a *Account) showNewPasskey(w http.ResponseWriter, r *http.Request, problem error) {
	v := passkeyView{frame: a.frame(r, "devices")}
	v.Title, v.Scripts = v.T("ui.safety.add"), append(v.Scripts, "passkey.js")
	v.Form = ui.PasskeyForm{
		Page: v.Page, Form: ui.FormOf(v.Page, r, problem), Ask: v.URL(passkeysBase + "/question"), Action: v.URL(passkeysBase + "/new"), Back: v.URL("/account/devices"),
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	a.UI.Render(w, r, status, v.Page, passkeyPage(v))
}

// passkeyQuestion answers the page's script.
func (a *Account) passkeyQuestion(w http.ResponseWriter, r *http.Request, s people.Session) {
	question, err := a.People.NewPasskey(r.Context(), s)
	a.UI.Question(w, r, question, err)
}

func (a *Account) doAddPasskey(w http.ResponseWriter, r *http.Request, s people.Session) {
	err := a.People.AddPasskey(r.Context(), s, people.PasskeyKind(r.PostFormValue("kind")), r.PostFormValue(ui.PasskeyField))
	switch {
	case err == nil:
		http.Redirect(w, r, a.page(r, "").URL("/account/devices?done=added"), http.StatusSeeOther)
	case ui.CanReshow(err):
		a.showNewPasskey(w, r, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

func (a *Account) doRemovePasskey(w http.ResponseWriter, r *http.Request, s people.Session) {
	if err := a.People.RemovePasskey(r.Context(), s, r.PostFormValue("id")); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, a.page(r, "").URL("/account/devices?done=removed"), http.StatusSeeOther)
}

// askPasskey answers the script of the page to sign in.
func (a *Account) askPasskey(w http.ResponseWriter, r *http.Request) {
	question, err := a.People.AskPasskey(r.Context(), nil, browserOf(r))
	a.UI.Question(w, r, question, err)
}

// doPasskeySignIn signs in whose device has answered.
func (a *Account) doPasskeySignIn(w http.ResponseWriter, r *http.Request) {
	token, s, err := a.People.EnterByPasskey(r.Context(), r.PostFormValue(ui.PasskeyField), browserOf(r))
	switch {
	case err == nil:
		a.enter(w, r, a.page(r, ""), token, s)
	case ui.CanReshow(err):
		a.showSignIn(w, r, err)
	default:
		a.UI.Fail(w, r, err)
	}
}
