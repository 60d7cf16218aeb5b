package performance

import (
	"errors"
	"net/http"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/site/basketcookie"
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
	held, err := d.take(r, h, c)
	if err != nil {
		d.refuse(w, r, h, c, err)
		return
	}
	basketcookie.Add(w, r, boxoffice.HoldKey{ID: held.ID, Secret: held.Secret})
	http.Redirect(w, r, "/"+string(ui.LangOf(r))+"/basket", http.StatusSeeOther)
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
