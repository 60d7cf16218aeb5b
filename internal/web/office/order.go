package office

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// orderPage is all that is known of an order; Contacts only after somebody said what for.
type orderPage struct {
	Order    boxoffice.Order
	Lines    []orderLine
	Ledger   []boxoffice.LedgerLine
	Contacts *people.Contacts
	Form     ui.Form
	Done     string // what was just done: "refund"
}

// orderLine is one place of an order with its names.
type orderLine struct {
	Event, When, Place, Type string
	Performance              string
	Price                    string
	Ticket                   string // its code, "" before it is paid
	Void                     bool
	Passed                   bool // somebody else holds it
}

func (o *Office) order(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.readOrder(r.Context(), v, r.PathValue("code"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p.Done = r.URL.Query().Get("done")
	o.showOrder(w, r, v, http.StatusOK, p)
}

func (o *Office) showOrder(w http.ResponseWriter, r *http.Request, v visit, status int, p orderPage) {
	v.Nav = "orders"
	v.Path = "/office/orders/" + p.Order.Code
	o.show(w, r, v, status, v.T("office.order.title", "code", p.Order.Code), orderView(v, p))
}

func (o *Office) readOrder(ctx context.Context, v visit, code string) (orderPage, error) {
	ord, err := o.BoxOffice.OrderByCode(ctx, code)
	if err != nil {
		return orderPage{}, err
	}
	p := orderPage{Order: ord, Form: ui.NewForm(v.Page, nil, nil)}
	if p.Ledger, err = o.BoxOffice.Ledger(ctx, ord.ID); err != nil {
		return p, err
	}
	free := slices.Concat(ord.Tickets, ord.Passed)
	for _, l := range ord.Lines {
		line, err := o.lineOf(ctx, v, l)
		if err != nil {
			return p, err
		}
		if i := slices.IndexFunc(free, func(t boxoffice.Ticket) bool { return letsInto(t, l) }); i >= 0 {
			line.Ticket, line.Void, line.Passed = free[i].Code, free[i].Void, free[i].HolderID != ""
			free = slices.Delete(free, i, i+1)
		}
		p.Lines = append(p.Lines, line)
	}
	return p, nil
}

// letsInto tells whether a ticket is one of a line's; places of a standing area are alike.
func letsInto(t boxoffice.Ticket, l boxoffice.OrderLine) bool {
	return t.PerformanceID == l.PerformanceID && t.SeatNo == l.SeatNo && t.AreaNo == l.AreaNo && t.TypeID == l.TypeID
}

// lineOf names the place that was bought.
func (o *Office) lineOf(ctx context.Context, v visit, l boxoffice.OrderLine) (orderLine, error) {
	perf, err := o.Catalog.Performance(ctx, l.PerformanceID)
	if err != nil {
		return orderLine{}, err
	}
	named, err := o.named(ctx, v, perf)
	if err != nil {
		return orderLine{}, err
	}
	plan, err := o.Catalog.Plan(ctx, perf.PlanHash)
	if err != nil {
		return orderLine{}, err
	}
	out := orderLine{Event: named.Title, When: named.When, Performance: perf.ID, Price: l.Price.String()}
	if t, ok := perf.Type(l.TypeID); ok {
		out.Type = v.Text(t.Name)
	}
	if s, ok := plan.SeatByID(l.SeatID); ok && l.SeatID != "" {
		out.Place = v.T("office.order.seat", "section", v.Text(s.SectionName), "row", s.Row, "seat", s.Number)
	} else if areas := plan.Areas(); l.AreaNo >= 0 && l.AreaNo < len(areas) {
		out.Place = v.Text(areas[l.AreaNo].Name)
	}
	return out, nil
}

// revealContacts opens the buyer's contacts for a purpose. The journal gets who and why; the page is kept nowhere.
func (o *Office) revealContacts(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.readOrder(r.Context(), v, r.PathValue("code"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	look, err := v.lookFor(r.PostFormValue("purpose"))
	if err != nil {
		p.Form = ui.FormOf(v.Page, r, err)
		o.showOrder(w, r, v, http.StatusUnprocessableEntity, p)
		return
	}
	var c people.Contacts
	err = o.DB.Transact(r.Context(), func(tx *db.DB) (err error) {
		c, err = o.People.Contacts(r.Context(), tx, vault.Opening{Person: p.Order.PersonID, Purpose: look.purpose, Fields: look.fields, Actor: v.Actor(), Reason: look.reason})
		return err
	})
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p.Contacts = &c
	o.showOrder(w, r, v, http.StatusOK, p)
}

// providerName is a payment provider as buyers know it; the demo's bank has a name in words.
func providerName(v visit, code string) string {
	if code == "test" {
		return v.T("checkout.provider_test")
	}
	return strings.ToUpper(code)
}
