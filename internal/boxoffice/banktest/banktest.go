// Package banktest gives tests a whole box office: a small theatre with two performances, the rooms it enters, and the
// test bank beside it, on an HTTP server.
//
// It owns nothing. It promises that nothing is faked but the clock, and that the
// books add up when a test ends. Nothing outside tests imports it.
package banktest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/payments"
	"github.com/sahna/sahna/internal/platform/payments/testbank"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

// World is a box office at work.
type World struct {
	*privacytest.House
	Clock   *clock.Fake
	Catalog *catalog.Catalog
	Office  *boxoffice.Office
	Bank    *testbank.Bank
	Mux     *http.ServeMux // what the server serves; the bank is on it
	Server  *httptest.Server
	Plan    *catalog.Plan

	Organiser    catalog.Organiser
	Venue        catalog.Venue
	Hall         catalog.Hall
	Event        catalog.Event
	Performance  catalog.Performance // tomorrow evening
	Second       catalog.Performance // the evening after
	SkipFindings bool                // set by tests that damage the books on purpose
}

// New builds a world over a migrated database. Its hall has rows 1 to 4 of seats 1 to 10, with ids "1-1" to "4-10" (rows 1 and 2
// in zone A), and 20 standing places in zone S.
func New(t testing.TB, d *db.DB) *World {
	t.Helper()
	c := vaulttest.Clock()
	w := &World{House: privacytest.New(t, d, c), Clock: c, Catalog: catalog.New(d, c), Mux: http.NewServeMux()}
	w.Server = httptest.NewServer(w.Mux)
	t.Cleanup(w.Server.Close)
	w.Office, w.Bank = w.office(t, d, w.Jobs)
	w.Bank.Mount(w.Mux)
	w.open(t)
	t.Cleanup(func() { w.checkBooks(t) })
	return w
}

// Messages are the words of everything in the world.
func Messages() []fs.FS {
	return append(privacytest.Messages(), boxoffice.Messages, catalog.Messages, testbank.Messages)
}

// TicketKey signs the tickets of tests.
func TicketKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize))
}

// Beside makes another box office and bank over the same database, as another process or the same one after a restart.
func (w *World) Beside(t testing.TB, d *db.DB) (*boxoffice.Office, *testbank.Bank) {
	t.Helper()
	q, err := jobs.Open(d, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return w.office(t, d, q)
}

func (w *World) office(t testing.TB, d *db.DB, q *jobs.Queue) (*boxoffice.Office, *testbank.Bank) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	b, err := i18n.New(Messages()...)
	if err != nil {
		t.Fatal(err)
	}
	bank, err := testbank.New(d, w.Clock, log, b, testbank.Config{BaseURL: w.Server.URL, Secret: []byte("the bank's and the shop's")})
	if err != nil {
		t.Fatal(err)
	}
	o, err := boxoffice.New(boxoffice.Deps{
		DB: d, Clock: w.Clock, Log: log, Catalog: w.Catalog, People: w.People, Privacy: w.Privacy, Jobs: q,
		Providers: []payments.Provider{bank},
	}, boxoffice.Config{BaseURL: w.Server.URL, TicketKey: TicketKey()})
	if err != nil {
		t.Fatal(err)
	}
	return o, bank
}

func text(kk, ru, en string) i18n.Text { return i18n.Text{KK: kk, RU: ru, EN: en} }

func plan() string {
	var b strings.Builder
	b.WriteString(`{"format": "sahna-plan/1", "name": "A small hall", "size": {"width": 300, "height": 300},
		"categories": [{"name": "front"}, {"name": "back"}, {"name": "floor"}],
		"entrances": [{"id": "A", "name": {"kk": "A кіреберісі", "ru": "Вход A", "en": "Entrance A"}}],
		"zones": [{"zone_id": "stalls", "title": {"kk": "Партер", "ru": "Партер", "en": "Stalls"}, "entrance": "A", "position": {"x": 0, "y": 0}, "rows": [`)
	for r := 1; r <= 4; r++ {
		category := "front"
		if r > 2 {
			category = "back"
		}
		fmt.Fprintf(&b, `{"row_number": "%d", "position": {"x": 0, "y": %d}, "seats": [`, r, r*20)
		for s := 1; s <= 10; s++ {
			fmt.Fprintf(&b, `{"seat_guid": "%d-%d", "seat_number": "%d", "position": {"x": %d, "y": 0}, "category": "%s"}`, r, s, s, s*20, category)
			if s < 10 {
				b.WriteByte(',')
			}
		}
		b.WriteString(`]}`)
		if r < 4 {
			b.WriteByte(',')
		}
	}
	b.WriteString(`], "areas": [{"shape": "rectangle", "position": {"x": 0, "y": 120}, "rectangle": {"width": 200, "height": 50},
		"standing": {"id": "dance", "name": {"kk": "Билет алаңы", "ru": "Танцпол", "en": "Dance floor"}, "category": "floor", "capacity": 20}}]}]}`)
	return b.String()
}

func (w *World) open(t testing.TB) {
	t.Helper()
	ctx := t.Context()
	var err error
	if w.Plan, err = catalog.ParsePlan([]byte(plan())); err != nil {
		t.Fatal(err)
	}
	err = w.Catalog.Edit(ctx, func(e *catalog.Editor) error {
		w.Organiser = catalog.Organiser{
			Slug: "theatre", Name: text("Жас театр", "Молодой театр", "Young Theatre"),
			Refund: text("72 сағат бұрын толық қайтарамыз.", "Вернём всё за 72 часа до начала.", "Everything back until 72 hours before."),
		}
		if err := e.SaveOrganiser(ctx, &w.Organiser); err != nil {
			return err
		}
		w.Venue = catalog.Venue{
			Slug: "house", Name: text("Өнер үйі", "Дом искусств", "House of Arts"), City: "almaty",
			CityName: text("Алматы", "Алматы", "Almaty"), Address: text("Абай даңғылы, 1", "пр. Абая, 1", "1 Abay Avenue"), Zone: "Asia/Almaty",
		}
		if err := e.SaveVenue(ctx, &w.Venue); err != nil {
			return err
		}
		w.Hall = catalog.Hall{VenueID: w.Venue.ID, Slug: "main", Name: text("Үлкен зал", "Большой зал", "Main hall")}
		if err := e.SaveHall(ctx, &w.Hall); err != nil {
			return err
		}
		if err := w.Catalog.SavePlan(ctx, e.Tx(), w.Plan); err != nil {
			return err
		}
		w.Event = catalog.Event{
			Slug: "abay", OrganiserID: w.Organiser.ID, Title: text("Абай", "Абай", "Abay"), Genre: "theatre",
			Text: text("Опера.", "Опера.", "An opera."), AgeMark: "12+", Language: "kk", Minutes: 120,
		}
		if err := e.SaveEvent(ctx, &w.Event); err != nil {
			return err
		}
		w.Performance, w.Second = w.performance(30*time.Hour), w.performance(54*time.Hour)
		for _, p := range []*catalog.Performance{&w.Performance, &w.Second} {
			if err := e.SavePerformance(ctx, p); err != nil {
				return err
			}
			if err := w.Office.OpenSale(ctx, e.Tx(), *p, w.Plan); err != nil {
				return err
			}
		}
		return e.Reindex(ctx, w.Event.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *World) performance(in time.Duration) catalog.Performance {
	now := w.Clock.Now()
	at := now.Add(in)
	return catalog.Performance{
		EventID: w.Event.ID, HallID: w.Hall.ID, PlanHash: w.Plan.Hash(), Zone: w.Venue.Zone,
		DoorsAt: at.Add(-time.Hour), StartsAt: at, EndsAt: at.Add(2 * time.Hour), SaleFrom: now.Add(-time.Hour), SaleUntil: at,
		OrderLimit: 6, Currency: money.KZT,
		Zones: []catalog.PriceZone{
			{ID: "A", Name: text("Партер", "Партер", "Stalls"), Color: "#aa3300", Categories: []string{"front"}},
			{ID: "B", Name: text("Артқы қатарлар", "Задние ряды", "Back rows"), Color: "#3300aa", Categories: []string{"back"}},
			{ID: "S", Name: text("Би алаңы", "Танцпол", "Dance floor"), Color: "#00aa33", Categories: []string{"floor"}},
		},
		Types: []catalog.TicketType{
			{ID: "adult", Code: "adult", Name: text("Ересек", "Взрослый", "Adult")},
			{ID: "child", Code: "child", Name: text("Бала", "Детский", "Child")},
			{ID: "free", Code: "free", Name: text("Шақыру", "Приглашение", "Invitation")},
		},
		Prices: []catalog.Price{
			{ZoneID: "A", TypeID: "adult", Amount: money.Tenge(9000)},
			{ZoneID: "A", TypeID: "child", Amount: money.Tenge(4500)},
			{ZoneID: "B", TypeID: "adult", Amount: money.Tenge(5000)},
			{ZoneID: "B", TypeID: "free", Amount: money.Tenge(0)},
			{ZoneID: "S", TypeID: "adult", Amount: money.Tenge(3000)},
		},
	}
}

// checkBooks fails the test when the books do not add up at its end.
func (w *World) checkBooks(t testing.TB) {
	if w.SkipFindings || t.Failed() {
		return
	}
	findings, err := w.Office.Verify(context.Background())
	if err != nil {
		t.Errorf("verify: %v", err)
	}
	for _, f := range findings {
		t.Errorf("verify: %s", f)
	}
}

// Hold holds seats of the first performance.
func (w *World) Hold(t testing.TB, seats ...string) boxoffice.Hold {
	t.Helper()
	return w.HoldOf(t, w.Performance.ID, seats...)
}

// HoldOf holds seats of a performance.
func (w *World) HoldOf(t testing.TB, performance string, seats ...string) boxoffice.Hold {
	t.Helper()
	r := boxoffice.HoldRequest{PerformanceID: performance}
	for _, s := range seats {
		r.Seats = append(r.Seats, boxoffice.SeatWish{SeatID: s})
	}
	h, err := w.Office.Hold(t.Context(), r)
	if err != nil {
		t.Fatalf("hold %v: %v", seats, err)
	}
	return h
}

// Request is a whole checkout of holds by Aigul, in Russian.
func (w *World) Request(t testing.TB, holds ...boxoffice.Hold) boxoffice.CheckoutRequest {
	t.Helper()
	r := boxoffice.CheckoutRequest{
		Buyer: privacytest.Aigul(), Consents: privacytest.Given(t, w.Privacy), Provider: testbank.Code, Lang: i18n.RU, Channel: "site",
	}
	for _, h := range holds {
		r.Holds = append(r.Holds, boxoffice.HoldKey{ID: h.ID, Secret: h.Secret})
	}
	return r
}

// Checkout makes an order of holds.
func (w *World) Checkout(t testing.TB, holds ...boxoffice.Hold) (boxoffice.Order, boxoffice.Payment) {
	t.Helper()
	o, p, err := w.Office.Checkout(t.Context(), w.Request(t, holds...))
	if err != nil {
		t.Fatalf("check out: %v", err)
	}
	return o, p
}

// Order reads an order anew.
func (w *World) Order(t testing.TB, o boxoffice.Order) boxoffice.Order {
	t.Helper()
	got, err := w.Office.FindOrder(t.Context(), boxoffice.OrderKey{Code: o.Code, Secret: o.Secret})
	if err != nil {
		t.Fatalf("find order: %v", err)
	}
	return got
}

// TakeCallbacks puts a plain callback handler on the server, for tests without the pages.
func (w *World) TakeCallbacks() {
	w.Mux.HandleFunc("POST /pay/test/callback", func(rw http.ResponseWriter, r *http.Request) {
		e, err := w.Bank.Verify(r)
		if err == nil {
			err = w.Office.Settle(r.Context(), testbank.Code, e)
		}
		if err != nil {
			rw.WriteHeader(http.StatusInternalServerError)
		}
	})
	w.Mux.HandleFunc("GET /{lang}/order/{code}/{secret}", func(http.ResponseWriter, *http.Request) {})
}

// Press presses a button on the bank's page of a payment.
func (w *World) Press(t testing.TB, p boxoffice.Payment, outcome string) {
	t.Helper()
	res, err := http.PostForm(w.Server.URL+"/pay/test/"+p.ID, url.Values{"outcome": {outcome}})
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("press %s: status %d, %v", outcome, res.StatusCode, err)
	}
}

// Paid is an order that has been paid: the shortest way to tickets.
func (w *World) Paid(t testing.TB, seats ...string) boxoffice.Order {
	t.Helper()
	o, p := w.Checkout(t, w.Hold(t, seats...))
	w.Settle(t, p, db.NewID(), payments.Paid, p.Amount)
	return w.Order(t, o)
}

// Settle tells the office what a provider would have proved.
func (w *World) Settle(t testing.TB, p boxoffice.Payment, transaction string, s payments.State, a money.Amount) {
	t.Helper()
	if err := w.Office.Settle(t.Context(), p.Provider, payments.Evidence{
		PaymentID: p.ID, Ref: p.Ref, TransactionID: transaction, State: s, Amount: a, At: w.Clock.Now(),
	}); err != nil {
		t.Fatalf("settle: %v", err)
	}
}
