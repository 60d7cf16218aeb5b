package boxofficetest_test

import (
	"testing"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

func TestTheWorldSells(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := boxofficetest.New(t, d)
		o := w.Buy(t, "1-1", "1-2")
		if o.Status != boxoffice.OrderPaid || len(o.Tickets) != 2 {
			t.Errorf("order %s with %d tickets", o.Status, len(o.Tickets))
		}
		w.Hold(t, w.Standing(2, "adult"))
		c, err := w.Office.Counts(t.Context(), []string{w.Performance.ID})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := c[w.Performance.ID], (boxoffice.Counts{Capacity: 250, Free: 246, Held: 2, Sold: 2}); got != want {
			t.Errorf("counts %+v, want %+v", got, want)
		}
		if _, err := w.Another(t).Availability(t.Context(), w.Performance.ID); err != nil {
			t.Error(err)
		}
	})
}
