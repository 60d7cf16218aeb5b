package office

import (
	"net/http"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
)

// refundPage asks once more before money goes back.
type refundPage struct {
	Order boxoffice.Order
	Form  ui.Form
}

// refundReasons are the words a refund's note is chosen from: nobody types names into it.
func refundReasons(v visit) []ui.Option {
	return []ui.Option{
		{Value: "", Label: v.T("office.refund.choose")},
		{Value: "buyer", Label: v.T("office.refund.buyer")},
		{Value: "cancelled", Label: v.T("office.refund.cancelled")},
		{Value: "moved", Label: v.T("office.refund.moved")},
		{Value: "mistake", Label: v.T("office.refund.mistake")},
	}
}

// refundReason says why money went back.
func refundReason(v visit, r boxoffice.Refund) string {
	switch r.Reason {
	case boxoffice.ReasonLate:
		return v.T("office.refund.late")
	case boxoffice.ReasonTwice:
		return v.T("office.refund.twice")
	case boxoffice.ReasonLimit:
		return v.T("office.refund.limit")
	case boxoffice.ReasonWrongAmount:
		return v.T("office.refund.wrong_amount")
	}
	for _, o := range refundReasons(v) {
		if o.Value == r.Note && o.Value != "" {
			return o.Label
		}
	}
	return v.T("office.refund.title")
}

func (o *Office) askRefund(w http.ResponseWriter, r *http.Request, v visit) {
	o.showRefund(w, r, v, nil)
}

func (o *Office) refund(w http.ResponseWriter, r *http.Request, v visit) {
	reason := r.PostFormValue("reason")
	var wrong fault.Fields
	if !knownReason(v, reason) {
		wrong = append(wrong, fault.New(fault.Invalid, "office.reason_needed").On("reason"))
	}
	if r.PostFormValue("sure") != "yes" {
		wrong = append(wrong, fault.New(fault.Invalid, "office.sure_needed").On("sure"))
	}
	if err := wrong.OrNil(); err != nil {
		o.showRefund(w, r, v, err)
		return
	}
	code := r.PathValue("code")
	if err := o.BoxOffice.Refund(r.Context(), code, v.Actor(), reason); err != nil {
		if ui.CanReshow(err) {
			o.showRefund(w, r, v, err)
			return
		}
		o.UI.Fail(w, r, err)
		return
	}
	ord, err := o.BoxOffice.OrderByCode(r.Context(), code)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, v.URL("/office/orders/"+ord.Code+"?done=refund"), http.StatusSeeOther)
}

func knownReason(v visit, reason string) bool {
	for _, o := range refundReasons(v) {
		if o.Value == reason && reason != "" {
			return true
		}
	}
	return false
}

func (o *Office) showRefund(w http.ResponseWriter, r *http.Request, v visit, problem error) {
	ord, err := o.BoxOffice.OrderByCode(r.Context(), r.PathValue("code"))
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if problem == nil && ord.Status != boxoffice.OrderPaid {
		o.UI.Fail(w, r, boxoffice.ErrNotRefundable)
		return
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.ReshowStatus(problem)
	}
	v.Nav = "orders"
	o.show(w, r, v, status, v.T("office.refund.title"), refundForm(v, refundPage{Order: ord, Form: ui.FormOf(v.Page, r, problem)}))
}
