package office

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui"
)

const requestsPage = 30

// requestsView is the desk: requests with the earliest clock first.
type requestsView struct {
	State    privacy.RequestState // "" is whatever is owed an answer
	Kind     privacy.RequestKind
	Requests []privacy.Request
	Pages    ui.Pages
	Now      time.Time
}

func (o *Office) requests(w http.ResponseWriter, r *http.Request, v visit) {
	v.Nav = "requests"
	q := r.URL.Query()
	p := requestsView{Now: o.Clock.Now()}
	if s := privacy.RequestState(q.Get("state")); slices.Contains(privacy.RequestStates, s) {
		p.State = s
	}
	if k := privacy.RequestKind(q.Get("kind")); slices.Contains(privacy.RequestKinds, k) {
		p.Kind = k
	}
	f := privacy.RequestFilter{State: p.State, Open: true, Kind: p.Kind, After: readKey(q.Get("after"))}
	list, err := o.Privacy.Requests(r.Context(), f, requestsPage+1)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if len(list) > requestsPage {
		list = list[:requestsPage]
		p.Pages.Next = v.With("after", writeKey(list[requestsPage-1].Key()))
	}
	if q.Get("after") != "" {
		p.Pages.Previous = v.With("after", "")
	}
	p.Requests = list
	o.show(w, r, v, http.StatusOK, v.T("office.nav.requests"), requestsList(v, p))
}

// writeKey puts a place of the list into an address.
func writeKey(k privacy.RequestKey) string {
	return strconv.FormatInt(clock.Micros(k.Due), 10) + "." + k.ID
}

func readKey(s string) privacy.RequestKey {
	due, id, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(due, 10, 64)
	if err != nil || n <= 0 || len(id) != 36 || strings.Trim(id, "0123456789abcdef-") != "" {
		return privacy.RequestKey{}
	}
	return privacy.RequestKey{Due: clock.FromMicros(n), ID: id}
}

// dueColor is red when a clock has run out and amber on its last day.
func dueColor(due, now time.Time) string {
	switch left := due.Sub(now); {
	case left <= 0:
		return "danger"
	case left <= 24*time.Hour:
		return "warn"
	}
	return "muted"
}

// dueWords says how long there is, or for how long it has been late.
func dueWords(v visit, due, now time.Time) string {
	left := due.Sub(now)
	switch {
	case left <= 0:
		return v.T("office.requests.late", "days", int(-left/(24*time.Hour)))
	case left <= 24*time.Hour:
		return v.T("office.requests.today", "hours", int(left/time.Hour))
	}
	return v.T("office.requests.left", "days", int(left/(24*time.Hour)))
}

func requestState(v visit, s privacy.RequestState) string {
	switch s {
	case privacy.StateReceived:
		return v.T("office.requests.received")
	case privacy.StateWork:
		return v.T("office.requests.work")
	case privacy.StateApproval:
		return v.T("office.requests.approval")
	case privacy.StateErasing:
		return v.T("office.requests.erasing")
	}
	return v.T("office.requests.answered")
}

func requestTabs(v visit, p requestsView) []ui.Tab {
	tabs := []ui.Tab{{Label: v.T("office.requests.open"), Href: v.With("state", "", "after", ""), Active: p.State == ""}}
	for _, s := range privacy.RequestStates {
		tabs = append(tabs, ui.Tab{Label: requestState(v, s), Href: v.With("state", string(s), "after", ""), Active: p.State == s})
	}
	return tabs
}

func lateOptions(v visit) []ui.Option {
	out := []ui.Option{{Value: "", Label: v.T("office.contacts.choose")}}
	for _, r := range privacy.LateReasons {
		out = append(out, ui.Option{Value: r, Label: privacy.LateWords(v.Printer, r)})
	}
	return out
}

func kindOptions(v visit, first string) []ui.Option {
	out := []ui.Option{{Value: "", Label: first}}
	for _, k := range privacy.RequestKinds {
		out = append(out, ui.Option{Value: string(k), Label: privacy.KindName(v.Printer, k)})
	}
	return out
}
