package office

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/rehearsal"
	"github.com/sahna/sahna/internal/web/ui"
)

var rehearses = []people.Role{people.RoleManager, people.RoleAdmin}

func (o *Office) rehearsalPages() []page {
	return []page{
		{"GET /{lang}/office/performances/{id}/rehearsals", rehearses, o.rehearsals},
		{"POST /{lang}/office/performances/{id}/rehearsals", rehearses, o.askRehearsal},
		{"GET /{lang}/office/performances/{id}/rehearsals/{run}", rehearses, o.rehearsal},
	}
}

// rehearsalsPage lists a performance's rehearsals and asks for another.
type rehearsalsPage struct {
	Performance string
	Title       string
	Runs        []rehearsal.Asked
	Form        ui.Form
}

func (o *Office) rehearsals(w http.ResponseWriter, r *http.Request, v visit) {
	o.showRehearsals(w, r, v, http.StatusOK, ui.NewForm(v.Page, url.Values{"buyers": {"200"}, "seconds": {"30"}}, nil))
}

func (o *Office) askRehearsal(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.Catalog.Performance(r.Context(), r.PathValue("id"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	number := func(name string) int {
		n, err := strconv.Atoi(r.PostFormValue(name))
		if err != nil {
			return 0
		}
		return n
	}
	id, err := o.Rehearsals.Ask(r.Context(), p.ID, number("buyers"), number("seconds"))
	switch {
	case err == nil:
		http.Redirect(w, r, v.URL("/office/performances/"+p.ID+"/rehearsals/"+id), http.StatusSeeOther)
	case ui.CanReshow(err):
		o.showRehearsals(w, r, v, ui.ReshowStatus(err), ui.FormOf(v.Page, r, err))
	default:
		o.UI.Fail(w, r, err)
	}
}

func (o *Office) showRehearsals(w http.ResponseWriter, r *http.Request, v visit, status int, f ui.Form) {
	page := rehearsalsPage{Performance: r.PathValue("id"), Form: f}
	p, err := o.Catalog.Performance(r.Context(), page.Performance)
	if err == nil {
		page.Runs, err = o.Rehearsals.List(r.Context(), p.ID)
	}
	if err == nil {
		e, eerr := o.Catalog.Event(r.Context(), p.EventID)
		page.Title, err = v.Text(e.Title), eerr
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	v.Nav, v.Path = "performances", "/office/performances/"+p.ID+"/rehearsals"
	o.show(w, r, v, status, v.T("office.rehearsal.title"), rehearsalsView(v, page))
}

func (o *Office) rehearsal(w http.ResponseWriter, r *http.Request, v visit) {
	a, err := o.Rehearsals.Find(r.Context(), r.PathValue("run"))
	if err == nil && a.PerformanceID != r.PathValue("id") {
		err = rehearsal.ErrNoRun
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	v.Nav = "performances"
	if a.State == rehearsal.Waiting || a.State == rehearsal.Running {
		w.Header().Set("Refresh", "2") // works without a script
	}
	o.show(w, r, v, http.StatusOK, v.T("office.rehearsal.title"), rehearsalView(v, a))
}

// bars are the columns of a chart.
type bars struct {
	Width, Height int
	Bars          []chartBar
	Most          int
	Names         []chartName // below the columns, when there are few
}

// chartBar is one column: where it stands, how high it is, and what it says to who points at it.
type chartBar struct {
	X, Y, W, H string
	Says       string
}

// chartName is what stands below a column: its value and whose it is.
type chartName struct{ value, name string }

const fewColumns = 15 // as many as have room for their values

const (
	chartWidth  = 600
	chartHeight = 160
)

// chart draws values as columns from the bottom, the highest as high as the chart.
func chart(values []int, says func(i int) string) bars {
	c := bars{Width: chartWidth, Height: chartHeight}
	for _, x := range values {
		c.Most = max(c.Most, x)
	}
	if len(values) == 0 || c.Most == 0 {
		return c
	}
	w := float64(chartWidth) / float64(len(values))
	for i, x := range values {
		h := float64(x) / float64(c.Most) * chartHeight
		c.Bars = append(c.Bars, chartBar{
			X: fmt.Sprintf("%.1f", float64(i)*w+w*0.08), W: fmt.Sprintf("%.1f", w*0.84),
			Y: fmt.Sprintf("%.1f", chartHeight-h), H: fmt.Sprintf("%.1f", h), Says: says(i),
		})
	}
	return c
}

func ordersChart(v visit, r rehearsal.Report) bars {
	values := make([]int, len(r.Series))
	for i, s := range r.Series {
		values[i] = s.Orders
	}
	c := chart(values, func(i int) string {
		return v.T("office.rehearsal.in_second", "second", r.Series[i].Second, "orders", r.Series[i].Orders, "holds", r.Series[i].Holds)
	})
	if len(values) <= fewColumns {
		for _, s := range r.Series {
			c.Names = append(c.Names, chartName{strconv.Itoa(s.Orders), strconv.Itoa(s.Second)})
		}
	}
	return c
}

// waitsChart sets the 99th percentile of every step beside the others.
func waitsChart(v visit, r rehearsal.Report) bars {
	var values []int
	for _, name := range rehearsal.Steps {
		values = append(values, int(r.Steps[name].P99+0.5))
	}
	c := chart(values, func(i int) string {
		return stepName(v, rehearsal.Steps[i]) + ": " + millis(v, r.Steps[rehearsal.Steps[i]].P99)
	})
	for _, name := range rehearsal.Steps {
		c.Names = append(c.Names, chartName{millis(v, r.Steps[name].P99), stepName(v, name)})
	}
	return c
}

func millis(v visit, ms float64) string { return v.Decimal(ms, 1) }

// whole is a number without its fraction, in groups of three.
func whole(x float64) string {
	s := strconv.FormatFloat(x, 'f', 0, 64)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "\u00a0" + s[at:]
	}
	return s
}

func stepName(v visit, step string) string {
	return map[string]string{
		"browse": v.T("office.rehearsal.browse"), "hold": v.T("office.rehearsal.hold"), "order": v.T("office.rehearsal.order"),
		"pay": v.T("office.rehearsal.pay"), "ticket": v.T("office.rehearsal.ticket"),
	}[step]
}

func stateName(v visit, s rehearsal.State) string {
	return map[rehearsal.State]string{
		rehearsal.Waiting: v.T("office.rehearsal.waiting"), rehearsal.Running: v.T("office.rehearsal.running"),
		rehearsal.Done: v.T("office.rehearsal.done"), rehearsal.Failed: v.T("office.rehearsal.failed"),
	}[s]
}
