package account

import (
	"errors"
	"net/http"
	"strings"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/web/ui"
)

// owner is who the data pages are for: an account, or a guest who proved by a code to read an address. Both have the same
// pages and rights, each under an address of its own.
type owner struct {
	Main    string   // the account's person, or the newest purchase
	Persons []string // Main first, then purchases with the same address and name
	Others  int      // purchases with the same address in another name: another human's
	Session *people.Session
	Base    string // "/account/data" or "/page/my-data"
}

const (
	accountBase = "/account/data"
	guestBase   = "/page/my-data"
)

// rightsCookie lets a guest see their data for half an hour; counterCookie tells that staff opened it.
const rightsCookie = "sahna_my_data"

// dataFrame is what the data pages share.
type dataFrame struct {
	frame
	Owner owner
}

func (f dataFrame) at(path string) string { return f.URL(f.Owner.Base + path) }

func (a *Account) dataFrame(r *http.Request, o owner, title string) dataFrame {
	f := dataFrame{frame: a.frame(r, "data"), Owner: o}
	f.Guest = o.Session == nil
	f.Title = title
	return f
}

type ownHandler func(http.ResponseWriter, *http.Request, owner)

// mountData puts a data page on the account's address and on the guest's.
func (a *Account) mountData(mux *http.ServeMux, method, path string, h ownHandler) {
	mux.HandleFunc(method+" /{lang}"+accountBase+path, func(w http.ResponseWriter, r *http.Request) { a.asAccount(w, r, h) })
	mux.HandleFunc(method+" /{lang}"+guestBase+path, func(w http.ResponseWriter, r *http.Request) { a.asGuest(w, r, h) })
}

func (a *Account) asAccount(w http.ResponseWriter, r *http.Request, h ownHandler) {
	s := ui.SessionOf(r)
	if s == nil && r.Method == http.MethodGet {
		http.Redirect(w, r, ui.SignInURL(a.UI.Page(r, ""), r), http.StatusSeeOther)
		return
	}
	if s == nil {
		a.UI.Fail(w, r, people.ErrNoSession)
		return
	}
	persons, others, err := a.People.Own(r.Context(), *s)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	h(w, r, owner{Main: s.PersonID, Persons: persons, Others: others, Session: s, Base: accountBase})
}

func (a *Account) asGuest(w http.ResponseWriter, r *http.Request, h ownHandler) {
	g, err := a.People.GuestByToken(r.Context(), rightsToken(r))
	if errors.Is(err, people.ErrNoSession) {
		http.Redirect(w, r, a.page(r, "").URL(guestBase), http.StatusSeeOther)
		return
	}
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	persons, others, err := a.People.PersonsOfGuest(r.Context(), g)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if others > 0 && !g.Chosen { // several humans share the address: which of them is it?
		a.showWho(w, r, nil)
		return
	}
	h(w, r, owner{Main: g.PersonID, Persons: persons, Others: others, Base: guestBase})
}

func rightsToken(r *http.Request) string {
	c, err := r.Cookie(rightsCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// back returns to the data page, which says what was done and under which number.
func (a *Account) back(w http.ResponseWriter, r *http.Request, o owner, done, number string) {
	to := a.page(r, "").URL(o.Base) + "?done=" + done
	if number != "" {
		to += "&number=" + number
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// numberOf takes a request's number from an address: digits and a dash, nothing else goes into a page.
func numberOf(r *http.Request) string {
	n := r.URL.Query().Get("number")
	if len(n) > 20 || strings.Trim(n, "0123456789-") != "" {
		return ""
	}
	return n
}
