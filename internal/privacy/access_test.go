package privacy_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

// state is how a person stands to whom the matrix is put.
type state string

const (
	active     state = "active"
	blocked    state = "blocked"
	restricted state = "restricted" // only what a law makes us keep is left
	erased     state = "erased"
)

// actor is who asks: a member of staff with one role, with none, the person, the program.
type actor struct {
	name string
	role people.Role
}

// matrix is a house with one employee of each role, a person in each state, and a visitor who gave no consent.
type matrix struct {
	*privacytest.House
	actors  []actor
	persons map[state]string
}

func newMatrix(t *testing.T, d *db.DB) *matrix {
	t.Helper()
	ctx := t.Context()
	m := &matrix{House: privacytest.New(t, d, nil), persons: map[state]string{}}
	m.actors = []actor{{name: "person"}, {name: "system"}, {name: "staff:nobody"}}
	for i, r := range people.Roles {
		c := privacytest.Aigul()
		c.Email = fmt.Sprintf("staff%d@example.kz", i)
		id, _, err := m.People.MakeStaff(ctx, c, "a long enough passphrase", []people.Role{r})
		if err != nil {
			t.Fatal(err)
		}
		m.actors = append(m.actors, actor{"staff:" + id, r})
	}
	for i, s := range []state{active, blocked, restricted, erased} {
		c := privacytest.Aigul()
		c.Email = fmt.Sprintf("person%d@example.kz", i)
		m.persons[s] = m.Guest(t, c, privacy.ScopeMarketingEmail, privacy.ScopeMarketingSMS)
	}
	act := func(s state) vault.Act {
		return vault.Act{Person: m.persons[s], Actor: "system", Reason: "test"}
	}
	if err := m.Vault.Block(ctx, d, act(blocked)); err != nil {
		t.Fatal(err)
	}
	if err := m.Vault.AddKey(ctx, m.persons[restricted], vault.ClassInvoice); err != nil {
		t.Fatal(err)
	}
	if err := m.Vault.SealAs(ctx, d, vault.Sealing{
		Person: m.persons[restricted], Class: vault.ClassInvoice, Values: map[vault.Field]string{vault.Surname: "Серікқызы", vault.Name: "Айгүл"},
	}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []state{restricted, erased} {
		if err := m.Vault.Destroy(ctx, act(s)); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// says reads the answer for an active person who has consented to everything off the register: its purposes, fields and roles.
func says(reg privacy.RegisterVersion, a actor, p vault.Purpose, f vault.Field) bool {
	e, ok := reg.Entry(p)
	if !ok || !slices.Contains(e.Fields, f) || p == vault.PurposeStaff || // of employees alone, and nobody here is one
		p == vault.PurposeDisclosure { // within an approved case alone, and there is none (TestNothingGoesToAStateBodyOutsideADisclosure)
		return false
	}
	if len(e.Scopes) > 0 && e.Consent(f) == "" { // alone it rests on no consent: it opens beside a field that has one
		return false
	}
	switch a.name {
	case "person":
		return e.Person
	case "system":
		return aloneMay(p, f) && e.System
	}
	return a.role != "" && slices.Contains(e.Roles, a.role)
}

// aloneMay: for the rights of a person the program itself opens what a letter needs, and no more, whatever the register says.
func aloneMay(p vault.Purpose, f vault.Field) bool {
	never := []vault.Field{vault.BirthDate, vault.IP, vault.UserAgent, vault.Document, vault.TOTPSecret}
	return p != vault.PurposeRights || !slices.Contains(never, f)
}

// want is what the matrix must answer.
func want(reg privacy.RegisterVersion, s state, c vault.Class, a actor, p vault.Purpose, f vault.Field) bool {
	switch s {
	case active:
		return c == vault.ClassPerson && says(reg, a, p, f)
	case blocked: // it is the person's own right: it does not shut them out of the others
		return c == vault.ClassPerson && p == vault.PurposeRights && a.name == "person" && says(reg, a, p, f)
	case restricted: // for the law that keeps it, and nothing of the rest
		return c == vault.ClassInvoice && p == vault.PurposeAccounting && says(reg, a, p, f)
	}
	return false
}

func (m *matrix) ask(t *testing.T, s state, c vault.Class, a actor, p vault.Purpose, f vault.Field) bool {
	t.Helper()
	_, err := m.Vault.Open(t.Context(), m.DB, vault.Opening{Person: m.persons[s], Class: c, Purpose: p, Fields: []vault.Field{f}, Actor: a.name, Reason: "matrix"})
	if k := fault.KindOf(err); err != nil && k != fault.Forbidden && k != fault.Gone && k != fault.NotFound && k != fault.Invalid {
		t.Fatalf("%s, %s, %s, %s: %v", s, a.role, p, f, err)
	}
	return err == nil
}

// walk puts every question to the vault and returns how many answers were yes.
func (m *matrix) walk(t *testing.T, states ...state) (yes, no int) {
	t.Helper()
	reg, err := m.Privacy.Processing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		classes := []vault.Class{vault.ClassPerson}
		if s == restricted {
			classes = append(classes, vault.ClassInvoice)
		}
		for _, c := range classes {
			for _, a := range m.actors {
				for _, e := range reg.Entries {
					for _, f := range reg.Fields() {
						got, should := m.ask(t, s, c, a, e.Purpose, f), want(reg, s, c, a, e.Purpose, f)
						if got != should {
							t.Errorf("%s person, %s key: %s %s for %s opens %s: %v, the register says %v", s, c, a.name, a.role, e.Purpose, f, got, should)
						}
						if got {
							yes++
						} else {
							no++
						}
					}
				}
			}
		}
	}
	return yes, no
}

// The access matrix: for every role, purpose, field and state of a person the vault answers what the register's version in force
// says. The questions are made from the register; a second register with every role turned round shows that nothing else answers.
func TestTheAccessMatrixIsTheRegisters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := newMatrix(t, d)
		yes, no := m.walk(t, active, blocked, restricted, erased)
		if yes < 50 || no < 1000 {
			t.Fatalf("%d allowed, %d refused: this is no matrix", yes, no)
		}
		edited(t, m.Privacy, func(r *privacy.Processing) {
			for i, e := range r.Entries {
				var others []people.Role
				for _, role := range people.Roles {
					if !slices.Contains(e.Roles, role) {
						others = append(others, role)
					}
				}
				r.Entries[i].Roles = others
			}
		})
		m.walk(t, active)
	})
}

// Without the consent that the register names for a field, nobody opens it, whatever their role.
func TestWithoutConsentTheMatrixIsShut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := newMatrix(t, d)
		reg, err := m.Privacy.Processing(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if m.persons[active], err = m.People.NewPerson(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, a := range m.actors {
			for _, e := range reg.Entries {
				for _, f := range e.Fields {
					got := m.ask(t, active, vault.ClassPerson, a, e.Purpose, f)
					needs := e.Consent(f) != "" || len(e.Scopes) > 0
					if should := !needs && says(reg, a, e.Purpose, f); got != should {
						t.Errorf("%s %s for %s opens %s without consent: %v, want %v", a.name, a.role, e.Purpose, f, got, should)
					}
				}
			}
		}
	})
}
