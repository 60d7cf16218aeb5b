package office

import (
	"context"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/privacy"
)

// todayPage is what happens today, else what comes next.
type todayPage struct {
	Date string
	Rows []row
	Next []row

	Incidents []privacy.Incident // what officers owe, with its clocks
	Requests  []privacy.Request
	Alarms    []privacy.Alarm  // traps that were opened
	Night     *privacy.Preview // what the next night destroys, for whom it concerns
	Now       time.Time
}

const dutiesShown = 10

// readDuties reads what is owed by law to whom may see it.
func (o *Office) readDuties(ctx context.Context, v visit, p *todayPage) (err error) {
	p.Now = o.Clock.Now()
	if v.may(seesRegister) {
		if p.Incidents, err = o.Incidents.List(ctx, true, dutiesShown); err != nil {
			return err
		}
		night, err := o.Privacy.DueTonight(ctx)
		if err != nil {
			return err
		}
		p.Night = &night
	}
	if v.may(officers) {
		if p.Alarms, err = o.Traps.Alarms(ctx, true, dutiesShown); err != nil {
			return err
		}
	}
	if v.may(answers) {
		p.Requests, err = o.Privacy.Requests(ctx, privacy.RequestFilter{Open: true}, dutiesShown)
	}
	return err
}

const nextUp = 5 // performances that a day without any looks ahead to

func (o *Office) today(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "today"
	from := o.startOfDay()
	page := todayPage{Date: v.Date(from, from, Zone)}
	if err := o.readDuties(r.Context(), v, &page); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	day, err := o.Catalog.Agenda(r.Context(), catalog.AgendaFilter{From: from, Until: from.Add(24 * time.Hour), Limit: 50})
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if page.Rows, err = o.rows(r.Context(), v, day.Performances); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	for i, line := range page.Rows {
		if page.Rows[i].In, _, err = o.Admission.Occupancy(r.Context(), line.Performance.ID); err != nil {
			o.UI.Fail(w, r, err)
			return
		}
	}
	next, err := o.Catalog.Agenda(r.Context(), catalog.AgendaFilter{From: from.Add(24 * time.Hour), Limit: nextUp})
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if page.Next, err = o.rows(r.Context(), v, next.Performances); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.show(w, r, v, http.StatusOK, v.T("office.nav.today"), todayView(v, page))
}
