package account

import (
	"net/http"

	"github.com/sahna/sahna/internal/web/ui"
)

// guestView asks for an address, and then for the code that was sent to it.
type guestView struct {
	ui.Page
	Form ui.Form
	Code bool // a code is on its way
	Sent bool // once more
}

// myData is the guest's data, or the way to it.
func (a *Account) myData(w http.ResponseWriter, r *http.Request) {
	if token := rightsToken(r); token != "" {
		if _, err := a.People.GuestByToken(r.Context(), token); err == nil {
			a.asGuest(w, r, a.data)
			return
		}
		a.UI.SetCookie(w, rightsCookie, "", -1)
	}
	a.showGuest(w, r, r.URL.Query().Get("step") == "code" && attemptOf(r) != "", nil)
}

func (a *Account) showGuest(w http.ResponseWriter, r *http.Request, code bool, wrong error) {
	v := guestView{Page: a.page(r, ""), Code: code, Sent: wrong == nil && r.URL.Query().Get("done") == "again"}
	v.Title = v.T("account.data")
	v.Form = ui.FormOf(v.Page, r, wrong)
	status := http.StatusOK
	if wrong != nil {
		status = ui.ReshowStatus(wrong)
	}
	a.UI.Render(w, r, status, v.Page, guestPage(v))
}

func (a *Account) doGuestEmail(w http.ResponseWriter, r *http.Request) {
	p := a.page(r, "")
	attempt, err := a.People.RequestRights(r.Context(), r.PostFormValue("email"), p.Lang)
	switch {
	case err == nil:
		a.UI.SetCookie(w, attemptCookie, attempt, attemptLives)
		http.Redirect(w, r, p.URL(guestBase)+"?step=code", http.StatusSeeOther)
	case ui.CanReshow(err):
		a.showGuest(w, r, false, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

func (a *Account) doGuestCode(w http.ResponseWriter, r *http.Request) {
	token, err := a.People.ConfirmRights(r.Context(), attemptOf(r), r.PostFormValue("code"))
	switch {
	case err == nil:
		a.UI.SetCookie(w, attemptCookie, "", -1)
		a.UI.SetCookie(w, rightsCookie, token, 0)
		http.Redirect(w, r, a.page(r, "").URL(guestBase), http.StatusSeeOther)
	case ui.CanReshow(err):
		a.showGuest(w, r, true, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

func (a *Account) doGuestAgain(w http.ResponseWriter, r *http.Request) {
	err := a.People.Resend(r.Context(), attemptOf(r))
	switch {
	case err == nil:
		http.Redirect(w, r, a.page(r, "").URL(guestBase)+"?step=code&done=again", http.StatusSeeOther)
	case ui.CanReshow(err):
		a.showGuest(w, r, true, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

// doGuestEnd closes the page: the browser sees nothing any more.
func (a *Account) doGuestEnd(w http.ResponseWriter, r *http.Request) {
	if token := rightsToken(r); token != "" {
		if err := a.People.EndGuest(r.Context(), token); err != nil {
			a.UI.Fail(w, r, err)
			return
		}
	}
	a.UI.SetCookie(w, rightsCookie, "", -1)
	http.Redirect(w, r, a.page(r, "").URL("/"), http.StatusSeeOther)
}
