// Package ui is how pages look: the layout, the components, the forms, and the one place where errors become pages.
//
// It owns HTML, CSS and scripts that all doors share. It promises valid,
// accessible pages in three languages, light and dark, that work without
// JavaScript and ask no third party. It knows no room's rules: doors hand it
// what to show.
package ui

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
)

// UI renders pages for every door.
type UI struct {
	Bundle     *i18n.Bundle
	Clock      clock.Clock
	Log        *slog.Logger
	Operator   privacy.Operator
	BaseURL    string                                                                  // no slash at the end
	Demo       bool                                                                    // shows a ribbon and the outbox link
	News       func(ctx context.Context, person string) ([]privacy.Publication, error) // new versions to tell of; person is "" for a visitor; may be nil
	KeepFor    time.Duration                                                           // how long pages that are the same for everybody are kept: KeepPages; 0 keeps none
	Watch      func(route string, status int, took time.Duration, remote string)       // counts every answer; may be nil
	FormAction []string                                                                // origins besides our own that forms may post to: payment providers with a page of their own

	bodies map[string]int64 // by pattern: how much a request may send where it is more than MaxBody
	shelf  shelf
	theme  struct {
		once sync.Once
		name string
		css  []byte
	}
}

// Page is everything the layout needs of one page.
type Page struct {
	*i18n.Printer
	Lang        i18n.Lang
	Path        string // without the language: "/event/abay"; the language switch keeps it, with Query
	Query       string
	Title       string
	Description string
	Image       string          // absolute address for social cards
	Head        templ.Component // JSON-LD and the like, may be nil
	Scripts     []string        // names of bundled scripts that this page needs: "picker.js"
	Styles      []string        // names of bundled style sheets besides ui.css
	NoIndex     bool
	Area        string // "site", "account", "office", "door": which frame and navigation
	Nav         string // current item of the navigation
	Session     *people.Session
	Wide        bool // full width, e.g. the seat picker
	UI          *UI
	RequestID   string
	news        []privacy.Publication
}

// Page starts a page of the request's language ({lang} of the pattern).
func (u *UI) Page(r *http.Request, title string) Page {
	lang := LangOf(r)
	return Page{
		Printer: u.Bundle.Printer(lang), Lang: lang,
		Path: pathWithoutLang(r.URL.EscapedPath()), Query: r.URL.RawQuery,
		Title: title, Area: areaOf(r.URL.Path), Session: SessionFrom(r.Context()), UI: u, RequestID: RequestID(r.Context()),
	}
}

// Render writes a page with its layout.
func (u *UI) Render(w http.ResponseWriter, r *http.Request, status int, p Page, body templ.Component) {
	u.readNews(r.Context(), &p)
	var b bytes.Buffer
	if err := layout(p, body).Render(r.Context(), &b); err != nil {
		u.Log.ErrorContext(r.Context(), "render", "request", p.RequestID, "route", r.Pattern, "err", err)
		http.Error(w, p.T("fault.internal"), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(p.Lang))
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", cacheControl(p))
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader left: nobody to tell
}

// Pages that may show a person's data leave no copy behind, not even in the browser.
func cacheControl(p Page) string {
	if p.Area == "site" && p.Session == nil {
		return "no-cache"
	}
	return "no-store"
}

// URL makes an address of this site in the page's language: p.URL("/event/abay") is "/kk/event/abay".
func (p Page) URL(path string) string { return "/" + string(p.Lang) + path }

// InLang is the address of this page in another language, with its query.
func (p Page) InLang(l i18n.Lang) string {
	u := "/" + string(l) + p.Path
	if p.Query != "" {
		u += "?" + p.Query
	}
	return u
}

// Canonical is the absolute address of this page in a language, without its query.
func (p Page) Canonical(l i18n.Lang) string { return p.UI.BaseURL + "/" + string(l) + p.Path }

// With is the address of this page with query values set; an empty value takes the name out. Filters and pagers use it.
func (p Page) With(kv ...string) string {
	q, err := url.ParseQuery(p.Query)
	if err != nil {
		q = url.Values{}
	}
	for i := 0; i+1 < len(kv); i += 2 {
		if kv[i+1] == "" {
			q.Del(kv[i])
		} else {
			q.Set(kv[i], kv[i+1])
		}
	}
	u := "/" + string(p.Lang) + p.Path
	if s := q.Encode(); s != "" {
		u += "?" + s
	}
	return u
}

// LangOf tells the request's language: of its address, else what the browser asks for.
func LangOf(r *http.Request) i18n.Lang {
	if l, ok := i18n.Parse(r.PathValue("lang")); ok {
		return l
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if l, ok := i18n.Parse(first); ok {
		return l
	}
	return i18n.Match(r.Header.Get("Accept-Language"))
}

func pathWithoutLang(path string) string {
	first, rest, found := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if _, ok := i18n.Parse(first); !ok {
		return "/"
	}
	if !found {
		return "/"
	}
	return "/" + rest
}

func areaOf(path string) string {
	switch seg, _, _ := strings.Cut(strings.TrimPrefix(pathWithoutLang(path), "/"), "/"); seg {
	case "office", "account", "door":
		return seg
	}
	return "site"
}

type contextKey int

const (
	sessionKey contextKey = iota
	traceKey
)

// WithSession puts the signed-in session into a request's context; the session middleware does it.
func WithSession(ctx context.Context, s *people.Session) context.Context {
	return context.WithValue(ctx, sessionKey, s)
}

// SessionFrom returns the request's session, nil for a visitor who is not signed in.
func SessionFrom(ctx context.Context) *people.Session {
	s, _ := ctx.Value(sessionKey).(*people.Session)
	return s
}
