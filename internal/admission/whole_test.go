package admission_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// With the box office's own tickets: the printed code, the typed one, a forged one, one whose money went back.
func TestBoughtTicketsAtTheDoor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := boxofficetest.New(t, d)
		a := admission.New(d, w.Clock, w.Catalog, w.Office)
		gates, err := a.EnsureGates(ctx, w.Hall.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		order, refunded := w.Buy(t, "1-1", "10-20"), w.Buy(t, "2-1")
		if err := w.Office.Refund(ctx, refunded.Code, "system", "test"); err != nil {
			t.Fatal(err)
		}
		w.Clock.Set(w.Performance.DoorsAt)
		qr := w.Office.QR(order.Tickets[0])
		forged := []byte(qr)
		forged[60] ^= 1
		if forged[60] == '1' || forged[60] == '0' {
			forged[60] = 'A'
		}
		for _, c := range []struct{ name, code, want string }{
			{"printed", qr, "admitted"},
			{"printed again", qr, "already_admitted " + admission.ReasonAlready},
			{"typed after printed", order.Tickets[0].Code, "already_admitted " + admission.ReasonAlready},
			{"typed", order.Tickets[1].Code, "admitted"},
			{"forged", string(forged), "refused " + admission.ReasonSignature},
			{"refunded", w.Office.QR(refunded.Tickets[0]), "refused " + admission.ReasonVoid},
			{"nobody's", "ZZZZZZZZZZ", "refused " + admission.ReasonUnknown},
		} {
			v, err := a.Admit(ctx, admission.Device{ID: "device"}, admission.Scan{Code: c.code, GateID: gates[0].ID, Expected: w.Performance.ID})
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if got := string(v.Result) + prefixed(v.Reason); got != c.want {
				t.Errorf("%s: got %s", c.name, got)
			}
		}
		if in, sold, err := a.Occupancy(ctx, w.Performance.ID); in != 2 || sold != 2 || err != nil {
			t.Errorf("%d of %d in, %v", in, sold, err)
		}
		if _, err := a.Gate(ctx, "other"); !errors.Is(err, admission.ErrNoGate) {
			t.Errorf("an unknown gate: %v", err)
		}
	})
}

func prefixed(reason string) string {
	if reason == "" {
		return ""
	}
	return " " + reason
}

func TestListForOfflineScanners(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := boxofficetest.New(t, d)
		a := admission.New(d, w.Clock, w.Catalog, w.Office)
		gates, err := a.EnsureGates(ctx, w.Hall.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		order, refunded := w.Buy(t, "3-7", "3-8"), w.Buy(t, "2-1")
		if err := w.Office.Refund(ctx, refunded.Code, "system", "test"); err != nil {
			t.Fatal(err)
		}
		w.Clock.Set(w.Performance.DoorsAt)
		device := admission.Device{ID: "device"}
		if _, err := a.Admit(ctx, device, admission.Scan{Code: order.Tickets[0].Code, GateID: gates[0].ID}); err != nil {
			t.Fatal(err)
		}
		l, err := a.List(ctx, device, w.Performance.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Tickets) != 3 || !l.Key.Equal(w.Office.TicketKey()) || !l.From.Equal(w.Performance.DoorsAt.Add(-12*time.Hour)) {
			t.Fatalf("list: %+v", l)
		}
		byID := map[string]admission.Listed{}
		for _, x := range l.Tickets {
			byID[x.ID] = x
		}
		in := byID[admission.IDHash(l.Salt, order.Tickets[0].ID)]
		if !in.EnteredAt.Equal(w.Clock.Now()) || in.Place.Row != "3" || in.Place.Number != "7" || in.Code != admission.CodeHash(l.Salt, order.Tickets[0].Code) {
			t.Errorf("who is in: %+v", in)
		}
		if x := byID[admission.IDHash(l.Salt, order.Tickets[1].ID)]; !x.EnteredAt.IsZero() || x.Void {
			t.Errorf("who is expected: %+v", x)
		}
		if x := byID[admission.IDHash(l.Salt, refunded.Tickets[0].ID)]; !x.Void {
			t.Errorf("whose money went back: %+v", x)
		}
		other, err := a.List(ctx, admission.Device{ID: "another"}, w.Performance.ID, "")
		if err != nil || other.Salt == l.Salt {
			t.Errorf("two devices share salt %q, %v", other.Salt, err)
		}
	})
}

// A scanner that has a list brings what has changed since, from whichever process answers; nothing is left out.
func TestAListGoesOnFromTheOneBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := boxofficetest.New(t, d)
		a, other := admission.New(d, w.Clock, w.Catalog, w.Office), admission.New(d, w.Clock, w.Catalog, w.Office)
		gates, err := a.EnsureGates(ctx, w.Hall.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		device := admission.Device{ID: "device"}
		ids := map[string]string{} // by hash
		order, refunded := w.Buy(t, "3-7", "3-8"), w.Buy(t, "2-1")
		list := func(a *admission.Admission, since string) admission.List {
			t.Helper()
			l, err := a.List(ctx, device, w.Performance.ID, since)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		says := func(l admission.List) string {
			var out []string
			for _, x := range l.Tickets {
				word := ids[x.ID]
				if x.Void {
					word += " void"
				}
				if !x.EnteredAt.IsZero() {
					word += " in"
				}
				out = append(out, word)
			}
			slices.Sort(out)
			return strings.Join(out, ", ")
		}
		name := func(l admission.List, o boxoffice.Order, names ...string) {
			for i, x := range o.Tickets {
				ids[admission.IDHash(l.Salt, x.ID)] = names[i]
			}
		}
		w.Clock.Set(w.Performance.DoorsAt)
		first := list(a, "")
		name(first, order, "one", "two")
		name(first, refunded, "three")
		if got := says(first); got != "one, three, two" || first.Of != 3 || first.Since != "" {
			t.Fatalf("first: %q of %d since %q", got, first.Of, first.Since)
		}
		w.Clock.Advance(time.Minute)
		if l := list(a, first.Version); len(l.Tickets) != 0 || l.Of != 3 || l.Since != first.Version {
			t.Errorf("nothing happened: %q of %d since %q", says(l), l.Of, l.Since)
		}
		if _, err := a.Admit(ctx, device, admission.Scan{Code: order.Tickets[1].Code, GateID: gates[0].ID}); err != nil {
			t.Fatal(err)
		}
		if err := w.Office.Refund(ctx, refunded.Code, "system", "test"); err != nil {
			t.Fatal(err)
		}
		name(first, w.Buy(t, "1-1"), "four")
		w.Clock.Advance(time.Minute)
		second := list(a, first.Version)
		if got := says(second); got != "four, three void, two in" || second.Of != 4 {
			t.Errorf("changed: %q of %d", got, second.Of)
		}
		if got := says(list(other, second.Version)); got != "four, one, three void, two in" {
			t.Errorf("a process that has just started knows no better than to send all: %q", got)
		}
		w.Clock.Advance(time.Minute)
		if _, err := other.Admit(ctx, device, admission.Scan{Code: order.Tickets[0].Code, GateID: gates[0].ID}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Minute)
		third := list(a, second.Version)
		if got := says(third); got != "one in" {
			t.Errorf("let in by another process: %q", got)
		}
		if got := says(list(other, second.Version)); !strings.Contains(got, "one in") {
			t.Errorf("the other process: %q", got)
		}
		w.Clock.Advance(time.Minute)
		if got := says(list(other, third.Version)); got != "" && got != "one in" {
			t.Errorf("nothing more: %q", got)
		}
		for _, odd := range []string{"future", ".", "1", "-1.x", strconv.FormatInt(clock.Micros(w.Clock.Now().Add(time.Hour)), 10) + ".x"} {
			if l := list(a, odd); l.Since != "" || len(l.Tickets) != 4 {
				t.Errorf("%q: %d since %q", odd, len(l.Tickets), l.Since)
			}
		}
	})
}
