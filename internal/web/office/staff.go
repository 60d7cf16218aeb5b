package office

import (
	"net/http"
	"slices"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// Who looks after staff.
var (
	administers  = []people.Role{people.RoleAdmin}
	seesStaff    = []people.Role{people.RoleAdmin, people.RoleOfficer, people.RoleAuditor}
	decidesRoles = []people.Role{people.RoleAdmin, people.RoleOfficer}
)

// staffPages are the addresses for colleagues, their roles and one's own second factor.
func (o *Office) staffPages() []page {
	const one = "/{lang}/office/staff/{account}"
	return []page{
		{"GET /{lang}/office/staff", seesStaff, o.staff},
		{"GET /{lang}/office/staff/new", administers, o.newEmployee},
		{"POST /{lang}/office/staff/new", administers, o.fresh(o.addEmployee)},
		{"GET " + one, seesStaff, o.employee},
		{"POST " + one + "/contacts", decidesRoles, o.counted(o.revealEmployee)},
		{"POST " + one + "/roles", administers, o.fresh(o.changeRoles)},
		{"POST " + one + "/invite", administers, o.fresh(o.inviteEmployee)},
		{"POST " + one + "/end", administers, o.fresh(o.endEmployee)},
		{"POST /{lang}/office/staff/{account}/role/{change}/give", decidesRoles, o.fresh(o.giveRole)},
		{"POST /{lang}/office/staff/{account}/role/{change}/refuse", decidesRoles, o.fresh(o.refuseRole)},
		{"POST /{lang}/office/confirm", anyStaff, o.confirm},
		{"GET /{lang}/office/me", anyStaff, o.me},
		{"POST /{lang}/office/me/recovery", anyStaff, o.fresh(o.newRecovery)},
		{"GET /{lang}/office/me/passkeys/new", anyStaff, o.fresh(o.newPasskey)},
		{"POST /{lang}/office/me/passkeys/new", anyStaff, o.fresh(o.addPasskey)},
		{"POST /{lang}/office/me/passkeys/question", anyStaff, o.passkeyQuestion},
		{"POST /{lang}/office/me/passkeys/remove", anyStaff, o.fresh(o.removePasskey)},
		{"GET /{lang}/office/traps", officers, o.traps},
		{"POST /{lang}/office/traps", officers, o.fresh(o.layTraps)},
		{"POST /{lang}/office/traps/{alarm}/answer", officers, o.answerAlarm},
		{"GET /{lang}/office/access", seesRegister, o.accessMatrix},
	}
}

// staffPage is who works here, and what waits for a second person.
type staffPage struct {
	Employees []people.Employee
	Waiting   []people.RoleChange
}

// employeePage is one colleague. Contacts only after somebody said what for.
type employeePage struct {
	people.Employee
	Changes  []people.RoleChange
	Contacts *people.Contacts
	Look     ui.Form
	Roles    ui.Form
	Done     string // "added", "waits", "roles", "invited", "ended"
}

// employeeForm asks for a new colleague.
type employeeForm struct{ Form ui.Form }

// tag is how a colleague is told from others without a name: the last letters of the account.
func tag(account string) string {
	if len(account) < 6 {
		return account
	}
	return account[len(account)-6:]
}

func (o *Office) staff(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "staff"
	var p staffPage
	var err error
	if p.Employees, err = o.People.Employees(r.Context()); err == nil {
		p.Waiting, err = o.People.RolesWaiting(r.Context())
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.show(w, r, v, http.StatusOK, v.T("office.nav.staff"), staffView(v, p))
}

func (o *Office) newEmployee(w http.ResponseWriter, r *http.Request, v visit) {
	o.showNewEmployee(w, r, v, nil)
}

func (o *Office) showNewEmployee(w http.ResponseWriter, r *http.Request, v visit, problem error) {
	v.Nav = "staff"
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	o.show(w, r, v, status, v.T("office.staff.new"), newEmployeeView(v, employeeForm{ui.FormOf(v.Page, r, problem)}))
}

func rolesOf(r *http.Request) (out []people.Role) {
	for _, s := range r.PostForm["roles"] {
		out = append(out, people.Role(s))
	}
	return out
}

// addEmployee makes an account without a password; its owner is invited by mail.
func (o *Office) addEmployee(w http.ResponseWriter, r *http.Request, v visit) {
	c := people.Contacts{
		Surname: r.PostFormValue("surname"), Name: r.PostFormValue("name"),
		Patronymic: r.PostFormValue("patronymic"), Email: r.PostFormValue("email"),
	}
	id, waits, err := o.People.AddEmployee(r.Context(), v.Staff.AccountID, c, rolesOf(r), v.Lang)
	if err != nil {
		if ui.CanReshow(err) {
			o.showNewEmployee(w, r, v, err)
			return
		}
		o.UI.Fail(w, r, err)
		return
	}
	done := "added"
	if len(waits) > 0 {
		done = "waits"
	}
	http.Redirect(w, r, v.URL("/office/staff/"+id+"?done="+done), http.StatusSeeOther)
}

func (o *Office) employee(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.readEmployee(r, v)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p.Done = r.URL.Query().Get("done")
	o.showEmployee(w, r, v, http.StatusOK, p)
}

func (o *Office) readEmployee(r *http.Request, v visit) (p employeePage, err error) {
	p.Look, p.Roles = ui.NewForm(v.Page, nil, nil), ui.NewForm(v.Page, nil, nil)
	if p.Employee, err = o.People.Employee(r.Context(), r.PathValue("account")); err != nil {
		return p, err
	}
	p.Changes, err = o.People.RoleChanges(r.Context(), p.AccountID)
	return p, err
}

func (o *Office) showEmployee(w http.ResponseWriter, r *http.Request, v visit, status int, p employeePage) {
	v.Nav = "staff"
	v.Path = "/office/staff/" + p.AccountID
	o.show(w, r, v, status, v.T("office.staff.colleague", "tag", tag(p.AccountID)), employeeView(v, p))
}

// staffLooks are the reasons to see who a colleague is.
func staffLooks(v visit) []ui.Option {
	return []ui.Option{
		{Value: "", Label: v.T("office.contacts.choose")},
		{Value: "office_staff_roles", Label: v.T("office.staff.look_roles")},
		{Value: "office_staff_reach", Label: v.T("office.staff.look_reach")},
	}
}

// revealEmployee opens who a colleague is, for the purpose of staff records.
func (o *Office) revealEmployee(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.readEmployee(r, v)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	reason := r.PostFormValue("purpose")
	if !slices.ContainsFunc(staffLooks(v)[1:], func(l ui.Option) bool { return l.Value == reason }) {
		p.Look = ui.FormOf(v.Page, r, errPurpose)
		o.showEmployee(w, r, v, http.StatusUnprocessableEntity, p)
		return
	}
	var c people.Contacts
	err = o.DB.Transact(r.Context(), func(tx *db.DB) (err error) {
		c, err = o.People.Contacts(r.Context(), tx, vault.Opening{Person: p.PersonID, Purpose: vault.PurposeStaff, Actor: v.Actor(), Reason: reason})
		return err
	})
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p.Contacts = &c
	o.showEmployee(w, r, v, http.StatusOK, p)
}

func (o *Office) changeRoles(w http.ResponseWriter, r *http.Request, v visit) {
	id := r.PathValue("account")
	if r.ParseForm() == nil && len(r.PostForm["roles"]) == 0 {
		o.afterStaff(w, r, v, fault.Fields{people.ErrRoleUnknown.On("roles")}, "")
		return
	}
	waits, err := o.People.ChangeRoles(r.Context(), v.Staff.AccountID, id, rolesOf(r))
	done := "roles"
	if len(waits) > 0 {
		done = "waits"
	}
	o.afterStaff(w, r, v, err, done)
}

func (o *Office) inviteEmployee(w http.ResponseWriter, r *http.Request, v visit) {
	o.afterStaff(w, r, v, o.People.InviteAgain(r.Context(), v.Staff.AccountID, r.PathValue("account")), "invited")
}

func (o *Office) endEmployee(w http.ResponseWriter, r *http.Request, v visit) {
	if r.PostFormValue("sure") != "yes" {
		o.afterStaff(w, r, v, fault.Fields{fault.New(fault.Invalid, "office.sure_needed").On("sure")}, "")
		return
	}
	o.afterStaff(w, r, v, o.People.EndEmployment(r.Context(), v.Staff.AccountID, r.PathValue("account")), "ended")
}

func (o *Office) giveRole(w http.ResponseWriter, r *http.Request, v visit) {
	o.afterStaff(w, r, v, o.People.DecideRole(r.Context(), v.Staff.AccountID, r.PathValue("change"), true), "roles")
}

func (o *Office) refuseRole(w http.ResponseWriter, r *http.Request, v visit) {
	o.afterStaff(w, r, v, o.People.DecideRole(r.Context(), v.Staff.AccountID, r.PathValue("change"), false), "roles")
}

// afterStaff goes back to the colleague's page, with what was done or what was wrong.
func (o *Office) afterStaff(w http.ResponseWriter, r *http.Request, v visit, err error, done string) {
	if err == nil {
		http.Redirect(w, r, v.URL("/office/staff/"+r.PathValue("account")+"?done="+done), http.StatusSeeOther)
		return
	}
	if !ui.CanReshow(err) {
		o.UI.Fail(w, r, err)
		return
	}
	p, rerr := o.readEmployee(r, v)
	if rerr != nil {
		o.UI.Fail(w, r, rerr)
		return
	}
	p.Roles = ui.FormOf(v.Page, r, err)
	o.showEmployee(w, r, v, ui.ReshowStatus(err), p)
}

func roleName(v visit, r people.Role) string { return v.Text(privacy.RoleName(r)) }

// roleForm is the form of a colleague's roles as they are, or as they were just typed.
func (p employeePage) roleForm() ui.Form {
	f := p.Roles
	if len(f.Errors) > 0 && len(f.Values["roles"]) > 0 {
		return f
	}
	values := map[string][]string{}
	for _, r := range p.Employee.Roles {
		values["roles"] = append(values["roles"], string(r))
	}
	return ui.Form{Values: values, Errors: f.Errors}
}
