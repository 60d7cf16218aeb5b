package checkout

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/payments"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// orderView is an order's page.
type orderView struct {
	boxoffice.Order
	Self       string // address of this page
	Shows      []orderedShow
	Providers  []string
	Declined   bool // the last payment was refused
	Waiting    bool // a payment is open at the provider
	InTime     bool // it can still be paid
	Problem    string
	Notes      []note
	CalendarOK bool
	Refusal    string // code of the decision for which the money goes back
	Mailed     bool   // letters about it may go out: who carries them abroad was agreed to
}

type note struct{ Kind, Text string }

// orderedShow is a performance of an order.
type orderedShow struct {
	*show
	Lines   []line
	Tickets []ticketRow
	Passed  []line // others hold these tickets
}

// ticketRow is a ticket in an order's page, with the address that its holder gets.
type ticketRow struct {
	line
	Code   string
	URL    string // path
	Link   string // whole address, to pass on
	Void   bool
	Ticket boxoffice.Ticket
}

func keyOfOrder(r *http.Request) boxoffice.OrderKey {
	return boxoffice.OrderKey{Code: r.PathValue("code"), Secret: r.PathValue("secret")}
}

func (d *Door) order(w http.ResponseWriter, r *http.Request) { d.showOrder(w, r, nil) }

func (d *Door) showOrder(w http.ResponseWriter, r *http.Request, problem error) {
	ord, err := d.Office.FindOrder(r.Context(), keyOfOrder(r))
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	p := d.page(r, "")
	p.Path, p.Query = strings.TrimPrefix(ord.URL(""), "/"), ""
	p.Title = p.T("checkout.order_title", "code", ord.Code)
	v := orderView{Order: ord, Self: ord.URL(p.Lang), Providers: d.Office.Providers(), Notes: refundNotes(p, ord)}
	if slices.ContainsFunc(ord.Refunds, func(f boxoffice.Refund) bool { return f.Reason == boxoffice.ReasonLimit }) {
		if got, err := d.Office.RefusalOfOrder(r.Context(), ord.ID); err == nil {
			v.Refusal = got.Code
		}
	}
	v.Mailed, err = d.Privacy.MayCarry(r.Context(), privacy.TransferTo{
		Recipient: privacy.MailGateway, Person: ord.PersonID, Purpose: vault.PurposeService, Fields: []vault.Field{vault.Email},
	})
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	v.InTime = ord.Status == boxoffice.OrderPending && d.UI.Clock.Now().Before(ord.PayUntil)
	if len(ord.Payments) > 0 {
		v.Declined = ord.Payments[0].State == payments.Declined
		v.Waiting = ord.Payments[0].State == payments.Open
	}
	if v.Shows, err = d.orderedShows(r, p, ord); err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	status := http.StatusOK
	if problem != nil {
		v.Problem, status = p.Fault(problem), ui.StatusOf(problem)
	}
	d.UI.Render(w, r, status, p, orderPage(p, v))
}

func (d *Door) orderedShows(r *http.Request, p ui.Page, ord boxoffice.Order) ([]orderedShow, error) {
	read := d.reader(p)
	var out []orderedShow
	at := map[string]int{}
	find := func(performanceID string) (*orderedShow, error) {
		if i, ok := at[performanceID]; ok {
			return &out[i], nil
		}
		s, err := read.show(r.Context(), performanceID)
		if err != nil {
			return nil, err
		}
		at[performanceID] = len(out)
		out = append(out, orderedShow{show: s})
		return &out[len(out)-1], nil
	}
	for _, l := range ord.Lines {
		s, err := find(l.PerformanceID)
		if err != nil {
			return nil, err
		}
		s.Lines = append(s.Lines, s.line(p.Printer, l.HoldItem))
	}
	for _, t := range ord.Tickets {
		s, err := find(t.PerformanceID)
		if err != nil {
			return nil, err
		}
		it := boxoffice.HoldItem{SeatNo: t.SeatNo, AreaNo: t.AreaNo, ZoneID: t.ZoneID, TypeID: t.TypeID, Price: t.Price}
		url := ticketPath(p, t)
		s.Tickets = append(s.Tickets, ticketRow{line: s.line(p.Printer, it), Code: spaced(t.Code), URL: url, Link: p.UI.BaseURL + url, Void: t.Void, Ticket: t})
	}
	for _, t := range ord.Passed {
		s, err := find(t.PerformanceID)
		if err != nil {
			return nil, err
		}
		it := boxoffice.HoldItem{SeatNo: t.SeatNo, AreaNo: t.AreaNo, ZoneID: t.ZoneID, TypeID: t.TypeID, Price: t.Price}
		s.Passed = append(s.Passed, s.line(p.Printer, it))
	}
	return out, nil
}

func ticketPath(p ui.Page, t boxoffice.Ticket) string {
	return p.URL("/ticket/" + t.Code + "/" + t.Secret)
}

// spaced parts a ticket's code in the middle, as it is read aloud.
func spaced(code string) string {
	if len(code) != 10 {
		return code
	}
	return code[:5] + " " + code[5:]
}

// refundNotes say which money goes back and why.
func refundNotes(p ui.Page, ord boxoffice.Order) []note {
	var out []note
	for _, f := range ord.Refunds {
		var why string
		switch f.Reason {
		case boxoffice.ReasonLate:
			why = p.T("checkout.refund_late", "amount", f.Amount.String())
		case boxoffice.ReasonTwice:
			why = p.T("checkout.refund_twice", "amount", f.Amount.String())
		case boxoffice.ReasonLimit:
			why = p.T("checkout.refund_limit", "amount", f.Amount.String())
		case boxoffice.ReasonWrongAmount:
			why = p.T("checkout.refund_wrong_amount", "amount", f.Amount.String())
		default:
			why = p.T("checkout.refund_order", "amount", f.Amount.String())
		}
		state := p.T("checkout.refund_due")
		if f.Done {
			state = p.T("checkout.refund_done")
		}
		out = append(out, note{"info", why + " " + state})
	}
	return out
}

func (d *Door) payAgain(w http.ResponseWriter, r *http.Request) {
	provider := r.PostFormValue("provider")
	pay, err := d.Office.PayAgain(r.Context(), keyOfOrder(r), provider)
	if err == nil {
		http.Redirect(w, r, pay.URL, http.StatusSeeOther)
		return
	}
	if ui.CanReshow(err) || pay.ID != "" {
		d.showOrder(w, r, err)
		return
	}
	d.UI.Fail(w, r, err)
}

// status tells the page's script whether something has changed.
func (d *Door) status(w http.ResponseWriter, r *http.Request) {
	ord, err := d.Office.FindOrder(r.Context(), keyOfOrder(r))
	if err != nil {
		w.WriteHeader(ui.StatusOf(err))
		return
	}
	last := ""
	if len(ord.Payments) > 0 {
		last = string(ord.Payments[0].State)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"status": string(ord.Status), "payment": last}) // the reader left: nobody to tell
}

// stateOf is what status answers, for the script to compare with.
func stateOf(v orderView) string {
	last := ""
	if len(v.Payments) > 0 {
		last = string(v.Payments[0].State)
	}
	return string(v.Status) + " " + last
}
