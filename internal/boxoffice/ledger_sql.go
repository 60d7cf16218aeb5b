package boxoffice

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

func insertPosting(ctx context.Context, tx *db.DB, orderID string, at int64, p posting) error {
	entry := db.NewID()
	row := func(account string, minor int64) []any {
		return []any{orderID, db.NewID(), entry, p.what, account, p.amount.Currency, minor, p.ref, at}
	}
	args := append(row(p.to, p.amount.Minor), row(p.from, -p.amount.Minor)...)
	_, err := tx.Exec(ctx, `INSERT INTO boxoffice_ledger (order_id, id, entry_id, what, account, currency, amount, ref, at) VALUES `+
		db.Values(1, 2, 9), args...)
	return err
}
