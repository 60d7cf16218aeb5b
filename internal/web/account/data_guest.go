package account

import (
	"errors"
	"net/http"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
)

// guestView asks for an address, and then for the code that was sent to it.
type guestView struct {
	ui.Page
	Form  ui.Form
	Code  bool // a code is on its way
	Phone bool // a text message can carry it
	Text  bool // it does
	Sent  bool // once more
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
	v := guestView{Page: a.page(r, ""), Code: code, Phone: a.People.Texts(), Sent: wrong == nil && r.URL.Query().Get("done") == "again"}
	v.Text = r.URL.Query().Get("by") == "phone"
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
	ask, value, by := a.People.RequestRights, r.PostFormValue("email"), ""
	if phone := r.PostFormValue("phone"); phone != "" && value == "" {
		ask, value, by = a.People.RequestRightsByPhone, phone, "&by=phone"
	}
	attempt, err := ask(r.Context(), value, p.Lang)
	switch {
	case err == nil:
		a.UI.SetCookie(w, attemptCookie, attempt, attemptLives)
		http.Redirect(w, r, p.URL(guestBase)+"?step=code"+by, http.StatusSeeOther)
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

// doGuestCounter takes the code that staff shows at the counter.
func (a *Account) doGuestCounter(w http.ResponseWriter, r *http.Request) {
	token, err := a.People.EnterAtCounter(r.Context(), r.PostFormValue("shown"))
	switch {
	case err == nil:
		a.UI.SetCookie(w, rightsCookie, token, 0)
		http.Redirect(w, r, a.page(r, "").URL(guestBase), http.StatusSeeOther)
	case ui.CanReshow(err):
		a.showGuest(w, r, false, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

// whoView asks which of those who share an address is here.
type whoView struct {
	ui.Page
	Form ui.Form
}

func (a *Account) showWho(w http.ResponseWriter, r *http.Request, wrong error) {
	v := whoView{Page: a.page(r, "")}
	v.Title, v.Path = v.T("account.who_title"), guestBase
	v.Form = ui.FormOf(v.Page, r, wrong)
	status := http.StatusOK
	if wrong != nil {
		status = ui.ReshowStatus(wrong)
	}
	a.UI.Render(w, r, status, v.Page, whoPage(v))
}

// doGuestWho takes the code of an order, or surname and name as they stand on it.
func (a *Account) doGuestWho(w http.ResponseWriter, r *http.Request) {
	who := strings.TrimSpace(r.PostFormValue("who"))
	err := a.chooseGuest(r, who)
	switch {
	case err == nil:
		http.Redirect(w, r, a.page(r, "").URL(guestBase), http.StatusSeeOther)
	case errors.Is(err, people.ErrNoSession):
		http.Redirect(w, r, a.page(r, "").URL(guestBase), http.StatusSeeOther)
	case ui.CanReshow(err):
		a.showWho(w, r, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

func (a *Account) chooseGuest(r *http.Request, who string) error {
	if len(who) > 300 {
		return people.ErrWho.On("who")
	}
	var persons []string
	o, err := a.Office.OrderByCode(r.Context(), who)
	switch {
	case err == nil:
		persons = []string{o.PersonID}
	case !errors.Is(err, boxoffice.ErrOrderUnknown) && fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Invalid:
		return err
	}
	var name people.Contacts
	if words := strings.Fields(who); len(words) > 1 {
		name = people.Contacts{Surname: words[0], Name: strings.Join(words[1:], " ")}
	}
	return a.People.ChooseGuest(r.Context(), rightsToken(r), name, persons)
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
