package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
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
}

// Order is what was bought.
type Order struct {
	ID        string
	Code      string // public: 8 letters and digits without look-alikes
	Secret    string // only from Checkout; the database keeps its hash
	Status    Status
	PersonID  string
	Lang      i18n.Lang
	Total     money.Amount
	CreatedAt time.Time
	PayUntil  time.Time
	Lines     []OrderLine
	Tickets   []Ticket
	Payments  []Payment
}

// OrderLine is one seat or place of an order.
type OrderLine struct {
	PerformanceID string
	HoldItem
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

// Checkout makes an order of holds: consents are checked and recorded, contacts sealed, seats kept until PayUntil, the payment
// started. A free order is paid at once.
func (o *Office) Checkout(ctx context.Context, r CheckoutRequest) (Order, Payment, error) {
	panic("contract")
}

// FindOrder returns an order to who has its secret; ErrOrderUnknown otherwise.
func (o *Office) FindOrder(ctx context.Context, k OrderKey) (Order, error) { panic("contract") }

// OrderByCode returns an order to staff.
func (o *Office) OrderByCode(ctx context.Context, code string) (Order, error) { panic("contract") }

// OrdersOfPersons lists the orders of persons, newest first.
func (o *Office) OrdersOfPersons(ctx context.Context, personIDs []string) ([]Order, error) {
	panic("contract")
}

// PayAgain starts another payment of a pending order.
func (o *Office) PayAgain(ctx context.Context, k OrderKey, provider string) (Payment, error) {
	panic("contract")
}

// Settle takes a provider's verified evidence; told twice, it acts once. A payment that comes after the seats are gone gets them
// back if they are free, else it is refunded.
func (o *Office) Settle(ctx context.Context, provider string, e payments.Evidence) error {
	panic("contract")
}

// Refund gives a paid order's money back whole, voids its tickets and frees its seats.
func (o *Office) Refund(ctx context.Context, code, actor, reason string) error { panic("contract") }

// Reconcile asks the providers about every payment still open; a periodic job calls it.
func (o *Office) Reconcile(ctx context.Context) error { panic("contract") }

// Verify checks that ledger, stock, orders and tickets add up, and returns what does not, in words.
func (o *Office) Verify(ctx context.Context) ([]string, error) { panic("contract") }

func (o *Office) registerJobs() { panic("contract") }
