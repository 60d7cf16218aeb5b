// Package site is the door for visitors and buyers: the poster wall, event pages, seats, checkout, tickets.
//
// It owns the addresses under /{lang}/ that anybody may open, and the feeds for
// calendars and search engines. It promises that every page works without
// JavaScript and without cookies, in three languages. It decides nothing:
// rules are the rooms', looks are ui's.
package site

import (
	"net/http"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// Site serves the public pages.
type Site struct {
	UI      *ui.UI
	Catalog *catalog.Catalog
	Office  *boxoffice.Office
	Privacy *privacy.Privacy
	Files   files.Store // pictures of events; nil when there are none

	posters posters
}

// Mount puts the pages on their addresses. Each subject has a mount function in its own file.
func (s *Site) Mount(mux *http.ServeMux) {
	s.mountCatalog(mux)
}
