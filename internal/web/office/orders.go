package office

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/web/ui"
)

const ordersPage = 30

// ordersView is the list of orders, or what was found.
type ordersView struct {
	Query  string
	Status boxoffice.Status
	Found  bool // the list answers a search
	Form   ui.Form
	Orders []boxoffice.OrderSummary
	Pages  ui.Pages
}

func (o *Office) orders(w http.ResponseWriter, r *http.Request, v visit) {
	q := r.URL.Query()
	p := ordersView{Query: strings.TrimSpace(q.Get("q")), Status: boxoffice.Status(q.Get("status"))}
	if p.Query != "" {
		o.searchOrder(w, r, v, p)
		return
	}
	list, err := o.BoxOffice.Orders(r.Context(), p.Status, q.Get("before"), ordersPage+1)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	if len(list) > ordersPage {
		list = list[:ordersPage]
		p.Pages.Next = v.With("before", list[ordersPage-1].ID)
	}
	if q.Get("before") != "" {
		p.Pages.Previous = v.With("before", "")
	}
	p.Orders = list
	o.showOrders(w, r, v, http.StatusOK, p)
}

// searchOrder goes to the order of a code, its own or one of its tickets'.
func (o *Office) searchOrder(w http.ResponseWriter, r *http.Request, v visit, p ordersView) {
	code, err := o.codeOf(r, p.Query)
	if err == nil {
		http.Redirect(w, r, v.URL("/office/orders/"+url.PathEscape(code)), http.StatusSeeOther)
		return
	}
	if k := fault.KindOf(err); k != fault.NotFound && k != fault.Invalid {
		o.UI.Fail(w, r, err)
		return
	}
	p.Found = true
	o.showOrders(w, r, v, http.StatusOK, p)
}

func (o *Office) codeOf(r *http.Request, typed string) (string, error) {
	ord, err := o.BoxOffice.OrderByCode(r.Context(), typed)
	if err == nil {
		return ord.Code, nil
	}
	if !errors.Is(err, boxoffice.ErrOrderUnknown) {
		return "", err
	}
	t, err := o.BoxOffice.FindTicket(r.Context(), typed)
	return t.OrderCode, err
}

// findOrders looks for a buyer's orders by e-mail. It is a POST, so that the address stands in no log and no history.
func (o *Office) findOrders(w http.ResponseWriter, r *http.Request, v visit) {
	p := ordersView{Found: true, Form: ui.FormOf(v.Page, r, nil)}
	email := strings.TrimSpace(r.PostFormValue("email"))
	if email == "" || len(email) > 254 {
		p.Form = ui.FormOf(v.Page, r, fault.Fields{fault.New(fault.Invalid, "office.email_needed").On("email")})
		o.showOrders(w, r, v, http.StatusUnprocessableEntity, p)
		return
	}
	persons, err := o.People.PersonsByEmail(r.Context(), email)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	list, err := o.BoxOffice.OrdersOfPersons(r.Context(), persons)
	if err != nil {
		o.UI.Fail(w, r, err)
		return
	}
	for _, ord := range list {
		p.Orders = append(p.Orders, boxoffice.OrderSummary{ID: ord.ID, Code: ord.Code, Status: ord.Status, Total: ord.Total, CreatedAt: ord.CreatedAt})
	}
	o.showOrders(w, r, v, http.StatusOK, p)
}

func (o *Office) showOrders(w http.ResponseWriter, r *http.Request, v visit, status int, p ordersView) {
	v.Nav = "orders"
	if r.Method == http.MethodPost {
		v.Path = "/office/orders" // the language switch must not ask for the answer of a form
	}
	o.show(w, r, v, status, v.T("office.nav.orders"), ordersList(v, p))
}
