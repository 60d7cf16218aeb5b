package checkout

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/site/basketcookie"
	"github.com/sahna/sahna/internal/web/ui"
)

// refusalView tells somebody why the machine refused their order, and how a human is asked to look at it.
type refusalView struct {
	boxoffice.Refusal
	*show
	Whole  bool // the limit is for all performances of the event together
	When   string
	Object string // address of the objection
	Basket bool   // their seats still wait
}

// refusal shows a decision to whoever has its code. It says nothing of anybody: the code is all that leads here.
func (d *Door) refusal(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	got, err := d.Office.Refusal(ctx, r.PathValue("code"))
	if err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	p := d.page(r, "")
	p.Title = p.T("checkout.refusal_title")
	v := refusalView{Refusal: got, Whole: got.ScopeID != got.PerformanceID, When: p.Moment(got.LastAt, d.UI.Clock.Now(), "Asia/Almaty")}
	if v.show, err = d.reader(p).show(ctx, got.PerformanceID); err != nil {
		d.UI.Fail(w, r, err)
		return
	}
	about := "?" + url.Values{"kind": {string(privacy.RequestObjection)}, "about": {got.Code}}.Encode()
	v.Object = p.URL("/page/claim" + about)
	if p.Session != nil {
		v.Object = p.URL("/account/data/object" + about)
	}
	if b, err := d.readBasket(ctx, p, basketcookie.Read(r)); err == nil {
		v.Basket = b.Count > 0
	}
	d.UI.Render(w, r, http.StatusOK, p, refusalPage(p, v))
}

// words say the rule that was applied.
func (v refusalView) words(p ui.Page) string {
	switch v.Kind {
	case boxoffice.LimitContact:
		return p.T("checkout.refusal_contact", "count", v.Most)
	case boxoffice.LimitNetwork:
		return p.T("checkout.refusal_network", "count", v.Most)
	case boxoffice.LimitCard:
		return p.T("checkout.refusal_card", "count", v.Most)
	case boxoffice.LimitPerson:
	}
	return p.T("checkout.refusal_person", "count", v.Most)
}

// answer is how the objection stands, "" when there is none.
func (v refusalView) answer(p ui.Page) string {
	switch {
	case !v.LiftedAt.IsZero():
		return p.T("checkout.refusal_lifted", "extra", v.Extra)
	case v.Objection.RequestID == "":
		return ""
	case v.Objection.State != privacy.StateAnswered:
		return p.T("checkout.refusal_asked", "number", v.Objection.Number)
	}
	return p.T("checkout.refusal_stays", "number", v.Objection.Number)
}

// refusalIn returns the code of the decision that an error tells of, "" when it tells of none.
func refusalIn(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return ""
	}
	code, _ := f.Args["refusal"].(string)
	return code
}
