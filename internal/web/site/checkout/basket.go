package checkout

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/web/site/basketcookie"
	"github.com/sahna/sahna/internal/web/ui"
)

// basket is what a visitor holds.
type basket struct {
	Holds   []heldShow
	Total   money.Amount
	Until   time.Time // when the first hold ends
	Count   int
	More    bool             // the visitor can ask for more time
	Gone    bool             // something was in the basket and its time is over
	Ordered *boxoffice.Order // what the holds have become, if they have
	keys    []boxoffice.HoldKey
}

// heldShow is one hold with its performance.
type heldShow struct {
	*show
	ID    string
	Until time.Time
	Lines []line
}

// readBasket looks at the holds of the cookie; what is over is left out.
func (d *Door) readBasket(ctx context.Context, p ui.Page, keys []boxoffice.HoldKey) (basket, error) {
	var b basket
	read := d.reader(p)
	for _, k := range keys {
		h, err := d.Office.FindHold(ctx, k)
		if kind := fault.KindOf(err); err != nil && (kind == fault.Gone || kind == fault.NotFound) {
			if ord, oerr := d.Office.OrderOfHold(ctx, k); oerr == nil {
				b.Ordered = &ord
			} else if kind == fault.Gone {
				b.Gone = true
			}
			continue
		}
		if err != nil {
			return basket{}, err
		}
		s, err := read.show(ctx, h.PerformanceID)
		if err != nil {
			return basket{}, err
		}
		b.add(p, s, h)
		b.More = b.More || d.Office.CanExtend(ctx, h)
		b.keys = append(b.keys, k)
	}
	return b, nil
}

func (b *basket) add(p ui.Page, s *show, h boxoffice.Hold) {
	held := heldShow{show: s, ID: h.ID, Until: h.ExpiresAt}
	for _, it := range h.Items {
		held.Lines = append(held.Lines, s.line(p.Printer, it))
	}
	if b.Count == 0 {
		b.Total, b.Until = money.Zero(h.Total.Currency), h.ExpiresAt
	}
	if b.Total.Currency == h.Total.Currency {
		b.Total = b.Total.Add(h.Total)
	}
	if h.ExpiresAt.Before(b.Until) {
		b.Until = h.ExpiresAt
	}
	b.Count += len(h.Items)
	b.Holds = append(b.Holds, held)
}

func (d *Door) basket(w http.ResponseWriter, r *http.Request) {
	d.showBasket(w, r, nil)
}

func (d *Door) showBasket(w http.ResponseWriter, r *http.Request, problem error) {
	p := d.page(r, "")
	p.Title = p.T("checkout.basket")
	p.Path, p.Query = "/basket", "" // also when a form below it failed
	keys := basketcookie.Read(r)
	b, err := d.readBasket(r.Context(), p, keys)
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	if len(b.keys) != len(keys) {
		basketcookie.Set(w, r, b.keys)
	}
	w.Header().Set("Cache-Control", "no-store")
	status := http.StatusOK
	if problem != nil {
		status = ui.StatusOf(problem)
	}
	d.UI.Render(w, r, status, p, basketPage(p, b, ui.NewForm(p, url.Values{}, problem)))
}

// keyOf finds the basket's key of the hold that a form names.
func keyOf(r *http.Request) (boxoffice.HoldKey, error) {
	id := r.PostFormValue("hold")
	for _, k := range basketcookie.Read(r) {
		if k.ID == id {
			return k, nil
		}
	}
	return boxoffice.HoldKey{}, boxoffice.ErrHoldGone
}

func (d *Door) setTypes(w http.ResponseWriter, r *http.Request) {
	k, err := keyOf(r)
	if err == nil {
		_, err = d.Office.SetTypes(r.Context(), k, r.PostForm["type"])
	}
	d.backToBasket(w, r, err)
}

// moreTime asks for more time for everything in the basket. It fails only when nothing got any: what is over shows by itself.
func (d *Door) moreTime(r *http.Request) (err error) {
	got := false
	for _, k := range basketcookie.Read(r) {
		_, kerr := d.Office.ExtendHold(r.Context(), k)
		switch kind := fault.KindOf(kerr); {
		case kerr == nil:
			got = true
		case kind != fault.Gone && kind != fault.NotFound:
			err = kerr
		}
	}
	if got {
		return nil
	}
	return err
}

func (d *Door) basketMoreTime(w http.ResponseWriter, r *http.Request) {
	d.backToBasket(w, r, d.moreTime(r))
}

// checkoutMoreTime comes from a button inside the order's form: what was typed comes back with it.
func (d *Door) checkoutMoreTime(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	if err := d.moreTime(r); err == nil || ui.CanReshow(err) {
		d.showForm(w, r, r.PostForm, err)
	} else {
		d.UI.Fail(w, r, err)
	}
}

func (d *Door) remove(w http.ResponseWriter, r *http.Request) {
	k, err := keyOf(r)
	if err == nil {
		if err = d.Office.Release(r.Context(), k); errors.Is(err, boxoffice.ErrHoldGone) {
			err = nil // gone is what was wanted
		}
	}
	if err == nil {
		var rest []boxoffice.HoldKey
		for _, x := range basketcookie.Read(r) {
			if x != k {
				rest = append(rest, x)
			}
		}
		basketcookie.Set(w, r, rest)
	}
	d.backToBasket(w, r, err)
}

func (d *Door) backToBasket(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case err == nil:
		http.Redirect(w, r, "/"+string(ui.LangOf(r))+"/basket", http.StatusSeeOther)
	case ui.CanReshow(err):
		d.showBasket(w, r, err)
	default:
		d.UI.Fail(w, r, err)
	}
}
