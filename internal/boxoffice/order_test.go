package boxoffice_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/banktest"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/payments"
	"github.com/sahna/sahna/internal/vault"
)

// each runs a test in a world on both engines.
func each(t *testing.T, fn func(t *testing.T, w *banktest.World)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(t, banktest.New(t, d)) })
}

func wantStatus(t *testing.T, w *banktest.World, o boxoffice.Order, s boxoffice.Status) boxoffice.Order {
	t.Helper()
	got := w.Order(t, o)
	if got.Status != s {
		t.Fatalf("order is %s, want %s", got.Status, s)
	}
	return got
}

func wantCounts(t *testing.T, w *banktest.World, free, held, sold int) {
	t.Helper()
	c, err := w.Office.Counts(t.Context(), []string{w.Performance.ID})
	if err != nil {
		t.Fatal(err)
	}
	want := boxoffice.Counts{Capacity: 60, Free: free, Held: held, Sold: sold}
	if got := c[w.Performance.ID]; got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
}

func expire(t *testing.T, w *banktest.World) {
	t.Helper()
	if _, err := w.Office.ExpireHolds(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestPurchaseFromHoldToTickets(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		w.TakeCallbacks()
		h1, h2 := w.Hold(t, "1-1", "1-2"), w.HoldOf(t, w.Second.ID, "3-3")
		o, p := w.Checkout(t, h1, h2)
		if want := money.Tenge(9000 + 9000 + 5000); o.Total != want || p.Amount != want {
			t.Errorf("total %s, payment of %s, want %s", o.Total, p.Amount, want)
		}
		if len(o.Code) != 8 || o.Secret == "" || o.Status != boxoffice.OrderPending || !o.PayUntil.Equal(w.Clock.Now().Add(10*time.Minute)) {
			t.Errorf("order %+v", o)
		}
		if !strings.HasPrefix(p.URL, w.Server.URL+"/pay/test/"+p.ID) {
			t.Errorf("payment at %q", p.URL)
		}
		wantCounts(t, w, 58, 2, 0)
		w.Press(t, p, "paid")
		paid := wantStatus(t, w, o, boxoffice.OrderPaid)
		wantCounts(t, w, 58, 0, 2)
		if len(paid.Tickets) != 3 || paid.Payments[0].State != payments.Paid {
			t.Fatalf("%d tickets, payment %s", len(paid.Tickets), paid.Payments[0].State)
		}
		if n := jobCount(t, w, "boxoffice_ticket_mail"); n != 1 {
			t.Errorf("%d ticket mails, want 1", n)
		}
		byStaff, err := w.Office.OrderByCode(t.Context(), strings.ToLower(o.Code[:4]+" "+o.Code[4:]))
		if err != nil || cmp.Diff(paid, byStaff) != "" {
			t.Errorf("by code: %v\n%s", err, cmp.Diff(paid, byStaff))
		}
		mine, err := w.Office.OrdersOfPersons(t.Context(), []string{o.PersonID, "nobody"})
		if err != nil || len(mine) != 1 || mine[0].Code != o.Code {
			t.Errorf("orders of the person: %v, %v", mine, err)
		}
	})
}

func jobCount(t *testing.T, w *banktest.World, kind string) (n int) {
	t.Helper()
	if err := w.DB.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = $1`, kind).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCheckoutKeepsContactsInTheVaultOnly(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		o, _ := w.Checkout(t, w.Hold(t, "1-1"))
		var c people.Contacts
		err := w.DB.Transact(t.Context(), func(tx *db.DB) (err error) {
			c, err = w.People.Contacts(t.Context(), tx, vault.Opening{
				Person: o.PersonID, Purpose: vault.PurposeService,
				Fields: []vault.Field{vault.Surname, vault.Email}, Actor: "system", Reason: "order_mail",
			})
			return err
		})
		if err != nil || c.Surname != "Серікқызы" || c.Email != "aigul@example.kz" {
			t.Errorf("contacts %+v, %v", c, err)
		}
	})
}

func TestCheckoutNamesEveryWrongFieldAndChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		r := w.Request(t, w.Hold(t, "1-1"))
		r.Buyer = people.Contacts{Surname: "A", Email: "not an address"}
		r.Consents = nil
		_, _, err := w.Office.Checkout(t.Context(), r)
		var wrong fault.Fields
		if !errors.As(err, &wrong) {
			t.Fatalf("got %v", err)
		}
		var names []string
		for _, e := range wrong {
			names = append(names, e.Field)
		}
		if d := cmp.Diff([]string{"name", "email", "phone", "consents"}, names); d != "" {
			t.Errorf("wrong fields (-want +got):\n%s", d)
		}
		r = w.Request(t, w.Hold(t, "1-2"))
		r.Provider = "gold"
		if _, _, err := w.Office.Checkout(t.Context(), r); !errors.Is(err, boxoffice.ErrNoProvider) {
			t.Errorf("unknown provider: %v", err)
		}
		if n := rows(t, w, "boxoffice_order"); n != 0 {
			t.Errorf("%d orders", n)
		}
	})
}

func rows(t *testing.T, w *banktest.World, table string) (n int) {
	t.Helper()
	if err := w.DB.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCheckoutRefusesHoldsThatAreOverOrStrange(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		old, fresh := w.Hold(t, "1-1"), w.Hold(t, "1-2")
		forged := fresh
		forged.Secret = "guessed"
		if _, _, err := w.Office.Checkout(t.Context(), w.Request(t, forged)); fault.KindOf(err) != fault.NotFound {
			t.Errorf("forged secret: %v", err)
		}
		if _, _, err := w.Office.Checkout(t.Context(), w.Request(t)); !errors.Is(err, boxoffice.ErrEmptyHold) {
			t.Errorf("no hold: %v", err)
		}
		for _, id := range []string{"", "x", "\x00", db.NewID()} {
			if _, _, err := w.Office.Checkout(t.Context(), w.Request(t, boxoffice.Hold{ID: id, Secret: "x"})); fault.KindOf(err) != fault.NotFound {
				t.Errorf("hold %q: %v", id, err)
			}
		}
		w.Clock.Advance(11 * time.Minute)
		if _, _, err := w.Office.Checkout(t.Context(), w.Request(t, old)); !errors.Is(err, boxoffice.ErrHoldGone) {
			t.Errorf("old hold: %v", err)
		}
		expire(t, w)
		if n := rows(t, w, "boxoffice_order"); n != 0 {
			t.Errorf("%d orders", n)
		}
		wantCounts(t, w, 60, 0, 0)
	})
}

func TestOrderLimitCountsAllHoldsOfAPerformance(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		a, b := w.Hold(t, "1-1", "1-2", "1-3", "1-4"), w.Hold(t, "1-5", "1-6", "1-7")
		if _, _, err := w.Office.Checkout(t.Context(), w.Request(t, a, b)); !errors.Is(err, boxoffice.ErrTooMany) {
			t.Errorf("seven of six: %v", err)
		}
		w.Checkout(t, a, w.HoldOf(t, w.Second.ID, "1-5", "1-6", "1-7"))
	})
}

func TestDoubleClickBuysOnce(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		r := w.Request(t, w.Hold(t, "1-1"))
		var wg sync.WaitGroup
		orders := make([]boxoffice.Order, 4)
		pays := make([]boxoffice.Payment, 4)
		for i := range orders {
			wg.Go(func() {
				var err error
				if orders[i], pays[i], err = w.Office.Checkout(t.Context(), r); err != nil {
					t.Errorf("click %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		for i := range orders {
			if orders[i].Code != orders[0].Code || orders[i].Secret != orders[0].Secret || pays[i].ID != pays[0].ID {
				t.Errorf("click %d made order %s, payment %s", i, orders[i].Code, pays[i].ID)
			}
		}
		if n := rows(t, w, "boxoffice_order"); n != 1 {
			t.Errorf("%d orders", n)
		}
		r.Holds[0].Secret = "guessed"
		if o, _, err := w.Office.Checkout(t.Context(), r); err == nil {
			t.Errorf("a stranger got order %s", o.Code)
		}
	})
}

func TestFreeOrderIsPaidAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		h, err := w.Office.Hold(t.Context(), boxoffice.HoldRequest{
			PerformanceID: w.Performance.ID,
			Seats:         []boxoffice.SeatWish{{SeatID: "3-1", TicketTypeID: "free"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		o, p := w.Checkout(t, h)
		if p.ID != "" || o.Status != boxoffice.OrderPaid || len(o.Tickets) != 1 {
			t.Fatalf("order %+v, payment %+v", o, p)
		}
		wantCounts(t, w, 59, 0, 1)
		if err := w.Office.Refund(t.Context(), o.Code, "staff:1", "cancelled"); err != nil {
			t.Fatal(err)
		}
		if got := wantStatus(t, w, o, boxoffice.OrderRefunded); !got.Tickets[0].Void || len(got.Refunds) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestUnpaidOrderExpiresAndGivesItsSeatsBack(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		o, _ := w.Checkout(t, w.Hold(t, "1-1"))
		w.Clock.Advance(9 * time.Minute)
		expire(t, w)
		wantStatus(t, w, o, boxoffice.OrderPending)
		w.Clock.Advance(time.Minute)
		expire(t, w)
		expire(t, w)
		wantStatus(t, w, o, boxoffice.OrderExpired)
		wantCounts(t, w, 60, 0, 0)
		if _, err := w.Office.PayAgain(t.Context(), boxoffice.OrderKey{Code: o.Code, Secret: o.Secret}, "test"); !errors.Is(err, boxoffice.ErrNotPayable) {
			t.Errorf("pay again: %v", err)
		}
	})
}

func TestOrdersOpenToTheirSecretOnly(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		o, _ := w.Checkout(t, w.Hold(t, "1-1"))
		for _, k := range []boxoffice.OrderKey{{Code: o.Code}, {Code: o.Code, Secret: "x"}, {Code: "CCCCCCCC", Secret: o.Secret}, {Code: strings.Repeat("C", 9999)}} {
			if _, err := w.Office.FindOrder(t.Context(), k); !errors.Is(err, boxoffice.ErrOrderUnknown) {
				t.Errorf("%.20s: %v", k.Code, err)
			}
		}
	})
}
