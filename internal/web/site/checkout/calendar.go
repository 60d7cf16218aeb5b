package checkout

import (
	"context"
	"net/http"

	ics "github.com/arran4/golang-ical"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/web/ui"
)

// Calendars travel to other people's servers, so the address of order or ticket is not in them.

func (d *Door) orderCalendar(w http.ResponseWriter, r *http.Request) {
	ord, err := d.Office.FindOrder(r.Context(), keyOfOrder(r))
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	d.calendar(w, r, "sahna-"+ord.Code+".ics", validTickets(ord))
}

func (d *Door) ticketCalendar(w http.ResponseWriter, r *http.Request) {
	t, err := d.findTicket(r)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	var valid []boxoffice.Ticket
	if !t.Void {
		valid = append(valid, t)
	}
	d.calendar(w, r, "sahna-"+t.Code+".ics", valid)
}

func (d *Door) calendar(w http.ResponseWriter, r *http.Request, name string, tickets []boxoffice.Ticket) {
	if len(tickets) == 0 {
		d.UI.Fail(w, r, errVoid)
		return
	}
	p := d.UI.Page(r, "")
	body, err := d.events(r.Context(), p, tickets)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write([]byte(body)) // the reader left: nobody to tell
}

// events writes one calendar entry a performance, with the seats in its description.
func (d *Door) events(ctx context.Context, p ui.Page, tickets []boxoffice.Ticket) (string, error) {
	cal := ics.NewCalendarFor("Sahna")
	cal.SetMethod(ics.MethodPublish)
	read := d.reader(p)
	seats := map[string]string{}
	var order []*show
	for _, t := range tickets {
		s, err := read.show(ctx, t.PerformanceID)
		if err != nil {
			return "", err
		}
		pl := s.place(p.Printer, t.SeatNo, t.AreaNo, t.ZoneID)
		if seats[s.ID] == "" {
			order = append(order, s)
		} else {
			seats[s.ID] += "\n"
		}
		seats[s.ID] += joined(pl.Section, pl.words(p.Printer))
	}
	for _, s := range order {
		e := cal.AddEvent(s.ID + "@sahna")
		e.SetDtStampTime(d.UI.Clock.Now())
		e.SetStartAt(s.StartsAt)
		e.SetEndAt(s.EndsAt)
		e.SetSummary(s.Title)
		e.SetLocation(joined(s.Where, s.Address))
		text := seats[s.ID]
		if s.Doors != "" {
			text += "\n" + p.T("checkout.doors_at", "clock", s.Doors)
		}
		e.SetDescription(text)
	}
	return cal.Serialize(), nil
}
