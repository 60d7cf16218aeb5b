// Package people says who may enter the site.
//
// It owns accounts, sign-in, sessions with their devices, staff roles and the
// confirmed state of contact points. It promises that a password is kept only
// as an argon2id hash, a code or session only as a hash, and names and contacts
// only in the vault; and that nobody learns from an answer whether an address
// has an account. It does not decide what data may be used for: privacy does.
package people

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/platform/sms"
	"github.com/sahna/sahna/internal/vault"
)

// People knows accounts and sessions.
type People struct {
	db     *db.DB
	clock  clock.Clock
	vault  *vault.Vault
	jobs   *jobs.Queue
	mail   mail.Sender
	bundle *i18n.Bundle
	wrong  *guard // wrong passwords and codes
	asked  *guard // letters asked for

	questions *guard // put to authenticators
	notes     notes  // refused sign-ins on their way to the history

	// SiteName signs the letters; set before jobs start.
	SiteName string
	// BaseURL stands before the addresses in letters, no slash at the end; set before jobs start.
	BaseURL string
	// Leaves asks whether what was opened may go to a recipient, and notes it (privacy.Transfer); set before jobs start.
	Leaves func(ctx context.Context, tx *db.DB, recipient string, o vault.Opening) (outgoing.Pass, error)
	// TechnicalFor tells how long the register keeps networks and browsers (privacy.TechnicalFor); nil: SignInsFor. Set before jobs start.
	TechnicalFor func(ctx context.Context, d *db.DB) (time.Duration, error)
	// Dropped forgets what was written down of somebody who never confirmed their account (privacy.ForgetProofs). Set before jobs start.
	Dropped func(ctx context.Context, tx *db.DB, person string) error
	// SMS sends codes by text message; nil when the operator has no gateway. Set before jobs start.
	SMS sms.Sender
}

// New makes the room and registers its job handlers; call it before jobs start. Codes are mailed through the queue.
func New(d *db.DB, c clock.Clock, v *vault.Vault, q *jobs.Queue, m mail.Sender, b *i18n.Bundle) (*People, error) {
	p := &People{
		db: d, clock: c, vault: v, jobs: q, mail: m, bundle: b, SiteName: "Sahna", Leaves: nobodyAsked,
		wrong: newGuard(c, 5, time.Minute), asked: newGuard(c, 5, 10*time.Minute), questions: newGuard(c, 60, time.Minute),
		notes: notes{room: make(chan struct{}, notesAtOnce)},
	}
	jobs.Handle(q, p.sendCode)
	jobs.Handle(q, p.sendJoin)
	jobs.Handle(q, p.sendMoved)
	jobs.Handle(q, p.sendSafety)
	jobs.Handle(q, func(ctx context.Context, _ sweepJob) error { return p.Sweep(ctx) })
	q.Every(15*time.Minute, sweepJob{})
	return p, nil
}

// Texts tells whether codes can go by text message.
func (p *People) Texts() bool { return p.SMS != nil }

// NewPerson makes a person's id and key, before any transaction. A guest is a new person for every order.
func (p *People) NewPerson(ctx context.Context) (string, error) { return p.vault.NewPerson(ctx) }

// nobodyAsked lets nothing out: the register of transfers was not handed in.
func nobodyAsked(context.Context, *db.DB, string, vault.Opening) (outgoing.Pass, error) {
	return outgoing.Pass{}, errNoTransfers
}

var errNoTransfers = errors.New("the register of transfers is not wired")
