package office

import (
	"net/http"
	"strconv"

	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// trapsPage is how many records of nobody are laid, and who opened one. Which they are it does not say.
type trapsPage struct {
	Count  int64
	Alarms []privacy.Alarm
	Form   ui.Form
}

const alarmsShown = 50

func (o *Office) traps(w http.ResponseWriter, r *http.Request, v visit) { o.showTraps(w, r, v, nil) }

func (o *Office) showTraps(w http.ResponseWriter, r *http.Request, v visit, problem error) {
	v.Nav, v.Path = "traps", "/office/traps"
	p := trapsPage{Form: ui.FormOf(v.Page, r, problem)}
	var err error
	if p.Count, err = o.Traps.Count(r.Context()); err == nil {
		p.Alarms, err = o.Traps.Alarms(r.Context(), false, alarmsShown)
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	o.show(w, r, v, status, v.T("office.nav.traps"), trapsView(v, p))
}

func (o *Office) layTraps(w http.ResponseWriter, r *http.Request, v visit) {
	n, err := strconv.Atoi(r.PostFormValue("count"))
	if err != nil {
		n = 0
	}
	if err := o.Traps.Lay(r.Context(), n); err != nil {
		if ui.CanReshow(err) {
			o.showTraps(w, r, v, err)
			return
		}
		o.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.URL("/office/traps"), http.StatusSeeOther)
}

func (o *Office) answerAlarm(w http.ResponseWriter, r *http.Request, v visit) {
	if err := o.Traps.Answer(r.Context(), r.PathValue("alarm"), v.Actor()); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.URL("/office/traps"), http.StatusSeeOther)
}

func trapWords(v visit, a privacy.Alarm) string {
	when := v.Moment(a.At, v.UI.Clock.Now(), Zone)
	if a.Refused {
		return v.T("office.traps.alarm_refused", "who", whoOf(a), "when", when)
	}
	return v.T("office.traps.alarm", "who", whoOf(a), "when", when)
}

// whoOf is the account of an alarm's actor, as colleagues are told apart.
func whoOf(a privacy.Alarm) string { return tag(a.Actor) }
