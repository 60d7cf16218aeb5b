package boxoffice

import (
	"context"
	"fmt"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/money"
)

// The ledger's accounts. A provider's account is "provider:<code>".
const (
	accountReceivable = "receivable" // what buyers owe us
	accountSales      = "sales"      // what was sold
	accountPayable    = "payable"    // what we owe buyers: refunds that are due
)

func accountOf(provider string) string { return "provider:" + provider }

// posting moves an amount from one account to another; both sides make one entry that adds up to nothing.
type posting struct {
	what     string // "ordered", "paid", "expired", …
	to, from string
	amount   money.Amount
	ref      string // payment or refund id
}

// The movements of an order, each said once.

func postOrdered(a money.Amount) posting {
	return posting{what: "ordered", to: accountReceivable, from: accountSales, amount: a}
}

func postExpired(a money.Amount) posting {
	return posting{what: "expired", to: accountSales, from: accountReceivable, amount: a}
}

func postPaid(provider, payment string, a money.Amount) posting {
	return posting{what: "paid", to: accountOf(provider), from: accountReceivable, amount: a, ref: payment}
}

// postExcess is money that came for nothing: late, twice, or of a wrong amount.
func postExcess(provider, payment string, a money.Amount) posting {
	return posting{what: "excess", to: accountOf(provider), from: accountPayable, amount: a, ref: payment}
}

// postReturned takes a sale back: its money is owed to the buyer.
func postReturned(refund string, a money.Amount) posting {
	return posting{what: "returned", to: accountSales, from: accountPayable, amount: a, ref: refund}
}

func postRefunded(provider, refund string, a money.Amount) posting {
	return posting{what: "refunded", to: accountPayable, from: accountOf(provider), amount: a, ref: refund}
}

// entry is a posting of an order at a moment.
type entry struct {
	orderID string
	at      time.Time
	posting
}

// post writes postings to an order's ledger, in the caller's transaction.
func post(ctx context.Context, tx *db.DB, orderID string, at time.Time, ps ...posting) error {
	entries := make([]entry, len(ps))
	for i, p := range ps {
		entries[i] = entry{orderID, at, p}
	}
	return postAll(ctx, tx, entries)
}

// postAll writes entries to the ledgers of many orders. An entry of nothing is none.
func postAll(ctx context.Context, tx *db.DB, entries []entry) error {
	var rows [][]any
	for _, e := range entries {
		if e.amount.Minor < 0 {
			return fmt.Errorf("ledger: %s of a negative amount", e.what)
		}
		if !e.amount.IsZero() {
			rows = append(rows, entryRows(e)...)
		}
	}
	return insertPostings(ctx, tx, rows)
}
