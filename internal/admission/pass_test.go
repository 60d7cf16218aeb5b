package admission_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

// holder is somebody who takes a ticket and whom its buyer told nothing about.
func holder(t *testing.T, w *boxofficetest.World) boxoffice.Holder {
	t.Helper()
	return boxoffice.Holder{
		Contacts: people.Contacts{Surname: "Жақсылық", Name: "Бота", Email: "bota@example.kz"},
		Consents: privacytest.Given(t, w.Privacy), Lang: i18n.KK,
	}
}

func keyOf(o boxoffice.Order) boxoffice.OrderKey {
	return boxoffice.OrderKey{Code: o.Code, Secret: o.Secret}
}

// The old code of a ticket that was passed on is refused at the door and in the list for offline scanners; the new one lets in.
func TestATicketThatWasPassedOnLetsItsNewHolderIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := boxofficetest.New(t, d)
		a := admission.New(d, w.Clock, w.Catalog, w.Office)
		gates, err := a.EnsureGates(ctx, w.Hall.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		order := w.Buy(t, "1-1", "1-2")
		old := order.Tickets[0]
		pass, err := w.Office.PassOn(ctx, keyOf(order), old.Code)
		if err != nil {
			t.Fatal(err)
		}
		offered, err := w.Office.Offered(ctx, pass.Secret)
		if err != nil || offered.Code != "" || offered.ID != "" || offered.SeatNo != old.SeatNo {
			t.Fatalf("the link shows %+v, %v", offered, err)
		}
		if ord, _ := w.Office.FindOrder(ctx, keyOf(order)); ord.Tickets[0].State() != "offered" || ord.Tickets[1].State() != "valid" {
			t.Errorf("states %s and %s", ord.Tickets[0].State(), ord.Tickets[1].State())
		}
		fresh, err := w.Office.Take(ctx, pass.Secret, holder(t, w))
		if err != nil {
			t.Fatal(err)
		}
		if fresh.Code == old.Code || fresh.ID == old.ID || fresh.SeatNo != old.SeatNo || fresh.HolderID == "" || fresh.HolderID == order.PersonID {
			t.Fatalf("taken: %+v", fresh)
		}
		ord, err := w.Office.FindOrder(ctx, keyOf(order))
		if err != nil || len(ord.Tickets) != 1 || len(ord.Passed) != 1 {
			t.Fatalf("the buyer has %d, passed %d, %v", len(ord.Tickets), len(ord.Passed), err)
		}
		if p := ord.Passed[0]; p.State() != "passed" || p.ID+p.Code+p.Secret != "" || strings.Contains(p.HolderID, "-") {
			t.Errorf("the buyer learns too much: %+v", p)
		}
		if _, err := w.Office.PassOn(ctx, keyOf(order), fresh.Code); !errors.Is(err, boxoffice.ErrNoTicket) {
			t.Errorf("the buyer passes on what is not theirs: %v", err)
		}
		w.Clock.Set(w.Performance.DoorsAt)
		admit := func(code string) string {
			t.Helper()
			v, err := a.Admit(ctx, admission.Device{ID: "device"}, admission.Scan{Code: code, GateID: gates[0].ID, Expected: w.Performance.ID})
			if err != nil {
				t.Fatal(err)
			}
			return string(v.Result) + prefixed(v.Reason)
		}
		for _, code := range []string{w.Office.QR(old), old.Code} {
			if got := admit(code); got != "refused "+admission.ReasonVoid {
				t.Errorf("the old code: %s", got)
			}
		}
		list, err := a.List(ctx, admission.Device{ID: "device"}, w.Performance.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			ticket boxoffice.Ticket
			void   bool
		}{{old, true}, {fresh, false}} {
			i := slices.IndexFunc(list.Tickets, func(l admission.Listed) bool { return l.ID == admission.IDHash(list.Salt, c.ticket.ID) })
			if i < 0 || list.Tickets[i].Void != c.void {
				t.Errorf("the offline list has ticket %s void=%v wrong", c.ticket.Code, c.void)
			}
		}
		if got := admit(w.Office.QR(fresh)); got != "admitted" {
			t.Errorf("the new code: %s", got)
		}
		if found, err := w.Office.Verify(ctx); err != nil || len(found) > 0 {
			t.Errorf("it does not add up: %v, %v", found, err)
		}
		// Somebody is in with the other: it is not passed on any more, nor is anything once the performance has begun.
		if got := admit(order.Tickets[1].Code); got != "admitted" {
			t.Fatal(got)
		}
		if _, err := w.Office.PassOn(ctx, keyOf(order), order.Tickets[1].Code); !errors.Is(err, boxoffice.ErrPassEntered) {
			t.Errorf("inside and passed on: %v", err)
		}
		w.Clock.Set(w.Performance.StartsAt)
		if _, err := w.Office.PassOn(ctx, keyOf(order), order.Tickets[1].Code); !errors.Is(err, boxoffice.ErrPassLate) {
			t.Errorf("after the beginning: %v", err)
		}
	})
}

// Ten people have the link and press at once: one of them holds the ticket, nothing of the others is kept.
func TestOneOfManyTakesATicket(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := boxofficetest.New(t, d)
		order := w.Buy(t, "1-1")
		pass, err := w.Office.PassOn(ctx, keyOf(order), order.Tickets[0].Code)
		if err != nil {
			t.Fatal(err)
		}
		h := holder(t, w)
		var wg sync.WaitGroup
		results := make([]error, 6)
		for i := range results {
			wg.Go(func() { _, results[i] = w.Office.Take(ctx, pass.Secret, h) })
		}
		wg.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if !errors.Is(err, boxoffice.ErrPassGone) {
				t.Errorf("refused with %v", err)
			}
		}
		persons, err := w.People.PersonsByEmail(ctx, h.Contacts.Email)
		if won != 1 || err != nil || len(persons) != 1 {
			t.Errorf("%d took it, %d persons are kept, %v", won, len(persons), err)
		}
	})
}

func TestALinkEndsWhenItShould(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := boxofficetest.New(t, d)
		order, refunded := w.Buy(t, "1-1", "1-2", "1-3"), w.Buy(t, "2-1")
		pass := func(o boxoffice.Order, i int) boxoffice.Pass {
			t.Helper()
			p, err := w.Office.PassOn(ctx, keyOf(o), o.Tickets[i].Code)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		first, second := pass(order, 0), pass(order, 0)
		back, late, money := pass(order, 1), pass(order, 2), pass(refunded, 0)
		if err := w.Office.TakeBack(ctx, keyOf(order), order.Tickets[1].Code); err != nil {
			t.Fatal(err)
		}
		if err := w.Office.TakeBack(ctx, keyOf(order), order.Tickets[1].Code); !errors.Is(err, boxoffice.ErrPassGone) {
			t.Errorf("taken back twice: %v", err)
		}
		if err := w.Office.Refund(ctx, refunded.Code, "system", "test"); err != nil {
			t.Fatal(err)
		}
		for name, p := range map[string]boxoffice.Pass{"replaced": first, "taken back": back, "refunded": money, "guessed": {Secret: "guess"}} {
			if _, err := w.Office.Offered(ctx, p.Secret); !errors.Is(err, boxoffice.ErrPassGone) {
				t.Errorf("%s: the page opens: %v", name, err)
			}
			if _, err := w.Office.Take(ctx, p.Secret, holder(t, w)); !errors.Is(err, boxoffice.ErrPassGone) {
				t.Errorf("%s: taken: %v", name, err)
			}
		}
		none := holder(t, w)
		none.Consents = []privacy.Given{}
		var fields fault.Fields
		if _, err := w.Office.Take(ctx, second.Secret, none); !errors.As(err, &fields) {
			t.Errorf("without consent: %v", err)
		}
		held, err := w.Office.Take(ctx, second.Secret, holder(t, w))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Office.TicketBySecret(ctx, order.Tickets[0].Code, order.Tickets[0].Secret); err != nil {
			t.Errorf("the old page tells that the ticket is void: %v", err)
		}
		// The holder's record is theirs, kept while the performance comes and let go afterwards.
		records, err := w.Office.Export(ctx, held.HolderID)
		if err != nil || len(records) != 1 || records[0].Kind != "ticket" {
			t.Fatalf("records %+v, %v", records, err)
		}
		if records, _ := w.Office.Export(ctx, order.PersonID); slices.ContainsFunc(records, func(r privacy.Record) bool { return r.Kind == "ticket" }) {
			t.Error("the buyer's data names the holder's ticket")
		}
		fate := func() privacy.Fate {
			t.Helper()
			out, err := w.Office.Erase(ctx, d, held.HolderID, true)
			if err != nil || len(out) != 1 {
				t.Fatalf("%+v, %v", out, err)
			}
			return out[0].Fate
		}
		if got := fate(); got != privacy.FateWithheld {
			t.Errorf("before the performance: %s", got)
		}
		w.Clock.Set(w.Performance.EndsAt.Add(time.Hour))
		if got := fate(); got != privacy.FateAnonymised {
			t.Errorf("after the performance: %s", got)
		}
		if _, err := w.Office.Take(ctx, late.Secret, holder(t, w)); !errors.Is(err, boxoffice.ErrPassLate) {
			t.Errorf("after the performance: %v", err)
		}
		if err := w.Office.SweepPasses(ctx); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := d.QueryRow(ctx, `SELECT count(*) FROM boxoffice_ticket_pass`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d links are left after the performance, %v", left, err)
		}
		anchors, err := w.Office.Anchors(ctx, d, []string{held.HolderID})
		if err != nil || !anchors[held.HolderID].At[privacy.EventPerformance].Equal(w.Performance.EndsAt) {
			t.Errorf("the term starts at %v, %v", anchors, err)
		}
	})
}

// TestATakingAndAScanInTheSameInstant: whoever has the link and whoever shows the old code at the door come at once. One of them wins;
// never is somebody in with a ticket that another one holds now.
func TestATakingAndAScanInTheSameInstant(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := boxofficetest.New(t, d)
		a := admission.New(d, w.Clock, w.Catalog, w.Office)
		gates, err := a.EnsureGates(ctx, w.Hall.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		seats := []string{"1-1", "1-2", "1-3", "1-4", "1-5", "2-1", "2-2", "2-3"}
		var orders []boxoffice.Order
		for _, s := range seats {
			orders = append(orders, w.Buy(t, s))
		}
		w.Clock.Set(w.Performance.DoorsAt)
		for i, order := range orders {
			old := order.Tickets[0]
			pass, err := w.Office.PassOn(ctx, keyOf(order), old.Code)
			if err != nil {
				t.Fatal(err)
			}
			h := holder(t, w)
			var verdict admission.Verdict
			var scanned, taken error
			var wg sync.WaitGroup
			wg.Go(func() {
				verdict, scanned = a.Admit(ctx, admission.Device{ID: "device"}, admission.Scan{Code: old.Code, GateID: gates[0].ID, Expected: w.Performance.ID})
			})
			wg.Go(func() { _, taken = w.Office.Take(ctx, pass.Secret, h) })
			wg.Wait()
			if scanned != nil {
				t.Fatal(scanned)
			}
			in := verdict.Result == admission.Admitted
			switch {
			case in && !errors.Is(taken, boxoffice.ErrPassEntered):
				t.Errorf("%s: in with the old code, and taken: %v", seats[i], taken)
			case !in && (taken != nil || verdict.Reason != admission.ReasonVoid):
				t.Errorf("%s: neither: %+v, %v", seats[i], verdict, taken)
			}
		}
	})
}
