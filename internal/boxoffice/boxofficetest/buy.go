package boxofficetest

import (
	"testing"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

// Seats asks for seats of the world's performance for adults.
func (w *World) Seats(ids ...string) boxoffice.HoldRequest {
	r := boxoffice.HoldRequest{PerformanceID: w.Performance.ID}
	for _, id := range ids {
		r.Seats = append(r.Seats, boxoffice.SeatWish{SeatID: id})
	}
	return r
}

// Standing asks for places on the floor for a ticket type.
func (w *World) Standing(n int, typeID string) boxoffice.HoldRequest {
	return boxoffice.HoldRequest{PerformanceID: w.Performance.ID, Items: []boxoffice.AreaWish{{PriceZoneID: "floor", TicketTypeID: typeID, Quantity: n}}}
}

// Hold keeps what is asked for.
func (w *World) Hold(t testing.TB, r boxoffice.HoldRequest) boxoffice.Hold {
	t.Helper()
	h, err := w.Office.Hold(t.Context(), r)
	if err != nil {
		t.Fatalf("hold: %v", err)
	}
	return h
}

// Key opens a hold.
func Key(h boxoffice.Hold) boxoffice.HoldKey { return boxoffice.HoldKey{ID: h.ID, Secret: h.Secret} }

// Request is a guest's checkout of holds, everything filled in and consented to.
func (w *World) Request(t testing.TB, holds ...boxoffice.Hold) boxoffice.CheckoutRequest {
	t.Helper()
	r := boxoffice.CheckoutRequest{Buyer: privacytest.Aigul(), Consents: privacytest.Given(t, w.Privacy), Provider: BankCode, Lang: i18n.KK, Channel: "site"}
	for _, h := range holds {
		r.Holds = append(r.Holds, Key(h))
	}
	return r
}

// Order checks holds out and leaves the order unpaid.
func (w *World) Order(t testing.TB, holds ...boxoffice.Hold) (boxoffice.Order, boxoffice.Payment) {
	t.Helper()
	o, p, err := w.Office.Checkout(t.Context(), w.Request(t, holds...))
	if err != nil {
		t.Fatalf("check out: %v", err)
	}
	return o, p
}

// Buy holds, orders and pays seats of the world's performance, and returns the paid order with its tickets.
func (w *World) Buy(t testing.TB, seatIDs ...string) boxoffice.Order {
	t.Helper()
	o, p := w.Order(t, w.Hold(t, w.Seats(seatIDs...)))
	if err := w.Office.Settle(t.Context(), BankCode, w.Bank.Pay(t, p.ID)); err != nil {
		t.Fatalf("pay: %v", err)
	}
	paid, err := w.Office.FindOrder(t.Context(), boxoffice.OrderKey{Code: o.Code, Secret: o.Secret})
	if err != nil {
		t.Fatalf("find the paid order: %v", err)
	}
	return paid
}
