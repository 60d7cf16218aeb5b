package pages

import (
	"net/http"

	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// disclosuresView is how often state bodies asked for data, and what they were given.
type disclosuresView struct {
	ui.Page
	Years []privacy.DisclosureYear
}

// disclosures publishes the figures of each year (policy 5.3): counts alone, nobody and no case.
func (s *Pages) disclosures(w http.ResponseWriter, r *http.Request) {
	v := disclosuresView{Page: s.page(r)}
	v.Title, v.Description = v.T("pages.disclosures.title"), v.T("pages.disclosures.lead")
	var err error
	if v.Years, err = s.Privacy.DisclosureFigures(r.Context()); err != nil {
		s.UI.Fail(w, r, err)
		return
	}
	s.UI.Render(w, r, http.StatusOK, v.Page, disclosuresPage(v))
}
