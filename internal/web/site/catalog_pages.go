package site

import (
	"net/http"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// mountCatalog puts on what says what is on: wall, events, feeds.
func (s *Site) mountCatalog(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /{lang}", s.home)
	mux.HandleFunc("GET /{lang}/{$}", s.wall)
	mux.HandleFunc("GET /{lang}/event/{slug}", s.event)
	mux.HandleFunc("GET /{lang}/event/{slug}/poster.svg", s.poster)
	mux.HandleFunc("GET /{lang}/event/{slug}/picture.jpg", s.picture)
	mux.HandleFunc("GET /{lang}/event/{slug}/calendar.ics", s.eventCalendar)
	mux.HandleFunc("GET /{lang}/calendar.ics", s.calendar)
	mux.HandleFunc("GET /sitemap.xml", s.sitemap)
	mux.HandleFunc("GET /robots.txt", s.robots)
}

// home leads to the wall in the language of the address, else in the one the browser asks for.
func (s *Site) home(w http.ResponseWriter, r *http.Request) {
	l, ok := i18n.Parse(r.PathValue("lang"))
	if !ok {
		l = i18n.Match(r.Header.Get("Accept-Language"))
		w.Header().Add("Vary", "Accept-Language")
	}
	to := "/" + string(l) + "/"
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	http.Redirect(w, r, to, http.StatusFound)
}
