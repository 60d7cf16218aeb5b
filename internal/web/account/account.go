// Package account is the door for a person: signing in, orders and tickets, and what is held about them.
//
// It owns the addresses under /{lang}/account. It promises that an answer never
// tells whether an address has an account, that forms come back with what was
// typed except secrets, and that nothing is stored before its box was ticked.
// It decides nothing: rules are the rooms', looks are ui's.
package account

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/mydata"
	"github.com/sahna/sahna/internal/web/ui"
)

// Account serves the person's pages.
type Account struct {
	UI      *ui.UI
	People  *people.People
	Privacy *privacy.Privacy
	Office  *boxoffice.Office
	Catalog *catalog.Catalog
	MyData  *mydata.Maker
	Desk    *privacy.Desk

	Documents *document.Documents
}

// zone is where the operator's days begin.
const zone = "Asia/Almaty"

// attemptCookie holds the browser's half of a mailed code.
const attemptCookie = "sahna_attempt"

const attemptLives = time.Hour

// Mount puts the pages on their addresses.
func (a *Account) Mount(mux *http.ServeMux) {
	limit := newLimits(a.UI.Clock)
	open := func(pattern string, h http.HandlerFunc) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && !limit.allow(browserOf(r).IP) {
				a.UI.Fail(w, r, fault.New(fault.TooMany, ""))
				return
			}
			h(w, r)
		})
	}
	open("GET /{lang}/account/sign-in", a.signIn)
	open("POST /{lang}/account/sign-in", a.doSignIn)
	open("POST /{lang}/account/passkey", a.askPasskey)
	open("POST /{lang}/account/passkey/sign-in", a.doPasskeySignIn)
	open("GET /{lang}/account/register", a.register)
	open("POST /{lang}/account/register", a.doRegister)
	open("GET /{lang}/account/code", a.code)
	open("POST /{lang}/account/code", a.doCode)
	open("POST /{lang}/account/code/again", a.doAgain)
	open("GET /{lang}/account/forgotten", a.forgotten)
	open("POST /{lang}/account/forgotten", a.doForgotten)
	open("GET /{lang}/account/new-password", a.newPassword)
	open("POST /{lang}/account/new-password", a.doNewPassword)
	open("GET /{lang}"+guestBase, a.myData)
	open("POST /{lang}"+guestBase, a.doGuestEmail)
	open("POST /{lang}"+guestBase+"/code", a.doGuestCode)
	open("POST /{lang}"+guestBase+"/code/again", a.doGuestAgain)
	open("POST /{lang}"+guestBase+"/end", a.doGuestEnd)
	open("POST /{lang}"+guestBase+"/counter", a.doGuestCounter)
	open("POST /{lang}"+guestBase+"/who", a.doGuestWho)
	a.mountRights(mux)
	a.mountOwn(mux)
}

// mountRights puts the data pages and their buttons on the account's addresses and on the guest's.
func (a *Account) mountRights(mux *http.ServeMux) {
	mux.HandleFunc("GET /{lang}"+accountBase, func(w http.ResponseWriter, r *http.Request) { a.asAccount(w, r, a.data) })
	a.mountData(mux, "GET", "/correct", a.correct)
	a.mountData(mux, "POST", "/correct", a.doCorrect)
	a.mountData(mux, "POST", "/block", a.doBlock)
	a.mountData(mux, "POST", "/unblock", a.doUnblock)
	a.mountData(mux, "POST", "/consents/{scope}/withdraw", a.doWithdraw)
	a.mountData(mux, "POST", "/consents/{scope}/give", a.doGive)
	a.mountData(mux, "GET", "/receipts/{consent}", a.receipt)
	a.mountData(mux, "GET", "/receipts/{consent}/receipt.json", a.receiptFile)
	a.mountData(mux, "GET", "/receipts/{consent}/receipt.pdf", a.receiptPaper)
	a.mountData(mux, "GET", "/looks/{entry}", a.lookProof)
	a.mountData(mux, "GET", "/object", a.object)
	a.mountData(mux, "POST", "/object", a.doObject)
	a.mountData(mux, "GET", "/download", a.download)
	a.mountData(mux, "POST", "/download", a.doDownload)
	a.mountData(mux, "GET", "/download/my-data.zip", a.downloadFile)
	a.mountData(mux, "GET", "/delete", a.remove)
	a.mountData(mux, "GET", "/requests/{number}/letter", a.letter)
	a.mountData(mux, "POST", "/delete", a.doDelete)
}

// mountOwn puts on their addresses the pages for who is signed in.
func (a *Account) mountOwn(mux *http.ServeMux) {
	own := func(pattern string, h func(http.ResponseWriter, *http.Request, people.Session)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s := ui.SessionOf(r)
			if s == nil && r.Method == http.MethodGet {
				http.Redirect(w, r, ui.SignInURL(a.UI.Page(r, ""), r), http.StatusSeeOther)
				return
			}
			if s == nil {
				a.UI.Fail(w, r, people.ErrNoSession)
				return
			}
			h(w, r, *s)
		})
	}
	own("GET /{lang}/account", a.orders)
	own("GET /{lang}/account/devices", a.devices)
	own("POST /{lang}/account/devices/{id}/sign-out", a.doSignOutDevice)
	own("POST /{lang}/account/devices/sign-out-everywhere", a.doSignOutEverywhere)
	own("GET /{lang}"+passkeysBase+"/new", a.newPasskey)
	own("POST /{lang}"+passkeysBase+"/new", a.doAddPasskey)
	own("POST /{lang}"+passkeysBase+"/question", a.passkeyQuestion)
	own("POST /{lang}"+passkeysBase+"/remove", a.doRemovePasskey)
	own("GET /{lang}/account/password", a.password)
	own("GET /{lang}/account/email", a.email)
	own("POST /{lang}/account/email", a.doEmail)
	own("GET /{lang}/account/email/code", a.emailCode)
	own("POST /{lang}/account/email/code", a.doEmailCode)
	own("POST /{lang}/account/email/code/again", a.doEmailAgain)
	own("POST /{lang}/account/password", a.doPassword)
	own("POST /{lang}/account/sign-out", a.doSignOut)
	a.mountPolicy(own)
	a.mountDocuments(own)
}

func (a *Account) page(r *http.Request, title string) ui.Page {
	p := a.UI.Page(r, title)
	p.Styles = []string{"account.css"}
	return p
}

// browserOf tells who asks; behind a proxy of the same machine or network, what that one says.
func browserOf(r *http.Request) people.Browser {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if ip, err := netip.ParseAddr(host); err == nil && (ip.IsLoopback() || ip.IsPrivate()) {
		hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if last := strings.TrimSpace(hops[len(hops)-1]); last != "" {
			if _, err := netip.ParseAddr(last); err == nil {
				host = last
			}
		}
	}
	return people.Browser{IP: host, UserAgent: r.UserAgent()}
}

// next is where to go after signing in: an address of this site, or the account.
func next(p ui.Page, r *http.Request) string {
	to := r.FormValue("next")
	u, err := url.Parse(to)
	if err != nil || to == "" || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return p.URL("/account")
	}
	return to
}

// enter hands the session to the browser and goes on.
func (a *Account) enter(w http.ResponseWriter, r *http.Request, p ui.Page, token string, s people.Session) {
	a.UI.SetSession(w, token, s)
	a.UI.SetCookie(w, attemptCookie, "", -1)
	http.Redirect(w, r, next(p, r), http.StatusSeeOther)
}

func attemptOf(r *http.Request) string {
	c, err := r.Cookie(attemptCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// toCode remembers the attempt and asks for its code.
func (a *Account) toCode(w http.ResponseWriter, r *http.Request, p ui.Page, attempt, path string) {
	a.UI.SetCookie(w, attemptCookie, attempt, attemptLives)
	to := p.URL(path)
	if n := r.FormValue("next"); n != "" {
		to += "?next=" + url.QueryEscape(next(p, r))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
