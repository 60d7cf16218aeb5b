package people

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// AccountPart is a row that this room holds on a person.
type AccountPart struct {
	Kind   string // "account", "session", "sign_in", "passkey", "code"
	ID     string
	At     time.Time
	Staff  bool              // of an employee
	Fields []vault.Field     // sealed fields that belong to it
	Data   map[string]string // plain facts: how somebody came in, what a passkey is kept in
}

// AccountHeld lists a person's account with its sessions and codes; of a guest, who may be looking at their data by a code just now,
// those sessions and codes.
func (p *People) AccountHeld(ctx context.Context, person string) ([]AccountPart, error) {
	return p.AccountHeldIn(ctx, p.db, person)
}

// AccountHeldIn is AccountHeld as a transaction sees it.
func (p *People) AccountHeldIn(ctx context.Context, d *db.DB, person string) (out []AccountPart, err error) {
	defer fault.Wrap(&err, "account of %s", person)
	rights, err := heldRights(ctx, d, person)
	if err != nil {
		return nil, err
	}
	a, err := accountOfPerson(ctx, d, person)
	if errors.Is(err, db.ErrNoRow) {
		return rights, nil
	}
	if err != nil {
		return nil, err
	}
	out = []AccountPart{{Kind: "account", ID: a.id, At: a.createdAt, Staff: a.staff}}
	sessions, err := heldSessions(ctx, d, a.id)
	if err != nil {
		return nil, err
	}
	signIns, err := heldSignIns(ctx, d, a.id)
	if err != nil {
		return nil, err
	}
	passkeys, err := heldPasskeys(ctx, d, a.id)
	if err != nil {
		return nil, err
	}
	codes, err := heldCodes(ctx, d, a.id)
	for _, part := range slices.Concat(sessions, signIns, passkeys, codes, rights) {
		part.Staff = a.staff
		out = append(out, part)
	}
	return out, err
}

// EraseAccount removes a person's account with its sessions and codes, and ends the browsers that look by a code: whoever comes back with the same address is somebody new.
// The sealed fields are privacy's to destroy.
func (p *People) EraseAccount(ctx context.Context, tx *db.DB, person string) (err error) {
	defer fault.Wrap(&err, "erase the account of %s", person)
	if err := deleteRights(ctx, tx, person); err != nil {
		return err
	}
	a, err := accountOfPerson(ctx, tx, person)
	if errors.Is(err, db.ErrNoRow) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := lockAccount(ctx, tx, a.id); err != nil { // a sign-in that is under way comes before or fails
		return err
	}
	waiting, err := waitingOf(ctx, tx, a.id)
	if err != nil {
		return err
	}
	for _, c := range waiting {
		if err := p.forgetWaiting(ctx, tx, c); err != nil {
			return err
		}
	}
	return deleteAccount(ctx, tx, a.id)
}
