package privacy

import (
	"context"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// lastOfProof is the last day of evidence about a person whose processing ended at a moment: three years, or what the register gives to
// the rights of persons when that is longer.
func (r Processing) lastOfProof(ended time.Time) calendar.Day {
	last := Keep{Count: proofYears, Unit: Years}.Last(ended)
	if e, ok := r.Entry(vault.PurposeRights); ok && e.Keep.Event == EventEnd {
		last = max(last, e.Keep.Last(ended))
	}
	return last
}

// TechnicalFor is how long the register's version in force lets networks and browsers of sign-ins be kept: the shorter of both.
func (p *Privacy) TechnicalFor(ctx context.Context, d *db.DB) (time.Duration, error) {
	r, err := p.register(ctx, d)
	if err != nil {
		return 0, err
	}
	e, ok := r.Entry(vault.PurposeIdentification)
	if !ok {
		return 0, nil
	}
	now := p.clock.Now()
	end := now.AddDate(maxTerm, 0, 0)
	for _, f := range []vault.Field{vault.IP, vault.UserAgent} {
		if last := e.TermOf(f).end(now); slices.Contains(e.Fields, f) && last.Before(end) {
			end = last
		}
	}
	return end.Sub(now), nil
}

// maxTerm is longer, in years, than any term that a register may have.
const maxTerm = 100

// proofsOver visits the erased persons whose evidence of consents and transfers has had its term, and whom no hold covers.
func (p *Privacy) proofsOver(ctx context.Context, at time.Time, visit func(person string) error) error {
	r, err := p.register(ctx, p.db)
	if err != nil {
		return err
	}
	holds, err := openHolds(ctx, p.db, at)
	if err != nil {
		return err
	}
	today := calendar.DayOf(at, termZone)
	for after := int64(0); ; {
		page, err := erasedWithProof(ctx, p.db, at.AddDate(-proofYears, 0, 0), after, p.night.page)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, e := range page {
			after = e.seq
			if today <= r.lastOfProof(e.endedAt) || holds.cover(e.person) {
				continue
			}
			if err := visit(e.person); err != nil {
				return err
			}
		}
	}
}

// ForgetProofs destroys the evidence about somebody who was never more than a random name: their account was not confirmed, so nobody
// can ask for it, and no erasure starts its term.
func ForgetProofs(ctx context.Context, tx *db.DB, person string) error {
	return deleteProofs(ctx, tx, person)
}

// forgetProofs destroys the evidence whose term is over. The ledger of erasures and the journal stay: they hold random names alone.
func (p *Privacy) forgetProofs(ctx context.Context) (n int, err error) {
	err = p.proofsOver(ctx, p.clock.Now(), func(person string) error {
		n++
		return p.db.Transact(ctx, func(tx *db.DB) error { return deleteProofs(ctx, tx, person) })
	})
	return n, err
}
