package checkout

import (
	"net/http"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
)

// ticketView is a ticket's own page.
type ticketView struct {
	*show
	boxoffice.Ticket
	Place place
	Type  string
	Code  string // in two groups
	QR    ui.QR
	Self  string // path
	Over  bool   // the performance has ended
	Proof proofView
}

func (d *Door) findTicket(r *http.Request) (boxoffice.Ticket, error) {
	return d.Office.TicketBySecret(r.Context(), r.PathValue("code"), r.PathValue("secret"))
}

func (d *Door) ticket(w http.ResponseWriter, r *http.Request) { d.showTicket(w, r, nil) }

// showTicket shows a ticket, with what was wrong with a proof that was sent for it.
func (d *Door) showTicket(w http.ResponseWriter, r *http.Request, problem error) {
	t, err := d.findTicket(r)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	p := d.page(r, "")
	s, err := d.reader(p).show(r.Context(), t.PerformanceID)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	p.Title = s.Title
	v := ticketView{
		show: s, Ticket: t, Place: s.place(p.Printer, t.SeatNo, t.AreaNo, t.ZoneID), Type: s.typeName(p.Printer, t.TypeID),
		Code: spaced(t.Code), Self: ticketPath(p, t), Over: d.UI.Clock.Now().After(s.EndsAt),
	}
	if !t.Void {
		if v.QR, err = ui.DrawQR(d.Office.QR(t)); err != nil {
			d.UI.Fail(w, r, err)
			return
		}
	}
	if v.Proof, err = d.proofOf(r, p, t); err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	if v.Proof.Open() {
		p.Scripts = append(p.Scripts, "upload.js")
	}
	status := http.StatusOK
	if problem != nil {
		v.Proof.Form = ui.NewForm(p, nil, problem)
		status = ui.StatusOf(problem)
	}
	d.UI.Render(w, r, status, p, ticketPage(p, v))
}

func (d *Door) ticketPDF(w http.ResponseWriter, r *http.Request) {
	t, err := d.findTicket(r)
	if err == nil && t.Void {
		err = errVoid
	}
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	d.print(w, r, "sahna-"+t.Code+".pdf", []boxoffice.Ticket{t})
}

var errVoid = fault.New(fault.Gone, "checkout.void")

func (d *Door) orderPDF(w http.ResponseWriter, r *http.Request) {
	ord, err := d.Office.FindOrder(r.Context(), keyOfOrder(r))
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	valid := validTickets(ord)
	if len(valid) == 0 {
		d.UI.Fail(w, r, errVoid)
		return
	}
	d.print(w, r, "sahna-"+ord.Code+".pdf", valid)
}

func validTickets(ord boxoffice.Order) []boxoffice.Ticket {
	var out []boxoffice.Ticket
	for _, t := range ord.Tickets {
		if !t.Void {
			out = append(out, t)
		}
	}
	return out
}

func (d *Door) print(w http.ResponseWriter, r *http.Request, name string, tickets []boxoffice.Ticket) {
	body, err := d.Printer.Tickets(r.Context(), ui.LangOf(r), tickets)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+name+`"`)
	_, _ = w.Write(body) // the reader left: nobody to tell
}
