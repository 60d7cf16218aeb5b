package boxoffice

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/privacy"
)

// What can be wrong with a ticket that is passed on.
var (
	ErrPassGone    = fault.New(fault.Gone, "boxoffice.pass_gone")       // taken, taken back, refunded, or never was
	ErrPassLate    = fault.New(fault.Gone, "boxoffice.pass_late")       // the performance has begun
	ErrPassHeld    = fault.New(fault.Conflict, "boxoffice.pass_held")   // it was passed on once: it is its holder's
	ErrPassEntered = fault.New(fault.Conflict, "boxoffice.pass_inside") // somebody is in with it
)

// Pass is a ticket on its way from its buyer to somebody else.
type Pass struct {
	ID            string
	PerformanceID string
	TicketID      string
	OrderID       string
	Secret        string // only when it was just made
	OfferedAt     time.Time
}

// URL is the path that the buyer hands over; it opens with the secret alone.
func (p Pass) URL(l i18n.Lang) string { return "/" + string(l) + "/ticket/pass/" + p.Secret }

// Holder is who takes a ticket: their own data and their own consent, given by themselves.
type Holder struct {
	Contacts people.Contacts // without a phone
	Consents []privacy.Given
	Lang     i18n.Lang
	PersonID string // of who is signed in, "" otherwise

	For        *people.Contacts // names of whom the ticket is for, when the holder represents them; nil when it is for the holder
	Represents bool             // the holder says that they may
}

// PassMail is the job that sends a ticket to the holder who took it; ticketmail works it.
type PassMail struct {
	PerformanceID string    `json:"performance_id"`
	TicketID      string    `json:"ticket_id"`
	Lang          i18n.Lang `json:"lang"`
}

// Kind names the job.
func (PassMail) Kind() string { return "boxoffice_pass_mail" }

type passSweep struct{}

// Kind names the job.
func (passSweep) Kind() string { return "boxoffice_pass_sweep" }

func (o *Office) registerPassJobs() {
	jobs.Handle(o.jobs, func(ctx context.Context, _ passSweep) error { return o.SweepPasses(ctx) })
	o.jobs.Every(time.Hour, passSweep{})
}

// SetEntered tells how to ask whether somebody is in with a ticket: admission knows.
func (o *Office) SetEntered(f func(ctx context.Context, tx *db.DB, performanceID, ticketID string) (bool, error)) {
	o.entered = f
}

// PassOn makes a link by which somebody else takes a ticket of the order. An earlier link of the ticket ends. The buyer tells
// nothing about who it is for.
func (o *Office) PassOn(ctx context.Context, k OrderKey, ticketCode string) (_ Pass, err error) {
	defer fault.Wrap(&err, "pass a ticket of order %s on", k.Code)
	t, err := o.ownTicket(ctx, k, ticketCode)
	if err != nil {
		return Pass{}, err
	}
	return o.offer(ctx, t)
}

// PassOnTicket is PassOn for who has a ticket's own link. A ticket that was passed on belongs to its holder, who came to it by own data
// and consent: it goes no further, and its buyer, who does not have its link, cannot call it back by offering it anew.
func (o *Office) PassOnTicket(ctx context.Context, code, secret string) (_ Pass, err error) {
	defer fault.Wrap(&err, "pass a ticket on by its own link")
	t, err := o.TicketBySecret(ctx, code, secret)
	switch {
	case err != nil:
		return Pass{}, err
	case t.Void:
		return Pass{}, ErrNoTicket
	case t.HolderID != "":
		return Pass{}, ErrPassHeld
	}
	return o.offer(ctx, t)
}

// offer makes a ticket's link; an earlier one ends.
func (o *Office) offer(ctx context.Context, t Ticket) (p Pass, err error) {
	b := make([]byte, 24)
	rand.Read(b) //nolint:errcheck // never fails
	p = Pass{
		ID: db.NewID(), PerformanceID: t.PerformanceID, TicketID: t.ID, OrderID: t.OrderID,
		Secret: base64.RawURLEncoding.EncodeToString(b), OfferedAt: o.clock.Now(),
	}
	err = o.db.Transact(ctx, func(tx *db.DB) error {
		if err := o.mayPass(ctx, tx, t.PerformanceID, t.ID); err != nil {
			return err
		}
		if _, err := takeBackPass(ctx, tx, t.PerformanceID, t.ID, p.OfferedAt); err != nil {
			return err
		}
		return insertPass(ctx, tx, p)
	})
	return p, err
}

// TakeBack ends a link that nobody has used; ErrPassGone when somebody has.
func (o *Office) TakeBack(ctx context.Context, k OrderKey, ticketCode string) (err error) {
	defer fault.Wrap(&err, "take a ticket of order %s back", k.Code)
	t, err := o.ownTicket(ctx, k, ticketCode)
	if err != nil {
		return err
	}
	ok, err := takeBackPass(ctx, o.db, t.PerformanceID, t.ID, o.clock.Now())
	if err == nil && !ok {
		return ErrPassGone
	}
	return err
}

// ownTicket is a ticket that the buyer still has in hand.
func (o *Office) ownTicket(ctx context.Context, k OrderKey, code string) (Ticket, error) {
	ord, err := o.FindOrder(ctx, k)
	if err != nil {
		return Ticket{}, err
	}
	i := slices.IndexFunc(ord.Tickets, func(t Ticket) bool { return t.Code == cleanCode(code) && !t.Void })
	if i < 0 || ord.Status != OrderPaid {
		return Ticket{}, ErrNoTicket
	}
	return ord.Tickets[i], nil
}

// mayPass refuses once the performance has begun, or somebody is in with the ticket.
func (o *Office) mayPass(ctx context.Context, tx *db.DB, performanceID, ticketID string) error {
	starts, err := performanceStarts(ctx, tx, performanceID)
	if err != nil {
		return err
	}
	if !o.clock.Now().Before(starts) {
		return ErrPassLate
	}
	if o.entered == nil {
		return nil
	}
	in, err := o.entered(ctx, tx, performanceID, ticketID)
	if err == nil && in {
		return ErrPassEntered
	}
	return err
}

// Offered returns the ticket that a link is for, to who has the link; ErrPassGone when it opens nothing any more. Code and secret of
// the ticket are the buyer's still, and not told.
func (o *Office) Offered(ctx context.Context, secret string) (_ Ticket, err error) {
	p, err := passBySecret(ctx, o.db, hashSecret(secret))
	if errors.Is(err, db.ErrNoRow) {
		return Ticket{}, ErrPassGone
	}
	if err != nil {
		return Ticket{}, err
	}
	t, err := ticketByID(ctx, o.db, p.PerformanceID, p.TicketID)
	if err != nil {
		return Ticket{}, orNoTicket(err)
	}
	if t.Void {
		return Ticket{}, ErrPassGone
	}
	return t.masked(), nil
}

// masked is what may be told of a ticket to who does not hold it.
func (t Ticket) masked() Ticket {
	t.ID, t.Code, t.Secret, t.HolderID = "", "", "", ""
	return t
}

// Take gives a ticket to its holder: consents recorded, own data sealed, a fresh code; the old one lets nobody in any more. Only one
// of many who have the link gets it.
func (o *Office) Take(ctx context.Context, secret string, h Holder) (_ Ticket, err error) {
	defer fault.Wrap(&err, "take a ticket that was passed on")
	var wrong fault.Fields
	c, err := h.Contacts.ValidateWithoutPhone()
	if err := gather(&wrong, err); err != nil {
		return Ticket{}, err
	}
	if err := gather(&wrong, o.privacy.Check(ctx, h.Consents)); err != nil {
		return Ticket{}, err
	}
	if err := gather(&wrong, checkFor(&h)); err != nil {
		return Ticket{}, err
	}
	if err := wrong.OrNil(); err != nil {
		return Ticket{}, err
	}
	represented, err := o.represented(ctx, &h)
	if err != nil {
		return Ticket{}, err
	}
	person := h.PersonID
	if person != "" {
		if person, err = o.people.BuysAs(ctx, person, c.Email); err != nil {
			return Ticket{}, err
		}
	}
	if person == "" {
		if person, err = o.people.NewPerson(ctx); err != nil {
			return Ticket{}, err
		}
	}
	var t Ticket
	err = o.db.Transact(ctx, func(tx *db.DB) error {
		if t, err = o.replace(ctx, tx, hashSecret(secret), person); err != nil {
			return err
		}
		if err := o.privacy.Record(ctx, tx, person, h.Consents); err != nil {
			return err
		}
		if person != h.PersonID { // an account's own data stays as its owner keeps it
			if err := o.people.Keep(ctx, tx, person, c); err != nil {
				return err
			}
		}
		if represented != "" {
			if err := o.represent(ctx, tx, t, represented, h); err != nil {
				return err
			}
		}
		return o.jobs.Enqueue(ctx, tx, PassMail{PerformanceID: t.PerformanceID, TicketID: t.ID, Lang: h.Lang})
	})
	return t, err
}

// replace makes the ticket that an offered link is for void and issues another one in its place.
func (o *Office) replace(ctx context.Context, tx *db.DB, hash []byte, holder string) (Ticket, error) {
	p, err := passBySecret(ctx, tx, hash)
	if errors.Is(err, db.ErrNoRow) {
		return Ticket{}, ErrPassGone
	}
	if err != nil {
		return Ticket{}, err
	}
	now := o.clock.Now()
	if ok, err := takePass(ctx, tx, p.ID, now); err != nil || !ok {
		return Ticket{}, orFault(err, ErrPassGone)
	}
	if ok, err := replaceTicket(ctx, tx, p.PerformanceID, p.TicketID); err != nil || !ok {
		return Ticket{}, orFault(err, ErrPassGone)
	}
	if err := o.mayPass(ctx, tx, p.PerformanceID, p.TicketID); err != nil {
		return Ticket{}, err
	}
	t, err := ticketByID(ctx, tx, p.PerformanceID, p.TicketID)
	if err != nil {
		return Ticket{}, err
	}
	t.ID, t.Void, t.HolderID = db.NewID(), false, holder
	t.Secret = o.secrets.ofTicket(t.ID)
	fresh := []Ticket{t}
	if err := drawTicketCodes(ctx, tx, fresh); err != nil {
		return Ticket{}, err
	}
	return fresh[0], copyTicket(ctx, tx, fresh[0], p.TicketID, now)
}

func orFault(err error, other *fault.Error) error {
	if err != nil {
		return err
	}
	return other
}

// TicketsHeldBy lists the tickets that were passed on to persons, those to come first.
func (o *Office) TicketsHeldBy(ctx context.Context, persons []string) ([]Ticket, error) {
	ts, err := selectTicketsHeld(ctx, o.db, persons)
	return o.withSecrets(ts), err
}

// SweepPasses forgets the links of performances that are over.
func (o *Office) SweepPasses(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "sweep links of tickets")
	return deletePasses(ctx, o.db, o.clock.Now())
}
