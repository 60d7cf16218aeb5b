package boxoffice

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/money"
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

// balances returns what each account of an order holds.
func balances(ctx context.Context, d *db.DB, orderID string) (map[string]money.Amount, error) {
	out := map[string]money.Amount{}
	err := d.Each(ctx, func(scan func(...any) error) error {
		var account string
		var a money.Amount
		if err := scan(&account, &a.Currency, &a.Minor); err != nil {
			return err
		}
		out[account] = a
		return nil
	}, `SELECT account, currency, CAST(sum(amount) AS BIGINT) FROM boxoffice_ledger WHERE order_id = $1 GROUP BY account, currency`, orderID)
	return out, err
}
