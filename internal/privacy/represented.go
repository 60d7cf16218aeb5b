package privacy

import (
	"context"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// Unconfirmed notes, in the transaction that records a person's consents, that somebody else gave them and has still to prove that they
// may (the policy's 4.3). Until Confirmed the gate opens what is held on the person for the check of that proof, and for nothing else.
func (p *Privacy) Unconfirmed(ctx context.Context, tx *db.DB, person string) (err error) {
	defer fault.Wrap(&err, "hold %s back until the proof", person)
	_, err = tx.Exec(ctx, `INSERT INTO privacy_unconfirmed (person_id, since) VALUES ($1, $2) ON CONFLICT (person_id) DO NOTHING`,
		person, clock.Micros(p.clock.Now()))
	return err
}

// Confirmed ends Unconfirmed: the proof was accepted.
func (p *Privacy) Confirmed(ctx context.Context, tx *db.DB, person string) (err error) {
	defer fault.Wrap(&err, "release %s after the proof", person)
	return deleteUnconfirmed(ctx, tx, person)
}

func deleteUnconfirmed(ctx context.Context, tx *db.DB, person string) error {
	_, err := tx.Exec(ctx, `DELETE FROM privacy_unconfirmed WHERE person_id = $1`, person)
	return err
}

// strict tells whether a purpose needs a consent that is beyond doubt; the check of a representative's proof comes before that.
func strict(purpose vault.Purpose) bool { return purpose != vault.PurposeVerification }
