package office

import (
	"net/http"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// retentionPage is what the next night destroys, what may not be destroyed, and what the last nights did.
type retentionPage struct {
	Form    ui.Form
	Preview privacy.Preview
	Lines   []tallyLine
	Holds   []privacy.Hold
	Nights  []privacy.Night
}

// tallyLine is how many persons a purpose lets go.
type tallyLine struct {
	Purpose string
	Persons int
}

func (o *Office) retention(w http.ResponseWriter, r *http.Request, v visit) {
	o.showRetention(w, r, v, http.StatusOK, ui.Form{})
}

func (o *Office) showRetention(w http.ResponseWriter, r *http.Request, v visit, status int, f ui.Form) {
	v.Nav, v.Path = "retention", "/office/retention"
	p := retentionPage{Form: f}
	var err error
	if p.Preview, err = o.Privacy.Preview(r.Context()); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if p.Holds, err = o.Privacy.Holds(r.Context()); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if p.Nights, err = o.Privacy.Nights(r.Context()); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	p.Lines = tallyLines(v, p.Preview.Purposes)
	o.show(w, r, v, status, v.T("office.nav.retention"), retentionView(v, p))
}

// tallyLines puts counts in the register's order.
func tallyLines(v visit, counts map[vault.Purpose]int) (out []tallyLine) {
	for _, e := range v.entries {
		if n := counts[e.Purpose]; n > 0 {
			out = append(out, tallyLine{v.Text(privacy.PurposeName(e.Purpose)), n})
		}
	}
	return out
}

func (o *Office) putHold(w http.ResponseWriter, r *http.Request, v visit) {
	h := privacy.Hold{Person: strings.TrimSpace(r.PostFormValue("person")), Reason: r.PostFormValue("reason"), MadeBy: v.Actor()}
	err := error(nil)
	if day := r.PostFormValue("until"); day != "" {
		if h.Until, err = lastMoment(day); err != nil {
			err = fault.Fields{privacy.ErrHoldUntil.On("until")}
		}
	}
	if err == nil {
		_, err = o.Privacy.PutHold(r.Context(), h)
	}
	switch {
	case err != nil && ui.CanReshow(err):
		o.showRetention(w, r, v, ui.ReshowStatus(err), ui.FormOf(v.Page, r, err))
	case err != nil:
		o.UI.Fail(w, r, err)
	default:
		http.Redirect(w, r, v.URL("/office/retention"), http.StatusSeeOther)
	}
}

// lastMoment is the end of a day in Almaty.
func lastMoment(day string) (time.Time, error) {
	z, err := time.LoadLocation(Zone)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.ParseInLocation(time.DateOnly, day, z)
	return t.AddDate(0, 0, 1), err
}

func (o *Office) liftHold(w http.ResponseWriter, r *http.Request, v visit) {
	if err := o.Privacy.LiftHold(r.Context(), r.PathValue("id"), v.Actor()); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.URL("/office/retention"), http.StatusSeeOther)
}

func holdUntil(v visit, h privacy.Hold) string {
	if h.Until.IsZero() {
		return "—"
	}
	return v.FullDate(h.Until.Add(-time.Second), Zone)
}

func nightText(v visit, n privacy.Night) string {
	t := n.Tally
	return v.T("office.retention.persons") + ": " + grouped(t.Persons) + ", " + v.T("office.retention.whole") + " " + grouped(t.Whole) +
		"; " + v.T("office.retention.fields") + ": " + grouped(t.Fields) + tallyText(v, t)
}

func tallyText(v visit, t privacy.Tally) (out string) {
	for _, l := range tallyLines(v, t.Purposes) {
		out += "; " + l.Purpose + ": " + grouped(l.Persons)
	}
	return out
}

// grouped writes a count as people read it.
func grouped(n int) string { return money.Grouped(int64(n)) }

// countedWords say how many persons were looked at, and when.
func countedWords(v visit, p privacy.Preview) string {
	switch {
	case p.Counting:
		return v.T("office.retention.counting_note")
	case p.CountedAt.IsZero():
		return v.T("office.retention.counted", "n", grouped(p.Seen))
	}
	return v.T("office.retention.counted_at", "n", grouped(p.Seen), "when", v.Moment(p.CountedAt, v.UI.Clock.Now(), Zone))
}

// tonightWords say in a line what the next night destroys.
func tonightWords(v visit, p privacy.Preview) string {
	when := v.Moment(p.At, v.UI.Clock.Now(), Zone)
	switch {
	case p.Counting && !p.Any():
		return v.T("office.today.night_counting", "when", when)
	case !p.Any():
		return v.T("office.today.night_nothing", "when", when)
	}
	words := v.T("office.today.night", "when", when)
	if p.Persons > 0 {
		words += " " + v.T("office.today.night_people", "count", p.Persons, "n", grouped(p.Persons), "whole", grouped(p.Whole))
	}
	if p.Requests > 0 {
		words += " " + v.T("office.today.night_requests", "n", grouped(p.Requests))
	}
	if p.Proofs > 0 {
		words += " " + v.T("office.today.night_proofs", "n", grouped(p.Proofs))
	}
	return words
}

// nightDay is the day of a night, as people say it.
func nightDay(v visit, n privacy.Night) string {
	day, err := time.Parse(time.DateOnly, n.Night)
	if err != nil {
		return n.Night
	}
	return v.FullDate(day.Add(12*time.Hour), "UTC")
}
