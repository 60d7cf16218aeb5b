package privacy_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

// An enquiry keeps its words until its own year after the answer is over: the night neither takes them early nor leaves them.
func TestTheNightLeavesAnEnquiryItsWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, c)
		desk := privacy.NewEnquiries(h.Privacy, h.People, h.Jobs, h.Mails, h.Bundle)
		account, _, err := h.People.MakeStaff(ctx, people.Contacts{Surname: "Әлиева", Name: "Дана", Email: "dana@example.kz"}, "correct horse battery", []people.Role{people.RoleSupport})
		if err != nil {
			t.Fatal(err)
		}
		g := privacytest.Given(t, h.Privacy)[0]
		g.Lang, g.Channel = i18n.RU, "site"
		e, err := desk.Ask(ctx, privacy.Asked{Name: "Лев", Email: "lev@example.kz", Text: "Когда откроется касса?", Given: g})
		if err != nil {
			t.Fatal(err)
		}
		reads := func(when string) {
			t.Helper()
			if _, err := h.Privacy.RunNight(ctx); err != nil {
				t.Fatal(err)
			}
			if w, err := desk.Read(ctx, e, "staff:"+account); err != nil || w.Asked == "" || w.Email == "" {
				t.Errorf("%s: %+v %v", when, w, err)
			}
		}
		for range 3 {
			c.Advance(24 * time.Hour)
			reads("while it waits")
		}
		if err := desk.Answer(ctx, e, "Касса откроется в десять.", "staff:"+account); err != nil {
			t.Fatal(err)
		}
		c.Advance(364 * 24 * time.Hour)
		reads("answered")
	})
}

// told is a room in which everything that starts a term happened at one moment.
type told struct{ at time.Time }

func (r told) Anchors(_ context.Context, _ *db.DB, persons []string) (map[string]privacy.Facts, error) {
	out := map[string]privacy.Facts{}
	for _, id := range persons {
		out[id] = privacy.Facts{At: map[privacy.Event]time.Time{}}
		for _, e := range []privacy.Event{privacy.EventOrder, privacy.EventPerformance, privacy.EventSignIn, privacy.EventAnswer} {
			out[id].At[e] = r.at
		}
	}
	return out, nil
}

// elsewhere are the fields whose end stands in another test: nobody stores the first, and documents lie among the files.
var elsewhere = map[vault.Field]string{
	vault.BirthDate: "no purpose needs it: it goes the first night",
	vault.Document:  "TestTermsAndThePersonsWordDestroyToo",
}

// TestEveryFieldOfTheRegisterEndsWithItsTerm walks the register: each field alone, on the last day of the longest term that any purpose
// gives it, and on the day after.
func TestEveryFieldOfTheRegisterEndsWithItsTerm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, c)
		start := c.Now()
		h.Privacy.SetAnchors(told{start})
		of, last := map[vault.Field]string{}, map[vault.Field]calendar.Day{}
		for _, e := range privacy.Program().Entries {
			for _, f := range e.Fields {
				if of[f] == "" {
					of[f] = only(t, h, f)
				}
				if k := e.TermOf(f); k.Event != privacy.EventEnd && k.Event != privacy.EventUpload && k.Event != privacy.EventConsent {
					last[f] = max(last[f], k.Last(start))
				}
			}
		}
		var days []calendar.Day
		for f, day := range last {
			if elsewhere[f] == "" {
				days = append(days, day)
			} else {
				t.Errorf("%s has a term and is looked at elsewhere: %s", f, elsewhere[f])
			}
		}
		for f := range of {
			if last[f] == "" && elsewhere[f] == "" {
				t.Errorf("%s stands in the register, and no event that any room knows ends it", f)
			}
		}
		slices.Sort(days)
		kept := func(f vault.Field) bool {
			held, err := h.Vault.Inventory(ctx, d, of[f])
			if err != nil {
				t.Fatal(err)
			}
			return len(held) == 1
		}
		for _, day := range slices.Compact(days) {
			at, err := time.ParseInLocation(time.DateOnly, string(day), i18n.Zone("Asia/Almaty"))
			if err != nil {
				t.Fatal(err)
			}
			for i, now := range []time.Time{at.Add(7 * time.Hour), at.AddDate(0, 0, 1).Add(7 * time.Hour)} {
				c.Set(now)
				if ran, err := h.Privacy.RunNight(ctx); err != nil || !ran {
					t.Fatalf("the night of %s: %v %v", now, ran, err)
				}
				for f := range last {
					if over := last[f] < day || last[f] == day && i == 1; kept(f) == over {
						t.Errorf("%s, whose last day is %s: kept %v at %s", f, last[f], kept(f), now)
					}
				}
			}
		}
		if kept(vault.BirthDate) {
			t.Error("a birth date that no purpose needs is kept")
		}
	})
}

// only makes a person of whom one field alone is kept.
func only(t *testing.T, h *privacytest.House, f vault.Field) string {
	t.Helper()
	person, err := h.People.NewPerson(t.Context())
	if err == nil {
		err = h.DB.Transact(t.Context(), func(tx *db.DB) error {
			return h.Vault.Seal(t.Context(), tx, person, map[vault.Field]string{f: "+77010000001"})
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return person
}

// A field that the books still need is closed to those whose own purpose is over.
func TestAPurposeThatIsOverOpensNothingToStaff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		w := retained(t, d)
		buyer := w.Buy(t, "1-1").PersonID
		staff := map[people.Role]string{}
		for _, role := range []people.Role{people.RoleDoor, people.RoleSupport, people.RoleFinance} {
			id, _, err := w.People.MakeStaff(ctx, people.Contacts{Surname: "Әлиева", Name: "Дана", Email: string(role) + "@example.kz"}, "correct horse battery", []people.Role{role})
			if err != nil {
				t.Fatal(err)
			}
			staff[role] = "staff:" + id
		}
		open := func(role people.Role, purpose vault.Purpose) error {
			return d.Transact(ctx, func(tx *db.DB) error {
				_, err := w.Vault.Open(ctx, tx, vault.Opening{Person: buyer, Purpose: purpose, Fields: []vault.Field{vault.Surname, vault.Name}, Actor: staff[role], Reason: "test"})
				return err
			})
		}
		over := func(when string, admission, service bool) {
			t.Helper()
			if err := open(people.RoleDoor, vault.PurposeAdmission); errors.Is(err, privacy.ErrTermOver) != admission || !admission && err != nil {
				t.Errorf("%s, for admission: %v", when, err)
			}
			if err := open(people.RoleSupport, vault.PurposeService); errors.Is(err, privacy.ErrTermOver) != service || !service && err != nil {
				t.Errorf("%s, for the service: %v", when, err)
			}
			if err := open(people.RoleFinance, vault.PurposeAccounting); err != nil {
				t.Errorf("%s, for the books: %v", when, err)
			}
		}
		years(w, 0, 30)
		over("thirty days after the performance", false, false)
		years(w, 0, 32)
		over("later", true, false)
		years(w, 3, 2)
		over("three years later", true, true)
	})
}

// Evidence of an erased person's consents has a term too.
func TestEvidenceOfErasedPersonsGoesWithItsTerm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, c)
		gone, held, stays := h.Guest(t, privacytest.Aigul(), privacy.ScopeMarketingEmail), h.Guest(t, privacytest.Aigul()), h.Guest(t, privacytest.Aigul())
		if err := h.Privacy.Withdraw(ctx, gone, privacy.ScopeMarketingEmail, "site"); err != nil {
			t.Fatal(err)
		}
		var until calendar.Day
		for _, id := range []string{gone, held} {
			for _, o := range erase(t, h, id).Outcomes {
				if o.Ground == privacy.GroundProof {
					until = o.Until
				}
			}
		}
		if want := (privacy.Keep{Count: 3, Unit: privacy.Years}).Last(c.Now()); until != want {
			t.Fatalf("the letter says %q, want %s", until, want)
		}
		if _, err := h.Privacy.PutHold(ctx, privacy.Hold{Person: held, Reason: "case 12/2026", MadeBy: "staff:one"}); err != nil {
			t.Fatal(err)
		}
		of := func(person string) int64 {
			return count(t, d, `SELECT (SELECT count(*) FROM privacy_consent WHERE person_id = '`+person+`') + (SELECT count(*) FROM privacy_withdrawal WHERE person_id = '`+person+`')`)
		}
		had := of(gone)
		c.Set(c.Now().AddDate(3, 0, 0))
		if _, err := h.Privacy.RunNight(ctx); err != nil || had < 3 || of(gone) != had {
			t.Errorf("on the last day %d rows of %d are left, %v", of(gone), had, err)
		}
		c.Advance(48 * time.Hour)
		if p, err := h.Privacy.Preview(ctx); err != nil || p.Proofs != 1 {
			t.Errorf("the preview tells of %d, %v", p.Proofs, err)
		}
		if _, err := h.Privacy.RunNight(ctx); err != nil || of(gone) != 0 {
			t.Errorf("after the term %d rows are left, %v", of(gone), err)
		}
		if of(held) == 0 || of(stays) == 0 {
			t.Error("evidence went of a person who is held, or who is still here")
		}
		if findings, err := h.Privacy.VerifyErasures(ctx); err != nil || len(findings) != 0 {
			t.Errorf("the ledger: %v %v", findings, err)
		}
	})
}

// A shorter term of technical data in the register ends the history of sign-ins earlier.
func TestSignInsEndWithTheRegistersTerm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, c)
		for _, days := range []int{90, 30} {
			if days != 90 {
				privacy.ForgeRegister(t, d, c, func(r *privacy.Processing) {
					for i := range r.Entries {
						if r.Entries[i].Purpose == vault.PurposeIdentification {
							r.Entries[i].Terms = map[vault.Field]privacy.Keep{
								vault.IP:        {Count: days, Unit: privacy.Days, Event: privacy.EventSignIn},
								vault.UserAgent: {Count: 200, Unit: privacy.Days, Event: privacy.EventSignIn},
							}
						}
					}
				})
				c.Advance(2 * time.Second)
			}
			if got, err := h.Privacy.TechnicalFor(ctx, d); err != nil || got != time.Duration(days)*24*time.Hour {
				t.Errorf("kept for %s, want %d days: %v", got, days, err)
			}
		}
		if _, _, err := h.People.MakeStaff(ctx, people.Contacts{Surname: "Әлиева", Name: "Дана", Email: "dana@example.kz"}, "correct horse battery", []people.Role{people.RoleSupport}); err != nil {
			t.Fatal(err)
		}
		_, s, err := h.People.SignIn(ctx, "dana@example.kz", "correct horse battery", people.Browser{IP: "203.0.113.7", UserAgent: "Mozilla/5.0 Firefox/130.0"})
		if err != nil {
			t.Fatal(err)
		}
		for _, left := range []int64{1, 0} {
			c.Advance(29 * 24 * time.Hour / time.Duration(2-left))
			if left == 0 {
				c.Advance(17 * 24 * time.Hour)
			}
			if err := h.People.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
			ins, err := h.People.SignIns(ctx, s)
			if err != nil || int64(len(ins)) != left || count(t, d, `SELECT count(*) FROM people_sign_in`) != left ||
				count(t, d, `SELECT count(*) FROM vault_field WHERE field = 'ip'`) != left {
				t.Errorf("sign-ins that are kept: %+v, want %d; %v", ins, left, err)
			}
		}
	})
}
