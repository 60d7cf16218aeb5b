package office

import (
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui"
)

// signInPage asks for password and second factor; only for the factor, when the password was given before.
type signInPage struct {
	Form       ui.Form
	Next       string
	OnlyFactor bool
	Passkeys   bool // can be had at this address
}

func (o *Office) signInForm(w http.ResponseWriter, r *http.Request) {
	s := ui.SessionFrom(r.Context())
	if s != nil && s.Staff() && s.Factor2 {
		http.Redirect(w, r, nextOf(r), http.StatusSeeOther)
		return
	}
	o.showSignIn(w, r, http.StatusOK, nil)
}

func (o *Office) showSignIn(w http.ResponseWriter, r *http.Request, status int, problem error) {
	v := visit{Page: o.UI.Page(r, "")}
	v.Title, v.NoIndex, v.Area = v.T("office.sign_in.title"), true, "office"
	v.Styles = []string{"office.css"}
	s := ui.SessionFrom(r.Context())
	p := signInPage{Form: ui.FormOf(v.Page, r, problem), Next: nextOf(r), OnlyFactor: s != nil && s.Staff(), Passkeys: o.People.HasPasskeys()}
	if p.Passkeys {
		v.Scripts = append(v.Scripts, "passkey.js")
	}
	o.UI.Render(w, r, status, v.Page, signInView(v, p))
}

// signIn takes password and second factor at once: a session that has only the first stays with nobody.
func (o *Office) signIn(w http.ResponseWriter, r *http.Request) {
	err := o.enter(w, r)
	if err == nil {
		http.Redirect(w, r, nextOf(r), http.StatusSeeOther)
		return
	}
	if !ui.CanReshow(err) {
		o.UI.Fail(w, r, err)
		return
	}
	o.showSignIn(w, r, ui.ReshowStatus(err), err)
}

func (o *Office) enter(w http.ResponseWriter, r *http.Request) error {
	if s := ui.SessionFrom(r.Context()); s != nil && s.Staff() && r.PostFormValue("password") == "" {
		return o.factor(r, *s, "code", ui.PasskeyField)
	}
	token, s, err := o.People.SignIn(r.Context(), r.PostFormValue("email"), r.PostFormValue("password"), browserOf(r))
	if err != nil {
		return err
	}
	if !s.Staff() {
		err = people.ErrSignIn // an account that is not staff's is told no more than a wrong password
	} else {
		err = o.factor(r, s, "code", ui.PasskeyField)
	}
	if err != nil {
		return errors.Join(err, o.People.SignOut(r.Context(), s))
	}
	o.UI.SetSession(w, token, s)
	return nil
}

// factor takes the second factor that a form carries: a passkey's answer, else the typed code.
func (o *Office) factor(r *http.Request, s people.Session, code, passkey string) error {
	if answer := r.PostFormValue(passkey); answer != "" {
		return o.People.VerifyPasskey(r.Context(), s, answer)
	}
	return o.People.VerifySecondFactor(r.Context(), s, r.PostFormValue(code))
}

// askPasskey answers the script of the pages that take a passkey with a question for the device.
func (o *Office) askPasskey(w http.ResponseWriter, r *http.Request) {
	s := ui.SessionFrom(r.Context())
	if s != nil && !s.Staff() {
		s = nil
	}
	question, err := o.People.AskPasskey(r.Context(), s, browserOf(r))
	o.UI.Question(w, r, question, err)
}

func (o *Office) signOut(w http.ResponseWriter, r *http.Request) {
	if s := ui.SessionFrom(r.Context()); s != nil {
		if err := o.People.SignOut(r.Context(), *s); err != nil && fault.KindOf(err) != fault.Unauthenticated {
			o.UI.Fail(w, r, err)
			return
		}
	}
	o.UI.ClearSession(w)
	http.Redirect(w, r, "/"+string(ui.LangOf(r))+"/office/sign-in", http.StatusSeeOther)
}

// nextOf is where to go after signing in: an address of the office, whatever was asked for.
func nextOf(r *http.Request) string {
	home := "/" + string(ui.LangOf(r)) + "/office"
	next := r.FormValue("next")
	lang, rest, _ := strings.Cut(strings.TrimPrefix(next, "/"), "/")
	if _, ok := i18n.Parse(lang); !ok || !strings.HasPrefix(next, "/") || strings.ContainsAny(next, "\\\r\n?#") || strings.Contains(next, "//") || strings.Contains(next, "..") {
		return home
	}
	if rest != "office" && !strings.HasPrefix(rest, "office/") || strings.HasPrefix(rest, "office/sign-") {
		return home
	}
	return next
}

func browserOf(r *http.Request) people.Browser {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = ""
	}
	return people.Browser{IP: host, UserAgent: r.UserAgent()}
}
