// Package testbank is a bank without money, for tests and demonstrations.
//
// It owns its own books, its page where a buyer chooses how a payment ends, and
// the signed callbacks it sends over HTTP until the shop acknowledges them. It
// promises to behave as badly as real providers do on request: declined, late,
// twice, and again after a crash. It knows nothing of orders besides their code.
package testbank

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/payments"
)

// Code names the bank in orders and addresses.
const Code = "test"

// How long after the shop's deadline a late payment moves: long enough for the shop to have given the seats back.
const lateBy = time.Minute

var (
	errUnknown = fault.New(fault.NotFound, "testbank.unknown")
	errOutcome = fault.New(fault.Invalid, "testbank.outcome")
	errRefund  = fault.New(fault.Conflict, "testbank.refund")
)

// Bank is the test bank; it implements payments.Provider.
type Bank struct {
	db     *db.DB
	clock  clock.Clock
	log    *slog.Logger
	bundle *i18n.Bundle
	cfg    Config
	desk   desk
}

// Config is what the bank and the shop agree on.
type Config struct {
	BaseURL string       // where the bank's page is reached; no slash at the end
	Secret  []byte       // signs callbacks
	Client  *http.Client // sends callbacks; nil is one with a short timeout
}

// New opens the bank over a migrated database. The bundle must have Messages.
func New(d *db.DB, c clock.Clock, log *slog.Logger, b *i18n.Bundle, cfg Config) (*Bank, error) {
	if len(cfg.Secret) < 16 {
		return nil, errors.New("testbank: the secret needs 16 bytes at least")
	}
	if cfg.Client == nil {
		cfg.Client = callbackClient()
	}
	bank := &Bank{db: d, clock: c, log: log, bundle: b, cfg: cfg}
	bank.openDesk()
	return bank, nil
}

// Code implements payments.Provider.
func (b *Bank) Code() string { return Code }

// Start implements payments.Provider: the same payment started again is the same payment.
func (b *Bank) Start(ctx context.Context, r payments.Request) (payments.Started, error) {
	p := payment{
		id: r.PaymentID, ref: "TB-" + db.NewID(), orderCode: r.OrderCode, amount: r.Amount, lang: r.Lang,
		returnURL: r.ReturnURL, callbackURL: r.CallbackURL, expiresAt: r.ExpiresAt,
	}
	p, err := b.desk.starts.Do(ctx, p)
	if err != nil {
		return payments.Started{}, err
	}
	return payments.Started{URL: b.cfg.BaseURL + "/pay/" + Code + "/" + p.id + "?lang=" + string(p.lang), Ref: p.ref}, nil
}

// Poll implements payments.Provider: money that has moved counts before a refusal.
func (b *Bank) Poll(ctx context.Context, paymentID, _ string) (payments.Evidence, error) {
	p, err := paymentByID(ctx, b.db, paymentID)
	if err != nil {
		return payments.Evidence{}, err
	}
	moves, err := movements(ctx, b.db, p.id)
	if err != nil {
		return payments.Evidence{}, err
	}
	found := payments.Evidence{PaymentID: p.id, Ref: p.ref, State: payments.Open, Amount: p.amount, At: b.clock.Now()}
	for _, m := range moves {
		if m.at.After(b.clock.Now()) || m.state == payments.Refunded {
			continue
		}
		if found.State == payments.Open || (found.State == payments.Declined && m.state == payments.Paid) {
			found = evidence(p, m)
		}
	}
	return found, nil
}

// Refund implements payments.Provider: the same RefundID gives money back once, and never more than came.
func (b *Bank) Refund(ctx context.Context, r payments.RefundRequest) (payments.Evidence, error) {
	var e payments.Evidence
	err := b.db.Transact(ctx, func(tx *db.DB) error {
		p, err := lockPayment(ctx, tx, r.PaymentID)
		if err != nil {
			return err
		}
		now := b.clock.Now()
		moves, err := movements(ctx, tx, p.id)
		if err != nil {
			return err
		}
		have := money.Zero(p.amount.Currency)
		for _, m := range moves {
			switch {
			case m.id == r.RefundID:
				e = evidence(p, m)
				return nil
			case m.state == payments.Paid && !m.at.After(now):
				have = have.Add(m.amount)
			case m.state == payments.Refunded:
				have = have.Add(m.amount.Neg())
			}
		}
		if r.Amount.Currency != have.Currency || r.Amount.Minor <= 0 || r.Amount.Minor > have.Minor {
			return errRefund
		}
		m := movement{paymentID: p.id, id: r.RefundID, state: payments.Refunded, amount: r.Amount, at: now, deliveredAt: now}
		e = evidence(p, m)
		return insertMovement(ctx, tx, m)
	})
	return e, err
}

func evidence(p payment, m movement) payments.Evidence {
	return payments.Evidence{PaymentID: p.id, Ref: p.ref, TransactionID: m.id, State: m.state, Amount: m.amount, At: m.at, Card: m.card}
}

// outcome is what the buyer chose on the bank's page.
type outcome string

const (
	outcomePaid     outcome = "paid"
	outcomeDeclined outcome = "declined"
	outcomeLate     outcome = "late"
	outcomeTwice    outcome = "twice"
)

// wanted returns the movements that an outcome adds to those there are.
func (b *Bank) wanted(p payment, have []movement, how outcome, card string) []movement {
	paid, declined := 0, 0
	for _, m := range have {
		switch m.state {
		case payments.Paid:
			paid++
		case payments.Declined:
			declined++
		}
	}
	now := b.clock.Now()
	move := func(s payments.State, at time.Time) movement {
		return movement{paymentID: p.id, id: db.NewID(), state: s, amount: p.amount, at: at, nextTry: at, card: card}
	}
	var out []movement
	switch how {
	case outcomeDeclined:
		if paid == 0 && declined == 0 {
			out = append(out, move(payments.Declined, now))
		}
	case outcomePaid:
		if paid == 0 {
			out = append(out, move(payments.Paid, now))
		}
	case outcomeLate:
		if paid == 0 {
			at := p.expiresAt.Add(lateBy)
			if at.Before(now) {
				at = now
			}
			out = append(out, move(payments.Paid, at))
		}
	case outcomeTwice:
		for ; paid < 2; paid++ {
			out = append(out, move(payments.Paid, now))
		}
	}
	return out
}
