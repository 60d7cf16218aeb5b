package people_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

func lastCode(t *testing.T, h *privacytest.House) string {
	t.Helper()
	if err := h.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := h.Mails.All()
	if len(all) == 0 {
		return ""
	}
	return sixDigits.FindString(all[len(all)-1].Text)
}

func TestAGuestSeesTheirDataByACodeForHalfAnHour(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), clock.NewFake(time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC))
		h := privacytest.New(t, d, now)
		one, two := h.Guest(t, privacytest.Aigul()), h.Guest(t, privacytest.Aigul())
		stranger := privacytest.Aigul()
		stranger.Email = "berik@example.kz"
		other := h.Guest(t, stranger)

		unknown, err := h.People.RequestRights(ctx, "nobody@example.kz", i18n.RU)
		if err != nil || unknown == "" {
			t.Fatalf("an address that nobody has must get the same answer: %v", err)
		}
		if lastCode(t, h) != "" {
			t.Error("a letter went to an address that nobody has")
		}
		attempt, err := h.People.RequestRights(ctx, "Aigul@Example.kz", i18n.RU)
		if err != nil {
			t.Fatal(err)
		}
		code := lastCode(t, h)
		if _, err := h.People.ConfirmRights(ctx, unknown, code); !errors.Is(err, people.ErrCodeWrong) && !errors.Is(err, people.ErrCodeOver) {
			t.Errorf("another attempt's code: %v", err)
		}
		if _, _, err := h.People.Confirm(ctx, attempt, code, people.Browser{}); !errors.Is(err, people.ErrCodeOver) {
			t.Errorf("the code opened a session: %v", err)
		}
		token, err := h.People.ConfirmRights(ctx, attempt, code)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.People.ConfirmRights(ctx, attempt, code); !errors.Is(err, people.ErrCodeOver) {
			t.Errorf("the code worked twice: %v", err)
		}
		g, err := h.People.GuestByToken(ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		persons, err := h.People.PersonsOfGuest(ctx, g)
		if err != nil || len(persons) != 2 || !slices.Contains(persons, one) || !slices.Contains(persons, two) || slices.Contains(persons, other) {
			t.Errorf("persons %v of %s and %s: %v", persons, one, two, err)
		}
		now.Advance(30*time.Minute + time.Second)
		if _, err := h.People.GuestByToken(ctx, token); !errors.Is(err, people.ErrNoSession) {
			t.Errorf("after half an hour: %v", err)
		}
	})
}

func TestABlockedPersonComesToTheirRightsAndNobodyElseToTheData(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		guest := h.Guest(t, privacytest.Aigul())
		if err := h.DB.Transact(ctx, func(tx *db.DB) error { return h.People.Block(ctx, tx, []string{guest}) }); err != nil {
			t.Fatal(err)
		}
		if err := h.DB.Transact(ctx, func(tx *db.DB) error { return h.People.Block(ctx, tx, []string{guest}) }); err != nil {
			t.Fatalf("a second press: %v", err)
		}
		mail := vault.Opening{Person: guest, Purpose: vault.PurposeService, Fields: []vault.Field{vault.Email}, Actor: "system", Reason: "order_mail"}
		officer := vault.Opening{Person: guest, Purpose: vault.PurposeRights, Fields: []vault.Field{vault.Email}, Actor: "system", Reason: "look"}
		for _, o := range []vault.Opening{mail, officer} {
			if err := h.DB.Transact(ctx, func(tx *db.DB) error { _, err := h.People.Contacts(ctx, tx, o); return err }); !errors.Is(err, vault.ErrBlocked) {
				t.Errorf("%s opened blocked data for %s: %v", o.Actor, o.Purpose, err)
			}
		}
		held, err := h.People.Held(ctx, guest)
		if email := held[vault.Email]; err != nil || email.Reveal() != privacytest.Aigul().Email {
			t.Errorf("the person is shut out: %v", err)
		}
		attempt, err := h.People.RequestRights(ctx, privacytest.Aigul().Email, i18n.KK)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.People.ConfirmRights(ctx, attempt, lastCode(t, h)); err != nil {
			t.Errorf("the code did not reach a blocked person: %v", err)
		}
		if err := h.DB.Transact(ctx, func(tx *db.DB) error { return h.People.Unblock(ctx, tx, []string{guest}) }); err != nil {
			t.Fatal(err)
		}
		if err := h.DB.Transact(ctx, func(tx *db.DB) error { _, err := h.People.Contacts(ctx, tx, mail); return err }); err != nil {
			t.Errorf("after unblocking: %v", err)
		}
	})
}
