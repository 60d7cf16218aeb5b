package people

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

const (
	unconfirmedLives = 24 * time.Hour // then the account and what its form held are dropped
	codeRowLives     = 24 * time.Hour // after its end, so that limits can look back
)

type sweepJob struct{}

// Kind names the handler.
func (sweepJob) Kind() string { return "people_sweep" }

// Sweep drops what has had its time: old codes, sessions with their devices, accounts nobody confirmed. A periodic job calls it.
func (p *People) Sweep(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "sweep people")
	now := p.clock.Now()
	if err := p.sweepWaiting(ctx, now); err != nil {
		return err
	}
	if err := deleteCodes(ctx, p.db, now.Add(-codeRowLives)); err != nil {
		return err
	}
	if err := deleteRightsSessions(ctx, p.db, now); err != nil {
		return err
	}
	if err := deleteJoins(ctx, p.db, now); err != nil {
		return err
	}
	if err := deleteCeremonies(ctx, p.db, now); err != nil {
		return err
	}
	since, err := p.technicalSince(ctx, p.db)
	if err != nil {
		return err
	}
	if err := p.sweepSignIns(ctx, since); err != nil {
		return err
	}
	over, err := listExpired(ctx, p.db, now)
	if err != nil {
		return err
	}
	for _, s := range over {
		if err := p.db.Transact(ctx, func(tx *db.DB) error {
			if err := lockAccount(ctx, tx, s.AccountID); err != nil {
				return err
			}
			if err := deleteExpired(ctx, tx, s.AccountID, now); err != nil {
				return err
			}
			return p.forgetDevices(ctx, tx, s)
		}); err != nil {
			return err
		}
	}
	waiting, err := listUnconfirmed(ctx, p.db, now.Add(-unconfirmedLives))
	if err != nil {
		return err
	}
	for _, a := range waiting {
		if err := p.db.Transact(ctx, func(tx *db.DB) error { return p.drop(ctx, tx, a) }); err != nil {
			return err
		}
	}
	return nil
}

// drop removes an account that was never confirmed, with what its form held.
func (p *People) drop(ctx context.Context, tx *db.DB, a account) error {
	gone, err := deleteUnconfirmed(ctx, tx, a.id)
	if err != nil || !gone {
		return err
	}
	values := map[vault.Field]string{}
	for _, f := range ContactFields {
		values[f] = ""
	}
	err = p.vault.SealAs(ctx, tx, vault.Sealing{Person: a.person, Values: values, Actor: "system", Reason: "not_confirmed"})
	if err != nil || p.Dropped == nil {
		return err
	}
	return p.Dropped(ctx, tx, a.person)
}
