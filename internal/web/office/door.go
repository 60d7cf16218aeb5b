package office

import (
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/web/ui"
)

// doorPage is the scanners, and the code for a new one right after it was made.
type doorPage struct {
	Form    ui.Form
	Code    string // shown once
	CodeFor string
	Until   time.Time
	Devices []device
	Scanner string // where a phone becomes a scanner
}

// device is a scanner with the name of its gate.
type device struct {
	admission.Device
	Gate string
}

// inviteFor is how long a code works (admission keeps the rule).
const inviteFor = 15 * time.Minute

func (o *Office) door(w http.ResponseWriter, r *http.Request, v visit) {
	o.showDoor(w, r, v, http.StatusOK, doorPage{})
}

// inviteDevice shows a sign-in code once. It answers the POST itself: a code must not stand in an address.
func (o *Office) inviteDevice(w http.ResponseWriter, r *http.Request, v visit) {
	name := r.PostFormValue("name")
	code, err := o.Admission.InviteDevice(r.Context(), name, v.Staff.AccountID)
	if err != nil && !ui.CanReshow(err) {
		o.UI.Fail(w, r, err)
		return
	}
	if err != nil {
		o.showDoor(w, r, v, ui.ReshowStatus(err), doorPage{Form: ui.FormOf(v.Page, r, err)})
		return
	}
	o.showDoor(w, r, v, http.StatusOK, doorPage{Code: code, CodeFor: name, Until: o.Clock.Now().Add(inviteFor)})
}

func (o *Office) revokeDevice(w http.ResponseWriter, r *http.Request, v visit) {
	if err := o.Admission.RevokeDevice(r.Context(), r.PathValue("id")); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.URL("/office/door"), http.StatusSeeOther)
}

func (o *Office) showDoor(w http.ResponseWriter, r *http.Request, v visit, status int, p doorPage) {
	v.Nav, v.Path = "door", "/office/door"
	list, err := o.Admission.Devices(r.Context())
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	gates := map[string]string{}
	for _, d := range list {
		if _, known := gates[d.GateID]; !known && d.GateID != "" {
			g, err := o.Admission.Gate(r.Context(), d.GateID)
			if err != nil {
				o.UI.Fail(w, r, err)
				return
			}
			gates[d.GateID] = g.Name
		}
		p.Devices = append(p.Devices, device{d, gates[d.GateID]})
	}
	p.Scanner = o.UI.BaseURL + v.URL("/door")
	o.show(w, r, v, status, v.T("office.nav.door"), doorView(v, p))
}
