package admission

import (
	"context"
	"testing"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// A ticket that is passed on between the look at its code and the entry lets nobody in; without the second look it would.
func TestATicketIsLookedAtAgainWhenTheEntryIsWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.hold = func(_ context.Context, _ *db.DB, ts []boxoffice.Ticket) (map[string]bool, error) {
			return map[string]bool{"ticket-GOOD": len(ts) == 1}, nil
		}
		if got := h.admit(t, Scan{Code: "GOOD", GateID: h.east.ID}); got.Result != Refused || got.Reason != ReasonVoid {
			t.Errorf("passed on in the same instant: %+v", got)
		}
		h.hold = asJudged
		if got := h.admit(t, Scan{Code: "GOOD", GateID: h.east.ID}); got.Result != Admitted {
			t.Errorf("the negative control: %+v", got)
		}
	})
}
