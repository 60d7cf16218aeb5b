package office

import (
	"net/http"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/web/ui"
)

// mePage is an employee's own ways in.
type mePage struct {
	people.Employee
	Codes  []string // recovery codes that were just made: shown once
	Safety ui.Safety
	Done   string // "added", "removed"
}

func (o *Office) me(w http.ResponseWriter, r *http.Request, v visit) {
	o.showMe(w, r, v, nil)
}

// newRecovery shows the new codes in the answer itself: they must not stand in an address.
func (o *Office) newRecovery(w http.ResponseWriter, r *http.Request, v visit) {
	codes, err := o.People.NewRecovery(r.Context(), v.Staff)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.showMe(w, r, v, codes)
}

func (o *Office) showMe(w http.ResponseWriter, r *http.Request, v visit, codes []string) {
	v.Nav, v.Path = "me", "/office/me"
	e, err := o.People.Employee(r.Context(), v.Staff.AccountID)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p := mePage{Employee: e, Codes: codes, Done: r.URL.Query().Get("done")}
	p.Safety = ui.Safety{Page: v.Page, Zone: Zone, Has: o.People.HasPasskeys(), Add: v.URL(myPasskeys + "/new"), Remove: v.URL(myPasskeys + "/remove")}
	if p.Safety.Passkeys, err = o.People.Passkeys(r.Context(), v.Staff); err == nil {
		p.Safety.SignIns, err = o.People.SignIns(r.Context(), v.Staff)
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.show(w, r, v, http.StatusOK, v.T("office.nav.me"), meView(v, p))
}

const myPasskeys = "/office/me/passkeys"

func (o *Office) newPasskey(w http.ResponseWriter, r *http.Request, v visit) {
	o.showNewPasskey(w, r, v, nil)
}

func (o *Office) showNewPasskey(w http.ResponseWriter, r *http.Request, v visit, problem error) {
	v.Nav, v.Path = "me", myPasskeys+"/new"
	v.Scripts = append(v.Scripts, "passkey.js")
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	o.show(w, r, v, status, v.T("ui.safety.add"), ui.AddPasskey(ui.PasskeyForm{
		Page: v.Page, Form: ui.FormOf(v.Page, r, problem), Ask: v.URL(myPasskeys + "/question"), Action: v.URL(myPasskeys + "/new"), Back: v.URL("/office/me"),
	}))
}

// passkeyQuestion answers the page's script.
func (o *Office) passkeyQuestion(w http.ResponseWriter, r *http.Request, v visit) {
	question, err := o.People.NewPasskey(r.Context(), v.Staff)
	o.UI.Question(w, r, question, err)
}

func (o *Office) addPasskey(w http.ResponseWriter, r *http.Request, v visit) {
	err := o.People.AddPasskey(r.Context(), v.Staff, people.PasskeyKind(r.PostFormValue("kind")), r.PostFormValue(ui.PasskeyField))
	switch {
	case err == nil:
		http.Redirect(w, r, v.URL("/office/me?done=added"), http.StatusSeeOther)
	case ui.CanReshow(err):
		o.showNewPasskey(w, r, v, err)
	default:
		o.UI.Fail(w, r, err)
	}
}

func (o *Office) removePasskey(w http.ResponseWriter, r *http.Request, v visit) {
	if err := o.People.RemovePasskey(r.Context(), v.Staff, r.PostFormValue("id")); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.URL("/office/me?done=removed"), http.StatusSeeOther)
}
