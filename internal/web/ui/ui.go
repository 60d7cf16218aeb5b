// Package ui is how pages look: the layout, the components, the forms, and the one place where errors become pages.
//
// It owns HTML, CSS and scripts that all doors share. It promises valid,
// accessible pages in three languages, light and dark, that work without
// JavaScript and ask no third party. It knows no room's rules: doors hand it
// what to show.
package ui

import (
	"log/slog"
	"net/http"

	"github.com/a-h/templ"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
)

// UI renders pages for every door.
type UI struct {
	Bundle   *i18n.Bundle
	Clock    clock.Clock
	Log      *slog.Logger
	Operator privacy.Operator
	BaseURL  string // no slash at the end
	Demo     bool   // shows a ribbon and the outbox link
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
	NoIndex     bool
	Area        string // "site", "account", "office", "door": which frame and navigation
	Nav         string // current item of the navigation
	Session     *people.Session
	Wide        bool // full width, e.g. the seat picker
	UI          *UI
}

// Page starts a page of the request's language ({lang} of the pattern).
func (u *UI) Page(r *http.Request, title string) Page { panic("contract") }

// Render writes a page with its layout.
func (u *UI) Render(w http.ResponseWriter, r *http.Request, status int, p Page, body templ.Component) {
	panic("contract")
}

// Fail turns an error into a page in the visitor's language with a next step; internal errors are logged and say nothing more.
func (u *UI) Fail(w http.ResponseWriter, r *http.Request, err error) { panic("contract") }

// URL makes an address of this site in the page's language: p.URL("/event/abay") is "/kk/event/abay".
func (p Page) URL(path string) string { return "/" + string(p.Lang) + path }
