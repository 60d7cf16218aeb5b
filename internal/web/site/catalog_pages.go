package site

import "net/http"

// mountCatalog puts on what says what is on: wall, events, feeds.
func (s *Site) mountCatalog(mux *http.ServeMux) {}
