package privacy

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// Press is a right that a person uses alone, by a button: the request is opened, what it asks for is done, and it is answered,
// all in one transaction, so that the desk sees it and the answer has a number. do says what came of it.
func (p *Privacy) Press(ctx context.Context, n NewRequest, do func(tx *db.DB) (Answer, error)) (r Request, err error) {
	defer fault.Wrap(&err, "%s by the person alone", n.Kind)
	n.Actor = "person"
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		if r, err = p.OpenRequest(ctx, tx, n); err != nil {
			return err
		}
		a, err := do(tx)
		if err != nil {
			return err
		}
		a.Actor = "person"
		return p.FulfilRequest(ctx, tx, r.ID, a)
	})
	return r, err
}

// MachineDecision is one that a machine makes alone; a person may ask that a human looks at it again (94-V, article 19-1).
type MachineDecision string

// The decisions that a machine makes here. Whoever adds one adds it to the list that persons see.
const (
	MachineRate   MachineDecision = "rate"   // too many tries from one network: wait
	MachineLock   MachineDecision = "lock"   // wrong passwords: the account is locked for a while
	MachineLate   MachineDecision = "late"   // paid after the hold was gone and the seats were sold: the money goes back
	MachineFile   MachineDecision = "file"   // a file was refused: of its kind, for malware, or because it looks like an identity document
	MachineLimit  MachineDecision = "limit"  // more tickets than the organiser allows to one person, contact, network or card
	MachineRefuse MachineDecision = "refuse" // a withdrawal or deletion refused for what an open obligation needs
)

// MachineDecisions lists them in the order in which they are shown.
var MachineDecisions = []MachineDecision{MachineRate, MachineLock, MachineLate, MachineFile, MachineLimit, MachineRefuse}

// Open opens a request of the person in a transaction of its own.
func (p *Privacy) Open(ctx context.Context, n NewRequest) (r Request, err error) {
	n.Actor = "person"
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		r, err = p.OpenRequest(ctx, tx, n)
		return err
	})
	return r, err
}

// Fulfil is FulfilRequest in a transaction of its own.
func (p *Privacy) Fulfil(ctx context.Context, id string, a Answer) error {
	return p.db.Transact(ctx, func(tx *db.DB) error { return p.FulfilRequest(ctx, tx, id, a) })
}
