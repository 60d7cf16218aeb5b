package office

import (
	"net/http"
	"slices"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// page is an address of the office and who may open it.
type page struct {
	pattern string
	roles   []people.Role // any of them; empty: all staff
	handle  func(w http.ResponseWriter, r *http.Request, v visit)
}

// visit is one look of a staff member at a page.
type visit struct {
	ui.Page
	Staff   people.Session
	entries []privacy.Entry // the register of processing in force
}

// Actor is how the journal and the ledger name the staff member.
func (v visit) Actor() string { return "staff:" + v.Staff.AccountID }

// may tells whether the staff member has one of the roles.
func (v visit) may(roles []people.Role) bool { return hasRole(v.Staff, roles) }

func hasRole(s people.Session, roles []people.Role) bool {
	if len(roles) == 0 {
		return len(s.Roles) > 0
	}
	return slices.ContainsFunc(s.Roles, func(r people.Role) bool { return slices.Contains(roles, r) })
}

// Who does which work.
var (
	anyStaff         = []people.Role{}
	seesSales        = []people.Role{people.RoleSupport, people.RoleFinance, people.RoleManager, people.RoleAuditor, people.RoleAdmin}
	seesOrders       = []people.Role{people.RoleSupport, people.RoleFinance, people.RoleManager, people.RoleOfficer, people.RoleAuditor, people.RoleAdmin}
	seesPersons      = []people.Role{people.RoleSupport, people.RoleFinance, people.RoleManager, people.RoleOfficer, people.RoleAdmin} // for which purpose, the register says
	refunds          = []people.Role{people.RoleFinance}
	answers          = []people.Role{people.RoleOfficer}
	runsDoor         = []people.Role{people.RoleDoor, people.RoleManager, people.RoleAdmin}
	seesRegister     = []people.Role{people.RoleOfficer, people.RoleAuditor, people.RoleAdmin}
	approvesRegister = []people.Role{people.RoleOfficer, people.RoleAdmin}
	officers         = []people.Role{people.RoleOfficer}
)

// pages is the whole office: every address with its roles.
func (o *Office) pages() []page {
	return []page{
		{"GET /{lang}/office", anyStaff, o.today},
		{"GET /{lang}/office/performances", seesSales, o.performances},
		{"GET /{lang}/office/performances/{id}", seesSales, o.performance},
		{"GET /{lang}/office/orders", seesOrders, o.orders},
		{"POST /{lang}/office/orders/find", seesPersons, o.findOrders},
		{"GET /{lang}/office/orders/{code}", seesOrders, o.order},
		{"POST /{lang}/office/orders/{code}/contacts", seesPersons, o.counted(o.revealContacts)},
		{"GET /{lang}/office/orders/{code}/refund", refunds, o.askRefund},
		{"POST /{lang}/office/orders/{code}/refund", refunds, o.fresh(o.refund)},
		{"GET /{lang}/office/requests", answers, o.requests},
		{"GET /{lang}/office/counter", answers, o.counter},
		{"POST /{lang}/office/counter", answers, o.counted(o.openCounter)},
		{"GET /{lang}/office/requests/new", answers, o.newRequest},
		{"POST /{lang}/office/requests/new", answers, o.enterRequest},
		{"GET /{lang}/office/requests/{number}", answers, o.request},
		{"POST /{lang}/office/requests/{number}/contacts", answers, o.counted(o.revealRequest)},
		{"POST /{lang}/office/requests/{number}/take", answers, o.takeRequest},
		{"POST /{lang}/office/requests/{number}/answer", answers, o.answerRequest},
		{"POST /{lang}/office/requests/{number}/approve", answers, o.fresh(o.approveRequest)},
		{"POST /{lang}/office/requests/{number}/return", answers, o.returnRequest},
		{"GET /{lang}/office/requests/{number}/letter", answers, o.counted(o.requestLetter)},
		{requestScan, answers, o.attachScan},
		{"POST /{lang}/office/requests/{number}/scans/{id}", answers, o.counted(o.openScan)},
		{"GET /{lang}/office/terms", answers, o.terms},
		{"POST /{lang}/office/terms", answers, o.addTerm},
		{"POST /{lang}/office/terms/year", answers, o.setYear},
		{"GET /{lang}/office/door", runsDoor, o.door},
		{"POST /{lang}/office/door/invite", runsDoor, o.inviteDevice},
		{"POST /{lang}/office/door/{id}/revoke", runsDoor, o.revokeDevice},
		{"GET /{lang}/office/register", seesRegister, o.register},
		{"GET /{lang}/office/register/list", seesRegister, o.registerList},
		{"GET /{lang}/office/register/list.pdf", seesRegister, o.registerPDF},
		{"GET /{lang}/office/register/change/{id}", officers, o.registerForm},
		{"POST /{lang}/office/register/change/{id}", officers, o.saveRegister},
		{"GET /{lang}/office/register/recipient/{code}", officers, o.recipientForm},
		{"POST /{lang}/office/register/recipient/{code}", officers, o.saveRecipient},
		{"POST /{lang}/office/register/recipient/{code}/drop", officers, o.dropRecipient},
		{"POST /{lang}/office/register/approve", approvesRegister, o.fresh(o.approveRegister)},
		{"POST /{lang}/office/register/drop", approvesRegister, o.dropRegister},
		{"GET /{lang}/office/retention", seesRegister, o.retention},
		{"POST /{lang}/office/retention/hold", officers, o.putHold},
		{"POST /{lang}/office/retention/hold/{id}/lift", officers, o.fresh(o.liftHold)},
	}
}

// guard lets in who has a staff session with its second factor and one of the page's roles.
func (o *Office) guard(p page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := visit{Page: o.UI.Page(r, "")}
		v.NoIndex, v.Area, v.Wide = true, "office", true
		v.Styles, v.Scripts = []string{"office.css"}, []string{"office.js"}
		if v.Session == nil || len(v.Session.Roles) == 0 || !v.Session.Factor2 {
			if r.Method == http.MethodGet || r.Method == http.MethodHead {
				http.Redirect(w, r, ui.SignInURL(v.Page, r), http.StatusSeeOther)
				return
			}
			o.UI.Fail(w, r, fault.New(fault.Unauthenticated, ""))
			return
		}
		v.Staff = *v.Session
		register, err := o.Privacy.Processing(r.Context())
		if err != nil {
			o.UI.Fail(w, r, err)
			return
		}
		v.entries = register.Entries
		if !v.may(p.roles) {
			o.UI.Fail(w, r, errRole)
			return
		}
		p.handle(w, r, v)
	}
}

// errRole is staff at a page of others' work.
var errRole = fault.New(fault.Forbidden, "office.not_your_role")
