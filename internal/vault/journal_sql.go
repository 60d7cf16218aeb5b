package vault

import (
	"context"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const entryColumns = `id, pseudonym, verb, purpose, class, fields, actor, reason, at`

func insertEntry(ctx context.Context, tx *db.DB, e Entry) error {
	_, err := tx.Exec(ctx, `INSERT INTO vault_journal (`+entryColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.ID, e.Pseudonym, e.Verb, e.Purpose, e.Class, joinFields(e.Fields), e.Actor, e.Reason, clock.Micros(e.At))
	return err
}
