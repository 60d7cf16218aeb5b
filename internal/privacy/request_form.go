package privacy

import (
	"context"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// EnterByForm takes what anybody wrote on the site. It is a request from now on, with its clocks; a code goes to the address, and
// until it comes back (Prove) nothing that is held under the address is tied to it. attempt is the browser's half of the secret.
func (d *Desk) EnterByForm(ctx context.Context, e Entered) (r Request, attempt string, err error) {
	defer fault.Wrap(&err, "enter a request by the form")
	e = e.byForm()
	if err := e.check(); err != nil {
		return Request{}, "", err
	}
	if err := d.people.MayProve(e.Contacts.Email); err != nil {
		return Request{}, "", err
	}
	r, err = d.enter(ctx, e, func(tx *db.DB, r Request) error {
		attempt, err = d.people.RequestProof(ctx, tx, r.Person, r.Lang)
		return err
	})
	return r, attempt, err
}

// CheckForm tells what is wrong with what was typed into the form; nothing is kept of it.
func (*Desk) CheckForm(e Entered) error {
	e = e.byForm()
	return e.check()
}

func (e Entered) byForm() Entered {
	e.Actor, e.Channel, e.Person = "person", "site", ""
	return e
}

// Sent finds the request of a browser that wrote one; fault.Gone for anybody else.
func (d *Desk) Sent(ctx context.Context, attempt string) (_ Request, err error) {
	defer fault.Wrap(&err, "request of an attempt")
	person, err := d.people.ProofOf(ctx, attempt)
	if err != nil {
		return Request{}, err
	}
	list, err := requestsOfPerson(ctx, d.p.db, person)
	if err != nil {
		return Request{}, err
	}
	if len(list) == 0 {
		return Request{}, ErrRequestUnknown
	}
	return list[0], nil
}

// Prove takes the code from the letter: the request is of who reads the address.
func (d *Desk) Prove(ctx context.Context, attempt, digits string) error {
	return d.people.ConfirmProof(ctx, attempt, digits, func(tx *db.DB, person string) error {
		return proveRequest(ctx, tx, person, clock.Micros(d.p.clock.Now()))
	})
}

// ProveAgain mails the code once more.
func (d *Desk) ProveAgain(ctx context.Context, attempt string) error {
	return d.people.Resend(ctx, attempt)
}
