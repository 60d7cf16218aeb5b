package boxoffice

import (
	"context"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// entryRows are the two sides of an entry.
func entryRows(e entry) [][]any {
	id := db.NewID()
	row := func(account string, minor int64) []any {
		return []any{e.orderID, db.NewID(), id, e.what, account, e.amount.Currency, minor, e.ref, clock.Micros(e.at)}
	}
	return [][]any{row(e.to, e.amount.Minor), row(e.from, -e.amount.Minor)}
}

func insertPostings(ctx context.Context, tx *db.DB, rows [][]any) error {
	_, err := tx.InsertMany(ctx, `boxoffice_ledger (order_id, id, entry_id, what, account, currency, amount, ref, at)`, rows, ``)
	return err
}
