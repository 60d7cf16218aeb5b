package account

import (
	"net/http"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/web/ui"
)

// devicesView lists the browsers that are signed in.
type devicesView struct {
	frame
	Devices []people.Device
	Safety  ui.Safety
	Done    string // "out", "added", "removed"
}

func (v devicesView) name(d people.Device) string {
	if d.Browser == "" {
		return v.T("account.device_unknown")
	}
	return d.Browser
}

func (v devicesView) since(d people.Device) string {
	return v.T("account.device_since", "at", v.Moment(d.StartedAt, v.UI.Clock.Now(), zone))
}

func (v devicesView) seen(d people.Device) string {
	return v.T("account.device_seen", "at", v.Moment(d.SeenAt, v.UI.Clock.Now(), zone))
}

func (a *Account) devices(w http.ResponseWriter, r *http.Request, s people.Session) {
	list, err := a.People.Devices(r.Context(), s)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	v := devicesView{frame: a.frame(r, "devices"), Devices: list, Done: r.URL.Query().Get("done")}
	v.Safety = ui.Safety{Page: v.Page, Zone: zone, Has: a.People.HasPasskeys(), Add: v.URL(passkeysBase + "/new"), Remove: v.URL(passkeysBase + "/remove")}
	if v.Safety.Passkeys, err = a.People.Passkeys(r.Context(), s); err == nil {
		v.Safety.SignIns, err = a.People.SignIns(r.Context(), s)
	}
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	v.Title = v.T("account.devices")
	a.UI.Render(w, r, http.StatusOK, v.Page, devicesPage(v))
}

func (a *Account) doSignOutDevice(w http.ResponseWriter, r *http.Request, s people.Session) {
	if err := a.People.SignOutDevice(r.Context(), s, r.PathValue("id")); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	p := a.page(r, "")
	if r.PathValue("id") == s.ID {
		a.UI.ClearSession(w)
		http.Redirect(w, r, p.URL("/account/sign-in"), http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, p.URL("/account/devices?done=out"), http.StatusSeeOther)
}

func (a *Account) doSignOutEverywhere(w http.ResponseWriter, r *http.Request, s people.Session) {
	if err := a.People.SignOutEverywhere(r.Context(), s); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	a.UI.ClearSession(w)
	http.Redirect(w, r, a.page(r, "").URL("/account/sign-in"), http.StatusSeeOther)
}
