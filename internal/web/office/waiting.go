package office

import (
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/waitroom"
	"github.com/sahna/sahna/internal/web/ui"
)

var runsLines = []people.Role{people.RoleManager, people.RoleAdmin}

func (o *Office) waitingPages() []page {
	return []page{
		{"GET /{lang}/office/performances/{id}/waiting", runsLines, o.waiting},
		{"POST /{lang}/office/performances/{id}/waiting", runsLines, o.setWaiting},
		{"GET /{lang}/office/performances/{id}/waiting/event", runsLines, o.waiting},
		{"POST /{lang}/office/performances/{id}/waiting/event", runsLines, o.setWaiting},
	}
}

// waitingPage is the waiting room of a performance, or of its event with all its dates: how it stands, and the form that changes it.
type waitingPage struct {
	Whole  bool // of the event
	Tabs   []ui.Tab
	Other  bool // the other one of the two is open
	Back   string
	Form   ui.Form
	Room   waitroom.Room
	Codes  int
	Opens  string
	Public string
	Drawn  bool
}

const typedMoment = "2006-01-02T15:04"

func (o *Office) waiting(w http.ResponseWriter, r *http.Request, v visit) {
	o.showWaiting(w, r, v, nil, nil)
}

func (o *Office) showWaiting(w http.ResponseWriter, r *http.Request, v visit, typed url.Values, problem error) {
	p, err := o.Catalog.Performance(r.Context(), r.PathValue("id"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	id, other := roomOf(r, p)
	room, err := o.Waiting.Find(r.Context(), id)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	line, err := o.named(r.Context(), v, p)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	v.Nav = "performances"
	if typed == nil {
		typed = roomValues(room, p, o.Clock.Now())
		if e, err := o.Catalog.Event(r.Context(), room.BuyersOf); err == nil {
			typed.Set("buyers", e.Slug)
		}
	}
	self := v.URL("/office/performances/" + p.ID + "/waiting")
	page := waitingPage{
		Back: v.URL("/office/performances/" + p.ID), Form: ui.NewForm(v.Page, typed, problem), Room: room, Codes: len(room.Codes),
		Whole: id == p.EventID, Tabs: []ui.Tab{
			{Label: v.T("office.waiting.single"), Href: self, Active: id == p.ID}, {Label: v.T("office.waiting.whole"), Href: self + "/event", Active: id == p.EventID},
		},
		Public: v.URL("/waiting/" + id), Opens: v.Moment(room.OpensAt, o.Clock.Now(), p.Zone),
	}
	if f, err := o.Waiting.Published(id); err == nil {
		page.Drawn = f.Seed != ""
	}
	_, err = o.Waiting.Standing(other)
	page.Other = err == nil
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	o.show(w, r, v, status, v.T("office.waiting.title", "title", line.Title), waitingView(v, page))
}

func roomValues(room waitroom.Room, p catalog.Performance, now time.Time) url.Values {
	out := url.Values{"mode": {string(room.Mode)}, "above": {strconv.Itoa(room.Above)}, "pace": {strconv.Itoa(waitroom.DefaultPace)}}
	opens := room.OpensAt
	if opens.IsZero() && p.SaleFrom.After(now) {
		opens = p.SaleFrom
	}
	set := func(name string, t time.Time) {
		if !t.IsZero() {
			out.Set(name, t.In(i18n.Zone(p.Zone)).Format(typedMoment))
		}
	}
	set("opens", opens)
	set("presale", room.PresaleUntil)
	if len(room.Pace) > 0 {
		out.Set("pace", strconv.Itoa(room.PaceAt(now)))
	}
	return out
}

func (o *Office) setWaiting(w http.ResponseWriter, r *http.Request, v visit) {
	p, err := o.Catalog.Performance(r.Context(), r.PathValue("id"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if err := r.ParseForm(); err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	wish, err := readWaiting(r.PostForm, p)
	if wish.ID, _ = roomOf(r, p); wish.ID == p.EventID {
		wish.Kind = waitroom.ForEvent
	}
	if slug := strings.TrimSpace(r.PostForm.Get("buyers")); err == nil && slug != "" {
		e, eerr := o.Catalog.EventBySlug(r.Context(), path.Base(slug))
		if eerr != nil {
			err = errNoEvent.On("buyers")
		}
		wish.BuyersOf = e.ID
	}
	if err == nil {
		_, err = o.Waiting.Set(r.Context(), wish)
	}
	switch {
	case err == nil:
		to := "/office/performances/" + p.ID + "/waiting"
		if wish.Kind == waitroom.ForEvent {
			to += "/event"
		}
		http.Redirect(w, r, v.URL(to), http.StatusSeeOther)
	case ui.CanReshow(err):
		o.showWaiting(w, r, v, r.PostForm, err)
	default:
		o.UI.Fail(w, r, err)
	}
}

var (
	errMoment  = fault.New(fault.Invalid, "office.waiting_moment")
	errNoEvent = fault.New(fault.Invalid, "office.waiting_no_event")
)

// roomOf is which room a page is about, and the other one of the two.
func roomOf(r *http.Request, p catalog.Performance) (id, other string) {
	if strings.HasSuffix(r.URL.Path, "/event") {
		return p.EventID, p.ID
	}
	return p.ID, p.EventID
}

func readWaiting(form url.Values, p catalog.Performance) (waitroom.Wish, error) {
	w := waitroom.Wish{ID: p.ID, Kind: waitroom.ForPerformance, Mode: waitroom.Off}
	switch m := waitroom.Mode(form.Get("mode")); m {
	case waitroom.On, waitroom.Auto:
		w.Mode = m
	}
	var err error
	if w.OpensAt, err = readMoment(form.Get("opens"), p.Zone); err != nil {
		return w, errMoment.On("opens")
	}
	if w.PresaleUntil, err = readMoment(form.Get("presale"), p.Zone); err != nil {
		return w, errMoment.On("presale")
	}
	for name, to := range map[string]*int{"pace": &w.PerMinute, "above": &w.Above} {
		typed := strings.TrimSpace(form.Get(name))
		if typed == "" {
			continue
		}
		if *to, err = strconv.Atoi(typed); err != nil || *to < 1 || *to > 100_000 {
			return w, waitroom.ErrPace.On(name)
		}
	}
	if typed := form.Get("codes"); strings.TrimSpace(typed) != "" {
		w.Codes = strings.Split(typed, "\n")
	}
	return w, nil
}

func readMoment(typed, zone string) (time.Time, error) {
	if strings.TrimSpace(typed) == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation(typedMoment, strings.TrimSpace(typed), i18n.Zone(zone))
}
