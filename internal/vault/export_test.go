package vault

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

// VerifyJournalIn verifies what a transaction sees, so that tests can tamper and take it back.
func (v *Vault) VerifyJournalIn(ctx context.Context, tx *db.DB, kept []byte) ([]string, error) {
	return v.verifyJournal(ctx, tx, kept)
}
