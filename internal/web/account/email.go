package account

import (
	"net/http"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// emailView asks for a new address, and then for the code that was sent to it.
type emailView struct {
	frame
	Form     ui.Form
	Password bool // there is one to give
	Code     bool
	Sent     bool // once more
}

func (a *Account) email(w http.ResponseWriter, r *http.Request, s people.Session) {
	a.showEmail(w, r, s, false, nil)
}

func (a *Account) emailCode(w http.ResponseWriter, r *http.Request, s people.Session) {
	a.showEmail(w, r, s, true, nil)
}

func (a *Account) showEmail(w http.ResponseWriter, r *http.Request, s people.Session, code bool, wrong error) {
	v := emailView{frame: a.frame(r, "data"), Code: code, Sent: wrong == nil && r.URL.Query().Get("done") == "again"}
	v.Title = v.T("account.email_change")
	v.Form = ui.FormOf(v.Page, r, wrong)
	var err error
	if v.Password, err = a.People.HasPassword(r.Context(), s.AccountID); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	status := http.StatusOK
	if wrong != nil {
		status = ui.ReshowStatus(wrong)
	}
	a.UI.Render(w, r, status, v.Page, emailPage(v))
}

// doEmail sends a code to the new address. The password tells the person from who sits at their browser.
func (a *Account) doEmail(w http.ResponseWriter, r *http.Request, s people.Session) {
	blocked, err := a.People.Blocked(r.Context(), s.PersonID)
	if err == nil && blocked {
		err = fault.New(fault.Conflict, "account.email_blocked")
	}
	if err == nil {
		err = a.reallyThem(r, owner{Session: &s})
	}
	var attempt string
	if err == nil {
		attempt, err = a.People.RequestEmail(r.Context(), s, r.PostFormValue("email"), a.page(r, "").Lang)
	}
	switch {
	case err == nil:
		a.UI.SetCookie(w, attemptCookie, attempt, attemptLives)
		http.Redirect(w, r, a.page(r, "").URL("/account/email/code"), http.StatusSeeOther)
	case ui.CanReshow(err):
		a.showEmail(w, r, s, false, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

// doEmailCode makes the new address the account's: a correction like any other, with its number.
func (a *Account) doEmailCode(w http.ResponseWriter, r *http.Request, s people.Session) {
	ctx, o := r.Context(), owner{Main: s.PersonID, Session: &s, Base: accountBase}
	var number string
	err := a.People.ConfirmEmail(ctx, s, attemptOf(r), r.PostFormValue("code"), func(tx *db.DB) error {
		n := a.request(r, o, privacy.RequestRectify)
		n.Actor = "person"
		req, err := a.Privacy.OpenRequest(ctx, tx, n)
		if err != nil {
			return err
		}
		number = req.Number
		return a.Privacy.FulfilRequest(ctx, tx, req.ID, privacy.Answer{Result: privacy.Granted, Actor: "person"})
	})
	switch {
	case err == nil:
		a.UI.SetCookie(w, attemptCookie, "", -1)
		a.back(w, r, o, "corrected", number)
	case ui.CanReshow(err):
		a.showEmail(w, r, s, true, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

func (a *Account) doEmailAgain(w http.ResponseWriter, r *http.Request, s people.Session) {
	err := a.People.Resend(r.Context(), attemptOf(r))
	switch {
	case err == nil:
		http.Redirect(w, r, a.page(r, "").URL("/account/email/code?done=again"), http.StatusSeeOther)
	case ui.CanReshow(err):
		a.showEmail(w, r, s, true, err)
	default:
		a.UI.Fail(w, r, err)
	}
}
