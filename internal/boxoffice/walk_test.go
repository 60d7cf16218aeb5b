package boxoffice_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/banktest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/payments"
)

// walker does what buyers, bank, staff and time may do, in any order.
type walker struct {
	*banktest.World
	t      *testing.T
	dice   *rand.Rand
	holds  []boxoffice.Hold
	orders []boxoffice.Order
	pays   []boxoffice.Payment
	moved  []payments.Evidence // what the bank has told, to tell again
	steps  []string
}

func (w *walker) did(format string, args ...any) {
	w.steps = append(w.steps, fmt.Sprintf(format, args...))
}

// expected lets pass what a rule refuses; anything else is a defect.
func (w *walker) expected(err error) {
	w.t.Helper()
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Gone, fault.Invalid, fault.NotFound:
		if !errors.Is(err, db.ErrDuplicate) {
			return
		}
	}
	if err != nil {
		w.t.Fatalf("%v\nafter %v", err, w.steps)
	}
}

func (w *walker) hold() {
	r := boxoffice.HoldRequest{PerformanceID: w.Performance.ID}
	if w.dice.IntN(4) == 0 {
		r.Items = []boxoffice.AreaWish{{PriceZoneID: "S", Quantity: 1 + w.dice.IntN(6)}}
	}
	for range w.dice.IntN(4) {
		r.Seats = append(r.Seats, boxoffice.SeatWish{SeatID: fmt.Sprintf("%d-%d", 1+w.dice.IntN(4), 1+w.dice.IntN(3))})
	}
	h, err := w.Office.Hold(w.t.Context(), r)
	w.expected(err)
	if err == nil {
		w.did("hold %d", len(h.Items))
		w.holds = append(w.holds, h)
	}
}

func (w *walker) checkout() {
	if len(w.holds) == 0 {
		return
	}
	picked := []boxoffice.Hold{w.holds[w.dice.IntN(len(w.holds))]}
	if w.dice.IntN(3) == 0 {
		picked = append(picked, w.holds[w.dice.IntN(len(w.holds))])
	}
	o, p, err := w.Office.Checkout(w.t.Context(), w.Request(w.t, picked...))
	w.expected(err)
	if err == nil {
		w.did("order %s", o.Code)
		w.orders = append(w.orders, o)
		if p.ID != "" {
			w.pays = append(w.pays, p)
		}
	}
}

func (w *walker) bank() {
	if len(w.pays) == 0 {
		return
	}
	p := w.pays[w.dice.IntN(len(w.pays))]
	e := payments.Evidence{PaymentID: p.ID, Ref: p.Ref, TransactionID: db.NewID(), State: payments.Paid, Amount: p.Amount}
	switch w.dice.IntN(6) {
	case 0:
		e.State = payments.Declined
	case 1:
		e.Amount = money.Tenge(int64(1 + w.dice.IntN(20000)))
	case 2:
		if len(w.moved) > 0 {
			e = w.moved[w.dice.IntN(len(w.moved))]
		}
	}
	w.did("bank %s %s", e.State, e.Amount)
	w.moved = append(w.moved, e)
	w.expected(w.Office.Settle(w.t.Context(), "test", e))
}

func (w *walker) someOrder(fn func(o boxoffice.Order)) {
	if len(w.orders) > 0 {
		fn(w.orders[w.dice.IntN(len(w.orders))])
	}
}

func (w *walker) payAgain(o boxoffice.Order) {
	p, err := w.Office.PayAgain(w.t.Context(), boxoffice.OrderKey{Code: o.Code, Secret: o.Secret}, "test")
	w.expected(err)
	if err == nil {
		w.did("pay %s again", o.Code)
		w.pays = append(w.pays, p)
	}
}

func (w *walker) refund(o boxoffice.Order) {
	err := w.Office.Refund(w.t.Context(), o.Code, "staff:1", "")
	w.expected(err)
	if err == nil {
		w.did("refund %s", o.Code)
	}
}

func (w *walker) time() {
	d := time.Duration(1+w.dice.IntN(8)) * time.Minute
	w.did("%s pass", d)
	w.Clock.Advance(d)
	if w.dice.IntN(2) == 0 {
		_, err := w.Office.ExpireHolds(w.t.Context())
		w.expected(err)
		w.did("sweep")
	}
}

func (w *walker) release() {
	if len(w.holds) == 0 {
		return
	}
	h := w.holds[w.dice.IntN(len(w.holds))]
	w.expected(w.Office.Release(w.t.Context(), boxoffice.HoldKey{ID: h.ID, Secret: h.Secret}))
	w.did("release")
}

// TestAnyOrderOfEventsKeepsTheBooks walks at random and asks after every few steps whether everything adds up.
func TestAnyOrderOfEventsKeepsTheBooks(t *testing.T) {
	each(t, func(t *testing.T, world *banktest.World) {
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		w := &walker{World: world, t: t, dice: rand.New(rand.NewPCG(seed, 1))}
		seen := map[boxoffice.Status]int{}
		for i := range 400 {
			switch w.dice.IntN(12) {
			case 0, 1, 2:
				w.hold()
			case 3, 4, 5:
				w.checkout()
			case 6, 7, 8:
				w.bank()
			case 9:
				w.someOrder(w.payAgain)
			case 10:
				if w.dice.IntN(2) == 0 {
					w.someOrder(w.refund)
				} else {
					w.release()
				}
			default:
				w.time()
			}
			if i%10 == 9 {
				if _, err := w.Office.ExpireHolds(t.Context()); err != nil {
					t.Fatal(err)
				}
				if found := verify(t, w.World); len(found) > 0 {
					t.Fatalf("%q\nafter %v", found, w.steps)
				}
				for _, o := range w.orders {
					seen[w.Order(t, o).Status]++
				}
			}
		}
		t.Logf("met %v", seen)
		if seen[boxoffice.OrderPaid] == 0 {
			t.Error("the walk sold nothing")
		}
	})
}
