package office

import (
	"net/http"
	"net/url"

	"github.com/sahna/sahna/internal/web/ui"
)

// joinPage lets an invited employee set password and second factor; Codes when that is done.
type joinPage struct {
	Form   ui.Form
	Token  string
	Secret string // for the authenticator
	QR     ui.QR
	Codes  []string
}

func (o *Office) joinForm(w http.ResponseWriter, r *http.Request) { o.showJoin(w, r, nil) }

func (o *Office) join(w http.ResponseWriter, r *http.Request) {
	codes, err := o.People.Join(r.Context(), r.PathValue("token"), r.PostFormValue("password"), r.PostFormValue("code"))
	if err != nil {
		o.showJoin(w, r, err)
		return
	}
	v := o.outside(r)
	o.UI.Render(w, r, http.StatusOK, v.Page, joinView(v, joinPage{Codes: codes}))
}

func (o *Office) showJoin(w http.ResponseWriter, r *http.Request, problem error) {
	if problem != nil && !ui.CanReshow(problem) {
		o.UI.Fail(w, r, problem)
		return
	}
	p := joinPage{Token: r.PathValue("token")}
	var err error
	if p.Secret, err = o.People.Joining(r.Context(), p.Token); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	site := o.UI.Operator.ShortName
	if p.QR, err = ui.DrawQR("otpauth://totp/" + url.PathEscape(site) + "?secret=" + p.Secret + "&issuer=" + url.QueryEscape(site)); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	v := o.outside(r)
	p.Form = ui.FormOf(v.Page, r, problem)
	o.UI.Render(w, r, status, v.Page, joinView(v, p))
}

// outside is the visit of somebody who has not come in yet.
func (o *Office) outside(r *http.Request) visit {
	v := visit{Page: o.UI.Page(r, "")}
	v.Title, v.NoIndex, v.Area = v.T("office.join.title"), true, "office"
	v.Path, v.Styles = "/office/sign-in", []string{"office.css"} // an invitation's address must not go into the language switch
	return v
}
