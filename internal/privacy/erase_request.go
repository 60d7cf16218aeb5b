package privacy

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// EraseOwn is the deletion that a person presses alone: the request and the ledger's lines are written together, so that a crash
// leaves both or neither, and FinishErasures then does and answers what is left.
func (p *Privacy) EraseOwn(ctx context.Context, n NewRequest, persons []string) (r Request, all []Outcome, err error) {
	defer fault.Wrap(&err, "deletion by the person alone")
	n.Kind, n.Actor = RequestErase, "person"
	var es []Erasure
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		if r, err = p.OpenRequest(ctx, tx, n); err != nil {
			return err
		}
		orders := make([]EraseOrder, len(persons))
		for i, person := range persons {
			orders[i] = EraseOrder{Person: person, RequestID: r.ID, Actor: "person", Reason: "account_deleted"}
		}
		es, err = p.decide(ctx, tx, orders)
		return err
	})
	if err != nil {
		return r, nil, err
	}
	if es, err = p.carryOut(ctx, es); err != nil {
		return r, nil, err
	}
	for _, e := range es {
		all = append(all, e.Outcomes...)
	}
	return r, all, p.answerDeletion(ctx, r.ID, all)
}

// answerDeletion answers a deletion that a person pressed by what came of it.
func (p *Privacy) answerDeletion(ctx context.Context, request string, all []Outcome) error {
	answer := Answer{Result: Granted, Actor: "person", Fates: all}
	for _, one := range all {
		if one.Fate == FateWithheld {
			answer.Result, answer.Ground = Partly, "obligation_open"
			break
		}
		if one.Fate == FateRestricted {
			answer.Result, answer.Ground = Partly, "records_by_law"
		}
	}
	err := p.Fulfil(ctx, request, answer)
	if errors.Is(err, ErrRequestOver) { // another process was faster
		err = nil
	}
	return err
}

// answerDeletions answers deletions whose erasure has run while the program was not there to say so.
func (p *Privacy) answerDeletions(ctx context.Context) error {
	open, err := ranDeletions(ctx, p.db)
	if err != nil {
		return err
	}
	for _, request := range open {
		ids, err := erasuresOfRequest(ctx, p.db, request)
		if err != nil {
			return err
		}
		var all []Outcome
		for _, id := range ids {
			outs, err := erasureOutcomes(ctx, p.db, id)
			if err != nil {
				return err
			}
			all = append(all, outs...)
		}
		if err := p.answerDeletion(ctx, request, all); err != nil {
			return err
		}
	}
	return nil
}

// settleRequests decides on what a person asked: an answer stays as proof for its term and goes after it, with its words and
// their key. One that is owed keeps, by its own record or by the person's contacts, where it is to be sent.
func (p *Privacy) settleRequests(ctx context.Context, tx *db.DB, o EraseOrder, dry bool) (out []Outcome, err error) {
	rs, err := requestsOfErased(ctx, tx, o.Person)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		one := Outcome{Record: Record{Room: "privacy", Kind: "request", ID: r.ID, Purpose: vault.PurposeRights, At: r.ReceivedAt}}
		until, err := p.requestTerm(ctx, tx, r)
		if err != nil {
			return nil, err
		}
		switch {
		case r.Open() && r.ID != o.RequestID && r.Kind != RequestErase:
			one.Fate, one.Ground = FateRestricted, GroundAnswerDue
			if r.caseID == "" {
				one.Fate = FateWithheld
			}
		case r.Open() || calendar.DayOf(p.clock.Now(), termZone) <= until:
			one.Fate, one.Ground, one.Until = FateRestricted, GroundAnswer, until
		default:
			one.Fate = FateErased
			if !dry {
				err = p.forgetRequest(ctx, tx, r, o.Actor)
			}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// requestTerm is the last day on which an answered request is kept: the longest term that the register gives to its words. One
// that is open counts as if it were answered now.
func (p *Privacy) requestTerm(ctx context.Context, d *db.DB, r Request) (last calendar.Day, err error) {
	register, err := p.register(ctx, d)
	if err != nil {
		return "", err
	}
	at := r.AnsweredAt
	if r.Open() {
		at = p.clock.Now()
	}
	last = Keep{Count: proofYears, Unit: Years}.Last(at)
	for _, e := range register.Entries {
		for _, f := range e.Fields {
			if k := e.TermOf(f); f == vault.RequestText && k.Event == EventAnswer {
				last = max(last, k.Last(at))
			}
		}
	}
	return last, nil
}

// forgetRequest destroys a request whose term is over: its rows, and the key of what was written.
func (p *Privacy) forgetRequest(ctx context.Context, tx *db.DB, r Request, actor string) error {
	if r.caseID != "" {
		err := p.vault.Condemn(ctx, tx, vault.Act{Person: r.caseID, Actor: actor, Reason: "request_term_over"})
		if err != nil && !errors.Is(err, vault.ErrNoPerson) {
			return err
		}
	}
	return deleteRequest(ctx, tx, r.ID)
}

// forgetRequests destroys every request whose term is over, unless its person or its words are blocked or held.
func (p *Privacy) forgetRequests(ctx context.Context) (n int, err error) {
	err = p.requestsOver(ctx, p.clock.Now(), func(r Request) error {
		err := p.db.Transact(ctx, func(tx *db.DB) error { return p.forgetRequest(ctx, tx, r, actorProgram) })
		if errors.Is(err, vault.ErrBlocked) {
			return nil
		}
		n++
		return err
	})
	return n, errors.Join(err, p.finishKeys(ctx, n))
}

// requestsOver visits the requests whose term is over at a moment and that nothing keeps.
func (p *Privacy) requestsOver(ctx context.Context, at time.Time, visit func(Request) error) error {
	holds, err := openHolds(ctx, p.db, at)
	if err != nil {
		return err
	}
	for after := ""; ; {
		page, err := answeredBefore(ctx, p.db, at.AddDate(-proofYears, 0, 0), after, p.night.page)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			until, err := p.requestTerm(ctx, p.db, r)
			if err != nil {
				return err
			}
			blocked, err := p.vault.Blocked(ctx, p.db, r.Person)
			if err != nil {
				return err
			}
			if blocked || calendar.DayOf(at, termZone) <= until || holds.cover(r.Person) || holds.cover(r.caseID) {
				continue
			}
			if err := visit(r); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}

func (p *Privacy) finishKeys(ctx context.Context, n int) error {
	if n == 0 {
		return nil
	}
	_, err := p.vault.FinishDestructions(ctx)
	return err
}
