package privacy_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

// years is a night so many years after the world's performance, and some days.
func years(w *boxofficetest.World, n, days int) {
	w.Clock.Set(w.Performance.EndsAt.AddDate(n, 0, days).Truncate(24 * time.Hour).Add(2 * time.Hour)) // 07:00 in Almaty
}

func retained(t *testing.T, d *db.DB) *boxofficetest.World {
	t.Helper()
	w := boxofficetest.New(t, d)
	w.Privacy.SetAnchors(w.Office)
	return w
}

func fieldsOf(t *testing.T, w *boxofficetest.World, person string) []vault.Field {
	t.Helper()
	page, err := w.Vault.KeptAfter(t.Context(), "", 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range page {
		if k.Person == person {
			return k.Fields
		}
	}
	return nil
}

func night(t *testing.T, w *boxofficetest.World) privacy.Tally {
	t.Helper()
	if ran, err := w.Privacy.RunNight(t.Context()); err != nil || !ran {
		t.Fatalf("the night did not run: %v %v", ran, err)
	}
	ns, err := w.Privacy.Nights(t.Context())
	if err != nil || len(ns) == 0 || ns[0].DoneAt.IsZero() {
		t.Fatalf("nights: %+v %v", ns, err)
	}
	return ns[0].Tally
}

func TestATermThatIsOverTakesTheFieldsThatNoOtherPurposeNeeds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := retained(t, d)
		buyer := w.Buy(t, "1-1").PersonID
		all := fieldsOf(t, w, buyer)
		if len(all) != 5 {
			t.Fatalf("fields of a buyer: %v", all)
		}
		years(w, 3, 0)
		if got := night(t, w); got.Persons != 0 {
			t.Errorf("the last day of the term destroys already: %+v", got)
		}
		years(w, 3, 2)
		if got := night(t, w); got.Persons != 1 || got.Whole != 0 || got.Purposes[vault.PurposeService] != 1 {
			t.Errorf("after three years: %+v", got)
		}
		// Books are kept five years, and they want the name.
		if diff := cmp.Diff([]vault.Field{vault.Name, vault.Patronymic, vault.Surname}, fieldsOf(t, w, buyer)); diff != "" {
			t.Errorf("what is left: %s", diff)
		}
		if ran, err := w.Privacy.RunNight(t.Context()); ran || err != nil {
			t.Errorf("the night ran twice: %v %v", ran, err)
		}
		years(w, 5, 2)
		if got := night(t, w); got.Whole != 1 {
			t.Errorf("after five years: %+v", got)
		}
		if got := fieldsOf(t, w, buyer); got != nil {
			t.Errorf("still held: %v", got)
		}
		es, err := w.Privacy.Erasures(t.Context(), buyer)
		if err != nil || len(es) != 1 || es[0].Order.Reason != "retention" {
			t.Errorf("ledger of erasures: %+v %v", es, err)
		}
	})
}

func TestAConsentsTermKeepsOnlyItsOwnChannel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := retained(t, d)
		guest := w.Guest(t, privacytest.Aigul())
		years(w, 2, 300)
		if err := w.Privacy.Grant(t.Context(), guest, privacytest.Given(t, w.Privacy, privacy.ScopeMarketingEmail)[0]); err != nil {
			t.Fatal(err)
		}
		years(w, 3, 2)
		night(t, w)
		if diff := cmp.Diff([]vault.Field{vault.Email, vault.Name}, fieldsOf(t, w, guest)); diff != "" {
			t.Errorf("kept for the news: %s", diff)
		}
		if err := w.Privacy.Withdraw(t.Context(), guest, privacy.ScopeMarketingEmail, "site"); err != nil {
			t.Fatal(err)
		}
		years(w, 3, 3)
		night(t, w)
		if got := fieldsOf(t, w, guest); got != nil {
			t.Errorf("kept after the withdrawal: %v", got)
		}
	})
}

func TestHeldAndBlockedPersonsAreLeftAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := retained(t, d)
		held, blocked, free := w.Guest(t, privacytest.Aigul()), w.Guest(t, privacytest.Aigul()), w.Guest(t, privacytest.Aigul())
		if err := d.Transact(ctx, func(tx *db.DB) error {
			return w.Vault.Block(ctx, tx, vault.Act{Person: blocked, Actor: "person", Reason: "test"})
		}); err != nil {
			t.Fatal(err)
		}
		hold, err := w.Privacy.PutHold(ctx, privacy.Hold{Person: held, Reason: "case 12/2026", MadeBy: "staff:one"})
		if err != nil {
			t.Fatal(err)
		}
		years(w, 4, 0)
		all, err := w.Privacy.PutHold(ctx, privacy.Hold{Reason: "inspection", MadeBy: "staff:one", Until: w.Clock.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		night(t, w)
		if fieldsOf(t, w, free) == nil {
			t.Error("destroyed while everything was held")
		}
		years(w, 4, 1)
		preview, err := w.Privacy.Preview(ctx)
		if err != nil || preview.Held != 1 || preview.Blocked != 1 || preview.Whole != 1 {
			t.Errorf("preview: %+v %v", preview, err)
		}
		night(t, w)
		if fieldsOf(t, w, held) == nil || fieldsOf(t, w, blocked) == nil || fieldsOf(t, w, free) != nil {
			t.Error("only the person who is neither held nor blocked goes")
		}
		if err := w.Privacy.LiftHold(ctx, hold.ID, "staff:two"); err != nil {
			t.Fatal(err)
		}
		if err := w.Privacy.LiftHold(ctx, hold.ID, "staff:two"); !errors.Is(err, privacy.ErrNoHold) {
			t.Errorf("lifted twice: %v", err)
		}
		years(w, 4, 2)
		night(t, w)
		if fieldsOf(t, w, held) != nil || all.ID == "" {
			t.Error("kept after the hold was lifted")
		}
	})
}

// breaking is a room that fails once it was asked a few times, as if the program had been killed there.
type breaking struct{ left int }

var errStopped = errors.New("killed")

func (b *breaking) Anchors(context.Context, *db.DB, []string) (map[string]privacy.Facts, error) {
	if b.left--; b.left == -1 {
		return nil, errStopped
	}
	return nil, nil
}

func TestAnInterruptedNightGoesOnAndDestroysWhatThePreviewSaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := boxofficetest.New(t, d)
		w.Privacy.SmallNight()
		for range 7 {
			w.Guest(t, privacytest.Aigul())
		}
		years(w, 4, 0)
		kept := w.Guest(t, privacytest.Aigul())
		preview, err := w.Privacy.Preview(ctx)
		if err != nil || preview.Whole != 7 {
			t.Fatalf("preview: %+v %v", preview, err)
		}
		w.Privacy.SetAnchors(&breaking{left: 2})
		if _, err := w.Privacy.RunNight(ctx); !errors.Is(err, errStopped) {
			t.Fatalf("the night was not interrupted: %v", err)
		}
		ns, err := w.Privacy.Nights(ctx)
		if err != nil || !ns[0].DoneAt.IsZero() || ns[0].Tally.Whole == 0 || ns[0].Tally.Whole == 7 {
			t.Fatalf("in the middle: %+v %v", ns, err)
		}
		got := night(t, w)
		if diff := cmp.Diff(preview.Purposes, got.Purposes); diff != "" || got.Persons != preview.Persons || got.Whole != preview.Whole || got.Fields != preview.Fields {
			t.Errorf("preview %+v, destroyed %+v", preview.Tally, got)
		}
		if fieldsOf(t, w, kept) == nil {
			t.Error("a new person was destroyed")
		}
	})
}

// More persons than somebody waits for are counted in the background: to the last one, also when the count is interrupted, and anew when
// a hold changes it.
func TestThePreviewIsExactAtAnySize(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := retained(t, d)
		w.Privacy.SmallNight()
		first := w.Guest(t, privacytest.Aigul())
		for range 6 {
			w.Guest(t, privacytest.Aigul())
		}
		years(w, 4, 0)
		w.Guest(t, privacytest.Aigul())
		small, err := w.Privacy.Preview(ctx)
		if err != nil || small.Whole != 7 || small.Seen != 8 || small.Counting || !small.CountedAt.IsZero() {
			t.Fatalf("counted while somebody waits: %+v %v", small, err)
		}
		w.Privacy.SmallPreview(3)
		counted := func(want bool) privacy.Preview {
			t.Helper()
			for _, ask := range []func(context.Context) (privacy.Preview, error){w.Privacy.DueTonight, w.Privacy.Preview} {
				got, err := ask(ctx)
				if err != nil || got.Counting == want || want && cmp.Diff(small.Tally, got.Tally) != "" {
					t.Fatalf("counted %v, want %v: %+v %v", !got.Counting, want, got, err)
				}
			}
			got, _ := w.Privacy.Preview(ctx) //nolint:errcheck // asked above
			return got
		}
		if got := counted(false); got.Of != 8 || got.Any() {
			t.Errorf("before the count: %+v", got)
		}
		w.Privacy.SetAnchors(&breaking{left: 2})
		if whole, err := w.Privacy.CountNight(ctx); !errors.Is(err, errStopped) || whole {
			t.Fatalf("the count was not interrupted: %v %v", whole, err)
		}
		counted(false)
		w.Privacy.SetAnchors(w.Office)
		for range 2 { // the second finds it fresh
			if whole, err := w.Privacy.CountNight(ctx); err != nil || !whole {
				t.Fatalf("count: %v %v", whole, err)
			}
			if got := counted(true); !got.CountedAt.Equal(w.Clock.Now()) {
				t.Errorf("counted at %s", got.CountedAt)
			}
		}
		if _, err := w.Privacy.PutHold(ctx, privacy.Hold{Person: first, Reason: "case 12/2026", MadeBy: "staff:one"}); err != nil {
			t.Fatal(err)
		}
		counted(false)
		if whole, err := w.Privacy.CountNight(ctx); err != nil || !whole {
			t.Fatalf("count: %v %v", whole, err)
		}
		got, err := w.Privacy.Preview(ctx)
		if err != nil || got.Held != 1 || got.Whole != 6 || got.Purposes[vault.PurposeService] != 6 {
			t.Errorf("with a hold: %+v %v", got, err)
		}
		w.Clock.Advance(2 * time.Hour) // it is counted anew, and the older count is shown until then
		if _, err := w.Privacy.CountNight(ctx); err != nil {
			t.Fatal(err)
		}
		if again, err := w.Privacy.Preview(ctx); err != nil || !again.CountedAt.After(got.CountedAt) || again.Whole != 6 {
			t.Errorf("counted anew: %+v %v", again, err)
		}
	})
}

func TestStaffAndRecentAccountsStay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := retained(t, d)
		c := privacytest.Aigul()
		if _, _, err := w.People.MakeStaff(ctx, c, "a long enough passphrase", []people.Role{people.RoleSupport}); err != nil {
			t.Fatal(err)
		}
		years(w, 10, 0)
		preview, err := w.Privacy.Preview(ctx)
		if err != nil || preview.Persons != 0 || preview.Open != 1 {
			t.Errorf("staff: %+v %v", preview, err)
		}
	})
}

func TestSizeClassesWarnInTime(t *testing.T) {
	for n, want := range map[int64]privacy.Size{
		7_999:   {Persons: 7_999, Next: 10_000},
		8_000:   {Persons: 8_000, Next: 10_000, Warning: true},
		10_000:  {Persons: 10_000, Class: 10_000, Next: 100_000},
		450_000: {Persons: 450_000, Class: 100_000, Next: 500_000, Warning: true},
		600_000: {Persons: 600_000, Class: 500_000},
	} {
		if got := privacy.SizeOf(n); got != want {
			t.Errorf("%d persons: %+v", n, got)
		}
	}
}
