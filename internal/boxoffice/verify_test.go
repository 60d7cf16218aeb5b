package boxoffice_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/banktest"
	"github.com/sahna/sahna/internal/platform/db"
)

func TestLedgerRefusesChanges(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		w.Paid(t, "1-1")
		for _, q := range []string{
			`UPDATE boxoffice_ledger SET amount = amount + 1`,
			`DELETE FROM boxoffice_ledger`,
			`DELETE FROM boxoffice_ledger WHERE account = 'sales'`,
		} {
			if _, err := w.DB.Exec(t.Context(), q); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", q, err)
			}
		}
	})
}

// unlock takes the ledger's triggers away, so that a test can damage it.
var unlock = map[db.Engine][]string{
	db.SQLite:   {`DROP TRIGGER boxoffice_ledger_no_update`, `DROP TRIGGER boxoffice_ledger_no_delete`},
	db.Postgres: {`DROP TRIGGER boxoffice_ledger_no_change ON boxoffice_ledger`},
}

// TestVerifyNamesDamage damages the books of a world with a paid order (1-1), a pending one (1-2), a hold (1-3) and a standing
// ticket, one way at a time.
func TestVerifyNamesDamage(t *testing.T) {
	damages := []struct{ want, sql string }{
		{"adds up to 1 instead of nothing", `UPDATE boxoffice_ledger SET amount = amount + 1 WHERE account = 'sales' AND what = 'ordered' AND order_id = $paid`},
		{"there is no order", `INSERT INTO boxoffice_ledger (order_id, id, entry_id, what, account, currency, amount, ref, at)
			VALUES ('ghost', '1', '1', 'ordered', 'sales', 'KZT', 0, '', 0)`},
		{"its lines add up to", `UPDATE boxoffice_order SET total = total + 1 WHERE id = $paid`},
		{"says its buyer owes", `DELETE FROM boxoffice_ledger WHERE what = 'paid' AND order_id = $paid`},
		{"were sold, its state says", `DELETE FROM boxoffice_ledger WHERE what = 'ordered' AND order_id = $paid`},
		{"we owe its buyer 0, its refunds say 5", `INSERT INTO boxoffice_refund (order_id, id, payment_id, currency, amount, reason, actor, note, state, created_at)
			VALUES ($paid, '1', '1', 'KZT', 5, 'late', 'system', '', 'due', 0)`},
		{"its buyer has waited for 5 (late)", `INSERT INTO boxoffice_refund (order_id, id, payment_id, currency, amount, reason, actor, note, state, created_at)
			VALUES ($paid, '1', '1', 'KZT', 5, 'late', 'system', '', 'due', 0)`},
		{"no payment paid it", `DELETE FROM boxoffice_settlement WHERE order_id = $paid`},
		{"is not found by its code", `DELETE FROM boxoffice_order_code WHERE order_id = $paid`},
		{"waits for its money though", `UPDATE boxoffice_order SET pay_until = 1 WHERE id = $pending`},
		{"has 0 valid tickets for 1 places", `DELETE FROM boxoffice_ticket WHERE order_id = $paid`},
		{"is paid and has 0 valid tickets", `UPDATE boxoffice_order SET status = 'paid' WHERE id = $pending`},
		{"is valid, but its order is pending", `UPDATE boxoffice_order SET status = 'pending' WHERE id = $paid`},
		{"ticket", `DELETE FROM boxoffice_ticket_code`},
		{"nobody has a ticket for it", `UPDATE boxoffice_ticket SET void = TRUE WHERE order_id = $paid`},
		{"its seat 0 is not sold", `UPDATE boxoffice_seat SET state = 1 WHERE seat_no = 0 AND performance_id = $performance`},
		{"of a standing area are sold, with 0 valid tickets", `UPDATE boxoffice_ticket SET void = TRUE WHERE area_no = 0`},
		{"seat 2 is held for nobody", `UPDATE boxoffice_hold SET state = 'expired' WHERE state = 'active'`},
		{"seat 1 is held for nobody", `UPDATE boxoffice_order SET status = 'expired' WHERE id = $pending`},
		{"seat 0 is sold, but its order is expired", `UPDATE boxoffice_order SET status = 'expired' WHERE id = $paid`},
		{"a hold has seat 2, but the seat does not know", `UPDATE boxoffice_seat SET state = 0, hold_id = NULL WHERE seat_no = 2 AND performance_id = $performance`},
		{"of a standing area count as held, its holds have 0", `UPDATE boxoffice_area SET held = held + 1, free = free - 1 WHERE performance_id = $performance`},
		{"of a standing area count as sold, its holds have 1", `UPDATE boxoffice_area SET sold = sold + 1, free = free - 1 WHERE performance_id = $performance`},
		{"count as free, its rows have", `UPDATE boxoffice_stock SET free = free - 1, held = held + 1 WHERE performance_id = $performance`},
		{"count as sold, its rows have", `UPDATE boxoffice_stock SET free = free - 1, sold = sold + 1 WHERE performance_id = $performance`},
		{"count as held, its rows have", `UPDATE boxoffice_stock SET blocked = blocked + 1, held = held - 1 WHERE performance_id = $performance`},
		{"count as blocked, its rows have", `UPDATE boxoffice_stock SET blocked = blocked + 1, held = held - 1 WHERE performance_id = $performance`},
		{"is kept though its time is long over", `UPDATE boxoffice_hold SET expires_at = 1 WHERE state = 'active'`},
	}
	each(t, func(t *testing.T, w *banktest.World) {
		ids := booksToDamage(t, w)
		if found := verify(t, w); len(found) != 0 {
			t.Fatalf("before any damage: %v", found)
		}
		for _, d := range damages {
			found := damaged(t, w, ids.Replace(d.sql))
			if !strings.Contains(strings.Join(found, "\n"), d.want) {
				t.Errorf("%s\nfound %q, want one with %q", d.sql, found, d.want)
			}
		}
	})
}

func booksToDamage(t *testing.T, w *banktest.World) *strings.Replacer {
	t.Helper()
	paid := w.Paid(t, "1-1")
	pending, _ := w.Checkout(t, w.Hold(t, "1-2"))
	h, err := w.Office.Hold(t.Context(), boxoffice.HoldRequest{PerformanceID: w.Performance.ID, Items: []boxoffice.AreaWish{{PriceZoneID: "S", Quantity: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	standing, p := w.Checkout(t, h)
	w.Settle(t, p, "standing", "paid", p.Amount)
	w.Order(t, standing)
	w.Clock.Advance(time.Minute)
	w.Hold(t, "1-3")
	for _, q := range unlock[w.DB.Engine()] {
		if _, err := w.DB.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	return strings.NewReplacer("$paid", "'"+paid.ID+"'", "$pending", "'"+pending.ID+"'", "$performance", "'"+w.Performance.ID+"'")
}

func verify(t *testing.T, w *banktest.World) []string {
	t.Helper()
	found, err := w.Office.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var errUndo = errors.New("undo")

// damaged does something to the books, asks what is wrong, and takes it back.
func damaged(t *testing.T, w *banktest.World, damage string) (found []string) {
	t.Helper()
	err := w.DB.Transact(t.Context(), func(tx *db.DB) error {
		if n, err := tx.Exec(t.Context(), damage); err != nil || n == 0 {
			t.Errorf("%s: %d rows, %v", damage, n, err)
		}
		var err error
		if found, err = w.Office.VerifyIn(t.Context(), tx); err != nil {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Errorf("%s: %v", damage, err)
	}
	return found
}
