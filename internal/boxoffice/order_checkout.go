package boxoffice

import (
	"context"
	"errors"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
)

const maxHolds = 20 // holds in one order: a basket over several performances

// draft is an order that has been checked and not yet written.
type draft struct {
	request CheckoutRequest
	holds   []Hold
	order   Order
	payment Payment
	claims  []claim // what counts towards limits
}

// Checkout makes an order of holds: consents are checked and recorded, contacts sealed, seats kept until PayUntil, the payment
// started. A free order is paid at once. The same holds a second time give the same order: a double click buys once.
// The payment's URL is empty when the provider could not be reached; PayAgain tries again.
func (o *Office) Checkout(ctx context.Context, r CheckoutRequest) (_ Order, _ Payment, err error) {
	defer fault.Wrap(&err, "check out")
	o.stock.asking.Add(1)
	defer o.stock.asking.Add(-1)
	if len(r.Holds) == 0 {
		return Order{}, Payment{}, ErrEmptyHold
	}
	if len(r.Holds) > maxHolds {
		return Order{}, Payment{}, ErrTooMany.With("limit", maxHolds)
	}
	d, err := o.draft(ctx, r)
	if err == nil {
		err = o.mayClaim(ctx, d.claims)
	}
	if err != nil {
		return o.before(ctx, r, err)
	}
	if d.order.PersonID != "" { // tickets for another address are a guest's
		if d.order.PersonID, err = o.people.BuysAs(ctx, d.order.PersonID, d.request.Buyer.Email); err != nil {
			return Order{}, Payment{}, err
		}
	}
	if d.order.PersonID == "" {
		// Made outside the transaction: the key must outlive a crash in it.
		if d.order.PersonID, err = o.people.NewPerson(ctx); err != nil {
			return Order{}, Payment{}, err
		}
	}
	if _, err := o.orders.Do(ctx, d.holds[0].PerformanceID, &d); err != nil {
		return o.faster(ctx, r, err)
	}
	if d.payment.ID != "" {
		d.payment = o.start(ctx, d.order, d.payment)
		d.order.Payments = []Payment{d.payment}
	}
	return d.order, d.payment, nil
}

// before looks whether an order was made of the same holds before: then it stands, whatever is wrong with what was sent now.
func (o *Office) before(ctx context.Context, r CheckoutRequest, err error) (Order, Payment, error) {
	ord, p, rerr := o.repeated(ctx, r)
	if errors.Is(rerr, db.ErrNoRow) {
		return Order{}, Payment{}, o.refuse(ctx, err)
	}
	return ord, p, rerr
}

// faster looks whether err means that another click has just made the order.
func (o *Office) faster(ctx context.Context, r CheckoutRequest, err error) (Order, Payment, error) {
	if k := fault.KindOf(err); k == fault.Conflict || k == fault.Gone {
		if ord, p, rerr := o.repeated(ctx, r); rerr == nil {
			return ord, p, nil
		}
	}
	return Order{}, Payment{}, o.refuse(ctx, err)
}

// draft checks everything that can be checked before anything is written.
func (o *Office) draft(ctx context.Context, r CheckoutRequest) (draft, error) {
	var wrong fault.Fields
	contacts, err := r.Buyer.Validate()
	if err := gather(&wrong, err); err != nil {
		return draft{}, err
	}
	if err := gather(&wrong, o.privacy.Check(ctx, r.Consents)); err != nil {
		return draft{}, err
	}
	if err := wrong.OrNil(); err != nil {
		return draft{}, err
	}
	r.Buyer = contacts
	d := draft{request: r}
	if d.holds, err = o.findHolds(ctx, r.Holds); err != nil {
		return draft{}, err
	}
	if err := o.checkLimits(ctx, d.holds); err != nil {
		return draft{}, err
	}
	now := o.clock.Now()
	d.order = Order{
		ID: db.NewID(), Status: OrderPending, PersonID: r.PersonID, Lang: r.Lang, CreatedAt: now,
		PayUntil: now.Add(o.cfg.PayFor), Total: money.Zero(d.holds[0].Total.Currency),
	}
	d.order.Secret = o.secrets.ofOrder(d.order.ID)
	for _, h := range d.holds {
		for _, it := range h.Items {
			d.order.Lines = append(d.order.Lines, OrderLine{PerformanceID: h.PerformanceID, HoldItem: it, HoldID: h.ID})
			d.order.Total = d.order.Total.Add(it.Price)
		}
	}
	if !d.order.Total.IsZero() {
		if _, ok := o.providers[r.Provider]; !ok {
			return draft{}, ErrNoProvider.On("provider")
		}
		d.payment = newPayment(d.order, r.Provider, now)
	}
	d.claims, err = o.claims(ctx, o.db, d.order.Lines, namesOf(r))
	return d, err
}

// gather adds err's fields to the list; an error about no field comes back.
func gather(wrong *fault.Fields, err error) error {
	var fs fault.Fields
	var one *fault.Error
	switch {
	case err == nil:
	case errors.As(err, &fs):
		*wrong = append(*wrong, fs...)
	case errors.As(err, &one) && one.Field != "":
		*wrong = append(*wrong, one)
	default:
		return err
	}
	return nil
}

func (o *Office) findHolds(ctx context.Context, keys []HoldKey) ([]Hold, error) {
	seen := map[string]bool{}
	var out []Hold
	for _, k := range keys {
		if seen[k.ID] {
			continue
		}
		seen[k.ID] = true
		h, err := o.FindHold(ctx, k)
		if err != nil {
			return nil, err
		}
		if len(h.Items) == 0 {
			return nil, ErrEmptyHold
		}
		if len(out) > 0 && out[0].Total.Currency != h.Total.Currency {
			return nil, ErrCurrencies
		}
		out = append(out, h)
	}
	return out, nil
}

// checkLimits refuses more tickets of a performance than one order may have, however many holds they came in.
func (o *Office) checkLimits(ctx context.Context, holds []Hold) error {
	count := map[string]int{}
	for _, h := range holds {
		count[h.PerformanceID] += len(h.Items)
	}
	for id, n := range count {
		p, err := o.catalog.Performance(ctx, id)
		if err != nil {
			return err
		}
		if p.Cancelled {
			return ErrNotOnSale
		}
		if p.OrderLimit > 0 && n > p.OrderLimit {
			return ErrTooMany.With("limit", p.OrderLimit)
		}
	}
	return nil
}

// keys are the keys of the draft's holds, each once.
func (d *draft) keys() []HoldKey {
	secret := map[string]string{}
	for _, k := range d.request.Holds {
		secret[k.ID] = k.Secret
	}
	out := make([]HoldKey, 0, len(d.holds))
	for _, h := range d.holds {
		out = append(out, HoldKey{ID: h.ID, Secret: secret[h.ID]})
	}
	return out
}

// repeated returns the order that was made of the same holds before; db.ErrNoRow when none was.
func (o *Office) repeated(ctx context.Context, r CheckoutRequest) (Order, Payment, error) {
	id := ""
	for _, k := range r.Holds {
		if !isID(k.ID) {
			return Order{}, Payment{}, db.ErrNoRow
		}
		got, err := orderOfHold(ctx, o.db, k)
		if err != nil {
			return Order{}, Payment{}, err
		}
		if id != "" && got != id {
			return Order{}, Payment{}, ErrHoldGone
		}
		id = got
	}
	row, err := orderByID(ctx, o.db, id)
	if err != nil {
		return Order{}, Payment{}, err
	}
	ord, err := o.fill(ctx, row)
	if err != nil {
		return Order{}, Payment{}, err
	}
	if ord.Status != OrderPending || !o.clock.Now().Before(ord.PayUntil) {
		return ord, Payment{}, nil
	}
	for _, p := range ord.Payments {
		if p.Provider == r.Provider && p.URL != "" {
			return ord, p, nil
		}
	}
	p, err := o.pay(ctx, ord, r.Provider)
	return ord, p, err
}

// OrderOfHold returns the order that a hold has become, to who has the hold's secret; ErrOrderUnknown when it has not.
func (o *Office) OrderOfHold(ctx context.Context, k HoldKey) (Order, error) {
	if !isID(k.ID) {
		return Order{}, ErrOrderUnknown
	}
	id, err := orderOfHold(ctx, o.db, k)
	if errors.Is(err, db.ErrNoRow) {
		return Order{}, ErrOrderUnknown
	}
	if err != nil {
		return Order{}, err
	}
	row, err := orderByID(ctx, o.db, id)
	if err != nil {
		return Order{}, err
	}
	return o.fill(ctx, row)
}
