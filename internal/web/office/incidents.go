package office

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// incidentPages are the addresses of incidents: anybody of the staff reports, officers work, a second person approves.
func (o *Office) incidentPages() []page {
	return []page{
		{"GET /{lang}/office/incidents", seesRegister, o.incidents},
		{"GET /{lang}/office/incidents/new", anyStaff, o.newIncident},
		{"POST /{lang}/office/incidents/new", anyStaff, o.enterIncident},
		{"GET /{lang}/office/incidents/{number}", seesRegister, o.incident},
		{"POST /{lang}/office/incidents/{number}/known", officers, o.fillIncident},
		{"POST /{lang}/office/incidents/{number}/search", officers, o.searchIncident},
		{"POST /{lang}/office/incidents/{number}/list", officers, o.listIncident},
		{"GET /{lang}/office/incidents/{number}/notice/{audience}", seesRegister, o.incidentLetter},
		{"POST /{lang}/office/incidents/{number}/notice/{audience}", officers, o.writeNotice},
		{"POST /{lang}/office/incidents/{number}/notice/{audience}/approve", approvesRegister, o.fresh(o.approveNotice)},
		{"POST /{lang}/office/incidents/{number}/deliver", officers, o.fresh(o.deliverNotice)},
		{"POST /{lang}/office/incidents/{number}/close", officers, o.fresh(o.closeIncident)},
		{"POST /{lang}/office/incidents/{number}/dismiss", officers, o.dismissIncident},
		{"POST /{lang}/office/incidents/{number}/agree", approvesRegister, o.fresh(o.agreeIncident)},
	}
}

// incidentsView is the register of incidents.
type incidentsView struct {
	All       bool
	Incidents []privacy.Incident
	Now       time.Time
}

const incidentsShown = 200

func (o *Office) incidents(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "incidents"
	p := incidentsView{All: r.URL.Query().Get("show") == "all", Now: o.Clock.Now()}
	var err error
	if p.Incidents, err = o.Incidents.List(r.Context(), !p.All, incidentsShown); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.show(w, r, v, http.StatusOK, v.T("office.nav.incidents"), incidentsList(v, p))
}

func (o *Office) newIncident(w http.ResponseWriter, r *http.Request, v visit) {
	o.showNewIncident(w, r, v, nil)
}

func (o *Office) showNewIncident(w http.ResponseWriter, r *http.Request, v visit, problem error) {
	if problem != nil && !ui.CanReshow(problem) {
		o.UI.Fail(w, r, problem)
		return
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	v.Nav = "incidents"
	o.show(w, r, v, status, v.T("office.incident.enter"), incidentForm(v, ui.FormOf(v.Page, r, problem), r.URL.Query().Get("done")))
}

func (o *Office) enterIncident(w http.ResponseWriter, r *http.Request, v visit) {
	at, ok := localTime(r.PostFormValue("detected"))
	if !ok {
		o.showNewIncident(w, r, v, fault.Fields{privacy.ErrIncidentDetected.On("detected")})
		return
	}
	i, err := o.Incidents.Enter(r.Context(), privacy.Detected{Title: r.PostFormValue("title"), At: at, Actor: v.Actor()})
	if err != nil {
		o.showNewIncident(w, r, v, err)
		return
	}
	if !v.may(seesRegister) { // whoever reports need not be allowed to read on
		http.Redirect(w, r, v.URL("/office/incidents/new?done="+i.Number), http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, v.URL("/office/incidents/"+i.Number), http.StatusSeeOther)
}

// localTime reads a moment as a form gives it; nothing is the zero time.
func localTime(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	t, err := time.ParseInLocation("2006-01-02T15:04", s, i18n.Zone(Zone))
	return t, err == nil
}

// incidentPage is one incident with what can be done next.
type incidentPage struct {
	privacy.Incident
	Authority privacy.IncidentNotice
	People    privacy.IncidentNotice
	Searches  []privacy.Search
	Telling   privacy.Told
	Acts      []privacy.IncidentAct
	Staff     []people.Employee
	Fields    []vault.Field
	Form      ui.Form
	Now       time.Time
}

func (o *Office) readIncident(ctx context.Context, v visit, number string) (p incidentPage, err error) {
	p = incidentPage{Now: o.Clock.Now(), Form: ui.NewForm(v.Page, nil, nil)}
	if p.Incident, err = o.Incidents.ByNumber(ctx, number); err != nil {
		return p, err
	}
	if p.Authority, err = o.Incidents.Notice(ctx, p.Incident, privacy.AudienceAuthority); err != nil {
		return p, err
	}
	if p.People, err = o.Incidents.Notice(ctx, p.Incident, privacy.AudiencePeople); err != nil {
		return p, err
	}
	if p.Searches, err = o.Incidents.Searches(ctx, p.ID); err != nil {
		return p, err
	}
	if p.Telling, err = o.Incidents.Telling(ctx, p.ID); err != nil {
		return p, err
	}
	if p.Acts, err = o.Incidents.Acts(ctx, p.ID); err != nil {
		return p, err
	}
	if p.Staff, err = o.People.Employees(ctx); err != nil {
		return p, err
	}
	register, err := o.Privacy.Processing(ctx)
	p.Fields = register.Fields()
	return p, err
}

func (o *Office) incident(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.readIncident(r.Context(), v, r.PathValue("number"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	o.showIncident(w, r, v, http.StatusOK, p)
}

func (o *Office) showIncident(w http.ResponseWriter, r *http.Request, v visit, status int, p incidentPage) {
	v.Nav, v.Path, v.Query = "incidents", "/office/incidents/"+p.Number, ""
	o.show(w, r, v, status, v.T("office.incident.title", "number", p.Number), incidentView(v, p))
}

// onIncident does something with an incident and comes back to it, or shows the page again with what was typed.
func (o *Office) onIncident(w http.ResponseWriter, r *http.Request, v visit, do func(ctx context.Context, p incidentPage) error) {
	p, err := o.readIncident(r.Context(), v, r.PathValue("number"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if err := do(r.Context(), p); err != nil {
		if !ui.CanReshow(err) {
			o.UI.Fail(w, r, err)
			return
		}
		p.Form = ui.FormOf(v.Page, r, err)
		o.showIncident(w, r, v, ui.ReshowStatus(err), p)
		return
	}
	http.Redirect(w, r, v.URL("/office/incidents/"+p.Number), http.StatusSeeOther)
}

func revisionOf(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("revision"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func (o *Office) fillIncident(w http.ResponseWriter, r *http.Request, v visit) {
	o.onIncident(w, r, v, func(ctx context.Context, p incidentPage) error {
		get := func(name string) string { return r.PostFormValue(name) }
		k := privacy.Known{
			Title: get("title"), Nature: i18n.Text{KK: get("nature_kk"), RU: get("nature_ru")}, Contact: get("contact"), Tell: get("tell"), TellReason: get("tell_reason"),
			Consequences: i18n.Text{KK: get("consequences_kk"), RU: get("consequences_ru")}, Measures: i18n.Text{KK: get("measures_kk"), RU: get("measures_ru")},
		}
		for _, f := range r.PostForm["categories"] {
			k.Categories = append(k.Categories, vault.Field(f))
		}
		if s := strings.TrimSpace(get("approximate")); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil {
				return fault.Fields{privacy.ErrIncidentCount.On("approximate")}
			}
			k.Approximate = n
		}
		if get("do") == "assess" {
			return o.Incidents.Assess(ctx, p.ID, revisionOf(r), k, v.Actor())
		}
		return o.Incidents.Fill(ctx, p.ID, revisionOf(r), k, v.Actor())
	})
}

func (o *Office) searchIncident(w http.ResponseWriter, r *http.Request, v visit) {
	o.onIncident(w, r, v, func(ctx context.Context, p incidentPage) error {
		s := privacy.Search{Source: privacy.SourceJournal, MadeBy: v.Actor()}
		if r.PostFormValue("everybody") == "yes" {
			s.Source = privacy.SourceAll
			return o.Incidents.Search(ctx, p.ID, s)
		}
		from, ok := localTime(r.PostFormValue("from"))
		until, also := localTime(r.PostFormValue("until"))
		if !ok || !also {
			return fault.Fields{privacy.ErrSearchWindow.On("until")}
		}
		s.Looks = vault.LookFilter{From: from, Until: until, Actor: r.PostFormValue("actor"), Purpose: vault.Purpose(r.PostFormValue("purpose")), Field: vault.Field(r.PostFormValue("field"))}
		return o.Incidents.Search(ctx, p.ID, s)
	})
}

func (o *Office) listIncident(w http.ResponseWriter, r *http.Request, v visit) {
	o.onIncident(w, r, v, func(ctx context.Context, p incidentPage) error {
		_, err := o.Incidents.Name(ctx, p.ID, r.PostFormValue("list"), v.Actor(), func(ctx context.Context, code string) string {
			order, err := o.BoxOffice.OrderByCode(ctx, strings.ToUpper(code))
			if err != nil {
				return ""
			}
			return order.PersonID
		})
		return err
	})
}

func audienceOf(r *http.Request) (privacy.Audience, bool) {
	a := privacy.Audience(r.PathValue("audience"))
	return a, a == privacy.AudienceAuthority || a == privacy.AudiencePeople
}

func (o *Office) writeNotice(w http.ResponseWriter, r *http.Request, v visit) {
	a, ok := audienceOf(r)
	if !ok {
		o.UI.Fail(w, r, privacy.ErrIncidentUnknown)
		return
	}
	o.onIncident(w, r, v, func(ctx context.Context, p incidentPage) error {
		return o.Incidents.Write(ctx, p.ID, privacy.IncidentNotice{Audience: a, KK: r.PostFormValue("text_kk"), RU: r.PostFormValue("text_ru"), Revision: revisionOf(r)}, v.Actor())
	})
}

func (o *Office) approveNotice(w http.ResponseWriter, r *http.Request, v visit) {
	a, ok := audienceOf(r)
	if !ok {
		o.UI.Fail(w, r, privacy.ErrIncidentUnknown)
		return
	}
	o.onIncident(w, r, v, func(ctx context.Context, p incidentPage) error {
		if r.PostFormValue("sure") != "yes" {
			return fault.Fields{fault.New(fault.Invalid, "office.sure_needed").On("sure")}
		}
		return o.Incidents.Approve(ctx, p.ID, a, revisionOf(r), v.Actor())
	})
}

func (o *Office) deliverNotice(w http.ResponseWriter, r *http.Request, v visit) {
	o.onIncident(w, r, v, func(ctx context.Context, p incidentPage) error {
		at, ok := localTime(r.PostFormValue("delivered"))
		if !ok {
			return fault.Fields{privacy.ErrNoticeAt.On("delivered")}
		}
		return o.Incidents.Deliver(ctx, p.ID, privacy.Delivered{At: at, Channel: r.PostFormValue("channel"), Reference: r.PostFormValue("reference"), Actor: v.Actor()})
	})
}

func (o *Office) closeIncident(w http.ResponseWriter, r *http.Request, v visit) {
	o.onIncident(w, r, v, func(ctx context.Context, p incidentPage) error {
		return o.Incidents.Close(ctx, p.ID, r.PostFormValue("closing"), v.Actor())
	})
}

func (o *Office) dismissIncident(w http.ResponseWriter, r *http.Request, v visit) {
	o.onIncident(w, r, v, func(ctx context.Context, p incidentPage) error {
		return o.Incidents.Dismiss(ctx, p.ID, r.PostFormValue("dismissal"), v.Actor())
	})
}

func (o *Office) agreeIncident(w http.ResponseWriter, r *http.Request, v visit) {
	o.onIncident(w, r, v, func(ctx context.Context, p incidentPage) error {
		return o.Incidents.Agree(ctx, p.ID, v.Actor(), r.PostFormValue("answer") == "yes")
	})
}

func (o *Office) incidentLetter(w http.ResponseWriter, r *http.Request, v visit) {
	a, ok := audienceOf(r)
	i, err := o.Incidents.ByNumber(r.Context(), r.PathValue("number"))
	if err == nil && !ok {
		err = privacy.ErrIncidentUnknown
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	body, name, err := o.Incidents.Print(r.Context(), i, a)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(body) //nolint:errcheck // the client is gone then
}
