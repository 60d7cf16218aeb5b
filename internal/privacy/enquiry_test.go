package privacy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

type enquiries struct {
	*privacytest.House
	desk  *privacy.Enquiries
	staff string
}

func openEnquiries(t *testing.T, d *db.DB) enquiries {
	t.Helper()
	h := privacytest.New(t, d, nil)
	x := enquiries{House: h, desk: privacy.NewEnquiries(h.Privacy, h.People, h.Jobs, h.Mails, h.Bundle)}
	x.staff = x.employee(t, "dana@example.kz", people.RoleSupport)
	return x
}

func (x enquiries) employee(t *testing.T, email string, role people.Role) string {
	t.Helper()
	account, _, err := x.People.MakeStaff(t.Context(), people.Contacts{Surname: "Әлиева", Name: "Дана", Email: email}, "correct horse battery", []people.Role{role})
	if err != nil {
		t.Fatal(err)
	}
	return "staff:" + account
}

func (x enquiries) ask(t *testing.T, name, email, text string) (privacy.Enquiry, error) {
	t.Helper()
	return x.desk.Ask(t.Context(), privacy.Asked{Name: name, Email: email, Text: text, Given: privacytest.Given(t, x.Privacy)[0]})
}

func (x enquiries) asked(t *testing.T, email string) privacy.Enquiry {
	t.Helper()
	e, err := x.ask(t, "Лев", email, "Когда откроется касса?")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (x enquiries) person(t *testing.T, e privacy.Enquiry) (id string) {
	t.Helper()
	if err := x.DB.QueryRow(t.Context(), `SELECT person_id FROM privacy_enquiry WHERE id = $1`, e.ID).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func (x enquiries) letters(t *testing.T, to string) (n int) {
	t.Helper()
	if err := x.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, l := range x.Mails.All() {
		if l.To == to {
			n++
		}
	}
	return n
}

// A form that is wrong is told field by field, and nothing of it is kept; the same without a consent that holds.
func TestAnEnquiryThatIsWrongLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openEnquiries(t, d)
		count := func() (n int) {
			t.Helper()
			if err := d.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM privacy_enquiry) + (SELECT count(*) FROM vault_field) + (SELECT count(*) FROM privacy_consent)`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		for _, tc := range []struct {
			name, email, text string
			wrong             []string
		}{
			{"", "lev@example.kz", "Когда откроется касса?", []string{"name"}},
			{"Лев", "lev at example", "Когда откроется касса?", []string{"email"}},
			{"Лев", "lev@example.kz\r\nBcc: all@example.kz", "Когда откроется касса?", []string{"email"}},
			{"Лев", "lev@example.kz", " ? ", []string{"text"}},
			{"Лев", "lev@example.kz", strings.Repeat("ә", 4000), []string{"text"}},
			{" ", "", "", []string{"name", "email", "text"}},
		} {
			_, err := x.ask(t, tc.name, tc.email, tc.text)
			var wrong fault.Fields
			if !errors.As(err, &wrong) {
				t.Errorf("%q %q: %v", tc.name, tc.email, err)
				continue
			}
			var fields []string
			for _, f := range wrong {
				fields = append(fields, f.Field)
			}
			if !slices.Equal(fields, tc.wrong) {
				t.Errorf("%q %q: wrong are %v, want %v", tc.name, tc.email, fields, tc.wrong)
			}
		}
		_, err := x.desk.Ask(t.Context(), privacy.Asked{Name: "Лев", Email: "lev@example.kz", Text: "Когда откроется касса?"})
		if err == nil {
			t.Error("taken without a consent")
		}
		if n := count(); n != before {
			t.Errorf("%d rows more after forms that were refused", n-before)
		}
	})
}

// Two enquiries from one address are two strangers: nobody has proved that it is theirs, and the account with it sees neither.
func TestAnEnquiryIsJoinedWithNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openEnquiries(t, d)
		guest := x.Guest(t, privacytest.Aigul())
		one, two := x.person(t, x.asked(t, privacytest.Aigul().Email)), x.person(t, x.asked(t, privacytest.Aigul().Email))
		if one == two || one == guest || two == guest {
			t.Errorf("persons %s, %s and %s are not three", one, two, guest)
		}
		held, err := x.Privacy.Export(t.Context(), guest)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(held, func(r privacy.Record) bool { return r.Kind == "enquiry" }) {
			t.Error("what somebody asked from the same address stands among the guest's own")
		}
	})
}

// What was asked opens to who answers, for the journal, and to nobody else; it is answered once and mailed once, however often the job runs.
func TestAnEnquiryIsReadByWhoMayAndMailedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		x := openEnquiries(t, d)
		e := x.asked(t, "lev@example.kz")
		if _, err := x.desk.Read(ctx, e, x.employee(t, "door@example.kz", people.RoleDoor)); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("read at the door: %v", err)
		}
		w, err := x.desk.Read(ctx, e, x.staff)
		if err != nil || w.Name != "Лев" || w.Email != "lev@example.kz" || w.Asked != "Когда откроется касса?" || w.Answered != "" {
			t.Fatalf("read: %+v, %v", w, err)
		}
		j, err := x.People.Journal(ctx, x.person(t, e), 10)
		if err != nil || !slices.ContainsFunc(j.Entries, func(j vault.ProvedEntry) bool { return j.Actor == x.staff && j.Reason == "enquiry_read" }) {
			t.Errorf("the look is not in the journal: %+v, %v", j.Entries, err)
		}
		var wrong fault.Fields
		if err := x.desk.Answer(ctx, e, " ", x.staff); !errors.As(err, &wrong) {
			t.Errorf("an empty answer: %v", err)
		}
		if err := x.desk.Answer(ctx, e, "Касса откроется в десять.", x.staff); err != nil {
			t.Fatal(err)
		}
		if err := x.desk.Answer(ctx, e, "Касса откроется в девять.", x.staff); !errors.Is(err, privacy.ErrEnquiryOver) {
			t.Errorf("answered twice: %v", err)
		}
		if n := x.letters(t, "lev@example.kz"); n != 1 {
			t.Errorf("%d letters", n)
		}
		if n := x.letters(t, "lev@example.kz"); n != 1 {
			t.Errorf("%d letters after the job ran again", n)
		}
		if w, err = x.desk.Read(ctx, e, x.staff); err != nil || w.Answered != "Касса откроется в десять." {
			t.Errorf("answered: %+v, %v", w, err)
		}
		if _, err := x.desk.ByNumber(ctx, "2026-00001' OR '1'='1"); !errors.Is(err, privacy.ErrEnquiryUnknown) {
			t.Errorf("a number that is none: %v", err)
		}
	})
}

// Who was erased or blocked before the answer went gets no letter; the number stays and names nobody.
func TestAnAnswerGoesToNobodyWhoLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		x := openEnquiries(t, d)
		erased, blocked, waiting := x.asked(t, "one@example.kz"), x.asked(t, "two@example.kz"), x.asked(t, "three@example.kz")
		for _, e := range []privacy.Enquiry{erased, blocked} {
			if err := x.desk.Answer(ctx, e, "Касса откроется в десять.", x.staff); err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range []privacy.Enquiry{erased, waiting} {
			if _, err := x.Privacy.Erase(ctx, privacy.EraseOrder{Person: x.person(t, e), Actor: "system", Reason: "test"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Transact(ctx, func(tx *db.DB) error { return x.People.Block(ctx, tx, []string{x.person(t, blocked)}) }); err != nil {
			t.Fatal(err)
		}
		for _, to := range []string{"one@example.kz", "two@example.kz"} {
			if n := x.letters(t, to); n != 0 {
				t.Errorf("%d letters to %s", n, to)
			}
		}
		e, err := x.desk.ByNumber(ctx, waiting.Number)
		if err != nil || e.Open() || x.person(t, e) != e.ID {
			t.Errorf("erased while it waited: %+v of %s, %v", e, x.person(t, e), err)
		}
		if _, err := x.desk.Read(ctx, e, x.staff); err == nil {
			t.Error("an erased enquiry can be read")
		}
		if open, err := x.desk.List(ctx, true, 10); err != nil || len(open) != 0 {
			t.Errorf("still to answer: %+v, %v", open, err)
		}
	})
}
