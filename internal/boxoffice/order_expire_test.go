package boxoffice_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/banktest"
)

// unpaid places orders of two seats each in both performances and lets their time pass.
func unpaid(t *testing.T, w *banktest.World, n int) (out []boxoffice.Order) {
	t.Helper()
	for i := range n {
		o, _ := w.Checkout(t, w.Hold(t, fmt.Sprintf("1-%d", i+1)), w.HoldOf(t, w.Second.ID, fmt.Sprintf("2-%d", i+1)))
		out = append(out, o)
	}
	w.Clock.Advance(10 * time.Minute)
	return out
}

func TestManyUnpaidOrdersEndTogether(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		orders := unpaid(t, w, 6)
		writes := 0
		w.DB.BeforeWrite(func() error { writes++; return nil })
		expire(t, w)
		w.DB.BeforeWrite(nil)
		if writes > 30 { // by itself each order takes ten and more
			t.Errorf("%d writes for %d orders", writes, len(orders))
		}
		for _, o := range orders {
			wantStatus(t, w, o, boxoffice.OrderExpired)
		}
		wantCounts(t, w, 60, 0, 0)
	})
}

func TestOneOrderThatCannotEndKeepsNoOther(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		orders := unpaid(t, w, 4)
		odd := orders[1].ID
		set := func(q string) {
			t.Helper()
			if _, err := w.DB.Exec(t.Context(), q, odd); err != nil {
				t.Fatal(err)
			}
		}
		set(`UPDATE boxoffice_order_hold SET order_id = order_id || '-lost' WHERE order_id = $1`)
		if _, err := w.Office.ExpireHolds(t.Context()); err == nil {
			t.Error("nobody hears of the odd order")
		}
		for i, o := range orders {
			want := boxoffice.OrderExpired
			if i == 1 {
				want = boxoffice.OrderPending
			}
			wantStatus(t, w, o, want)
		}
		set(`UPDATE boxoffice_order_hold SET order_id = $1 WHERE order_id = $1 || '-lost'`)
		expire(t, w)
		wantStatus(t, w, orders[1], boxoffice.OrderExpired)
		wantCounts(t, w, 60, 0, 0)
	})
}

// TestExpiryThatIsCutOffGoesOn: whichever write it ends at, nothing is half done, and the next sweep finishes it.
func TestExpiryThatIsCutOffGoesOn(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		orders := unpaid(t, w, 2)
		cut := errors.New("cut off")
		for at := 1; ; at++ {
			n := 0
			w.DB.BeforeWrite(func() error {
				if n++; n >= at {
					return cut
				}
				return nil
			})
			_, err := w.Office.ExpireHolds(t.Context())
			w.DB.BeforeWrite(nil)
			if err == nil {
				if at < 5 {
					t.Errorf("only %d writes", at)
				}
				break
			}
			books(t, w, orders)
		}
		for _, o := range orders {
			wantStatus(t, w, o, boxoffice.OrderExpired)
		}
		wantCounts(t, w, 60, 0, 0)
	})
}

// books sees that what an order is and what the stock says agree.
func books(t *testing.T, w *banktest.World, orders []boxoffice.Order) {
	t.Helper()
	held := 0
	var owed, sum int64
	for _, o := range orders {
		if w.Order(t, o).Status == boxoffice.OrderPending {
			held++
			owed += o.Total.Minor
		}
	}
	wantCounts(t, w, 60-held, held, 0)
	if err := w.DB.QueryRow(t.Context(), `SELECT COALESCE(SUM(amount), 0) FROM boxoffice_ledger WHERE account = 'receivable'`).Scan(&sum); err != nil {
		t.Fatal(err)
	}
	if sum != owed {
		t.Errorf("buyers owe %d, want %d", sum, owed)
	}
}
