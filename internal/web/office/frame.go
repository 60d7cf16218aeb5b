package office

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/sahna/sahna/internal/people"
)

// item is an entry of the navigation: a kind of work.
type item struct {
	key, label, href, icon string
	roles                  []people.Role
}

// group is a heading of the navigation and the work under it.
type group struct {
	label string
	items []item
}

// navigation lists the work that a staff member may do, under its headings. Later rooms add theirs here.
func navigation(v visit) []group {
	all := []group{
		{"", []item{
			{"today", v.T("office.nav.today"), v.URL("/office"), "clock", anyStaff},
		}},
		{v.T("office.nav.sales"), []item{
			{"performances", v.T("office.nav.performances"), v.URL("/office/performances"), "calendar", seesSales},
			{"orders", v.T("office.nav.orders"), v.URL("/office/orders"), "ticket", seesOrders},
			{"door", v.T("office.nav.door"), v.URL("/office/door"), "door", runsDoor},
		}},
		{v.T("office.nav.duties"), []item{
			{"requests", v.T("office.nav.requests"), v.URL("/office/requests"), "inbox", answers},
			{"documents", v.T("office.nav.documents"), v.URL("/office/documents"), "file", reviewsDocuments},
			{"enquiries", v.T("office.nav.enquiries"), v.URL("/office/enquiries"), "bubble", answersEnquiries},
			{"incidents", v.T("office.nav.incidents"), v.URL("/office/incidents"), "warn", seesRegister},
			{"disclosures", v.T("office.nav.disclosures"), v.URL("/office/disclosures"), "send", seesRegister},
			{"policies", v.T("office.nav.policies"), v.URL("/office/policies"), "shield", reviewsTexts},
			{"register", v.T("office.nav.register"), v.URL("/office/register"), "table", seesRegister},
			{"operations", v.T("office.nav.operations"), v.URL("/office/operations"), "pulse", seesRegister},
			{"transfers", v.T("office.nav.transfers"), v.URL("/office/transfers"), "exchange", seesRegister},
			{"retention", v.T("office.nav.retention"), v.URL("/office/retention"), "hourglass", seesRegister},
		}},
		{v.T("office.nav.house"), []item{
			{"staff", v.T("office.nav.staff"), v.URL("/office/staff"), "people", seesStaff},
			{"traps", v.T("office.nav.traps"), v.URL("/office/traps"), "eye", officers},
			{"access", v.T("office.nav.access"), v.URL("/office/access"), "key", seesRegister},
			{"me", v.T("office.nav.me"), v.URL("/office/me"), "person", anyStaff},
		}},
	}
	var out []group
	for _, g := range all {
		g.items = slices.DeleteFunc(g.items, func(i item) bool { return !v.may(i.roles) })
		if len(g.items) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// here is the name of the page's work, for the closed menu of a phone.
func here(v visit) item {
	for _, g := range navigation(v) {
		for _, i := range g.items {
			if i.key == v.Nav {
				return i
			}
		}
	}
	return item{label: v.T("office.nav.label"), icon: "list"}
}

// show renders a page of the office in its frame.
func (o *Office) show(w http.ResponseWriter, r *http.Request, v visit, status int, title string, body templ.Component) {
	v.Title = title
	o.UI.Render(w, r, status, v.Page, frame(v, title, body))
}
