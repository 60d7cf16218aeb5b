package mail

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/outgoing"
)

const outboxKeeps = 200

// Outbox keeps the last letters in memory, for the demo: they are never written to a file, since they hold personal data.
type Outbox struct {
	clock clock.Clock

	mu      sync.Mutex
	count   int
	letters []Kept
}

// Kept is a letter in the outbox.
type Kept struct {
	N  int // 1 for the first letter since the start
	At time.Time
	Letter
}

// NewOutbox makes an empty outbox.
func NewOutbox(c clock.Clock) *Outbox { return &Outbox{clock: c} }

// Send keeps the letter; it refuses what a mail server's sender would refuse.
func (o *Outbox) Send(_ context.Context, pass outgoing.Pass, l Letter) error {
	if err := pass.Take(outgoing.MailGateway); err != nil {
		return err
	}
	if err := l.check(); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count++
	o.letters = append(o.letters, Kept{N: o.count, At: o.clock.Now(), Letter: l})
	if over := len(o.letters) - outboxKeeps; over > 0 {
		o.letters = slices.Delete(o.letters, 0, over)
	}
	return nil
}

// Letters returns what is kept, newest first.
func (o *Outbox) Letters() []Kept {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := slices.Clone(o.letters)
	slices.Reverse(out)
	return out
}

// Letter returns a kept letter by its number; false when it was never there or is gone.
func (o *Outbox) Letter(n int) (Kept, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, k := range o.letters {
		if k.N == n {
			return k, true
		}
	}
	return Kept{}, false
}

func messageID(from string) string { return rand.Text() + "@" + domain(from) }

// Text implements sms.Sender: the demo shows text messages among its letters.
func (o *Outbox) Text(_ context.Context, pass outgoing.Pass, to, text string) error {
	if err := pass.Take(outgoing.SMSGateway); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count++
	o.letters = append(o.letters, Kept{N: o.count, At: o.clock.Now(), Letter: Letter{To: to, Subject: "SMS", Text: text}})
	if over := len(o.letters) - outboxKeeps; over > 0 {
		o.letters = slices.Delete(o.letters, 0, over)
	}
	return nil
}
