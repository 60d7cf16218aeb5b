package boxoffice_test

import (
	"testing"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// TestOversoldSeesWhatTheGuardsPrevent takes every guard out, sells a seat twice over the ordinary way, and asks the count that
// rehearsals rely on.
func TestOversoldSeesWhatTheGuardsPrevent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := boxofficetest.New(t, d)
		w.Buy(t, "1-1", "1-2")
		count := func(want int) {
			t.Helper()
			if n, err := w.Office.Oversold(t.Context(), w.Performance.ID); err != nil || n != want {
				t.Errorf("oversold %d, %v; want %d", n, err, want)
			}
		}
		count(0)
		for _, wall := range []string{"boxoffice_hold_item_seat", "boxoffice_ticket_seat"} {
			if _, err := d.Exec(t.Context(), `DROP INDEX `+wall); err != nil {
				t.Fatal(err)
			}
		}
		boxoffice.TakeDownWalls(w.Office)
		first, second := w.Hold(t, w.Seats("2-1")), w.Hold(t, w.Seats("2-1", "2-2"))
		for _, h := range []boxoffice.Hold{first, second} {
			_, p := w.Order(t, h)
			// The second buyer pays while the seat is once more held, as in a storm: it is taken for them as for the first.
			if _, err := d.Exec(t.Context(), `UPDATE boxoffice_seat SET state = 1 WHERE performance_id = $1 AND state = 2`, w.Performance.ID); err != nil {
				t.Fatal(err)
			}
			if err := w.Office.Settle(t.Context(), boxofficetest.BankCode, w.Bank.Pay(t, p.ID)); err != nil {
				t.Fatal(err)
			}
		}
		count(1)
	})
}
