package account

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// policyView asks for consent again: what has changed, and boxes that nobody ticked beforehand.
type policyView struct {
	ui.Page
	Form     ui.Form
	Next     string
	Given    privacy.Version // what they agreed to last
	Now      privacy.Version
	Changes  []privacy.Change
	Required []privacy.Scope
	Again    []privacy.Scope // optional ones that they gave and whose text is another now
}

// mountPolicy puts the question and the notices on their addresses.
func (a *Account) mountPolicy(own func(string, func(http.ResponseWriter, *http.Request, people.Session))) {
	own("GET /{lang}/account/policy", a.policy)
	own("POST /{lang}/account/policy", a.doPolicy)
	own("POST /{lang}/account/policy/seen", a.doSeen)
}

// Gate leads a signed-in person to the question when a material change has come into force since their consent. Only reading the wall,
// events and one's orders waits for the answer. What people are owed (policies, their data, withdrawing, deleting, signing out), tickets
// that were bought, and a purchase under way, which asks by itself, go on.
func (a *Account) Gate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := ui.SessionOf(r)
		if s == nil || r.Method != http.MethodGet || !waits(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		_, _, asks, err := a.Privacy.Asks(r.Context(), s.PersonID)
		if err != nil {
			a.UI.Fail(w, r, err)
			return
		}
		if !asks {
			next.ServeHTTP(w, r)
			return
		}
		p := a.UI.Page(r, "")
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, p.URL("/account/policy?next="+url.QueryEscape(r.URL.RequestURI())), http.StatusSeeOther)
	})
}

// waits tells whether an address waits for the answer.
func waits(path string) bool {
	lang, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if _, ok := i18n.Parse(lang); !ok {
		return false
	}
	return rest == "" || rest == "account" || strings.HasPrefix(rest, "event/")
}

func (a *Account) policy(w http.ResponseWriter, r *http.Request, s people.Session) {
	a.showPolicy(w, r, s, nil)
}

func (a *Account) showPolicy(w http.ResponseWriter, r *http.Request, s people.Session, wrong error) {
	v := policyView{Page: a.page(r, "")}
	v.Title, v.Nav, v.Next = v.T("account.policy.title"), "account", next(v.Page, r)
	var asks bool
	var err error
	if v.Given, v.Now, asks, err = a.Privacy.Asks(r.Context(), s.PersonID); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	if !asks {
		http.Redirect(w, r, v.Next, http.StatusSeeOther)
		return
	}
	if v.Again, err = a.Privacy.Reopened(r.Context(), s.PersonID); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	v.Changes = v.Now.Changes(v.Given, v.Lang)
	for _, c := range v.Now.Scopes {
		if c.Required {
			v.Required = append(v.Required, c)
		}
	}
	v.Form = ui.FormOf(v.Page, r, wrong)
	if v.Form.Value("version") != v.Now.ID { // another text: what was ticked was not this
		v.Form.Values.Del("consents")
	}
	status := http.StatusOK
	if wrong != nil {
		status = ui.ReshowStatus(wrong)
	}
	a.UI.Render(w, r, status, v.Page, policyPage(v))
}

func (a *Account) doPolicy(w http.ResponseWriter, r *http.Request, s people.Session) {
	p := a.page(r, "")
	if err := r.ParseForm(); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	err := a.Privacy.Again(r.Context(), s.PersonID, privacy.Given{
		VersionID: r.PostFormValue("version"), Scopes: r.PostForm["consents"], Lang: p.Lang, Channel: "site",
	})
	switch {
	case err == nil:
		http.Redirect(w, r, next(p, r), http.StatusSeeOther)
	case ui.CanReshow(err):
		a.showPolicy(w, r, s, err)
	default:
		a.UI.Fail(w, r, err)
	}
}

// doSeen puts the notice of a version aside.
func (a *Account) doSeen(w http.ResponseWriter, r *http.Request, s people.Session) {
	if err := a.Privacy.Seen(r.Context(), s.PersonID, r.PostFormValue("version")); err != nil && !errors.Is(err, privacy.ErrNoVersion) {
		a.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, next(a.page(r, ""), r), http.StatusSeeOther)
}
