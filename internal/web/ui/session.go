package ui

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
)

// SessionCookie holds a session's token, and nothing else.
const SessionCookie = "sahna_session"

// Sessions is the middleware that puts the signed-in session into the request's context. A cookie that opens nothing is taken away.
func (u *UI) Sessions(p *people.People) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token := SessionToken(r)
			if token == "" || strings.HasPrefix(r.URL.Path, "/static/") || forMachines(r.URL.Path) {
				next.ServeHTTP(w, r)
				return
			}
			s, err := p.SessionByToken(r.Context(), token)
			switch {
			case errors.Is(err, people.ErrNoSession):
				u.ClearSession(w)
			case err != nil:
				u.Fail(w, r, err)
				return
			default:
				r = r.WithContext(WithSession(r.Context(), &s))
			}
			next.ServeHTTP(w, r)
		})
	}
}

// SessionOf returns the request's session, nil for a visitor who is not signed in.
func SessionOf(r *http.Request) *people.Session { return SessionFrom(r.Context()) }

// SessionToken returns the token that a browser sent, "" when none.
func SessionToken(r *http.Request) string {
	c, err := r.Cookie(SessionCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// SetSession hands a new session's token to the browser.
func (u *UI) SetSession(w http.ResponseWriter, token string, s people.Session) {
	u.SetCookie(w, SessionCookie, token, s.StartedAt.Add(180*24*time.Hour).Sub(u.Clock.Now()))
}

// ClearSession takes the token from the browser.
func (u *UI) ClearSession(w http.ResponseWriter) { u.SetCookie(w, SessionCookie, "", -1) }

// SetCookie sets a cookie that no script reads, no other site sends with a form, and no open network carries when we are served
// by https. A negative age takes it away.
func (u *UI) SetCookie(w http.ResponseWriter, name, value string, age time.Duration) {
	c := &http.Cookie{
		Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(u.BaseURL, "https://"), MaxAge: int(age / time.Second),
	}
	if age < 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}
