package office

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

// setsLimits may say how many tickets one buyer may have, and lift a limit after an objection.
var setsLimits = []people.Role{people.RoleManager, people.RoleAdmin}

func (o *Office) limitPages() []page {
	return []page{
		{"GET /{lang}/office/performances/{id}/limits", setsLimits, o.limits},
		{"POST /{lang}/office/performances/{id}/limits", setsLimits, o.setLimits},
		{"POST /{lang}/office/performances/{id}/limits/{code}/lift", setsLimits, o.liftLimit},
	}
}

// limitsPage is how many tickets one buyer may have of a performance and of its event, and who was refused because of it.
type limitsPage struct {
	Back     string
	Self     string
	Form     ui.Form
	Zone     string
	Refusals []boxoffice.Refusal
}

// The two parts of the form: limits of this performance, and of all dates of its event together.
const (
	ofPerformance = "one"
	ofEvent       = "all"
)

func (o *Office) limits(w http.ResponseWriter, r *http.Request, v visit) {
	o.showLimits(w, r, v, nil, nil)
}

func (o *Office) showLimits(w http.ResponseWriter, r *http.Request, v visit, typed url.Values, problem error) {
	ctx := r.Context()
	p, err := o.Catalog.Performance(ctx, r.PathValue("id"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if typed == nil {
		if typed, err = o.limitValues(r, p); err != nil {
			o.UI.Fail(w, r, err)
			return
		}
	}
	self := v.URL("/office/performances/" + p.ID)
	page := limitsPage{Back: self, Self: self + "/limits", Form: ui.NewForm(v.Page, typed, problem), Zone: p.Zone}
	if page.Refusals, err = o.BoxOffice.Refusals(ctx, p.ID); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	line, err := o.named(ctx, v, p)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	v.Nav = "performances"
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	o.show(w, r, v, status, v.T("office.limits.title", "title", line.Title), limitsView(v, page))
}

// limitValues are the limits as the form shows them.
func (o *Office) limitValues(r *http.Request, p catalog.Performance) (url.Values, error) {
	out := url.Values{}
	for part, scope := range map[string]string{ofPerformance: p.ID, ofEvent: p.EventID} {
		l, err := o.BoxOffice.Limits(r.Context(), scope)
		if err != nil {
			return nil, err
		}
		for kind, most := range l {
			out.Set(part+"-"+string(kind), strconv.Itoa(most))
		}
	}
	return out, nil
}

func (o *Office) setLimits(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.Catalog.Performance(r.Context(), r.PathValue("id"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if err := r.ParseForm(); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	one, err := readLimits(r.PostForm, ofPerformance)
	all, allErr := readLimits(r.PostForm, ofEvent)
	if err == nil {
		err = allErr
	}
	if err == nil {
		err = o.BoxOffice.SetLimits(r.Context(), p.ID, v.Actor(), one)
	}
	if err == nil {
		err = o.BoxOffice.SetLimits(r.Context(), p.EventID, v.Actor(), all)
	}
	o.afterLimits(w, r, v, r.PostForm, err)
}

func readLimits(form url.Values, part string) (boxoffice.Limits, error) {
	out := boxoffice.Limits{}
	for _, k := range boxoffice.LimitKinds {
		name := part + "-" + string(k)
		typed := strings.TrimSpace(form.Get(name))
		if typed == "" {
			continue
		}
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 || n > boxoffice.MostLimit {
			return nil, boxoffice.ErrLimitWrong.On(name).With("limit", boxoffice.MostLimit)
		}
		out[k] = n
	}
	return out, nil
}

func (o *Office) liftLimit(w http.ResponseWriter, r *http.Request, v visit) {
	extra, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("extra")))
	if err != nil {
		extra = 0
	}
	o.afterLimits(w, r, v, nil, o.BoxOffice.Lift(r.Context(), r.PathValue("code"), v.Actor(), extra))
}

func (o *Office) afterLimits(w http.ResponseWriter, r *http.Request, v visit, typed url.Values, err error) {
	switch {
	case err == nil:
		http.Redirect(w, r, v.URL("/office/performances/"+r.PathValue("id")+"/limits"), http.StatusSeeOther)
	case ui.CanReshow(err):
		o.showLimits(w, r, v, typed, err)
	default:
		o.UI.Fail(w, r, err)
	}
}

func limitName(v visit, k boxoffice.LimitKind) string {
	switch k {
	case boxoffice.LimitContact:
		return v.T("office.limits.contact")
	case boxoffice.LimitNetwork:
		return v.T("office.limits.network")
	case boxoffice.LimitCard:
		return v.T("office.limits.card")
	case boxoffice.LimitPerson:
	}
	return v.T("office.limits.person")
}

func limitHint(v visit, k boxoffice.LimitKind) string {
	switch k {
	case boxoffice.LimitContact:
		return v.T("office.limits.contact_hint")
	case boxoffice.LimitNetwork:
		return v.T("office.limits.network_hint")
	case boxoffice.LimitCard:
		return v.T("office.limits.card_hint")
	case boxoffice.LimitPerson:
	}
	return v.T("office.limits.person_hint")
}

// objectionOf says in words how an objection stands, and in which colour.
func objectionOf(v visit, r boxoffice.Refusal) (colour, words string) {
	switch {
	case r.Objection.RequestID == "":
		return "", ""
	case r.Objection.State != privacy.StateAnswered:
		return "warn", v.T("office.limits.open", "number", r.Objection.Number)
	case r.Objection.Result == privacy.Refused:
		return "muted", v.T("office.limits.upheld", "number", r.Objection.Number)
	}
	return "ok", v.T("office.limits.granted", "number", r.Objection.Number)
}
