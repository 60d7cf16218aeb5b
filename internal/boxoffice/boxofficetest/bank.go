package boxofficetest

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"testing"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/payments"
)

// BankCode names the world's provider.
const BankCode = "test"

// Bank is a provider of payments in memory. It moves nothing by itself: Pay and Decline say what a buyer did.
type Bank struct {
	clock clock.Clock

	mu       sync.Mutex
	payments map[string]payments.Evidence // by payment id
	refunds  map[string]payments.RefundRequest
	// Broken makes every call fail, as when the provider cannot be reached.
	Broken error
}

// NewBank opens a bank without payments.
func NewBank(c clock.Clock) *Bank {
	return &Bank{clock: c, payments: map[string]payments.Evidence{}, refunds: map[string]payments.RefundRequest{}}
}

// Code implements payments.Provider.
func (b *Bank) Code() string { return BankCode }

// Start implements payments.Provider.
func (b *Bank) Start(_ context.Context, r payments.Request) (payments.Started, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Broken != nil {
		return payments.Started{}, b.Broken
	}
	if _, ok := b.payments[r.PaymentID]; !ok {
		b.payments[r.PaymentID] = payments.Evidence{PaymentID: r.PaymentID, Ref: "ref-" + r.PaymentID, State: payments.Open, Amount: r.Amount, At: b.clock.Now()}
	}
	return payments.Started{URL: "https://bank.example.kz/pay/" + r.PaymentID, Ref: "ref-" + r.PaymentID}, nil
}

// Verify implements payments.Provider: the body is the evidence in JSON; the header X-Forged makes it a forgery.
func (b *Bank) Verify(r *http.Request) (payments.Evidence, error) {
	if r.Header.Get("X-Forged") != "" {
		return payments.Evidence{}, fault.New(fault.Forbidden, "")
	}
	var e payments.Evidence
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		return payments.Evidence{}, fault.New(fault.Invalid, "").Because(err)
	}
	return e, nil
}

// Poll implements payments.Provider.
func (b *Bank) Poll(_ context.Context, paymentID, _ string) (payments.Evidence, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Broken != nil {
		return payments.Evidence{}, b.Broken
	}
	e, ok := b.payments[paymentID]
	if !ok {
		return payments.Evidence{}, fault.New(fault.NotFound, "")
	}
	return e, nil
}

// Refund implements payments.Provider.
func (b *Bank) Refund(_ context.Context, r payments.RefundRequest) (payments.Evidence, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Broken != nil {
		return payments.Evidence{}, b.Broken
	}
	b.refunds[r.RefundID] = r
	return payments.Evidence{PaymentID: r.PaymentID, Ref: r.Ref, TransactionID: "refund-" + r.RefundID, State: payments.Refunded, Amount: r.Amount, At: b.clock.Now()}, nil
}

// Pay is the buyer paying; the evidence is what a callback would bring.
func (b *Bank) Pay(t testing.TB, paymentID string) payments.Evidence {
	t.Helper()
	return b.move(t, paymentID, payments.Paid)
}

// Decline is the bank refusing.
func (b *Bank) Decline(t testing.TB, paymentID string) payments.Evidence {
	t.Helper()
	return b.move(t, paymentID, payments.Declined)
}

func (b *Bank) move(t testing.TB, paymentID string, s payments.State) payments.Evidence {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	e, ok := b.payments[paymentID]
	if !ok {
		t.Fatalf("the bank knows no payment %q", paymentID)
	}
	e.State, e.TransactionID, e.At = s, string(s)+"-"+paymentID, b.clock.Now()
	b.payments[paymentID] = e
	return e
}

// Refunds are the refunds that were asked for, each once.
func (b *Bank) Refunds() []payments.RefundRequest {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []payments.RefundRequest
	for _, r := range b.refunds {
		out = append(out, r)
	}
	return out
}

func newQueue(t testing.TB, d *db.DB) *jobs.Queue {
	t.Helper()
	q, err := jobs.Open(d, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("open a queue: %v", err)
	}
	return q
}
