package privacy

import (
	"context"
	"time"
)

// EraseOrder is the decision to erase a person.
type EraseOrder struct {
	Person    string
	RequestID string // of the requests desk; "" when retention or the person alone asks
	Actor     string // "system", "person", "staff:<account id>"
	Approver  string // the second staff member, where one is needed; never the actor
	Reason    string // machine-readable: "request", "account_deleted", "retention"
}

// Erasure is an entry of the erasure ledger with what came of it.
type Erasure struct {
	ID        string
	Seq       int64 // place in the ledger, from 1
	Order     EraseOrder
	DecidedAt time.Time
	DoneAt    time.Time // zero while something is withheld or a crash left it open
	Outcomes  []Outcome // of the latest run
}

// Erase erases a person: the ledger's line first, then every room's rows, then the keys. Where a room withholds a record,
// what that record needs stays and FinishErasures erases it when its obligation has ended. Running it again finds the same erasure.
func (p *Privacy) Erase(context.Context, EraseOrder) (Erasure, error) { panic("contract") }

// FinishErasures finishes what a crash left open, and what was withheld and no longer is. It returns how many it finished.
func (p *Privacy) FinishErasures(context.Context) (int, error) { panic("contract") }

// Erasures lists the erasures of a person, newest first.
func (p *Privacy) Erasures(_ context.Context, _ string) ([]Erasure, error) { panic("contract") }
