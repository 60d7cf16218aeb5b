package boxoffice_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/banktest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/payments"
)

func limit(t *testing.T, w *banktest.World, scope string, l boxoffice.Limits) {
	t.Helper()
	if err := w.Office.SetLimits(t.Context(), scope, "staff:1", l); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Second)
}

// refused fails unless err is the limit's refusal, and returns the refusal that was recorded.
func refused(t *testing.T, w *banktest.World, err error, want *fault.Error) boxoffice.Refusal {
	t.Helper()
	var got *fault.Error
	if !errors.Is(err, want) || !errors.As(err, &got) {
		t.Fatalf("got %v, want %v", err, want)
	}
	code, _ := got.Args["refusal"].(string)
	r, err := w.Office.Refusal(t.Context(), code)
	if err != nil {
		t.Fatalf("refusal %q: %v", code, err)
	}
	return r
}

func seatsOf(row, from, to int) []string {
	var out []string
	for s := from; s <= to; s++ {
		out = append(out, fmt.Sprintf("%d-%d", row, s))
	}
	return out
}

func TestLimitsCountOverAllOrders(t *testing.T) {
	other := func(r *boxoffice.CheckoutRequest) {
		r.Buyer.Surname, r.Buyer.Name, r.Buyer.Email, r.Buyer.Phone = "Сериков", "Нурлан", "nurlan@example.kz", "+77015550000"
	}
	for name, c := range map[string]struct {
		kind   boxoffice.LimitKind
		change func(r *boxoffice.CheckoutRequest) // of the second order, so that it still counts
		err    *fault.Error
		free   func(r *boxoffice.CheckoutRequest) // so that it counts no more
	}{
		"person": {boxoffice.LimitPerson, func(r *boxoffice.CheckoutRequest) {
			r.Buyer.Email, r.Buyer.Phone = strings.ToUpper(r.Buyer.Email), "+77015550000"
		}, boxoffice.ErrLimitPerson, func(r *boxoffice.CheckoutRequest) { r.Buyer.Name = "Нурлан" }},
		"e-mail": {boxoffice.LimitContact, func(r *boxoffice.CheckoutRequest) {
			local, domain, _ := strings.Cut(r.Buyer.Email, "@")
			r.Buyer.Name, r.Buyer.Phone, r.Buyer.Email = "Нурлан", "+77015550000", local+"+two@"+domain
		}, boxoffice.ErrLimitContact, other},
		"phone":   {boxoffice.LimitContact, func(r *boxoffice.CheckoutRequest) { r.Buyer.Name, r.Buyer.Email = "Нурлан", "n@example.kz" }, boxoffice.ErrLimitContact, other},
		"network": {boxoffice.LimitNetwork, other, boxoffice.ErrLimitNetwork, func(r *boxoffice.CheckoutRequest) { r.Network = "198.51.100.0/24" }},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *banktest.World) {
				limit(t, w, w.Event.ID, boxoffice.Limits{c.kind: 4})
				buy := func(change func(*boxoffice.CheckoutRequest), performance string, seats ...string) (boxoffice.Order, error) {
					r := w.Request(t, w.HoldOf(t, performance, seats...))
					r.Network = "203.0.113.0/24"
					if change != nil {
						change(&r)
					}
					o, _, err := w.Office.Checkout(t.Context(), r)
					return o, err
				}
				if _, err := buy(nil, w.Performance.ID, seatsOf(1, 1, 3)...); err != nil {
					t.Fatal(err)
				}
				_, err := buy(c.change, w.Second.ID, seatsOf(1, 1, 2)...)
				r := refused(t, w, err, c.err)
				if r.Kind != c.kind || r.Most != 4 || r.Had != 3 || r.Asked != 2 || r.Times != 1 || r.ScopeID != w.Event.ID {
					t.Errorf("recorded %+v", r)
				}
				if _, err := buy(c.free, w.Second.ID, seatsOf(2, 1, 2)...); err != nil {
					t.Errorf("somebody else: %v", err)
				}
				if _, err := buy(c.change, w.Second.ID, "3-1"); err != nil {
					t.Errorf("up to the limit: %v", err)
				}
			})
		})
	}
}

func TestWhatIsNotPaidOrGoesBackCountsNoMore(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		limit(t, w, w.Performance.ID, boxoffice.Limits{boxoffice.LimitContact: 2, boxoffice.LimitPerson: 2})
		first, pay := w.Checkout(t, w.Hold(t, "1-1", "1-2"))
		w.Clock.Advance(11 * time.Minute)
		expire(t, w)
		second := w.Paid(t, "2-1", "2-2")
		// The first one's money comes late: its seats are free, and yet it is too much.
		w.Settle(t, pay, "late-1", payments.Paid, pay.Amount)
		if got := wantStatus(t, w, first, boxoffice.OrderExpired); len(got.Refunds) != 1 || got.Refunds[0].Reason != boxoffice.ReasonLimit {
			t.Errorf("refunds %+v", got.Refunds)
		}
		if err := w.Office.Refund(t.Context(), second.Code, "staff:1", "wish"); err != nil {
			t.Fatal(err)
		}
		if third := w.Paid(t, "3-1", "3-2"); third.Status != boxoffice.OrderPaid {
			t.Errorf("after a refund the order is %s", third.Status)
		}
	})
}

func TestACardPaysForSoManyTickets(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		limit(t, w, w.Performance.ID, boxoffice.Limits{boxoffice.LimitCard: 3})
		w.TakeCallbacks()
		pay := func(card, seat string, more ...string) boxoffice.Order {
			o, p := w.Checkout(t, w.Hold(t, append(more, seat)...))
			res, err := http.PostForm(w.Server.URL+"/pay/test/"+p.ID, url.Values{"outcome": {"paid"}, "card": {card}})
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			return w.Order(t, o)
		}
		if o := pay("1111", "1-1", "1-2"); o.Status != boxoffice.OrderPaid {
			t.Fatalf("first order: %s", o.Status)
		}
		o := pay("1111", "2-1", "2-2")
		if o.Status != boxoffice.OrderExpired || len(o.Tickets) != 0 {
			t.Fatalf("beyond the limit: %s with %d tickets", o.Status, len(o.Tickets))
		}
		wantRefund(t, w, o, boxoffice.ReasonLimit, o.Total)
		wantCounts(t, w, 58, 0, 2)
		r, err := w.Office.RefusalOfOrder(t.Context(), o.ID)
		if err != nil || r.Kind != boxoffice.LimitCard || r.Had != 2 || r.Asked != 2 {
			t.Errorf("recorded %+v, %v", r, err)
		}
		if o := pay("2222", "2-1", "2-2"); o.Status != boxoffice.OrderPaid {
			t.Errorf("another card: %s", o.Status)
		}
		if o := pay("", "3-1", "3-2"); o.Status != boxoffice.OrderPaid {
			t.Errorf("no card: %s", o.Status)
		}
		if err := w.Office.Lift(t.Context(), r.Code, "staff:1", 1); err != nil {
			t.Fatal(err)
		}
		if o := pay("1111", "4-1", "4-2"); o.Status != boxoffice.OrderPaid {
			t.Errorf("after the limit was lifted: %s", o.Status)
		}
	})
}

// race has one contact order by two processes at once, and returns how many orders stood.
func race(t *testing.T, w *banktest.World, offices ...*boxoffice.Office) int {
	t.Helper()
	var requests []boxoffice.CheckoutRequest
	for row := 1; row <= 4; row++ {
		for s := 1; s <= 10; s++ {
			requests = append(requests, w.Request(t, w.Hold(t, fmt.Sprintf("%d-%d", row, s))))
		}
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	stood := 0
	for i, r := range requests {
		wg.Go(func() {
			_, _, err := offices[i%len(offices)].Checkout(t.Context(), r)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				stood++
			case !errors.Is(err, boxoffice.ErrLimitContact):
				t.Errorf("checkout: %v", err)
			}
		})
	}
	wg.Wait()
	return stood
}

func TestManyOrdersOfOneContactAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		limit(t, w, w.Performance.ID, boxoffice.Limits{boxoffice.LimitContact: 5})
		beside, _ := w.Beside(t, w.DB)
		if n := race(t, w, w.Office, beside); n != 5 {
			t.Errorf("%d of 40 orders stood where 5 may", n)
		}
		list, err := w.Office.Refusals(t.Context(), w.Performance.ID)
		if err != nil || len(list) == 0 {
			t.Fatalf("%d refusals, %v", len(list), err)
		}
		times := 0
		for _, r := range list {
			times += r.Times
		}
		if times != 35 || len(list) > 2 {
			t.Errorf("%d refusals in %d records, want 35 in at most 2", times, len(list))
		}
	})
}

func TestTheRaceSeesGreed(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		limit(t, w, w.Performance.ID, boxoffice.Limits{boxoffice.LimitContact: 5})
		boxoffice.LetGreed(w.Office)
		if n := race(t, w, w.Office); n <= 5 {
			t.Errorf("without the guard %d orders stood: the race sees nothing", n)
		}
	})
}

func TestALiftedLimitIsLiftedForAllOfThePerson(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		limit(t, w, w.Performance.ID, boxoffice.Limits{boxoffice.LimitContact: 1, boxoffice.LimitPerson: 1})
		w.Paid(t, "1-1")
		h := w.Hold(t, "1-2")
		_, _, err := w.Office.Checkout(t.Context(), w.Request(t, h))
		r := refused(t, w, err, boxoffice.ErrLimitPerson)
		_, _, err = w.Office.Checkout(t.Context(), w.Request(t, h))
		if again := refused(t, w, err, boxoffice.ErrLimitPerson); again.Code != r.Code || again.Times != 2 {
			t.Errorf("refused again: %+v, before %+v", again, r)
		}
		if err := w.Office.Lift(t.Context(), r.Code, "staff:1", 0); !errors.Is(err, boxoffice.ErrLiftWrong) {
			t.Errorf("lift by nothing: %v", err)
		}
		if err := w.Office.Lift(t.Context(), r.Code, "staff:1", 1); err != nil {
			t.Fatal(err)
		}
		if err := w.Office.Lift(t.Context(), r.Code, "staff:1", 1); !errors.Is(err, boxoffice.ErrLifted) {
			t.Errorf("lift twice: %v", err)
		}
		if _, _, err := w.Office.Checkout(t.Context(), w.Request(t, h)); err != nil {
			t.Errorf("after the limit was lifted: %v", err)
		}
		if _, _, err := w.Office.Checkout(t.Context(), w.Request(t, w.Hold(t, "1-3"))); !errors.Is(err, boxoffice.ErrLimitPerson) {
			t.Errorf("lifted by one, and yet a third: %v", err)
		}
		got, err := w.Office.Refusal(t.Context(), r.Code)
		if err != nil || got.Extra != 1 || got.LiftedBy != "staff:1" {
			t.Errorf("recorded %+v, %v", got, err)
		}
	})
}

func TestWhatWasCountedIsForgottenAfterThePerformance(t *testing.T) {
	each(t, func(t *testing.T, w *banktest.World) {
		limit(t, w, w.Performance.ID, boxoffice.Limits{boxoffice.LimitContact: 1})
		w.Paid(t, "1-1")
		_, _, err := w.Office.Checkout(t.Context(), w.Request(t, w.Hold(t, "1-2")))
		r := refused(t, w, err, boxoffice.ErrLimitContact)
		rows := func(table string) (n int) {
			if err := w.DB.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		forget := func() {
			t.Helper()
			if err := w.Office.ForgetLimits(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		forget()
		if rows("boxoffice_limit_use") != 2 || rows("boxoffice_limit_order") != 2 || rows("boxoffice_refusal_key") == 0 {
			t.Fatal("forgotten before the performance")
		}
		w.Clock.Advance(4 * 24 * time.Hour)
		expire(t, w)
		forget()
		if n := rows("boxoffice_limit_use") + rows("boxoffice_limit_order") + rows("boxoffice_refusal_key"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		if err := w.Office.Lift(t.Context(), r.Code, "staff:1", 1); !errors.Is(err, boxoffice.ErrLiftLate) {
			t.Errorf("lift after the performance: %v", err)
		}
		if _, err := w.Office.Refusal(t.Context(), r.Code); err != nil {
			t.Errorf("the decision itself stays: %v", err)
		}
		w.Clock.Advance(keepRefusals)
		forget()
		if _, err := w.Office.Refusal(t.Context(), r.Code); !errors.Is(err, boxoffice.ErrNoRefusal) {
			t.Errorf("after three years: %v", err)
		}
	})
}

const keepRefusals = 3 * 366 * 24 * time.Hour
