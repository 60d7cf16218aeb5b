package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
)

// Takings returns what the valid tickets of performances were sold for.
func (o *Office) Takings(ctx context.Context, performanceIDs []string) (out map[string]money.Amount, err error) {
	defer fault.Wrap(&err, "takings")
	out = make(map[string]money.Amount, len(performanceIDs))
	if len(performanceIDs) == 0 {
		return out, nil
	}
	args := make([]any, len(performanceIDs))
	for i, id := range performanceIDs {
		args[i] = id
	}
	err = o.db.Each(ctx, func(scan func(...any) error) error {
		var id string
		var a money.Amount
		if err := scan(&id, &a.Currency, &a.Minor); err != nil {
			return err
		}
		out[id] = a
		return nil
	}, `SELECT performance_id, currency, CAST(SUM(price) AS BIGINT) FROM boxoffice_ticket
		WHERE performance_id IN `+db.In(1, len(args))+` AND NOT void GROUP BY performance_id, currency`, args...)
	return out, err
}

// LedgerLine is one side of an entry.
type LedgerLine struct {
	What    string // "ordered", "paid", "expired", "excess", "returned", "refunded"
	Account string // "receivable", "sales", "payable", "provider:<code>"
	Amount  money.Amount
	At      time.Time
}

const ledgerMost = 500

// Ledger returns the lines of an order's ledger in the order in which they were written.
func (o *Office) Ledger(ctx context.Context, orderID string) (out []LedgerLine, err error) {
	defer fault.Wrap(&err, "ledger of %s", orderID)
	err = o.db.Each(ctx, func(scan func(...any) error) error {
		var l LedgerLine
		var at int64
		if err := scan(&l.What, &l.Account, &l.Amount.Currency, &l.Amount.Minor, &at); err != nil {
			return err
		}
		l.At = clock.FromMicros(at)
		out = append(out, l)
		return nil
	}, `SELECT what, account, currency, amount, at FROM boxoffice_ledger WHERE order_id = $1 ORDER BY id LIMIT $2`, orderID, ledgerMost)
	return out, err
}

// OrderSummary is an order in a list: no lines, no tickets, no person.
type OrderSummary struct {
	ID        string
	Code      string
	Status    Status
	Total     money.Amount
	CreatedAt time.Time
}

// Orders lists orders, newest first, of a state ("" any), made before the order with an id ("" the newest).
func (o *Office) Orders(ctx context.Context, state Status, before string, limit int) (out []OrderSummary, err error) {
	defer fault.Wrap(&err, "list orders")
	query, args := `SELECT id, code, status, currency, total, created_at FROM boxoffice_order WHERE 1 = 1`, []any{min(max(limit, 1), 100)}
	if state != "" {
		args = append(args, string(state))
		query += ` AND status = $2`
	}
	if before != "" {
		args = append(args, before)
		query += ` AND id < ` + db.In(len(args), 1)
	}
	// Ids are UUIDv7: their order is the order of making.
	err = o.db.Each(ctx, func(scan func(...any) error) error {
		var s OrderSummary
		var status string
		var at int64
		if err := scan(&s.ID, &s.Code, &status, &s.Total.Currency, &s.Total.Minor, &at); err != nil {
			return err
		}
		s.Status, s.CreatedAt = Status(status), clock.FromMicros(at)
		out = append(out, s)
		return nil
	}, query+` ORDER BY id DESC LIMIT $1`, args...)
	return out, err
}
