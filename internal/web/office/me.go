package office

import (
	"net/http"

	"github.com/sahna/sahna/internal/people"
)

// mePage is an employee's own ways in.
type mePage struct {
	people.Employee
	Codes []string // recovery codes that were just made: shown once
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
	o.show(w, r, v, http.StatusOK, v.T("office.nav.me"), meView(v, mePage{Employee: e, Codes: codes}))
}
