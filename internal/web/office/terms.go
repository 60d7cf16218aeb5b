package office

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/web/ui"
)

// termsPage is the law as data: terms with their dates, and the calendar's years.
type termsPage struct {
	Terms []privacy.TermRow
	Years []privacy.CalendarYear
	Term  ui.Form
	Year  ui.Form
}

func (o *Office) terms(w http.ResponseWriter, r *http.Request, v visit) {
	o.showTerms(w, r, v, http.StatusOK, termsPage{Term: ui.NewForm(v.Page, nil, nil), Year: ui.NewForm(v.Page, nil, nil)})
}

// addTerm enters a term from a day on; rows of before stay.
func (o *Office) addTerm(w http.ResponseWriter, r *http.Request, v visit) {
	rule := calendar.Rule{
		ID: r.PostFormValue("clock"), From: calendar.Day(r.PostFormValue("from")),
		Source: strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(r.PostFormValue("source"), "\x00", ""), "")), Confirmed: r.PostFormValue("confirmed") == "yes",
	}
	if t, err := calendar.ParseTerm(strings.TrimSpace(r.PostFormValue("term"))); err == nil {
		rule.Count, rule.Unit = t.Count, t.Unit
	}
	o.afterTerms(w, r, v, o.Privacy.AddTerm(r.Context(), rule, v.Actor()), true)
}

// setYear enters a year of the calendar anew.
func (o *Office) setYear(w http.ResponseWriter, r *http.Request, v visit) {
	number, err := strconv.Atoi(r.PostFormValue("number"))
	if err != nil {
		number = 0
	}
	body := strings.ReplaceAll(r.PostFormValue("body"), "\r\n", "\n")
	o.afterTerms(w, r, v, o.Privacy.SetYear(r.Context(), number, body, v.Actor()), false)
}

func (o *Office) afterTerms(w http.ResponseWriter, r *http.Request, v visit, err error, term bool) {
	if err == nil {
		http.Redirect(w, r, v.URL("/office/terms"), http.StatusSeeOther)
		return
	}
	if k := fault.KindOf(err); k != fault.Invalid {
		o.UI.Fail(w, r, err)
		return
	}
	p := termsPage{Term: ui.NewForm(v.Page, nil, nil), Year: ui.NewForm(v.Page, nil, nil)}
	if term {
		p.Term = ui.FormOf(v.Page, r, err)
	} else {
		p.Year = ui.FormOf(v.Page, r, err)
	}
	o.showTerms(w, r, v, http.StatusUnprocessableEntity, p)
}

func (o *Office) showTerms(w http.ResponseWriter, r *http.Request, v visit, status int, p termsPage) {
	var err error
	if p.Terms, err = o.Privacy.TermRows(r.Context()); err == nil {
		p.Years, err = o.Privacy.CalendarYears(r.Context())
	}
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	v.Nav, v.Path = "requests", "/office/terms"
	o.show(w, r, v, status, v.T("office.nav.terms"), termsView(v, p))
}

func clockOptions(v visit, rows []privacy.TermRow) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("office.contacts.choose")}}
	for _, t := range rows {
		if last := out[len(out)-1]; last.Value != t.ID {
			out = append(out, ui.Option{Value: t.ID, Label: privacy.ClockName(v.Printer, t.ID)})
		}
	}
	return out
}

// dayWords is a day of the law's data as people write it.
func dayWords(v visit, d calendar.Day) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return v.FullDate(t, "UTC")
}
