package office

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/sahna/sahna/internal/people"
)

// item is an entry of the navigation: a kind of work.
type item struct {
	key, label, href, icon string
	roles                  []people.Role
}

// navigation lists the work that a staff member may do. Later rooms add theirs here.
func navigation(v visit) []item {
	all := []item{
		{"today", v.T("office.nav.today"), v.URL("/office"), "clock", anyStaff},
		{"performances", v.T("office.nav.performances"), v.URL("/office/performances"), "calendar", seesSales},
		{"orders", v.T("office.nav.orders"), v.URL("/office/orders"), "ticket", seesOrders},
		{"requests", v.T("office.nav.requests"), v.URL("/office/requests"), "list", answers},
		{"door", v.T("office.nav.door"), v.URL("/office/door"), "door", runsDoor},
		{"policies", v.T("office.nav.policies"), v.URL("/office/policies"), "list", reviewsTexts},
		{"register", v.T("office.nav.register"), v.URL("/office/register"), "list", seesRegister},
		{"retention", v.T("office.nav.retention"), v.URL("/office/retention"), "clock", seesRegister},
	}
	var out []item
	for _, i := range all {
		if v.may(i.roles) {
			out = append(out, i)
		}
	}
	return out
}

// show renders a page of the office in its frame.
func (o *Office) show(w http.ResponseWriter, r *http.Request, v visit, status int, title string, body templ.Component) {
	v.Title = title
	o.UI.Render(w, r, status, v.Page, frame(v, title, body))
}
