// Package payments is the port to those who move money.
//
// It owns the words in which the box office and a provider talk, and the
// providers' adapters. It promises that evidence is verified before it is
// returned. It does not decide what a payment means for an order: the box
// office compares amount and currency, and settles.
package payments

import (
	"context"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
)

// State is what a provider says of a payment.
type State string

// The states of a payment at its provider.
const (
	Open     State = "open"
	Paid     State = "paid"
	Declined State = "declined"
	Refunded State = "refunded"
)

// Request asks a provider to take a payment. It carries no personal data.
type Request struct {
	PaymentID   string // ours; the provider's idempotency key
	OrderCode   string
	Amount      money.Amount
	Description string
	Lang        i18n.Lang
	ReturnURL   string // where the buyer comes back to
	CallbackURL string // where the provider reports
	ExpiresAt   time.Time
}

// Started is how the buyer goes on.
type Started struct {
	URL string // redirect
	Ref string // the provider's id
}

// Evidence is what a provider has proved.
type Evidence struct {
	PaymentID     string
	Ref           string // the provider's id of the payment
	TransactionID string // the provider's id of this movement; settling is idempotent by it
	State         State
	Amount        money.Amount
	At            time.Time
	Card          string // the provider's token of the card, the same for each payment with it; never its number. "" when there is none
}

// RefundRequest gives money back, in whole or in part.
type RefundRequest struct {
	RefundID  string // ours; idempotency key
	PaymentID string
	Ref       string
	Amount    money.Amount
}

// Provider is one way to pay.
type Provider interface {
	// Code names the provider in addresses and orders: "test".
	Code() string
	// Start begins a payment.
	Start(ctx context.Context, r Request) (Started, error)
	// Verify checks a callback's proof; a wrong one is fault.Forbidden and must change nothing.
	Verify(r *http.Request) (Evidence, error)
	// Poll asks what became of a payment.
	Poll(ctx context.Context, paymentID, ref string) (Evidence, error)
	// Refund gives money back; calling it again with the same RefundID gives it back once.
	Refund(ctx context.Context, r RefundRequest) (Evidence, error)
}
