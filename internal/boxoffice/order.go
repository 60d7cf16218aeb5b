package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/payments"
	"github.com/sahna/sahna/internal/privacy"
)

// The ways in which checkout fails.
var (
	ErrNoProvider   = fault.New(fault.Invalid, "boxoffice.no_such_provider")
	ErrWrongAmount  = fault.New(fault.Conflict, "boxoffice.wrong_amount")
	ErrNotPayable   = fault.New(fault.Conflict, "boxoffice.not_payable")
	ErrOrderUnknown = fault.New(fault.NotFound, "boxoffice.no_such_order")
	ErrProviderDown = fault.New(fault.Unavailable, "boxoffice.provider_down")
	ErrCurrencies   = fault.New(fault.Invalid, "boxoffice.currencies")
)

// Status is where an order stands; drawn in docs/states/order.md.
type Status string

// The states of an order.
const (
	OrderPending  Status = "pending"  // waits for its money, seats held
	OrderPaid     Status = "paid"     // tickets issued
	OrderExpired  Status = "expired"  // not paid in time, seats given back
	OrderRefunded Status = "refunded" // money given back, tickets void
)

// CheckoutRequest turns holds into an order.
type CheckoutRequest struct {
	Holds    []HoldKey
	Buyer    people.Contacts
	PersonID string // of the signed-in buyer; "" for a guest
	Consents []privacy.Given
	Provider string
	Lang     i18n.Lang
	Channel  string // "site", "api"
	Network  string // shortened address of where the buyer comes from; "" when nobody knows
}

// Order is what was bought.
type Order struct {
	ID        string
	Code      string // public: 8 letters and digits without look-alikes
	Secret    string // opens the order's page; derived, the database keeps its hash
	Status    Status
	PersonID  string
	Lang      i18n.Lang
	Total     money.Amount
	CreatedAt time.Time
	PayUntil  time.Time
	Lines     []OrderLine
	Tickets   []Ticket
	Passed    []Ticket  // others hold them: no code, no secret, nobody named
	Payments  []Payment // newest first
	Refunds   []Refund
}

// OrderLine is one seat or place of an order.
type OrderLine struct {
	PerformanceID string
	HoldItem
	HoldID string // of the hold that it was
}

// Payment is one try to pay an order.
type Payment struct {
	ID       string
	OrderID  string
	Provider string
	Ref      string
	URL      string
	Amount   money.Amount
	State    payments.State
	At       time.Time
}

// OrderKey opens an order: its code and the secret its buyer has.
type OrderKey struct{ Code, Secret string }

// URL is the path of an order's page in a language, for who has its secret.
func (o Order) URL(l i18n.Lang) string { return "/" + string(l) + "/order/" + o.Code + "/" + o.Secret }

func (o *Office) registerJobs() {
	jobs.Handle(o.jobs, o.sendRefund)
	jobs.Handle(o.jobs, func(ctx context.Context, _ reconcileJob) error {
		// The next one comes in a minute: this one need not be tried again.
		if err := o.Reconcile(ctx); err != nil {
			o.log.WarnContext(ctx, "not every payment could be reconciled", "error", err)
		}
		return nil
	})
	o.jobs.Every(time.Minute, reconcileJob{})
}

type reconcileJob struct{}

// Kind names the job.
func (reconcileJob) Kind() string { return "boxoffice_reconcile" }
