package privacy

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/vault"
)

// ErrRecipient is a recipient that the register does not name for the purpose and the fields: it gets nothing.
var ErrRecipient = fault.New(fault.Forbidden, "privacy.recipient_not_registered")

// TransferTo is what is about to leave: whose fields, to whom, what for.
type TransferTo struct {
	Recipient string // its code in the register
	Person    string
	Purpose   vault.Purpose
	Fields    []vault.Field
	// Disclosure is the number of an approved disclosure: a state body gets nothing without one.
	Disclosure string
}

// Transferred is a line of the register of transfers.
type Transferred struct {
	TransferTo
	At time.Time
}

// Transfer is the one gate for what leaves. It allows what the register's version in force names for this recipient, what the
// person has agreed to, and for this recipient by itself where it rests on a consent, and writes a line in the register of transfers; the caller sends after its transaction has committed.
func (p *Privacy) Transfer(ctx context.Context, tx *db.DB, to TransferTo) (err error) {
	defer fault.Wrap(&err, "transfer to %s", to.Recipient)
	if err := p.mayLeave(ctx, tx, to); err != nil {
		return err
	}
	return insertTransfer(ctx, tx, to, joinFields(to.Fields), p.clock.Now())
}

// MayCarry tells whether the gate would let a person's fields out to a recipient now: what a page promises.
func (p *Privacy) MayCarry(ctx context.Context, to TransferTo) (_ bool, err error) {
	defer fault.Wrap(&err, "ask whether %s may carry", to.Recipient)
	err = p.mayLeave(ctx, p.db, to)
	if fault.KindOf(err) == fault.Forbidden {
		return false, nil
	}
	return err == nil, err
}

// mayLeave is the gate's own decision.
func (p *Privacy) mayLeave(ctx context.Context, d *db.DB, to TransferTo) error {
	r, err := p.register(ctx, d)
	if err != nil {
		return err
	}
	recipient, known := r.Recipient(to.Recipient)
	e, ok := r.Entry(to.Purpose)
	if !known || !ok || !p.isConfigured(recipient) || len(to.Fields) == 0 && to.Disclosure == "" || !slices.Contains(e.Recipients, to.Recipient) {
		return ErrRecipient.With("recipient", to.Recipient)
	}
	for _, f := range to.Fields {
		if !slices.Contains(recipient.Fields, f) || !slices.Contains(e.Fields, f) {
			return ErrRecipient.With("recipient", to.Recipient)
		}
	}
	if recipient.Kind == KindState {
		if err := p.covered(ctx, d, to.Disclosure, to.Person, to.Fields); err != nil {
			return err
		}
	}
	if err := p.consented(ctx, d, e, vault.Opening{Person: to.Person, Purpose: to.Purpose, Fields: to.Fields}); err != nil {
		return err
	}
	return p.agreed(ctx, d, e, recipient, to)
}

// Leaves is Transfer for who holds an opening; its pass lets one letter or message out.
func (p *Privacy) Leaves(ctx context.Context, tx *db.DB, recipient string, o vault.Opening) (outgoing.Pass, error) {
	err := p.Transfer(ctx, tx, TransferTo{Recipient: recipient, Person: o.Person, Purpose: o.Purpose, Fields: o.Fields})
	if err != nil {
		return outgoing.Pass{}, err
	}
	return outgoing.Issue(recipient), nil
}

// Transfers lists what left about a person, newest first; DisclosedTo lists what state bodies were given.
func (p *Privacy) Transfers(ctx context.Context, person string) ([]Transferred, error) {
	return listTransfers(ctx, p.db, person)
}

func joinFields(fs []vault.Field) string {
	out := make([]string, len(fs))
	for i, f := range fs {
		out[i] = string(f)
	}
	return strings.Join(out, ",")
}

func splitFields(s string) (out []vault.Field) {
	for f := range strings.SplitSeq(s, ",") {
		if f != "" {
			out = append(out, vault.Field(f))
		}
	}
	return out
}
