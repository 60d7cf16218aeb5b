package pages

import (
	"net/http"

	"github.com/sahna/sahna/internal/web/ui"
)

// cookiesView is the cookie register with the choice.
type cookiesView struct {
	ui.Page
	Choice string // "all", "needed", "" while nothing was chosen
	Done   bool
}

func (v cookiesView) choice() string {
	switch v.Choice {
	case "all":
		return v.T("pages.cookies.now_all")
	case "needed":
		return v.T("pages.cookies.now_needed")
	}
	return v.T("pages.cookies.now_none")
}

func (s *Pages) cookies(w http.ResponseWriter, r *http.Request) {
	v := cookiesView{Page: s.page(r), Choice: ui.CookieChoice(r), Done: r.URL.Query().Get("done") == "1"}
	v.Title, v.Description = v.T("pages.cookies.title"), v.T("pages.cookies.lead")
	s.UI.Render(w, r, http.StatusOK, v.Page, cookiesPage(v))
}

// chooseCookies keeps the choice, which can be made without a script.
func (s *Pages) chooseCookies(w http.ResponseWriter, r *http.Request) {
	s.UI.Choose(w, r, r.PostFormValue("choice") == "all")
	http.Redirect(w, r, s.page(r).URL("/page/cookies?done=1"), http.StatusSeeOther)
}
