package privacy_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

func TestAnErasureEndsTheBrowserThatLooksByACode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := openDesk(t, d, nil)
		h.Privacy.SetHolders(privacy.HolderOfPeople(h.People))
		id, other := h.Guest(t, privacytest.Aigul()), h.Guest(t, privacytest.Aigul())
		tokens := map[string]string{}
		for _, person := range []string{id, other} {
			shown, err := h.People.GuestAtCounter(ctx, person, h.officer, i18n.KK)
			if err != nil {
				t.Fatal(err)
			}
			token, err := h.People.EnterAtCounter(ctx, shown)
			if err != nil {
				t.Fatal(err)
			}
			tokens[person] = token
		}
		wantFates(t, erase(t, h.House, id).Outcomes, "people/session erased", "people/code erased", "vault/fields erased", "vault/journal anonymised", "privacy/consent restricted proof_of_consent")
		if _, err := h.People.GuestByToken(ctx, tokens[id]); !errors.Is(err, people.ErrNoSession) {
			t.Errorf("an erased person's browser: %v", err)
		}
		if g, err := h.People.GuestByToken(ctx, tokens[other]); err != nil || g.PersonID != other {
			t.Errorf("another's browser: %+v %v", g, err)
		}
	})
}

func TestRequestsGoWithTheirTerm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := openDesk(t, d, now)
		answered, owed := h.enter(t, privacy.RequestAccess, privacytest.Aigul()), h.enter(t, privacy.RequestRectify, privacytest.Aigul())
		if answered.Person != owed.Person {
			t.Fatal("two requests with one address are of two persons")
		}
		if err := h.desk.Decide(ctx, answered.ID, privacy.Decision{Result: privacy.Granted, Text: "The copy is enclosed.", Actor: h.officer}); err != nil {
			t.Fatal(err)
		}
		e := erase(t, h.House, answered.Person)
		got := fates(e.Outcomes)
		if got["privacy/request restricted proof_of_answer"] != 1 || got["privacy/request restricted answer_due"] != 1 || !e.Done() {
			t.Errorf("fates: %v", got)
		}
		if w, err := h.desk.Words(ctx, owed, h.officer); err != nil || w.Asked == "" {
			t.Errorf("the words of a request that is still to be answered: %+v %v", w, err)
		}
		if err := h.desk.Decide(ctx, owed.ID, privacy.Decision{Result: privacy.Refused, Ground: "nothing_held", Text: "The data was erased.", Actor: h.officer}); err != nil {
			t.Fatal(err)
		}
		keys := count(t, h.Keys, `SELECT count(*) FROM keystore_key`)
		now.Set(now.Now().AddDate(3, 0, 0))
		if _, err := h.Privacy.RunNight(ctx); err != nil || count(t, d, `SELECT count(*) FROM privacy_request`) != 2 {
			t.Errorf("on the last day of the term: %v", err)
		}
		now.Advance(48 * time.Hour)
		if preview, err := h.Privacy.Preview(ctx); err != nil || preview.Requests != 2 {
			t.Errorf("the preview tells of %d requests, %v", preview.Requests, err)
		}
		if _, err := h.Privacy.RunNight(ctx); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"privacy_request", "privacy_request_clock", "privacy_request_fate"} {
			if n := count(t, d, `SELECT count(*) FROM `+table); n != 0 {
				t.Errorf("%s keeps %d rows after the term", table, n)
			}
		}
		if left := count(t, h.Keys, `SELECT count(*) FROM keystore_key`); left != keys-2 {
			t.Errorf("%d keys of %d are left: the words of two requests go", left, keys)
		}
	})
}

func TestARequestWithoutARecordOfItsOwnKeepsTheContactsUntilItIsAnswered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		id := h.Guest(t, privacytest.Aigul())
		if _, err := h.Privacy.Open(ctx, privacy.NewRequest{Person: id, Kind: privacy.RequestObjection, Channel: "site", Lang: i18n.KK}); err != nil {
			t.Fatal(err)
		}
		e := erase(t, h, id)
		wantFates(t, e.Outcomes, "privacy/request withheld answer_due", "vault/fields withheld obligation", "privacy/consent restricted proof_of_consent")
		rs, err := h.Privacy.RequestsOf(ctx, id)
		if err != nil || len(rs) != 1 {
			t.Fatal(rs, err)
		}
		if err := h.Privacy.Fulfil(ctx, rs[0].ID, privacy.Answer{Result: privacy.Granted, Actor: "staff:a"}); err != nil {
			t.Fatal(err)
		}
		if e = erase(t, h, id); !e.Done() {
			t.Errorf("answered, and still withheld: %+v", e.Outcomes)
		}
	})
}

// stubborn is a room that fails for one person.
type stubborn struct{ person string }

func (*stubborn) Room() string { return "boxoffice" }

func (*stubborn) Export(context.Context, string) ([]privacy.Record, error) { return nil, nil }

func (s *stubborn) Erase(_ context.Context, _ *db.DB, person string, _ bool) ([]privacy.Outcome, error) {
	if person == s.person {
		return nil, errors.New("a broken row")
	}
	return nil, nil
}

func TestAnErasureThatFailsDoesNotHoldUpTheOthersAndIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, now)
		bad := &stubborn{h.Guest(t, privacytest.Aigul())}
		persons := []string{bad.person, h.Guest(t, privacytest.Aigul()), h.Guest(t, privacytest.Aigul())}
		hold, err := h.Privacy.PutHold(ctx, privacy.Hold{Reason: "case-7", MadeBy: "staff:a"})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range persons {
			erase(t, h, id)
		}
		if err := h.Privacy.LiftHold(ctx, hold.ID, "staff:a"); err != nil {
			t.Fatal(err)
		}
		h.Privacy.SetHolders(bad)
		now.Advance(25 * time.Hour)
		n, err := h.Privacy.FinishErasures(ctx)
		if n != 2 || err == nil || !strings.Contains(err.Error(), "line 1 of the erasure ledger") || strings.Contains(err.Error(), "line 2") {
			t.Errorf("%d finished, %v", n, err)
		}
		now.Advance(72 * time.Hour)
		if wrong, err := h.Privacy.VerifyErasures(ctx); err != nil || len(wrong) != 1 || !strings.Contains(wrong[0], "line 1 of the ledger has been due since") {
			t.Errorf("verify says %q, %v", wrong, err)
		}
		bad.person = ""
		if n, err := h.Privacy.FinishErasures(ctx); err != nil || n != 1 {
			t.Errorf("mended: %d, %v", n, err)
		}
	})
}

func TestNobodyIsToldWhoIsErased(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, now)
		gone, there := guest(t, h, "gone@example.kz"), guest(t, h, "there@example.kz")
		now.Advance(time.Hour)
		publish(t, h.Privacy, "First", false, time.Time{})
		if _, err := notices(h, h.Mails).Run(ctx); err != nil {
			t.Fatal(err)
		}
		erase(t, h, gone)
		now.Advance(time.Hour)
		publish(t, h.Privacy, "Second", false, time.Time{})
		if _, err := notices(h, h.Mails).Run(ctx); err != nil {
			t.Fatal(err)
		}
		for person, want := range map[string]int64{gone: 0, there: 2} {
			if n := count(t, d, `SELECT count(*) FROM privacy_notice WHERE person_id = $1`, person); n != want {
				t.Errorf("%d notices, want %d", n, want)
			}
		}
	})
}
