// Package boxofficetest gives other rooms' tests a box office with everything under it: people, vault and privacy with the
// real gate, a catalogue with one small hall, and a provider of payments that does what it is told.
//
// It owns nothing. It promises a world over a migrated database, on sale now, gone when the test ends. Nothing outside tests
// imports it.
package boxofficetest

import (
	"crypto/ed25519"
	"log/slog"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/payments"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

// Now is when worlds begin: a Monday noon in Almaty.
var Now = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

// World is a box office on its first day of sale.
type World struct {
	*privacytest.House
	Clock       *clock.Fake // the house's clock, which moves when told
	Catalog     *catalog.Catalog
	Office      *boxoffice.Office
	Bank        *Bank
	Organiser   catalog.Organiser
	Venue       catalog.Venue
	Hall        catalog.Hall
	Event       catalog.Event
	Performance catalog.Performance
	Plan        *catalog.Plan
}

// New builds a world: 200 seats ("1-1" to "10-20", rows 1 to 5 in zone "stalls", 6 to 10 in zone "circle") and a standing area of
// 50 ("floor", zone "floor"), one performance a week from now, at most 10 tickets in an order.
// Adults pay 9 000, 5 000 and 3 000 ₸; children half in the stalls, and nothing on the floor.
func New(t testing.TB, d *db.DB) *World {
	t.Helper()
	c := clock.NewFake(Now)
	w := &World{House: privacytest.New(t, d, c), Clock: c, Catalog: catalog.New(d, c), Plan: Plan(t)}
	w.Bank = NewBank(c)
	w.Office = w.Another(t)
	w.Privacy.SetHolders(privacy.HolderOfPeople(w.People), w.Office)
	w.stage(t)
	return w
}

// TicketKey signs the tickets of worlds.
func TicketKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) }

// Another is a second box office over the same database with memory of its own, as another process has.
// It shares the world's queue only if it is the first.
func (w *World) Another(t testing.TB) *boxoffice.Office {
	t.Helper()
	queue := w.Jobs
	if w.Office != nil {
		queue = newQueue(t, w.DB)
	}
	o, err := boxoffice.New(boxoffice.Deps{
		DB: w.DB, Clock: w.Clock, Log: slog.New(slog.DiscardHandler), Catalog: w.Catalog, People: w.People, Privacy: w.Privacy,
		Jobs: queue, Providers: []payments.Provider{w.Bank},
	}, boxoffice.Config{BaseURL: "https://tickets.example.kz", TicketKey: TicketKey()})
	if err != nil {
		t.Fatalf("open the box office: %v", err)
	}
	return o
}

func same(s string) i18n.Text { return i18n.Text{KK: s, RU: s, EN: s} }

// stage puts one event on.
func (w *World) stage(t testing.TB) {
	t.Helper()
	ctx := t.Context()
	err := w.Catalog.Edit(ctx, func(e *catalog.Editor) error {
		w.Organiser = catalog.Organiser{Slug: "house", Name: same("The House"), BIN: "990140001234", Refund: same("Until a day before")}
		w.Venue = catalog.Venue{Slug: "house", Name: same("The House"), City: "almaty", CityName: same("Almaty"), Zone: "Asia/Almaty"}
		w.Hall = catalog.Hall{Slug: "main", Name: same("Main hall")}
		if err := w.Catalog.SavePlan(ctx, e.Tx(), w.Plan); err != nil {
			return err
		}
		if err := e.SaveOrganiser(ctx, &w.Organiser); err != nil {
			return err
		}
		if err := e.SaveVenue(ctx, &w.Venue); err != nil {
			return err
		}
		w.Hall.VenueID = w.Venue.ID
		if err := e.SaveHall(ctx, &w.Hall); err != nil {
			return err
		}
		w.Event = catalog.Event{
			Slug: "abay", OrganiserID: w.Organiser.ID, Title: i18n.Text{KK: "Абай", RU: "Абай", EN: "Abai"}, Text: same("An opera."),
			Genre: "opera", AgeMark: "6+", Language: "kk", Minutes: 150,
		}
		return e.SaveEvent(ctx, &w.Event)
	})
	if err != nil {
		t.Fatalf("fill the catalogue: %v", err)
	}
	w.Performance = w.Perform(t, Now.Add(7*24*time.Hour))
}

// Perform adds a performance of the world's event and opens its sale. changes may alter it before it is stored.
func (w *World) Perform(t testing.TB, at time.Time, changes ...func(*catalog.Performance)) catalog.Performance {
	t.Helper()
	p := catalog.Performance{
		EventID: w.Event.ID, HallID: w.Hall.ID, PlanHash: w.Plan.Hash(), Zone: w.Venue.Zone,
		DoorsAt: at.Add(-time.Hour), StartsAt: at, EndsAt: at.Add(150 * time.Minute), SaleFrom: Now.Add(-24 * time.Hour), SaleUntil: at,
		OrderLimit: 10, Currency: money.KZT,
		Zones: []catalog.PriceZone{
			{ID: "stalls", Name: same("Stalls"), Color: "#aa3333", Categories: []string{"stalls"}},
			{ID: "circle", Name: same("Circle"), Color: "#3333aa", Categories: []string{"circle"}},
			{ID: "floor", Name: same("Floor"), Color: "#33aa33", Categories: []string{"floor"}},
		},
		Types: []catalog.TicketType{{ID: "adult", Code: "adult", Name: same("Adult")}, {ID: "child", Code: "child", Name: same("Child")}},
		Prices: []catalog.Price{
			{ZoneID: "stalls", TypeID: "adult", Amount: money.Tenge(9000)},
			{ZoneID: "stalls", TypeID: "child", Amount: money.Tenge(4500)},
			{ZoneID: "circle", TypeID: "adult", Amount: money.Tenge(5000)},
			{ZoneID: "floor", TypeID: "adult", Amount: money.Tenge(3000)},
			{ZoneID: "floor", TypeID: "child", Amount: money.Zero(money.KZT)},
		},
	}
	for _, change := range changes {
		change(&p)
	}
	err := w.Catalog.Edit(t.Context(), func(e *catalog.Editor) error {
		if err := e.SavePerformance(t.Context(), &p); err != nil {
			return err
		}
		if err := e.Reindex(t.Context(), p.EventID); err != nil {
			return err
		}
		return w.Office.OpenSale(t.Context(), e.Tx(), p, w.Plan)
	})
	if err != nil {
		t.Fatalf("add a performance: %v", err)
	}
	return p
}
