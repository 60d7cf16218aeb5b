package boxoffice_test

import (
	"maps"
	"regexp"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/banktest"
	"github.com/sahna/sahna/internal/platform/db"
)

// scans find a plan that reads the whole of a table which grows with every sale.
var scans = map[db.Engine]*regexp.Regexp{
	db.SQLite:   regexp.MustCompile(`SCAN (boxoffice|vault|testbank|privacy_consent|people_person|api)\w*`),
	db.Postgres: regexp.MustCompile(`Seq Scan on (boxoffice|vault|testbank|privacy_consent|people_person|api)\w*`),
}

// TestNothingOnTheWayReadsAWholeTable asks the database for the plan of every statement that a purchase, a hold that runs out, more time, an
// order that nobody pays, and the sweep make.
func TestNothingOnTheWayReadsAWholeTable(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		w.Paid(t, "1-1")
		paid := w.Paid(t, "1-2", "1-3")
		h := w.Hold(t, "2-1")
		if _, err := w.Office.SetTypes(t.Context(), boxoffice.HoldKey{ID: h.ID, Secret: h.Secret}, []string{"child"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Office.ExtendHold(t.Context(), boxoffice.HoldKey{ID: h.ID, Secret: h.Secret}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Office.HoldBest(t.Context(), boxoffice.BestRequest{PerformanceID: w.Performance.ID, N: 2}); err != nil {
			t.Fatal(err)
		}
		given := w.Hold(t, "2-4")
		if err := w.Office.Release(t.Context(), boxoffice.HoldKey{ID: given.ID, Secret: given.Secret}); err != nil {
			t.Fatal(err)
		}
		w.Checkout(t, w.Hold(t, "2-5"))
		w.Clock.Advance(15 * time.Minute)
		expire(t, w)
		w.Clock.Advance(25 * time.Hour)
		expire(t, w)
		if _, err := w.Office.FindOrder(t.Context(), boxoffice.OrderKey{Code: paid.Code, Secret: paid.Secret}); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, w, 57, 0, 3)
		for text, plan := range scanning(t, w) {
			t.Errorf("%s\n%s", text, plan)
		}
		// The check can see it: without its index the sweep reads every hold.
		for _, index := range []string{"boxoffice_hold_due", "boxoffice_hold_sweep"} {
			if _, err := w.DB.Exec(t.Context(), `DROP INDEX `+index); err != nil {
				t.Fatal(err)
			}
		}
		if len(scanning(t, w)) == 0 {
			t.Error("a sweep without an index goes unnoticed")
		}
	})
}

// scanning are the statements that read a whole table, with their plans.
func scanning(t *testing.T, w *banktest.World) map[string]string {
	t.Helper()
	plans, err := w.DB.Plans(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(plans) < 40 {
		t.Errorf("only %d statements were seen", len(plans))
	}
	maps.DeleteFunc(plans, func(_, plan string) bool { return !scans[w.DB.Engine()].MatchString(plan) })
	return plans
}
