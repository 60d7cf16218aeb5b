package boxoffice

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/payments"
)

func newPayment(ord Order, provider string, now time.Time) Payment {
	return Payment{ID: db.NewID(), OrderID: ord.ID, Provider: provider, Amount: ord.Total, State: payments.Open, At: now}
}

// Providers lists the codes of the ways to pay.
func (o *Office) Providers() []string {
	var out []string
	for code := range o.providers {
		out = append(out, code)
	}
	slices.Sort(out)
	return out
}

// Provider returns a way to pay by its code.
func (o *Office) Provider(code string) (payments.Provider, bool) {
	p, ok := o.providers[code]
	return p, ok
}

// PayAgain starts another payment of a pending order. An open payment of the same provider is gone on with: its id is the
// provider's idempotency key, so a second click does not make a second one.
func (o *Office) PayAgain(ctx context.Context, k OrderKey, provider string) (Payment, error) {
	ord, err := o.FindOrder(ctx, k)
	if err != nil {
		return Payment{}, err
	}
	if ord.Status != OrderPending || !o.clock.Now().Before(ord.PayUntil) {
		return Payment{}, ErrNotPayable
	}
	p, err := o.pay(ctx, ord, provider)
	if err == nil && p.URL == "" {
		err = ErrProviderDown
	}
	return p, err
}

func (o *Office) pay(ctx context.Context, ord Order, provider string) (Payment, error) {
	if _, ok := o.providers[provider]; !ok {
		return Payment{}, ErrNoProvider.On("provider")
	}
	for _, p := range ord.Payments {
		if p.Provider == provider && p.State == payments.Open {
			if p.URL != "" {
				return p, nil
			}
			return o.start(ctx, ord, p), nil
		}
	}
	p := newPayment(ord, provider, o.clock.Now())
	if err := o.db.Transact(ctx, func(tx *db.DB) error {
		now, err := lockOrder(ctx, tx, ord.ID)
		if err != nil {
			return err
		}
		if now.Status != OrderPending {
			return ErrNotPayable
		}
		return insertPayment(ctx, tx, p)
	}); err != nil {
		return Payment{}, err
	}
	return o.start(ctx, ord, p), nil
}

// start begins a payment at its provider. When that fails the payment stays open without an address: the provider may have
// heard us all the same, so Reconcile asks, and PayAgain tries the same payment again.
func (o *Office) start(ctx context.Context, ord Order, p Payment) Payment {
	s, err := o.providers[p.Provider].Start(ctx, payments.Request{
		PaymentID: p.ID, OrderCode: ord.Code, Amount: p.Amount, Description: ord.Code, Lang: ord.Lang,
		ReturnURL:   o.cfg.BaseURL + "/" + string(ord.Lang) + "/order/" + ord.Code + "/" + o.secrets.ofOrder(ord.ID),
		CallbackURL: o.cfg.BaseURL + "/pay/" + p.Provider + "/callback",
		ExpiresAt:   ord.PayUntil,
	})
	if err == nil {
		p.Ref, p.URL = s.Ref, s.URL
		_, err = o.starts.Do(ctx, p)
	}
	if err != nil {
		o.log.WarnContext(ctx, "payment not started", "payment", p.ID, "provider", p.Provider, "error", err)
	}
	return p
}

func (o *Office) keepStarted(ctx context.Context, ps []Payment) ([]struct{}, error) {
	err := o.db.Transact(ctx, func(tx *db.DB) error { return setPaymentsStarted(ctx, tx, ps) })
	return make([]struct{}, len(ps)), err
}

// Reconcile asks the providers about every payment still open; a periodic job calls it. It closes what a lost callback or a
// crash left open, and sends refunds whose job has given up.
func (o *Office) Reconcile(ctx context.Context) error {
	open, err := openPayments(ctx, o.db, reconcileAtOnce)
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range open {
		if err := o.reconcile(ctx, p); err != nil {
			errs = append(errs, err)
		}
	}
	due, err := refundsDue(ctx, o.db, o.clock.Now().Add(-refundPatience), reconcileAtOnce)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	for _, r := range due {
		if err := o.sendRefund(ctx, RefundMoney{OrderID: r.OrderID, RefundID: r.ID}); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

const (
	reconcileAtOnce = 200
	refundPatience  = 5 * time.Minute // what a refund's own job gets before Reconcile looks after it
	// How long after its deadline a payment that nobody made is still asked about.
	abandonAfter = 24 * time.Hour
)

func (o *Office) reconcile(ctx context.Context, p Payment) error {
	now := o.clock.Now()
	if err := setPaymentChecked(ctx, o.db, p, now); err != nil {
		return err
	}
	provider, ok := o.providers[p.Provider]
	if !ok {
		return ErrNoProvider
	}
	e, err := provider.Poll(ctx, p.ID, p.Ref)
	if err == nil && e.State != payments.Open {
		return o.Settle(ctx, p.Provider, e)
	}
	if err != nil && !isUnknown(err) {
		return err
	}
	// Open, or never heard of, for long after its time: nobody will pay it any more.
	if now.After(p.At.Add(o.cfg.PayFor + abandonAfter)) {
		return setPaymentState(ctx, o.db, p.OrderID, p.ID, payments.Declined, payments.Open)
	}
	return nil
}
