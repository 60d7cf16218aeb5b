package testbank

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/payments"
)

// The headers of a callback: when it was signed, and HMAC-SHA256 over that, a dot and the body.
const (
	headerTime      = "X-Testbank-Timestamp"
	headerSignature = "X-Testbank-Signature"
)

const (
	maxCallback = 16 << 10
	maxAge      = 5 * time.Minute // of a signature; an older callback has to be signed anew
	deliverMany = 50
	maxTries    = 200

	shortestRest, longestRest = time.Second, time.Minute
)

var errSignature = fault.New(fault.Forbidden, "testbank.signature")

// notice is a callback's body.
type notice struct {
	PaymentID     string    `json:"payment_id"`
	Ref           string    `json:"ref"`
	TransactionID string    `json:"transaction_id"`
	State         string    `json:"state"`
	Amount        int64     `json:"amount"`
	Currency      string    `json:"currency"`
	At            time.Time `json:"at"`
	Card          string    `json:"card,omitempty"`
}

func (b *Bank) sign(timestamp string, body []byte) string {
	m := hmac.New(sha256.New, b.cfg.Secret)
	m.Write([]byte(timestamp))
	m.Write([]byte{'.'})
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}

// Verify implements payments.Provider.
func (b *Bank) Verify(r *http.Request) (payments.Evidence, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxCallback+1))
	if err != nil || len(body) > maxCallback {
		return payments.Evidence{}, errSignature
	}
	stamp := r.Header.Get(headerTime)
	sec, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || !hmac.Equal([]byte(b.sign(stamp, body)), []byte(r.Header.Get(headerSignature))) {
		return payments.Evidence{}, errSignature
	}
	if age := b.clock.Now().Sub(time.Unix(sec, 0)); age > maxAge || age < -maxAge {
		return payments.Evidence{}, errSignature
	}
	var n notice
	if err := json.Unmarshal(body, &n); err != nil || n.PaymentID == "" || n.TransactionID == "" {
		return payments.Evidence{}, errSignature
	}
	return payments.Evidence{
		PaymentID: n.PaymentID, Ref: n.Ref, TransactionID: n.TransactionID, State: payments.State(n.State),
		Amount: money.Amount{Minor: n.Amount, Currency: n.Currency}, At: n.At, Card: n.Card,
	}, nil
}

// Signed makes the callback's request for evidence, as the bank sends it; tests use it to send others than the bank would.
func (b *Bank) Signed(ctx context.Context, url string, e payments.Evidence) (*http.Request, error) {
	body, err := json.Marshal(notice{
		PaymentID: e.PaymentID, Ref: e.Ref, TransactionID: e.TransactionID, State: string(e.State),
		Amount: e.Amount.Minor, Currency: e.Amount.Currency, At: e.At, Card: e.Card,
	})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	stamp := strconv.FormatInt(b.clock.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(headerTime, stamp)
	r.Header.Set(headerSignature, b.sign(stamp, body))
	return r, nil
}

func (b *Bank) send(ctx context.Context, p payment, m movement) error {
	r, err := b.Signed(ctx, p.callbackURL, evidence(p, m))
	if err != nil {
		return err
	}
	res, err := b.cfg.Client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // nothing to do about it
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxCallback))
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the shop answers %d", res.StatusCode)
	}
	return nil
}

// deliver tells the shop of a movement; what fails is tried again later, ever more rarely.
func (b *Bank) deliver(ctx context.Context, p payment, m movement) error {
	err := b.send(ctx, p, m)
	now := b.clock.Now()
	if err == nil {
		_, err = b.desk.delivered.Do(ctx, m)
		return err
	}
	b.log.WarnContext(ctx, "callback not delivered", "payment", p.id, "try", m.tries+1, "error", err)
	if m.tries >= maxTries {
		_, err = b.desk.delivered.Do(ctx, m)
		return err
	}
	return setNextTry(ctx, b.db, m, now.Add(rest(now.Sub(m.at))))
}

// rest is how long the bank waits before it tells again of a movement that is so old: as long as it has tried already. It does not
// count the tries, for several processes make them, and every buyer who presses the button once more.
func rest(age time.Duration) time.Duration { return min(max(age, shortestRest), longestRest) }

// DeliverDue tells the shop of every movement that it should know by now.
func (b *Bank) DeliverDue(ctx context.Context) error {
	due, err := dueMovements(ctx, b.db, b.clock.Now(), deliverMany)
	if err != nil {
		return err
	}
	for _, m := range due {
		p, err := paymentByID(ctx, b.db, m.paymentID)
		if err != nil {
			return err
		}
		if err := b.deliver(ctx, p, m); err != nil {
			return err
		}
	}
	return nil
}

// Run delivers what is due until ctx ends: late payments, and callbacks that the shop has not acknowledged, also from before a
// restart.
func (b *Bank) Run(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		if err := b.DeliverDue(ctx); err != nil && ctx.Err() == nil {
			b.log.WarnContext(ctx, "callbacks wait", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
