package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// EraseOrder is the decision to erase a person.
type EraseOrder struct {
	Person    string `json:"person"`
	RequestID string `json:"request,omitempty"`  // of the requests desk; "" when retention or the person alone asks
	Actor     string `json:"actor"`              // "system", "person", "staff:<account id>"
	Approver  string `json:"approver,omitempty"` // the second staff member, where one is needed; never the actor
	Reason    string `json:"reason"`             // machine-readable: "request", "account_deleted", "retention"
}

// ErrApprover is an erasure that one staff member decided and approved.
var ErrApprover = fault.New(fault.Forbidden, "privacy.erasure_same_person")

func (o EraseOrder) check() error {
	if o.Person == "" || o.Actor == "" || o.Reason == "" {
		return errors.New("an erasure names its person, its actor and its reason")
	}
	if o.Approver == o.Actor {
		return ErrApprover
	}
	return nil
}

// Erasure is an entry of the erasure ledger with what came of it.
type Erasure struct {
	ID        string
	Seq       int64 // place in the ledger, from 1
	Order     EraseOrder
	DecidedAt time.Time
	DoneAt    time.Time // zero while something is withheld or a crash left it open
	Outcomes  []Outcome // what Erase did is told in full; what is read back later names no record that was anonymised or withheld
}

// Done tells whether nothing is left to erase.
func (e Erasure) Done() bool { return !e.DoneAt.IsZero() }

// Erase erases a person: the ledger's line first, then every room's rows, then the keys. Where a room withholds a record,
// what that record needs stays and FinishErasures erases it when its obligation has ended. Running it again goes on with the
// same erasure.
func (p *Privacy) Erase(ctx context.Context, o EraseOrder) (Erasure, error) {
	es, err := p.EraseAll(ctx, []EraseOrder{o}, nil)
	if err != nil {
		return Erasure{}, err
	}
	return es[0], nil
}

// eraseTogether is how many persons share the writes of the ledger and of the key store.
const eraseTogether = 50

// EraseAll erases many persons; progress hears how many are done. What it has done stays done when it fails or ctx ends.
func (p *Privacy) EraseAll(ctx context.Context, orders []EraseOrder, progress func(done int)) (out []Erasure, err error) {
	defer fault.Wrap(&err, "erase")
	for _, o := range orders {
		if err := o.check(); err != nil {
			return nil, err
		}
	}
	for from := 0; from < len(orders); from += eraseTogether {
		es, err := p.eraseSome(ctx, orders[from:min(from+eraseTogether, len(orders))])
		out = append(out, es...)
		if err != nil {
			return out, err
		}
		if progress != nil {
			progress(len(out))
		}
	}
	return out, nil
}

func (p *Privacy) eraseSome(ctx context.Context, orders []EraseOrder) (es []Erasure, err error) {
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		es, err = p.decide(ctx, tx, orders)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p.carryOut(ctx, es)
}

// carryOut does what the ledger says is decided.
func (p *Privacy) carryOut(ctx context.Context, es []Erasure) (_ []Erasure, err error) {
	if err := p.keepLedger(ctx, es); err != nil {
		return nil, err
	}
	runs := make([]erasureRun, len(es))
	for i := range es {
		if es[i].Done() {
			continue
		}
		if runs[i], err = p.runErasure(ctx, es[i].ID, es[i].Order); err != nil {
			return nil, err
		}
	}
	if err := p.endRuns(ctx, runs); err != nil {
		return nil, err
	}
	for i := range es {
		fresh := runs[i].outcomes
		if es[i], err = p.erasure(ctx, es[i].ID); err != nil {
			return nil, err
		}
		if fresh != nil {
			es[i].Outcomes = fresh
		}
	}
	return es, nil
}

// FinishErasures finishes what a crash left open, and what was withheld and no longer is, and answers the requests that asked for it.
// It returns how many it finished. One that fails does not hold up the others: the error names each by its line of the ledger.
// The program calls it when it starts and every hour.
func (p *Privacy) FinishErasures(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "finish erasures")
	if err := p.catchUp(ctx); err != nil {
		return 0, err
	}
	var failed []error
	for after := int64(0); ; {
		due, err := dueErasures(ctx, p.db, p.clock.Now(), after, eraseTogether)
		if err != nil {
			return n, errors.Join(append(failed, err)...)
		}
		if len(due) == 0 {
			return n, errors.Join(append(failed, p.answerDeletions(ctx))...)
		}
		after = due[len(due)-1].Seq
		done, wrong := p.finishSome(ctx, due)
		n += done
		failed = append(failed, wrong...)
		if len(wrong) >= len(due) && len(due) == eraseTogether || ctx.Err() != nil { // it is not the persons that are at fault
			return n, errors.Join(failed...)
		}
	}
}

// finishSome goes on with a page of erasures and tells how many are done and what went wrong.
func (p *Privacy) finishSome(ctx context.Context, due []Erasure) (done int, failed []error) {
	runs := make([]erasureRun, len(due))
	for i, e := range due {
		var err error
		if runs[i], err = p.runErasure(ctx, e.ID, e.Order); err != nil {
			runs[i] = erasureRun{}
			failed = append(failed, fmt.Errorf("line %d of the erasure ledger: %w", e.Seq, err))
		}
	}
	if err := p.endRuns(ctx, runs); err != nil {
		return 0, append(failed, err)
	}
	for _, r := range runs {
		if r.erasure != "" && !r.partly {
			done++
		}
	}
	return done, failed
}

// Erasures lists the erasures of a person, newest first.
func (p *Privacy) Erasures(ctx context.Context, person string) (out []Erasure, err error) {
	defer fault.Wrap(&err, "erasures of %s", person)
	ids, err := erasureIDs(ctx, p.db, person)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		e, err := p.erasure(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func (p *Privacy) erasure(ctx context.Context, id string) (Erasure, error) {
	e, err := erasureByID(ctx, p.db, id)
	if err != nil {
		return Erasure{}, err
	}
	if e.DoneAt, err = erasureDoneAt(ctx, p.db, id); err != nil {
		return Erasure{}, err
	}
	e.Outcomes, err = erasureOutcomes(ctx, p.db, id)
	return e, err
}
