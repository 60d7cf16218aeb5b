package boxoffice_test

import (
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

// The register pages through orders newest first; takings follow tickets; an order's ledger adds up to nothing.
func TestRegisterOfOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := boxofficetest.New(t, d)
		ctx := t.Context()
		var codes []string
		for i, seat := range []string{"1-1", "1-3", "1-5"} {
			w.Clock.Advance(time.Second)
			hold, err := w.Office.Hold(ctx, boxoffice.HoldRequest{PerformanceID: w.Performance.ID, Seats: []boxoffice.SeatWish{{SeatID: seat}}})
			if err != nil {
				t.Fatal(err)
			}
			ord, pay, err := w.Office.Checkout(ctx, boxoffice.CheckoutRequest{
				Holds: []boxoffice.HoldKey{{ID: hold.ID, Secret: hold.Secret}},
				Buyer: privacytest.Aigul(), Consents: privacytest.Given(t, w.Privacy), Provider: boxofficetest.BankCode, Lang: i18n.KK, Channel: "site",
			})
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, ord.Code)
			if i == 2 {
				continue // stays unpaid
			}
			if err := w.Office.Settle(ctx, boxofficetest.BankCode, w.Bank.Pay(t, pay.ID)); err != nil {
				t.Fatal(err)
			}
		}
		first, err := w.Office.Orders(ctx, "", "", 2)
		if err != nil || len(first) != 2 || first[0].Code != codes[2] || first[1].Code != codes[1] {
			t.Fatalf("first page: %+v %v", first, err)
		}
		rest, err := w.Office.Orders(ctx, "", first[1].ID, 2)
		if err != nil || len(rest) != 1 || rest[0].Code != codes[0] {
			t.Errorf("second page: %+v %v", rest, err)
		}
		paid, err := w.Office.Orders(ctx, boxoffice.OrderPaid, first[1].ID, 100)
		if err != nil || len(paid) != 1 || paid[0].Status != boxoffice.OrderPaid {
			t.Errorf("paid ones: %+v %v", paid, err)
		}
		takings := func() money.Amount {
			t.Helper()
			got, err := w.Office.Takings(ctx, []string{w.Performance.ID, "none"})
			if err != nil {
				t.Fatal(err)
			}
			return got[w.Performance.ID]
		}
		if got := takings(); got != money.Tenge(18000) {
			t.Errorf("takings are %s", got)
		}
		if err := w.Office.Refund(ctx, codes[0], "staff:x", "buyer"); err != nil {
			t.Fatal(err)
		}
		if got := takings(); got != money.Tenge(9000) {
			t.Errorf("takings after a refund are %s", got)
		}
		lines, err := w.Office.Ledger(ctx, rest[0].ID)
		sum := money.Zero(money.KZT)
		for _, l := range lines {
			sum = sum.Add(l.Amount)
		}
		if err != nil || len(lines) < 4 || !sum.IsZero() || lines[0].What != "ordered" {
			t.Errorf("ledger: %+v %v", lines, err)
		}
	})
}
