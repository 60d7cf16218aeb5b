package checkout

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/site/basketcookie"
	"github.com/sahna/sahna/internal/web/site/waiting"
	"github.com/sahna/sahna/internal/web/ui"
)

// checkoutView is the one page where a basket is paid.
type checkoutView struct {
	Basket    basket
	Form      ui.Form
	Boxes     privacy.Boxes
	Providers []string
	Terms     []terms
	Free      bool
	Refusal   string // code of the decision that stopped the order, "" for none
}

// terms are an organiser's refund terms.
type terms struct{ Organiser, Text string }

// request is what the form says.
type request struct {
	buyer    people.Contacts
	version  string
	register string
	consents []string
	provider string
}

func readRequest(r *http.Request) request {
	v := r.PostFormValue
	return request{
		buyer:   people.Contacts{Surname: v("surname"), Name: v("name"), Patronymic: v("patronymic"), Email: v("email"), Phone: v("phone")},
		version: v("version"), register: v("register"), consents: r.PostForm["consent"], provider: v("provider"),
	}
}

func (d *Door) form(w http.ResponseWriter, r *http.Request) {
	d.showForm(w, r, nil, nil)
}

func (d *Door) showForm(w http.ResponseWriter, r *http.Request, typed url.Values, problem error) {
	p := d.page(r, "")
	p.Title = p.T("checkout.title")
	p.Path, p.Query = "/checkout", "" // also after more time was asked for
	ctx := r.Context()
	b, err := d.readBasket(ctx, p, basketcookie.Read(r))
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	if b.Count == 0 {
		if b.Ordered != nil && problem == nil {
			http.Redirect(w, r, b.Ordered.URL(p.Lang), http.StatusSeeOther)
			return
		}
		d.showBasket(w, r, problem)
		return
	}
	v := checkoutView{Basket: b, Providers: d.Office.Providers(), Terms: refundTerms(p, b), Free: b.Total.IsZero(), Refusal: refusalIn(problem)}
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
	w.Header().Set("Cache-Control", "no-store")
	d.UI.Render(w, r, status, p, checkoutPage(p, v))
}

// sayWhich makes errors stand alone in the list above the form: which name is missing, and where the consent's boxes are.
func sayWhich(p ui.Page, errs []ui.FieldError, problem error) []ui.FieldError {
	var fields fault.Fields
	errors.As(problem, &fields)
	missing := map[string]bool{}
	for _, f := range fields {
		missing[f.Field] = errors.Is(f, people.ErrNameNeeded)
	}
	for i := range errs {
		switch e := &errs[i]; {
		case e.Field == "consents":
			e.Field = "consent"
		case e.Field == "surname" && missing["surname"]:
			e.Message = p.T("checkout.surname_needed")
		case e.Field == "name" && missing["name"]:
			e.Message = p.T("checkout.name_needed")
		}
	}
	return errs
}

func refundTerms(p ui.Page, b basket) []terms {
	var out []terms
	for _, h := range b.Holds {
		t := terms{p.Text(h.Organiser.Name), p.Text(h.Organiser.Refund)}
		if t.Text != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

func (d *Door) buy(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	p := d.UI.Page(r, "")
	q := readRequest(r)
	c := boxoffice.CheckoutRequest{
		Holds: d.stillOpen(r), Buyer: q.buyer, Provider: q.provider, Lang: p.Lang, Channel: "site",
		Network:  waiting.Network(r),
		Consents: []privacy.Given{{VersionID: q.version, Register: q.register, Scopes: q.consents, Lang: p.Lang, Channel: "site"}},
	}
	if p.Session != nil {
		c.PersonID = p.Session.PersonID
	}
	ord, pay, err := d.Office.Checkout(r.Context(), c)
	if err != nil {
		if ui.CanReshow(err) || fault.KindOf(err) == fault.NotFound {
			d.showForm(w, r, r.PostForm, err)
		} else {
			d.UI.Fail(w, r, err)
		}
		return
	}
	basketcookie.Set(w, r, nil)
	w.Header().Set("Referrer-Policy", "no-referrer")
	to := ord.URL(p.Lang)
	if pay.URL != "" {
		to = pay.URL
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// stillOpen are the basket's keys without those whose time is over: the page showed the rest. When none is left all go on, so that
// the box office says what has become of them.
func (d *Door) stillOpen(r *http.Request) []boxoffice.HoldKey {
	all := basketcookie.Read(r)
	var open []boxoffice.HoldKey
	for _, k := range all {
		if _, err := d.Office.FindHold(r.Context(), k); err == nil {
			open = append(open, k)
		}
	}
	if len(open) == 0 {
		return all
	}
	return open
}

// providerName says a way to pay in words.
func providerName(p ui.Page, code string) string {
	id, ok := providerNames[code]
	if !ok {
		return strings.ToUpper(code)
	}
	return p.T(id)
}

var providerNames = map[string]string{"test": "checkout.provider_test"}
