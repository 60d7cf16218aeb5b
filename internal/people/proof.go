package people

import (
	"context"
	"errors"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// MayProve tells whether another code may be mailed to an address just now.
func (p *People) MayProve(email string) error { return p.mayAsk(email) }

// RequestProof mails a code to the address of somebody who has just written to us, in the caller's transaction, and returns the
// attempt: until the code comes back, nothing that is held under the address is tied to what was written.
func (p *People) RequestProof(ctx context.Context, tx *db.DB, person string, l i18n.Lang) (attempt string, err error) {
	attempt = newToken()
	return attempt, p.ask(ctx, tx, attempt, code{account: person, purpose: codeProof, lang: l})
}

// ProofOf tells whose proof an attempt is, for as long as its code's row is kept; fault.Gone for anything else.
func (p *People) ProofOf(ctx context.Context, attempt string) (person string, err error) {
	c, err := findCode(ctx, p.db, tokenHash(attempt))
	if errors.Is(err, db.ErrNoRow) || err == nil && c.purpose != codeProof {
		return "", ErrCodeOver
	}
	return c.account, err
}

// ConfirmProof takes the code and runs then in the same transaction.
func (p *People) ConfirmProof(ctx context.Context, attempt, digits string, then func(tx *db.DB, person string) error) (err error) {
	defer fault.Wrap(&err, "prove an address by code")
	c, err := p.tryCode(ctx, attempt, digits, codeProof)
	if err != nil {
		return err
	}
	return p.db.Transact(ctx, func(tx *db.DB) error {
		if ok, err := useCode(ctx, tx, c.id, p.clock.Now()); err != nil || !ok {
			return orElse(err, ErrCodeOver.On("code"))
		}
		return then(tx, c.account)
	})
}
