package door

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
)

const (
	choices  = 60             // most performances offered
	lookBack = 12 * time.Hour // a performance that began this long ago may still let in
)

type signInView struct {
	ui.Page
	Form ui.Form
}

type startView struct {
	ui.Page
	Device admission.Device
	Shows  []choice
	Chosen *choice
	Gates  []admission.Gate
}

// choice is a performance to scan for.
type choice struct {
	catalog.Performance
	Title, Where string
	Open         bool // lets in now
}

// start is sign-in, then the choice of a performance, then of a gate: one question at a time, each with its address.
func (d *Door) start(w http.ResponseWriter, r *http.Request) {
	dev, err := d.device(r)
	if fault.KindOf(err) == fault.Unauthenticated {
		d.showSignIn(w, r, http.StatusOK, nil)
		return
	}
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	v := startView{Page: d.page(r, ""), Device: dev}
	if id := r.FormValue("performance"); id != "" {
		err = d.chooseGate(r.Context(), &v, id)
	} else {
		v.Title = v.T("door.choose_performance")
		v.Shows, err = d.shows(r.Context(), v.Page)
	}
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	if len(v.Gates) == 1 {
		http.Redirect(w, r, v.URL(scanPath(v.Chosen.ID, v.Gates[0].ID)), http.StatusSeeOther)
		return
	}
	d.UI.Render(w, r, http.StatusOK, v.Page, startPage(v))
}

func (d *Door) showSignIn(w http.ResponseWriter, r *http.Request, status int, err error) {
	v := signInView{Page: d.page(r, "")}
	v.Title = v.T("door.sign_in")
	v.Path = "/door" // also when a sign-in failed, so that the languages lead to a page
	v.Form = ui.FormOf(v.Page, r, err)
	d.UI.Render(w, r, status, v.Page, signInPage(v))
}

func (d *Door) chooseGate(ctx context.Context, v *startView, id string) error {
	p, err := d.Catalog.Performance(ctx, id)
	if err != nil {
		return err
	}
	c, err := d.choice(ctx, v.Page, p)
	if err != nil {
		return err
	}
	v.Title, v.Chosen = v.T("door.choose_gate"), &c
	if v.Gates, err = d.Admission.Gates(ctx, p.HallID); err != nil {
		return err
	}
	for i, g := range v.Gates {
		if v.Gates[i].Name, err = d.inLanguage(ctx, v.Page, p.PlanHash, g.Name); err != nil {
			return err
		}
	}
	return nil
}

// shows lists what lets in now, then what comes.
func (d *Door) shows(ctx context.Context, p ui.Page) ([]choice, error) {
	list, err := d.Catalog.Upcoming(ctx, d.Clock.Now().Add(-lookBack), choices)
	if err != nil {
		return nil, err
	}
	var open, later []choice
	for _, perf := range list {
		c, err := d.choice(ctx, p, perf)
		if err != nil {
			return nil, err
		}
		switch {
		case perf.Cancelled:
		case c.Open:
			open = append(open, c)
		default:
			later = append(later, c)
		}
	}
	return append(open, later...), nil
}

func (d *Door) choice(ctx context.Context, p ui.Page, perf catalog.Performance) (choice, error) {
	e, err := d.Catalog.Event(ctx, perf.EventID)
	if err != nil {
		return choice{}, err
	}
	hall, venue, err := d.Catalog.Hall(ctx, perf.HallID)
	if err != nil {
		return choice{}, err
	}
	where := p.Text(venue.Name)
	if h := p.Text(hall.Name); h != where {
		where += ", " + h
	}
	from, until := d.Admission.Window(perf)
	now := d.Clock.Now()
	return choice{Performance: perf, Title: p.Text(e.Title), Where: where, Open: !now.Before(from) && !now.After(until)}, nil
}

func scanPath(performanceID, gateID string) string {
	return "/door/scan?" + url.Values{"performance": {performanceID}, "gate": {gateID}}.Encode()
}

// signIn exchanges the office's code for the device's cookie.
func (d *Door) signIn(w http.ResponseWriter, r *http.Request) {
	if !d.tries.Allow() {
		d.showSignIn(w, r, http.StatusTooManyRequests, errTries)
		return
	}
	token, _, err := d.Admission.EnrolDevice(r.Context(), r.PostFormValue("code"))
	if ui.CanReshow(err) {
		d.showSignIn(w, r, ui.ReshowStatus(err), err)
		return
	}
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	d.setCookie(w, token)
	http.Redirect(w, r, d.page(r, "").URL("/door"), http.StatusSeeOther)
}

// signOut ends the device's token too: who finds the phone cannot go on.
func (d *Door) signOut(w http.ResponseWriter, r *http.Request) {
	dev, err := d.device(r)
	if err == nil {
		err = d.Admission.RevokeDevice(r.Context(), dev.ID)
	}
	if err != nil && fault.KindOf(err) != fault.Unauthenticated {
		d.UI.Fail(w, r, err)
		return
	}
	d.setCookie(w, "")
	http.Redirect(w, r, d.page(r, "").URL("/door"), http.StatusSeeOther)
}
