package checkout

import (
	"net/http"
	"net/url"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// passView shows the buyer the link of a ticket that they pass on: the only time that it is seen.
type passView struct {
	Back string // path of the order, or of the ticket
	Done string // what leads there
	Link string // whole address
}

// takeView is where somebody takes a ticket that was passed on to them, with their own data and their own consent.
type takeView struct {
	*show
	Place  place
	Type   string
	Secret string
	Form   ui.Form
	Boxes  privacy.Boxes
	For    bool // the ticket is for somebody whom the reader represents
}

// forOther says in the form that the ticket is for somebody whom the reader represents.
const forOther = "other"

// passOn makes the link. It answers the POST itself: the link must not stand in another address.
func (d *Door) passOn(w http.ResponseWriter, r *http.Request) {
	k := keyOfOrder(r)
	pass, err := d.Office.PassOn(r.Context(), k, r.PostFormValue("ticket"))
	if err != nil {
		d.afterPass(w, r, err)
		return
	}
	p := d.page(r, "")
	d.showPass(w, r, p, pass, p.URL("/order/"+k.Code+"/"+k.Secret), p.T("checkout.pass_done"))
}

// passOnTicket is passOn from the ticket's own page.
func (d *Door) passOnTicket(w http.ResponseWriter, r *http.Request) {
	code, secret := r.PathValue("code"), r.PathValue("secret")
	pass, err := d.Office.PassOnTicket(r.Context(), code, secret)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	p := d.page(r, "")
	d.showPass(w, r, p, pass, p.URL("/ticket/"+code+"/"+secret), p.T("checkout.pass_done_ticket"))
}

func (d *Door) showPass(w http.ResponseWriter, r *http.Request, p ui.Page, pass boxoffice.Pass, back, done string) {
	p.Title, p.Path, p.Query = p.T("checkout.pass_title"), "/", ""
	d.UI.Render(w, r, http.StatusOK, p, passPage(p, passView{Back: back, Done: done, Link: p.UI.BaseURL + pass.URL(p.Lang)}))
}

func (d *Door) takeBack(w http.ResponseWriter, r *http.Request) {
	d.afterPass(w, r, d.Office.TakeBack(r.Context(), keyOfOrder(r), r.PostFormValue("ticket")))
}

func (d *Door) afterPass(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case err == nil:
		k := keyOfOrder(r)
		http.Redirect(w, r, d.UI.Page(r, "").URL("/order/"+url.PathEscape(k.Code)+"/"+url.PathEscape(k.Secret)), http.StatusSeeOther)
	case ui.CanReshow(err):
		d.showOrder(w, r, err)
	default:
		d.UI.Fail(w, r, err)
	}
}

func (d *Door) takeForm(w http.ResponseWriter, r *http.Request) { d.showTake(w, r, nil, nil) }

func (d *Door) showTake(w http.ResponseWriter, r *http.Request, typed url.Values, problem error) {
	ctx := r.Context()
	t, err := d.Office.Offered(ctx, r.PathValue("secret"))
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	p := d.page(r, "")
	s, err := d.reader(p).show(ctx, t.PerformanceID)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	v := takeView{show: s, Place: s.place(p.Printer, t.SeatNo, t.AreaNo, t.ZoneID), Type: s.typeName(p.Printer, t.TypeID), Secret: r.PathValue("secret")}
	v.For = r.FormValue("for") == forOther
	if v.Boxes, err = d.Privacy.Boxes(ctx); err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	typed = ui.SameBoxes(typed, "consent", v.Boxes)
	v.Form = ui.NewForm(p, typed, problem)
	v.Form.Errors = sayWhich(p, v.Form.Errors, problem)
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	p.Title = p.T("checkout.take_title")
	d.UI.Render(w, r, status, p, takePage(p, v))
}

// take gives the ticket to its holder, who goes on to the ticket's own page.
func (d *Door) take(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	p := d.UI.Page(r, "")
	v := r.PostFormValue
	h := boxoffice.Holder{
		Contacts: people.Contacts{Surname: v("surname"), Name: v("name"), Patronymic: v("patronymic"), Email: v("email")}, Lang: p.Lang,
		Consents: []privacy.Given{{VersionID: v("version"), Register: v("register"), Scopes: r.PostForm["consent"], Lang: p.Lang, Channel: "site"}},
	}
	if v("for") == forOther {
		h.For, h.Represents = boxoffice.Names(v("for_surname"), v("for_name"), v("for_patronymic")), v("represents") == "yes"
	}
	if p.Session != nil {
		h.PersonID = p.Session.PersonID
	}
	t, err := d.Office.Take(r.Context(), r.PathValue("secret"), h)
	switch {
	case err == nil:
		http.Redirect(w, r, ticketPath(p, t), http.StatusSeeOther)
	case ui.CanReshow(err):
		d.showTake(w, r, r.PostForm, err)
	default:
		d.UI.Fail(w, r, err)
	}
}
