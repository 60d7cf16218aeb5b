package people_test

import (
	"errors"
	"slices"
	"strings"
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
		persons, _, err := h.People.PersonsOfGuest(ctx, g)
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

// A mother buys with the mailbox that her son uses too: each sees, copies and erases only their own.
func TestWhoSharesAnAddressSeesOnlyTheirOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		son := privacytest.Aigul()
		son.Surname, son.Name, son.Patronymic = "Серіков", "Алёша", ""
		boy := h.Guest(t, son)
		one, two := h.Guest(t, privacytest.Aigul()), h.Guest(t, privacytest.Aigul())
		attempt, err := h.People.RequestRights(ctx, son.Email, i18n.KK)
		if err != nil {
			t.Fatal(err)
		}
		token, err := h.People.ConfirmRights(ctx, attempt, lastCode(t, h))
		if err != nil {
			t.Fatal(err)
		}
		own := func() ([]string, int) {
			t.Helper()
			g, err := h.People.GuestByToken(ctx, token)
			if err != nil {
				t.Fatal(err)
			}
			persons, others, err := h.People.PersonsOfGuest(ctx, g)
			if err != nil {
				t.Fatal(err)
			}
			return persons, others
		}
		if got, others := own(); len(got) != 2 || !slices.Contains(got, one) || !slices.Contains(got, two) || others != 1 {
			t.Errorf("before choosing: %v and %d others", got, others)
		}
		if err := h.People.ChooseGuest(ctx, token, people.Contacts{Surname: "Омаров", Name: "Алёша"}, nil); !errors.Is(err, people.ErrWho) {
			t.Errorf("a name that nobody there has: %v", err)
		}
		if err := h.People.ChooseGuest(ctx, token, people.Contacts{}, []string{"somebody-else"}); !errors.Is(err, people.ErrWho) {
			t.Errorf("an order of another address: %v", err)
		}
		if err := h.People.ChooseGuest(ctx, token, people.Contacts{Surname: "серіков", Name: "Алеша"}, nil); err != nil {
			t.Fatal(err)
		}
		if got, others := own(); !slices.Equal(got, []string{boy}) || others != 2 {
			t.Errorf("the son sees %v and %d others, want %s", got, others, boy)
		}
		if err := h.People.ChooseGuest(ctx, token, people.Contacts{}, []string{two}); err != nil {
			t.Fatal(err)
		}
		if got, _ := own(); got[0] != two || len(got) != 2 {
			t.Errorf("by the order's code: %v", got)
		}
	})
}

func TestAGuestComesByPhoneOrByTheCounter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), clock.NewFake(time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC))
		h := privacytest.New(t, d, now)
		guest := h.Guest(t, privacytest.Aigul())
		attempt, err := h.People.RequestRightsByPhone(ctx, "8 701 123 45 67", i18n.RU)
		if err != nil {
			t.Fatal(err)
		}
		code := lastCode(t, h)
		if last := h.Mails.All()[len(h.Mails.All())-1]; last.To != "+77011234567" || last.Subject != "SMS" {
			t.Errorf("the code went by %s", last.Subject)
		}
		token, err := h.People.ConfirmRights(ctx, attempt, code)
		if err != nil {
			t.Fatal(err)
		}
		if g, err := h.People.GuestByToken(ctx, token); err != nil || g.PersonID != guest || !g.ByPhone {
			t.Errorf("by phone: %+v %v", g, err)
		}

		officer, _, err := h.People.MakeStaff(ctx, people.Contacts{Surname: "Әлиева", Name: "Дана", Email: "dana@example.kz"}, "correct horse battery", []people.Role{people.RoleOfficer})
		if err != nil {
			t.Fatal(err)
		}
		door, _, err := h.People.MakeStaff(ctx, people.Contacts{Surname: "Ким", Name: "Лев", Email: "lev@example.kz"}, "correct horse battery", []people.Role{people.RoleDoor})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.People.GuestAtCounter(ctx, guest, "staff:"+door, i18n.KK); err == nil {
			t.Error("the door opened a person's data")
		}
		shown, err := h.People.GuestAtCounter(ctx, guest, "staff:"+officer, i18n.KK)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.People.ConfirmRights(ctx, shown, ""); err == nil {
			t.Error("the shown code is an attempt without digits")
		}
		if _, err := h.People.EnterAtCounter(ctx, "AAAAA BBBBB"); !errors.Is(err, people.ErrCodeWrong) {
			t.Errorf("a wrong code: %v", err)
		}
		token, err = h.People.EnterAtCounter(ctx, " "+strings.ToLower(shown[:5])+" "+shown[5:])
		if err != nil {
			t.Fatal(err)
		}
		if g, err := h.People.GuestByToken(ctx, token); err != nil || g.PersonID != guest || !g.Chosen {
			t.Errorf("at the counter: %+v %v", g, err)
		}
		if _, err := h.People.EnterAtCounter(ctx, shown); !errors.Is(err, people.ErrCodeOver) {
			t.Errorf("a second time: %v", err)
		}
		late, err := h.People.GuestAtCounter(ctx, guest, "staff:"+officer, i18n.KK)
		if err != nil {
			t.Fatal(err)
		}
		now.Advance(10*time.Minute + time.Second)
		if _, err := h.People.EnterAtCounter(ctx, late); !errors.Is(err, people.ErrCodeOver) {
			t.Errorf("after ten minutes: %v", err)
		}
	})
}

func TestAnAddressChangesByACodeAndTheOldOneIsTold(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		_, s := h.register(t)
		h.now.Advance(time.Hour)
		other := privacytest.Aigul()
		if _, err := h.People.RequestEmail(ctx, s, " Aigul@example.kz", i18n.RU); !errors.Is(err, people.ErrEmailSame) {
			t.Errorf("the same address: %v", err)
		}
		nothing := func(*db.DB) error { return nil }
		forgotten, err := h.People.RequestEmail(ctx, s, "old@example.kz", i18n.RU)
		if err != nil {
			t.Fatal(err)
		}
		lastCode(t, h.House)
		attempt, err := h.People.RequestEmail(ctx, s, "new@example.kz", i18n.RU)
		if err != nil {
			t.Fatal(err)
		}
		code := lastCode(t, h.House)
		if to := h.Mails.All()[len(h.Mails.All())-1].To; to != "new@example.kz" {
			t.Errorf("the code went to %d letters of another address", len(to))
		}
		if err := h.People.ConfirmEmail(ctx, s, attempt, "000000", nothing); !errors.Is(err, people.ErrCodeWrong) {
			t.Errorf("a wrong code: %v", err)
		}
		if err := h.People.ConfirmEmail(ctx, s, attempt, code, nothing); err != nil {
			t.Fatal(err)
		}
		if err := h.Jobs.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		last := h.Mails.All()[len(h.Mails.All())-1]
		if last.To != other.Email || !strings.Contains(last.Subject, "изменилась") || strings.Contains(last.Text, "new@") {
			t.Errorf("the old address was told %q", last.Subject)
		}
		for email, want := range map[string]int{other.Email: 0, "new@example.kz": 1} {
			if found, err := h.People.PersonsByEmail(ctx, email); err != nil || len(found) != want {
				t.Errorf("%d persons under the address, want %d (%v)", len(found), want, err)
			}
		}
		h.now.Advance(time.Hour)
		if err := h.People.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if found, err := h.People.PersonsByEmail(ctx, "old@example.kz"); err != nil || len(found) != 0 {
			t.Errorf("an address nobody confirmed is kept: %v %v", found, err)
		}
		if err := h.People.ConfirmEmail(ctx, s, forgotten, "000000", nothing); !errors.Is(err, people.ErrCodeOver) {
			t.Errorf("an attempt that is over: %v", err)
		}
	})
}
