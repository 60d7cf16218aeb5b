package vault

import (
	"context"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
)

// VerifyJournalIn verifies what a transaction sees, so that tests can tamper and take it back.
func (v *Vault) VerifyJournalIn(ctx context.Context, tx *db.DB, kept []byte) ([]string, error) {
	return v.verifyJournal(ctx, tx, kept)
}

// PseudonymOf tells under which name a person stands in the journal, so that benchmarks can write entries of theirs.
func (v *Vault) PseudonymOf(t testing.TB, person string) string {
	t.Helper()
	key, err := v.keys.get(t.Context(), person, ClassPerson)
	if err != nil {
		t.Fatal(err)
	}
	return key.pseudonym()
}
