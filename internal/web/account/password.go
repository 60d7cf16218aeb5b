package account

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/web/ui"
)

// withNext adds where to go after signing in.
func withNext(to, next string) string {
	if next == "" {
		return to
	}
	mark := "?"
	if strings.Contains(to, "?") {
		mark = "&"
	}
	return to + mark + "next=" + url.QueryEscape(next)
}

// forgottenView asks for the address of a forgotten password.
type forgottenView struct {
	ui.Page
	Form ui.Form
}

func (a *Account) forgotten(w http.ResponseWriter, r *http.Request) { a.showForgotten(w, r, nil) }

func (a *Account) showForgotten(w http.ResponseWriter, r *http.Request, err error) {
	v := forgottenView{Page: a.page(r, "")}
	v.Title = v.T("account.forgotten")
	v.Form = ui.FormOf(v.Page, r, err)
	status := http.StatusOK
	if err != nil {
		status = ui.ReshowStatus(err)
	}
	a.UI.Render(w, r, status, v.Page, forgottenPage(v))
}

func (a *Account) doForgotten(w http.ResponseWriter, r *http.Request) {
	p := a.page(r, "")
	attempt, err := a.People.RequestReset(r.Context(), r.PostFormValue("email"), p.Lang)
	switch {
	case err == nil:
		a.toCode(w, r, p, attempt, "/account/new-password")
	case ui.CanReshow(err):
		a.showForgotten(w, r, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

// newPasswordView asks for the code of the letter and a new password.
type newPasswordView struct {
	ui.Page
	Form ui.Form
	Sent bool
}

func (a *Account) newPassword(w http.ResponseWriter, r *http.Request) {
	if attemptOf(r) == "" {
		http.Redirect(w, r, a.page(r, "").URL("/account/forgotten"), http.StatusSeeOther)
		return
	}
	a.showNewPassword(w, r, nil)
}

func (a *Account) showNewPassword(w http.ResponseWriter, r *http.Request, err error) {
	v := newPasswordView{Page: a.page(r, ""), Sent: err == nil && r.URL.Query().Get("done") == "again"}
	v.Title = v.T("account.new_password")
	v.Form = ui.FormOf(v.Page, r, err)
	status := http.StatusOK
	if err != nil {
		status = ui.ReshowStatus(err)
	}
	a.UI.Render(w, r, status, v.Page, newPasswordPage(v))
}

func (a *Account) doNewPassword(w http.ResponseWriter, r *http.Request) {
	token, s, err := a.People.Reset(r.Context(), attemptOf(r), r.PostFormValue("code"), r.PostFormValue("password"), browserOf(r))
	switch {
	case err == nil:
		a.enter(w, r, a.page(r, ""), token, s)
	case ui.CanReshow(err):
		a.showNewPassword(w, r, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

// passwordView changes the password of who is signed in.
type passwordView struct {
	frame
	Form ui.Form
	Has  bool // there is a password to give first
	Done bool
}

func (a *Account) password(w http.ResponseWriter, r *http.Request, s people.Session) {
	a.showPassword(w, r, s, nil)
}

func (a *Account) showPassword(w http.ResponseWriter, r *http.Request, s people.Session, wrong error) {
	has, err := a.People.HasPassword(r.Context(), s.AccountID)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	v := passwordView{frame: a.frame(r, "password"), Has: has, Done: wrong == nil && r.URL.Query().Get("done") == "changed"}
	v.Title = v.T("account.password")
	v.Form = ui.FormOf(v.Page, r, wrong)
	status := http.StatusOK
	if wrong != nil {
		status = ui.ReshowStatus(wrong)
	}
	a.UI.Render(w, r, status, v.Page, passwordPage(v))
}

func (a *Account) doPassword(w http.ResponseWriter, r *http.Request, s people.Session) {
	err := a.People.ChangePassword(r.Context(), s, r.PostFormValue("password_now"), r.PostFormValue("password"))
	switch {
	case err == nil:
		http.Redirect(w, r, a.page(r, "").URL("/account/password?done=changed"), http.StatusSeeOther)
	case ui.CanReshow(err):
		a.showPassword(w, r, s, err)
	default:
		a.UI.Fail(w, r, err)
	}
}
