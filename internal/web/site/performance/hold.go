package performance

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/site/basketcookie"
	"github.com/sahna/sahna/internal/web/site/waiting"
	"github.com/sahna/sahna/internal/web/ui"
)

// hold keeps what was chosen, or the best that is left, and goes on to the basket. What fails comes back with the choice.
func (d *Door) hold(w http.ResponseWriter, r *http.Request) {
	h, err := d.house(r.Context(), r.PathValue("id"))
	if err == nil {
		err = r.ParseForm()
	}
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	c := readChoice(r.PostForm, h.performance)
	d.Rooms.Came(h.performance)
	pass := ""
	if room, ok := d.Rooms.Guard(h.performance); ok {
		pass = waiting.PassOf(r, room.ID)
		if err := d.Rooms.Check(h.performance, pass); err != nil {
			http.Redirect(w, r, waiting.URL(d.UI.Page(r, ""), room.ID), http.StatusSeeOther)
			return
		}
	}
	held, err := d.withPass(r, h, c, pass)
	if err != nil {
		d.refuse(w, r, h, c, err)
		return
	}
	basketcookie.Add(w, r, boxoffice.HoldKey{ID: held.ID, Secret: held.Secret})
	http.Redirect(w, r, "/"+string(ui.LangOf(r))+"/basket", http.StatusSeeOther)
}

// withPass takes what is chosen out of what the visitor's pass is good for, and puts it back when it cannot be held.
func (d *Door) withPass(r *http.Request, h house, c choice, pass string) (boxoffice.Hold, error) {
	if pass == "" {
		return d.take(r, h, c)
	}
	n := c.count()
	if err := d.Rooms.Use(r.Context(), h.performance, pass, n); err != nil {
		return boxoffice.Hold{}, err
	}
	held, err := d.take(r, h, c)
	if err != nil {
		if berr := d.Rooms.GiveBack(context.WithoutCancel(r.Context()), h.performance, pass, n); berr != nil {
			d.UI.Log.ErrorContext(r.Context(), "pass not given back", "err", berr)
		}
	}
	return held, err
}

func (d *Door) take(r *http.Request, h house, c choice) (boxoffice.Hold, error) {
	if c.best.asked {
		ask, err := c.best.request(h.performance)
		if err != nil {
			return boxoffice.Hold{}, err
		}
		return d.Office.HoldBest(r.Context(), ask)
	}
	ask, err := c.request(h.performance, h.plan)
	if err != nil {
		return boxoffice.Hold{}, err
	}
	return d.Office.Hold(r.Context(), ask)
}

// refuse shows the page again: what can still be had stays chosen, what is gone is named.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, h house, c choice, err error) {
	if !ui.CanReshow(err) {
		d.UI.Fail(w, r, err)
		return
	}
	var e *fault.Error
	var gone []string
	if errors.As(err, &e) && errors.Is(err, boxoffice.ErrSeatsGone) {
		gone, _ = e.Args["seats"].([]string)
	}
	fresh, ferr := d.house(r.Context(), h.performance.ID)
	if ferr != nil {
		d.UI.Fail(w, r, ferr)
		return
	}
	h = fresh
	p := d.page(r, h)
	form := ui.NewForm(p, r.PostForm, err)
	if len(gone) > 0 {
		form.Errors = []ui.FieldError{{Message: p.T("performance.gone", "seats", strings.Join(h.places(p.Printer, gone), "; "))}}
	}
	d.render(w, r, ui.ReshowStatus(err), p, h, c.without(gone), form)
}
