package account

import (
	"net/http"

	"github.com/sahna/sahna/internal/web/ui"
)

// codeView asks for the six digits of a letter.
type codeView struct {
	ui.Page
	Form ui.Form
	Next string
	Sent bool // a fresh letter was asked for just now
}

func (a *Account) code(w http.ResponseWriter, r *http.Request) {
	if attemptOf(r) == "" {
		http.Redirect(w, r, withNext(a.page(r, "").URL("/account/sign-in"), r.FormValue("next")), http.StatusSeeOther)
		return
	}
	a.showCode(w, r, nil)
}

func (a *Account) showCode(w http.ResponseWriter, r *http.Request, err error) {
	v := codeView{Page: a.page(r, ""), Next: r.FormValue("next"), Sent: r.URL.Query().Get("done") == "again"}
	v.Title = v.T("account.code")
	v.Form = ui.FormOf(v.Page, r, err)
	status := http.StatusOK
	if err != nil {
		status, v.Sent = ui.ReshowStatus(err), false
	}
	a.UI.Render(w, r, status, v.Page, codePage(v))
}

func (a *Account) doCode(w http.ResponseWriter, r *http.Request) {
	token, s, err := a.People.Confirm(r.Context(), attemptOf(r), r.PostFormValue("code"), browserOf(r))
	switch {
	case err == nil:
		a.enter(w, r, a.page(r, ""), token, s)
	case ui.CanReshow(err):
		a.showCode(w, r, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

// doAgain asks for another letter; it serves both pages that wait for a code.
func (a *Account) doAgain(w http.ResponseWriter, r *http.Request) {
	p := a.page(r, "")
	reset := r.PostFormValue("for") == "new-password"
	err := a.People.Resend(r.Context(), attemptOf(r))
	switch {
	case err == nil && reset:
		http.Redirect(w, r, p.URL("/account/new-password?done=again"), http.StatusSeeOther)
	case err == nil:
		http.Redirect(w, r, withNext(p.URL("/account/code?done=again"), r.FormValue("next")), http.StatusSeeOther)
	case ui.CanReshow(err) && reset:
		a.showNewPassword(w, r, err)
	case ui.CanReshow(err):
		a.showCode(w, r, err)
	default:
		a.UI.Fail(w, r, err)
	}
}
