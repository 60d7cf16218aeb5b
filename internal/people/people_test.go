package people_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

const password = "үш көк қоян жүгірді"

var phone = people.Browser{IP: "203.0.113.77:52100", UserAgent: "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"}

type rooms struct {
	*privacytest.House
	now *clock.Fake
}

func each(t *testing.T, fn func(t *testing.T, h rooms)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := vaulttest.Clock()
		fn(t, rooms{privacytest.New(t, d, now), now})
	})
}

func (h rooms) registration(t *testing.T) people.Registration {
	given := privacytest.Given(t, h.Privacy)
	return people.Registration{
		Contacts: privacytest.Aigul(), Password: password, Lang: i18n.RU,
		Record: func(ctx context.Context, tx *db.DB, person string) error {
			return h.Privacy.Record(ctx, tx, person, given)
		},
	}
}

var sixDigits = regexp.MustCompile(`\d{3} \d{3}`)

// code works the jobs and returns the code of the newest letter.
func (h rooms) code(t *testing.T) (digits string, l mail.Letter) {
	t.Helper()
	before := len(h.Mails.All())
	h.work(t)
	all := h.Mails.All()
	if len(all) != before+1 {
		t.Fatalf("%d letters went out, want one", len(all)-before)
	}
	l = all[len(all)-1]
	return sixDigits.FindString(l.Text), l
}

func (h rooms) work(t *testing.T) {
	t.Helper()
	if err := h.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (h rooms) register(t *testing.T) (token string, s people.Session) {
	t.Helper()
	attempt, err := h.People.Register(t.Context(), h.registration(t))
	if err != nil {
		t.Fatal(err)
	}
	digits, _ := h.code(t)
	token, s, err = h.People.Confirm(t.Context(), attempt, digits, phone)
	if err != nil {
		t.Fatal(err)
	}
	return token, s
}

func TestContactsAreCheckedFieldByField(t *testing.T) {
	good := privacytest.Aigul()
	for _, tc := range []struct {
		name  string
		set   func(*people.Contacts)
		field string
		want  error
	}{
		{"as it is", func(*people.Contacts) {}, "", nil},
		{"no surname", func(c *people.Contacts) { c.Surname = "  " }, "surname", people.ErrNameNeeded},
		{"no name", func(c *people.Contacts) { c.Name = "" }, "name", people.ErrNameNeeded},
		{"no patronymic", func(c *people.Contacts) { c.Patronymic = "" }, "", nil},
		{"markup in the name", func(c *people.Contacts) { c.Name = "<b>Ай</b>" }, "name", people.ErrNameWrong},
		{"line end in the name", func(c *people.Contacts) { c.Name = "Ай\r\nBcc: x" }, "name", people.ErrNameWrong},
		{"broken letters", func(c *people.Contacts) { c.Name = "Ай\xff" }, "name", people.ErrNameWrong},
		{"only a hyphen", func(c *people.Contacts) { c.Name = "-" }, "name", people.ErrNameWrong},
		{"hyphen and apostrophe", func(c *people.Contacts) { c.Surname = "Д’Артаньян-О'Нил" }, "", nil},
		{"other scripts", func(c *people.Contacts) { c.Surname, c.Name = "王", "नीलम" }, "", nil},
		{"long surname", func(c *people.Contacts) { c.Surname = strings.Repeat("қ", 101) }, "surname", people.ErrNameLong},
		{"no e-mail", func(c *people.Contacts) { c.Email = " " }, "email", people.ErrEmailNeeded},
		{"e-mail without a dot", func(c *people.Contacts) { c.Email = "a@b" }, "email", people.ErrEmailWrong},
		{"e-mail with a name", func(c *people.Contacts) { c.Email = "Ай <a@example.kz>" }, "email", people.ErrEmailWrong},
		{"two e-mails", func(c *people.Contacts) { c.Email = "a@example.kz,b@example.kz" }, "email", people.ErrEmailWrong},
		{"header in the e-mail", func(c *people.Contacts) { c.Email = "a@example.kz\nBcc: b@example.kz" }, "email", people.ErrEmailWrong},
		{"no phone", func(c *people.Contacts) { c.Phone = "" }, "phone", people.ErrPhoneNeeded},
		{"short phone", func(c *people.Contacts) { c.Phone = "12345" }, "phone", people.ErrPhoneWrong},
		{"words for a phone", func(c *people.Contacts) { c.Phone = "1-800-FLOWERS" }, "phone", people.ErrPhoneWrong},
	} {
		c := good
		tc.set(&c)
		_, err := c.Validate()
		var e *fault.Error
		if tc.want == nil && err != nil || tc.want != nil && (!errors.Is(err, tc.want) || !errors.As(err, &e) || e.Field != tc.field) {
			t.Errorf("%s: got %v, want %v on %q", tc.name, err, tc.want, tc.field)
		}
	}
	for typed, want := range map[string]string{"8 701 123-45-67": "+77011234567", "+7 (701) 123 45 67": "+77011234567", "7011234567": "+77011234567", "+998 90 123 45 67": "+998901234567"} {
		c := good
		c.Phone = typed
		c.Surname = "  Серік   қызы "
		got, err := c.Validate()
		if err != nil || got.Phone != want || got.Surname != "Серік қызы" {
			t.Errorf("%q becomes %q of %q, %v", typed, got.Phone, got.Surname, err)
		}
	}
	_, err := people.Contacts{}.Validate()
	var fields fault.Fields
	if !errors.As(err, &fields) || len(fields) != 4 {
		t.Errorf("an empty form names %v", err)
	}
}

func TestAnAccountIsMadeByConsentAndCode(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		attempt, err := h.People.Register(ctx, h.registration(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.People.SignIn(ctx, "aigul@example.kz", password, phone); !errors.Is(err, people.ErrSignIn) {
			t.Errorf("signed in before the address was confirmed: %v", err)
		}
		digits, letter := h.code(t)
		if letter.To != "aigul@example.kz" || !strings.Contains(letter.Text, "Здравствуйте") || !strings.Contains(letter.HTML, digits) || strings.Contains(letter.Text, "Айгүл") {
			t.Errorf("the letter is %+v", letter)
		}
		if _, _, err := h.People.Confirm(ctx, attempt, "00000x", phone); !errors.Is(err, people.ErrCodeWrong) {
			t.Errorf("a wrong code gives %v", err)
		}
		token, s, err := h.People.Confirm(ctx, attempt, strings.ReplaceAll(digits, " ", ""), phone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := h.People.SessionByToken(ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, got); diff != "" {
			t.Errorf("the session differs:\n%s", diff)
		}
		if _, _, err := h.People.Confirm(ctx, attempt, digits, phone); !errors.Is(err, people.ErrCodeOver) {
			t.Errorf("the code worked twice: %v", err)
		}
		if _, _, err := h.People.SignIn(ctx, " AIGUL@example.kz ", password, phone); err != nil {
			t.Errorf("sign in by password: %v", err)
		}
		held, err := h.People.Held(ctx, s.PersonID)
		if err != nil || held[vault.Surname].Reveal() != "Серікқызы" {
			t.Errorf("held: %v %v", held, err)
		}
		if stands, err := h.Privacy.Consented(ctx, s.PersonID, "service"); err != nil || !stands {
			t.Errorf("consent stands: %v %v", stands, err)
		}
	})
}

func TestNothingIsStoredWithoutConsent(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		r := h.registration(t)
		refuse := errors.New("no consent")
		r.Record = func(context.Context, *db.DB, string) error { return refuse }
		if _, err := h.People.Register(t.Context(), r); !errors.Is(err, refuse) {
			t.Fatalf("got %v", err)
		}
		found, err := h.People.PersonsByEmail(t.Context(), "aigul@example.kz")
		if err != nil || len(found) != 0 {
			t.Errorf("%d persons have the address, %v", len(found), err)
		}
		h.work(t)
		if n := len(h.Mails.All()); n != 0 {
			t.Errorf("%d letters went out", n)
		}
	})
}

func TestKnownAndUnknownAddressesGetTheSameAnswers(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		h.register(t)
		for _, email := range []string{"aigul@example.kz", "nobody@example.kz"} {
			if _, _, err := h.People.SignIn(ctx, email, "wrong wrong wrong", phone); !errors.Is(err, people.ErrSignIn) {
				t.Errorf("%s: sign in gives %v", email, err)
			}
			attempt, err := h.People.RequestCode(ctx, email, i18n.EN)
			if err != nil || len(attempt) < 40 {
				t.Fatalf("%s: asking for a code gives %q, %v", email, attempt, err)
			}
			h.work(t)
			for try := range 6 {
				want := error(people.ErrCodeWrong)
				if try == 5 {
					want = people.ErrCodeOver
				}
				if _, _, err := h.People.Confirm(ctx, attempt, "12345x", phone); !errors.Is(err, want) {
					t.Errorf("%s: try %d gives %v, want %v", email, try+1, err, want)
				}
			}
			if err := h.People.Resend(ctx, attempt); !errors.Is(err, people.ErrCodeSoon) {
				t.Errorf("%s: asking again at once gives %v", email, err)
			}
		}
		// Registering a known address answers as for a new one, and its letter signs in to the old account.
		r := h.registration(t)
		r.Password = "another good password"
		attempt, err := h.People.Register(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		digits, _ := h.code(t)
		if _, _, err := h.People.Confirm(ctx, attempt, digits, phone); err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.People.SignIn(ctx, "aigul@example.kz", password, phone); err != nil {
			t.Errorf("the old password no longer works: %v", err)
		}
		if _, _, err := h.People.SignIn(ctx, "aigul@example.kz", r.Password, phone); !errors.Is(err, people.ErrSignIn) {
			t.Errorf("a stranger's registration set a password: %v", err)
		}
	})
}

func TestACodeHasFiveTriesEvenAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		attempt, err := h.People.Register(ctx, h.registration(t))
		if err != nil {
			t.Fatal(err)
		}
		digits, _ := h.code(t)
		var mu sync.Mutex
		var wrong int
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				_, _, err := h.People.Confirm(ctx, attempt, "nonono", phone)
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, people.ErrCodeWrong) {
					wrong++
				}
			})
		}
		wg.Wait()
		if wrong != 5 {
			t.Errorf("%d tries were let through, want 5", wrong)
		}
		if _, _, err := h.People.Confirm(ctx, attempt, digits, phone); !errors.Is(err, people.ErrCodeOver) {
			t.Errorf("the right code after five wrong ones gives %v", err)
		}
		h.now.Advance(2 * time.Minute)
		if err := h.People.Resend(ctx, attempt); err != nil {
			t.Fatal(err)
		}
		digits, _ = h.code(t)
		h.now.Advance(15 * time.Minute)
		if _, _, err := h.People.Confirm(ctx, attempt, digits, phone); !errors.Is(err, people.ErrCodeOver) {
			t.Errorf("a code of 15 minutes ago gives %v", err)
		}
		if err := h.People.Resend(ctx, attempt); err != nil {
			t.Fatal(err)
		}
		digits, _ = h.code(t)
		h.now.Advance(time.Hour)
		if err := h.People.Resend(ctx, attempt); !errors.Is(err, people.ErrCodeOver) {
			t.Errorf("a fourth letter: %v", err)
		}
		_ = digits
	})
}

func TestWrongPasswordsSlowDownAndLock(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		h.register(t)
		for _, email := range []string{"aigul@example.kz", "nobody@example.kz"} {
			for range 5 {
				if _, _, err := h.People.SignIn(ctx, email, "wrong wrong wrong", phone); !errors.Is(err, people.ErrSignIn) {
					t.Fatalf("%s: %v", email, err)
				}
			}
			if _, _, err := h.People.SignIn(ctx, email, password, phone); !errors.Is(err, people.ErrTooMany) {
				t.Errorf("%s: the sixth try gives %v", email, err)
			}
		}
		h.now.Advance(61 * time.Second)
		if _, _, err := h.People.SignIn(ctx, "aigul@example.kz", password, phone); err != nil {
			t.Errorf("after waiting: %v", err)
		}
		for range 10 { // slowly enough for the wait, as from many processes
			h.now.Advance(16 * time.Minute)
			if _, _, err := h.People.SignIn(ctx, "aigul@example.kz", "wrong wrong wrong", phone); !errors.Is(err, people.ErrSignIn) {
				t.Fatal(err)
			}
		}
		h.now.Advance(14*time.Minute + 59*time.Second)
		if _, _, err := h.People.SignIn(ctx, "aigul@example.kz", password, phone); err == nil {
			t.Error("a locked account opened by password")
		}
		attempt, err := h.People.RequestCode(ctx, "aigul@example.kz", i18n.KK)
		if err != nil {
			t.Fatal(err)
		}
		digits, _ := h.code(t)
		if _, _, err := h.People.Confirm(ctx, attempt, digits, phone); err != nil {
			t.Errorf("a locked account does not open by code: %v", err)
		}
	})
}

func TestAForgottenPasswordIsSetByCodeAndEndsEverySession(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		old, _ := h.register(t)
		attempt, err := h.People.RequestReset(ctx, "aigul@example.kz", i18n.KK)
		if err != nil {
			t.Fatal(err)
		}
		digits, _ := h.code(t)
		if _, _, err := h.People.Confirm(ctx, attempt, digits, phone); !errors.Is(err, people.ErrCodeOver) {
			t.Errorf("a reset code signed in: %v", err)
		}
		if _, _, err := h.People.Reset(ctx, attempt, digits, "short", phone); !errors.Is(err, people.ErrPasswordShort) {
			t.Errorf("a short password: %v", err)
		}
		token, s, err := h.People.Reset(ctx, attempt, digits, "тағы бір ұзын сөз", phone)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.People.SessionByToken(ctx, old); !errors.Is(err, people.ErrNoSession) {
			t.Errorf("the old session lives: %v", err)
		}
		if _, err := h.People.SessionByToken(ctx, token); err != nil {
			t.Error(err)
		}
		if err := h.People.ChangePassword(ctx, s, "not this one", "a third long password"); !errors.Is(err, people.ErrPasswordNow) {
			t.Errorf("a wrong present password: %v", err)
		}
		other, _, err := h.People.SignIn(ctx, "aigul@example.kz", "тағы бір ұзын сөз", phone)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.People.ChangePassword(ctx, s, "тағы бір ұзын сөз", "a third long password"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.People.SessionByToken(ctx, other); !errors.Is(err, people.ErrNoSession) {
			t.Errorf("another browser stayed signed in: %v", err)
		}
		if _, err := h.People.SessionByToken(ctx, token); err != nil {
			t.Errorf("the browser that changed the password was signed out: %v", err)
		}
	})
}

func TestDevicesAreListedShortenedAndEnded(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		first, s := h.register(t)
		h.now.Advance(time.Hour)
		desk := people.Browser{IP: "[2001:db8:7:8::9]:443", UserAgent: "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/133.0"}
		second, s2, err := h.People.SignIn(ctx, "aigul@example.kz", password, desk)
		if err != nil {
			t.Fatal(err)
		}
		got, err := h.People.Devices(ctx, s)
		if err != nil || len(got) != 2 {
			t.Fatalf("devices: %+v %v", got, err)
		}
		if got[0].Browser != "Firefox, Windows" || got[0].Network != "2001:db8:7::/48" || got[0].Current ||
			got[1].Browser != "Chrome, Android" || got[1].Network != "203.0.113.0/24" || !got[1].Current {
			t.Errorf("devices: %+v", got)
		}
		if err := h.People.SignOutDevice(ctx, s, s2.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.People.SessionByToken(ctx, second); !errors.Is(err, people.ErrNoSession) {
			t.Errorf("a device that was signed out still opens: %v", err)
		}
		held, err := h.People.Held(ctx, s.PersonID)
		if err != nil || strings.Contains(held[vault.IP].Reveal(), "7:8") || !strings.Contains(held[vault.IP].Reveal(), "2001:db8:7::/48") {
			t.Errorf("the list of networks after signing one out, which the history still tells, is %q, %v", held[vault.IP].Reveal(), err)
		}
		if err := h.People.SignOutEverywhere(ctx, s); err != nil {
			t.Fatal(err)
		}
		if _, err := h.People.SessionByToken(ctx, first); !errors.Is(err, people.ErrNoSession) {
			t.Errorf("signed out everywhere, but: %v", err)
		}
	})
}

func TestSessionsEndByThemselves(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		token, s := h.register(t)
		for range 6 {
			h.now.Advance(29 * 24 * time.Hour)
			if _, err := h.People.SessionByToken(ctx, token); err != nil {
				t.Fatal(err)
			}
		}
		h.now.Advance(7 * 24 * time.Hour)
		if _, err := h.People.SessionByToken(ctx, token); !errors.Is(err, people.ErrNoSession) {
			t.Errorf("a session of 181 days gives %v", err)
		}
		if err := h.People.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		held, err := h.People.Held(ctx, s.PersonID)
		if err != nil || !held[vault.IP].Empty() || held[vault.Email].Empty() {
			t.Errorf("after the sweep: %v", err)
		}
	})
}

func TestAnAccountNobodyConfirmedIsDropped(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		if _, err := h.People.Register(ctx, h.registration(t)); err != nil {
			t.Fatal(err)
		}
		consents := func() (n int) {
			if err := h.DB.QueryRow(ctx, `SELECT count(*) FROM privacy_consent`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if consents() == 0 {
			t.Error("no consent was kept")
		}
		h.now.Advance(25 * time.Hour)
		if err := h.People.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		found, err := h.People.PersonsByEmail(ctx, "aigul@example.kz")
		if err != nil || len(found) != 0 {
			t.Errorf("%d persons still have the address, %v", len(found), err)
		}
		if n := consents(); n != 0 {
			t.Errorf("%d consents of nobody are kept, and nothing ends their term", n)
		}
	})
}

func TestStaffNeedTheirSecondFactorAndItsDigitsWorkOnce(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		c := privacytest.Aigul()
		c.Email = "staff@example.kz"
		id, secret, err := h.People.MakeStaff(ctx, c, password, []people.Role{people.RoleSupport, people.RoleDoor})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.People.MakeStaff(ctx, c, password, []people.Role{people.RoleAdmin}); !errors.Is(err, people.ErrStaffExists) {
			t.Errorf("a second account of the same address: %v", err)
		}
		if _, _, err := h.People.MakeStaff(ctx, c, password, []people.Role{"king"}); !errors.Is(err, people.ErrRoleUnknown) {
			t.Errorf("an unknown role: %v", err)
		}
		token, s, err := h.People.SignIn(ctx, c.Email, password, phone)
		if err != nil {
			t.Fatal(err)
		}
		if s.AccountID != id || s.Factor2 || len(s.Roles) != 2 || !s.Staff() {
			t.Errorf("session %+v", s)
		}
		digits, err := totp.GenerateCode(secret, h.now.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := h.People.VerifySecondFactor(ctx, s, "000 00x"); !errors.Is(err, people.ErrFactor2Wrong) {
			t.Errorf("wrong digits: %v", err)
		}
		if err := h.People.VerifySecondFactor(ctx, s, digits[:3]+" "+digits[3:]); err != nil {
			t.Fatal(err)
		}
		if err := h.People.VerifySecondFactor(ctx, s, digits); !errors.Is(err, people.ErrFactor2Wrong) {
			t.Errorf("the same digits again: %v", err)
		}
		got, err := h.People.SessionByToken(ctx, token)
		if err != nil || !got.Factor2 || len(got.Roles) != 2 {
			t.Errorf("session %+v, %v", got, err)
		}
		guest := h.Guest(t, privacytest.Aigul())
		if _, err := h.People.Contacts(ctx, h.DB, vault.Opening{Person: guest, Purpose: vault.PurposeService, Actor: "staff:" + id, Reason: "office_order"}); err != nil {
			t.Errorf("support may not see an order's buyer: %v", err)
		}
		if _, err := h.People.Contacts(ctx, h.DB, vault.Opening{Person: guest, Purpose: vault.PurposeRights, Actor: "staff:" + id, Reason: "curiosity"}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("support may use a person's rights: %v", err)
		}
		h.now.Advance(12 * time.Hour)
		if _, err := h.People.SessionByToken(ctx, token); !errors.Is(err, people.ErrNoSession) {
			t.Errorf("a staff session of 12 hours gives %v", err)
		}
	})
}

func TestACorrectionReplacesNameAndPhoneOnly(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		_, s := h.register(t)
		err := h.DB.Transact(ctx, func(tx *db.DB) error {
			return h.People.Correct(ctx, tx, s.PersonID, people.Contacts{Surname: "Омарова", Name: "Айгүл", Phone: "8 702 000 11 22", Email: "other@example.kz"})
		})
		if err != nil {
			t.Fatal(err)
		}
		held, err := h.People.Held(ctx, s.PersonID)
		if err != nil || held[vault.Surname].Reveal() != "Омарова" || held[vault.Phone].Reveal() != "+77020001122" ||
			held[vault.Email].Reveal() != "aigul@example.kz" || !held[vault.Patronymic].Empty() {
			t.Errorf("held after the correction: %v", err)
		}
		if err := h.DB.Transact(ctx, func(tx *db.DB) error {
			return h.People.Correct(ctx, tx, s.PersonID, people.Contacts{Name: "Айгүл"})
		}); !errors.Is(err, people.ErrNameNeeded) {
			t.Errorf("a correction without a surname: %v", err)
		}
	})
}

func TestNoPersonalValueStandsInTheRoomsTables(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		token, _ := h.register(t)
		digits := ""
		if all := h.Mails.All(); len(all) > 0 {
			digits = strings.ReplaceAll(sixDigits.FindString(all[0].Text), " ", "")
		}
		forbidden := []string{"aigul", "Айгүл", "Серікқызы", "7011234567", "203.0.113", token, digits, password}
		for _, table := range []string{"people_account", "people_code", "people_session", "privacy_consent", "river_job", "vault_field"} {
			rows, err := h.DB.Query(ctx, `SELECT * FROM `+table)
			if err != nil {
				t.Fatal(err)
			}
			columns, err := rows.Columns()
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				cells := make([]any, len(columns))
				for i := range cells {
					cells[i] = new(any)
				}
				if err := rows.Scan(cells...); err != nil {
					t.Fatal(err)
				}
				for i, cell := range cells {
					text := ""
					switch v := (*cell.(*any)).(type) {
					case string:
						text = v
					case []byte:
						text = string(v)
					}
					for _, f := range forbidden {
						if f != "" && len(f) > 3 && strings.Contains(text, f) && columns[i] != "id" {
							t.Errorf("%s.%s holds %q", table, columns[i], f)
						}
					}
				}
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestTypingAStrangersAddressDoesNotMakeItOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		_, s := h.register(t)
		c := privacytest.Aigul()
		c.Email = "victim@example.kz"
		if err := h.DB.Transact(ctx, func(tx *db.DB) error { return h.People.Keep(ctx, tx, s.PersonID, c) }); !errors.Is(err, people.ErrEmailOther) {
			t.Errorf("the confirmed address was replaced: %v", err)
		}
		for email, want := range map[string]string{"victim@example.kz": "", " Aigul@example.kz": s.PersonID} {
			if got, err := h.People.BuysAs(ctx, s.PersonID, email); err != nil || got != want {
				t.Errorf("with %s buys as %q, %v; want %q", email, got, err, want)
			}
		}
		c.Email, c.Name = "aigul@example.kz", "Айгерім"
		if err := h.DB.Transact(ctx, func(tx *db.DB) error { return h.People.Keep(ctx, tx, s.PersonID, c) }); err != nil {
			t.Errorf("the account's own address: %v", err)
		}
	})
}

func TestPurchasesOfTheSameAddressAreOnesOwnButAStrangersWaitingAccountIsNot(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		guest := h.Guest(t, privacytest.Aigul())
		other := privacytest.Aigul()
		other.Email = "other@example.kz"
		h.Guest(t, other)
		_, s := h.register(t)
		h.now.Advance(time.Hour)
		given := h.registration(t)
		if _, err := h.People.Register(ctx, given); err != nil { // an address that is known: no new person
			t.Fatal(err)
		}
		got, err := h.People.PersonsOf(ctx, s)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{s.PersonID, guest}, got); diff != "" {
			t.Errorf("persons of the session:\n%s", diff)
		}
	})
}
