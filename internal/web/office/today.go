package office

import (
	"context"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
)

// todayPage is what happens today, else what comes next.
type todayPage struct {
	Date string
	Rows []row
	Next []row

	Duties []duty           // what somebody waits for, with its clocks
	Alarms []privacy.Alarm  // traps that were opened
	Night  *privacy.Preview // what the next night destroys, for whom it concerns
}

const dutiesShown = 10

// readDuties reads what is owed to whom may see it.
func (o *Office) readDuties(ctx context.Context, v visit, p *todayPage) (err error) {
	if v.may(seesRegister) {
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
	p.Duties, err = o.duties(ctx, v)
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

// together puts the hours of one event in one hall on one day beside each other: a museum's day is one card.
func together(rows []row) [][]row {
	type key struct{ event, hall, day string }
	var out [][]row
	at := map[key]int{}
	for _, r := range rows {
		p := r.Performance
		k := key{p.EventID, p.HallID, p.StartsAt.In(i18n.Zone(p.Zone)).Format(time.DateOnly)}
		if i, known := at[k]; known {
			out[i] = append(out[i], r)
			continue
		}
		at[k] = len(out)
		out = append(out, []row{r})
	}
	return out
}

// summed is the first of them with the figures of all.
func summed(rows []row) row {
	out := rows[0]
	for _, r := range rows[1:] {
		out.In += r.In
		out.Counts.Sold += r.Counts.Sold
		out.Counts.Held += r.Counts.Held
		out.Counts.Free += r.Counts.Free
		out.Counts.Blocked += r.Counts.Blocked
		out.Counts.Capacity += r.Counts.Capacity
	}
	return out
}
