package boxoffice_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/banktest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/payments"
)

func drain(t *testing.T, w *banktest.World) {
	t.Helper()
	if err := w.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// wantRefund checks that one refund for a reason has been owed, sends it, and checks that it is done.
func wantRefund(t *testing.T, w *banktest.World, o boxoffice.Order, reason string, a money.Amount) {
	t.Helper()
	got := w.Order(t, o)
	if len(got.Refunds) != 1 || got.Refunds[0].Reason != reason || got.Refunds[0].Amount != a || got.Refunds[0].Done {
		t.Fatalf("refunds %+v, want one of %s for %s", got.Refunds, a, reason)
	}
	if n := jobCount(t, w, "boxoffice_refund_mail"); n != 1 {
		t.Errorf("%d mails about the refund, want 1", n)
	}
	drain(t, w)
	if got = w.Order(t, o); !got.Refunds[0].Done {
		t.Errorf("the refund was not sent")
	}
}

func TestDeclinedPaymentLeavesTheOrderToBePaidAgain(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		w.TakeCallbacks()
		o, p := w.Checkout(t, w.Hold(t, "1-1"))
		w.Press(t, p, "declined")
		if got := wantStatus(t, w, o, boxoffice.OrderPending); got.Payments[0].State != payments.Declined {
			t.Errorf("payment is %s", got.Payments[0].State)
		}
		again, err := w.Office.PayAgain(t.Context(), boxoffice.OrderKey{Code: o.Code, Secret: o.Secret}, "test")
		if err != nil || again.ID == p.ID || again.URL == "" {
			t.Fatalf("pay again: %+v, %v", again, err)
		}
		twice, err := w.Office.PayAgain(t.Context(), boxoffice.OrderKey{Code: o.Code, Secret: o.Secret}, "test")
		if err != nil || twice.ID != again.ID {
			t.Errorf("a second click opened payment %s besides %s: %v", twice.ID, again.ID, err)
		}
		w.Press(t, again, "paid")
		wantStatus(t, w, o, boxoffice.OrderPaid)
	})
}

func TestLatePaymentGetsItsSeatsBackWhenTheyAreFree(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		w.TakeCallbacks()
		o, p := w.Checkout(t, w.Hold(t, "1-1", "1-2"))
		w.Press(t, p, "late")
		wantStatus(t, w, o, boxoffice.OrderPending)
		w.Clock.Advance(10*time.Minute + 30*time.Second)
		expire(t, w)
		wantStatus(t, w, o, boxoffice.OrderExpired)
		w.Clock.Advance(time.Minute)
		if err := w.Bank.DeliverDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := wantStatus(t, w, o, boxoffice.OrderPaid); len(got.Tickets) != 2 || len(got.Refunds) != 0 {
			t.Errorf("%d tickets, refunds %+v", len(got.Tickets), got.Refunds)
		}
		wantCounts(t, w, 58, 0, 2)
	})
}

func TestLatePaymentGoesBackWhenASeatIsTaken(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		w.TakeCallbacks()
		o, p := w.Checkout(t, w.Hold(t, "1-1", "1-2"))
		w.Clock.Advance(11 * time.Minute)
		expire(t, w)
		w.Hold(t, "1-2")
		w.Press(t, p, "paid")
		if got := wantStatus(t, w, o, boxoffice.OrderExpired); len(got.Tickets) != 0 {
			t.Errorf("%d tickets", len(got.Tickets))
		}
		wantCounts(t, w, 59, 1, 0)
		wantRefund(t, w, o, boxoffice.ReasonLate, o.Total)
		if got := w.Order(t, o); got.Payments[0].State != payments.Refunded {
			t.Errorf("payment is %s", got.Payments[0].State)
		}
	})
}

func TestLatePaymentForAPerformanceThatIsOverGoesBack(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		o, p := w.Checkout(t, w.Hold(t, "1-1"))
		w.Clock.Advance(48 * time.Hour)
		expire(t, w)
		w.Settle(t, p, "bank-1", payments.Paid, p.Amount)
		wantStatus(t, w, o, boxoffice.OrderExpired)
	})
}

func TestPaymentInTheLastMomentNeedsNoSweeper(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		o, p := w.Checkout(t, w.Hold(t, "1-1"))
		w.Clock.Advance(11 * time.Minute) // its time is over, but nobody has given the seats back yet
		w.Settle(t, p, "bank-1", payments.Paid, p.Amount)
		expire(t, w)
		wantStatus(t, w, o, boxoffice.OrderPaid)
	})
}

func TestPaidTwiceGoesBackOnce(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		w.TakeCallbacks()
		o, p := w.Checkout(t, w.Hold(t, "1-1"))
		w.Press(t, p, "twice")
		if got := wantStatus(t, w, o, boxoffice.OrderPaid); len(got.Tickets) != 1 {
			t.Errorf("%d tickets", len(got.Tickets))
		}
		wantRefund(t, w, o, boxoffice.ReasonTwice, o.Total)
		if got := w.Order(t, o); got.Payments[0].State != payments.Paid {
			t.Errorf("the payment that pays the order is %s", got.Payments[0].State)
		}
	})
}

func TestTwoPaymentsOfOneOrderPayItOnce(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		w.TakeCallbacks()
		o, p := w.Checkout(t, w.Hold(t, "1-1"))
		w.Settle(t, p, "refused", payments.Declined, p.Amount)
		again, err := w.Office.PayAgain(t.Context(), boxoffice.OrderKey{Code: o.Code, Secret: o.Secret}, "test")
		if err != nil {
			t.Fatal(err)
		}
		w.Press(t, again, "paid")
		w.Press(t, p, "paid") // the first page was still open in another tab
		wantStatus(t, w, o, boxoffice.OrderPaid)
		wantRefund(t, w, o, boxoffice.ReasonTwice, o.Total)
	})
}

func TestWrongAmountGoesBackAndPaysNothing(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		o, p := w.Checkout(t, w.Hold(t, "1-1"))
		for i, a := range []money.Amount{money.Tenge(1), {Minor: o.Total.Minor, Currency: "USD"}, money.Tenge(1_000_000)} {
			w.Settle(t, p, "wrong-"+string(rune('a'+i)), payments.Paid, a)
		}
		got := wantStatus(t, w, o, boxoffice.OrderPending)
		if len(got.Refunds) != 3 || len(got.Tickets) != 0 {
			t.Fatalf("refunds %+v, %d tickets", got.Refunds, len(got.Tickets))
		}
		for _, r := range got.Refunds {
			if r.Reason != boxoffice.ReasonWrongAmount {
				t.Errorf("refund for %s", r.Reason)
			}
		}
	})
}

func TestReplayedEvidenceChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		o, p := w.Checkout(t, w.Hold(t, "1-1"))
		w.Settle(t, p, "bank-1", payments.Paid, p.Amount)
		before := w.Order(t, o)
		lines := rows(t, w, "boxoffice_ledger")
		for range 3 {
			w.Settle(t, p, "bank-1", payments.Paid, p.Amount)
			w.Settle(t, p, "bank-0", payments.Declined, p.Amount)
			w.Settle(t, p, "bank-2", payments.Open, p.Amount)
		}
		after := w.Order(t, o)
		if after.Status != before.Status || len(after.Tickets) != 1 || len(after.Refunds) != 0 || rows(t, w, "boxoffice_ledger") != lines {
			t.Errorf("before %+v\nafter %+v", before, after)
		}
		if after.Payments[0].State != payments.Paid {
			t.Errorf("a refusal after the payment made it %s", after.Payments[0].State)
		}
	})
}

func TestCallbacksAtOncePayOnce(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		o, p := w.Checkout(t, w.Hold(t, "1-1"))
		other, _ := w.Beside(t, w.DB)
		var wg sync.WaitGroup
		for i := range 8 {
			office := []*boxoffice.Office{w.Office, other}[i%2]
			wg.Go(func() {
				// Two movements, each told four times.
				tx := "bank-" + string(rune('a'+i%4/2))
				if err := office.Settle(t.Context(), "test", payments.Evidence{PaymentID: p.ID, TransactionID: tx, State: payments.Paid, Amount: p.Amount}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got := wantStatus(t, w, o, boxoffice.OrderPaid)
		if len(got.Tickets) != 1 || len(got.Refunds) != 1 {
			t.Errorf("%d tickets, %d refunds, want one each", len(got.Tickets), len(got.Refunds))
		}
	})
}

func TestUnknownPaymentIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		o, p := w.Checkout(t, w.Hold(t, "1-1"))
		e := payments.Evidence{PaymentID: db.NewID(), TransactionID: "x", State: payments.Paid, Amount: p.Amount}
		if err := w.Office.Settle(t.Context(), "test", e); !errors.Is(err, boxoffice.ErrPaymentUnknown) {
			t.Errorf("unknown payment: %v", err)
		}
		e.PaymentID = p.ID
		if err := w.Office.Settle(t.Context(), "other", e); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another provider's: %v", err)
		}
		wantStatus(t, w, o, boxoffice.OrderPending)
	})
}

func TestReconcileFindsWhatTheCallbackDidNotTell(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		o, p := w.Checkout(t, w.Hold(t, "1-1"))
		// No callback handler: the bank is told 404 and the money has moved all the same.
		res, err := http.Post(w.Server.URL+"/pay/test/"+p.ID, "application/x-www-form-urlencoded", strings.NewReader("outcome=paid"))
		if err == nil {
			err = res.Body.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		wantStatus(t, w, o, boxoffice.OrderPending)
		for range 2 {
			if err := w.Office.Reconcile(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		wantStatus(t, w, o, boxoffice.OrderPaid)
	})
}

func TestPaymentThatNobodyMakesIsGivenUp(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		o, _ := w.Checkout(t, w.Hold(t, "1-1"))
		w.Clock.Advance(25 * time.Hour)
		expire(t, w)
		if err := w.Office.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := w.Order(t, o); got.Payments[0].State != payments.Declined {
			t.Errorf("payment is %s", got.Payments[0].State)
		}
	})
}

func TestRefundVoidsTicketsAndFreesSeats(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		w.TakeCallbacks()
		o, p := w.Checkout(t, w.Hold(t, "1-1", "1-2"))
		if err := w.Office.Refund(t.Context(), o.Code, "staff:1", ""); !errors.Is(err, boxoffice.ErrNotRefundable) {
			t.Errorf("before it was paid: %v", err)
		}
		w.Press(t, p, "paid")
		if err := w.Office.Refund(t.Context(), o.Code, "staff:1", "performance moved"); err != nil {
			t.Fatal(err)
		}
		if err := w.Office.Refund(t.Context(), o.Code, "staff:1", ""); !errors.Is(err, boxoffice.ErrNotRefundable) {
			t.Errorf("twice: %v", err)
		}
		got := wantStatus(t, w, o, boxoffice.OrderRefunded)
		for _, k := range got.Tickets {
			if !k.Void {
				t.Errorf("ticket %s is valid", k.Code)
			}
		}
		wantCounts(t, w, 60, 0, 0)
		wantRefund(t, w, o, boxoffice.ReasonOrder, o.Total)
		w.Hold(t, "1-1")
	})
}

func TestReconcileSendsRefundsWhoseJobGaveUp(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		w.TakeCallbacks()
		o, p := w.Checkout(t, w.Hold(t, "1-1"))
		w.Press(t, p, "twice")
		if _, err := w.DB.Exec(t.Context(), `DELETE FROM river_job`); err != nil {
			t.Fatal(err)
		}
		for _, wait := range []time.Duration{time.Minute, 5 * time.Minute} {
			w.Clock.Advance(wait)
			if err := w.Office.Reconcile(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := w.Order(t, o).Refunds; len(got) != 1 || got[0].Done != (wait > time.Minute) {
				t.Errorf("after %s: %+v", wait, got)
			}
		}
	})
}
