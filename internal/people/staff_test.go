package people_test

import (
	"errors"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

const staffPassword = "a long enough passphrase"

func colleague(email string) people.Contacts {
	return people.Contacts{Surname: "Сейтқали", Name: "Гүлнұр", Email: email}
}

func (h rooms) staff(t *testing.T, email string, roles ...people.Role) (account, secret string) {
	t.Helper()
	account, secret, err := h.People.MakeStaff(t.Context(), colleague(email), staffPassword, roles)
	if err != nil {
		t.Fatal(err)
	}
	return account, secret
}

// come signs an employee in with both factors.
func (h rooms) come(t *testing.T, email, secret string) (string, people.Session) {
	t.Helper()
	h.now.Advance(time.Minute)
	token, s, err := h.People.SignIn(t.Context(), email, staffPassword, people.Browser{})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.People.VerifySecondFactor(t.Context(), s, h.digits(t, secret)); err != nil {
		t.Fatal(err)
	}
	if s, err = h.People.SessionByToken(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	return token, s
}

func (h rooms) digits(t *testing.T, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, h.now.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (h rooms) rolesOf(t *testing.T, account string) []people.Role {
	t.Helper()
	e, err := h.People.Employee(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	return e.Roles
}

var joinLink = regexp.MustCompile(`/office/join/(\S+)`)

func (h rooms) joinToken(t *testing.T) string {
	t.Helper()
	h.work(t)
	letters := h.Mails.All()
	for _, l := range slices.Backward(letters) {
		if m := joinLink.FindStringSubmatch(l.Text); m != nil {
			return m[1]
		}
	}
	t.Fatal("no invitation was mailed")
	return ""
}

func TestAnEmployeeIsInvitedAndJoinsOnce(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		boss, _ := h.staff(t, "boss@example.kz", people.RoleAdmin)
		if _, _, err := h.People.AddEmployee(ctx, "nobody", colleague("new@example.kz"), []people.Role{people.RoleSupport}, i18n.RU); !errors.Is(err, people.ErrRolesNotYours) {
			t.Fatalf("who is no administrator adds staff: %v", err)
		}
		id, waits, err := h.People.AddEmployee(ctx, boss, colleague("new@example.kz"), []people.Role{people.RoleSupport, people.RoleAuditor}, i18n.RU)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(waits, []people.Role{people.RoleAuditor}) || !slices.Equal(h.rolesOf(t, id), []people.Role{people.RoleSupport}) {
			t.Errorf("waits %v, has %v", waits, h.rolesOf(t, id))
		}
		token := h.joinToken(t)
		secret, err := h.People.Joining(ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.People.Join(ctx, token, staffPassword, "000000"); !errors.Is(err, people.ErrFactor2Wrong) {
			t.Errorf("wrong digits: %v", err)
		}
		codes, err := h.People.Join(ctx, token, staffPassword, h.digits(t, secret))
		if err != nil || len(codes) != 10 {
			t.Fatalf("join: %d codes, %v", len(codes), err)
		}
		if _, err := h.People.Join(ctx, token, staffPassword, h.digits(t, secret)); !errors.Is(err, people.ErrJoinOver) {
			t.Errorf("an invitation works twice: %v", err)
		}
		_, s := h.come(t, "new@example.kz", secret)
		if !s.Factor2 || !s.Fresh(h.now.Now()) {
			t.Error("the second factor does not count")
		}
		// The device is lost: a recovery code stands in once, and no twice.
		_, s2, err := h.People.SignIn(ctx, "new@example.kz", staffPassword, people.Browser{})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.People.VerifySecondFactor(ctx, s2, " "+codes[3]+" "); err != nil {
			t.Fatal(err)
		}
		if err := h.People.VerifySecondFactor(ctx, s2, codes[3]); !errors.Is(err, people.ErrFactor2Wrong) {
			t.Errorf("a recovery code works twice: %v", err)
		}
		// A second invitation ends everything that let them in.
		if err := h.People.InviteAgain(ctx, boss, id); err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.People.SignIn(ctx, "new@example.kz", staffPassword, people.Browser{}); !errors.Is(err, people.ErrSignIn) {
			t.Errorf("the old password still works: %v", err)
		}
		h.now.Advance(73 * time.Hour)
		if _, err := h.People.Joining(ctx, h.joinToken(t)); !errors.Is(err, people.ErrJoinOver) {
			t.Errorf("an invitation lives too long: %v", err)
		}
	})
}

func TestNobodyWidensTheirOwnRightsAlone(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		boss, _ := h.staff(t, "boss@example.kz", people.RoleAdmin)
		second, _ := h.staff(t, "second@example.kz", people.RoleOfficer)
		helper, _ := h.staff(t, "helper@example.kz", people.RoleSupport)
		for _, r := range people.Roles {
			if r == people.RoleAdmin {
				continue
			}
			waits, err := h.People.ChangeRoles(ctx, boss, boss, []people.Role{people.RoleAdmin, r})
			if err != nil || !slices.Equal(waits, []people.Role{r}) {
				t.Fatalf("an administrator asks for %s: waits %v, %v", r, waits, err)
			}
		}
		if got := h.rolesOf(t, boss); !slices.Equal(got, []people.Role{people.RoleAdmin}) {
			t.Fatalf("the administrator gave themself %v", got)
		}
		waiting, err := h.People.RolesWaiting(ctx)
		if err != nil || len(waiting) != len(people.Roles)-1 {
			t.Fatalf("%d wait, %v", len(waiting), err)
		}
		i := slices.IndexFunc(waiting, func(c people.RoleChange) bool { return c.Role == people.RoleOfficer })
		officer := waiting[i]
		for who, want := range map[string]error{boss: people.ErrSamePerson, helper: people.ErrRolesNotYours} {
			if err := h.People.DecideRole(ctx, who, officer.ID, true); !errors.Is(err, want) {
				t.Errorf("approved by the wrong one: %v, want %v", err, want)
			}
		}
		if err := h.People.DecideRole(ctx, second, officer.ID, true); err != nil {
			t.Fatal(err)
		}
		if err := h.People.DecideRole(ctx, second, officer.ID, false); !errors.Is(err, people.ErrRoleDecided) {
			t.Errorf("decided twice: %v", err)
		}
		if got := h.rolesOf(t, boss); !slices.Contains(got, people.RoleOfficer) {
			t.Errorf("approved and not given: %v", got)
		}
		// For others a plain role is given at once, a sensitive one waits.
		waits, err := h.People.ChangeRoles(ctx, boss, helper, []people.Role{people.RoleSupport, people.RoleDoor, people.RoleAdmin})
		if err != nil || !slices.Equal(waits, []people.Role{people.RoleAdmin}) {
			t.Fatalf("waits %v, %v", waits, err)
		}
		if _, err := h.People.ChangeRoles(ctx, boss, boss, []people.Role{people.RoleOfficer}); !errors.Is(err, people.ErrLastAdmin) {
			t.Errorf("the last administrator went: %v", err)
		}
		if _, err := h.People.ChangeRoles(ctx, helper, second, nil); !errors.Is(err, people.ErrRolesNotYours) {
			t.Errorf("support changes roles: %v", err)
		}
		changes, err := h.People.RoleChanges(ctx, helper)
		if err != nil || len(changes) != 3 {
			t.Errorf("history has %d lines, %v", len(changes), err)
		}
	})
}

func TestWhoLeftIsOutAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		boss, _ := h.staff(t, "boss@example.kz", people.RoleAdmin)
		id, secret := h.staff(t, "leaver@example.kz", people.RoleSupport, people.RoleDoor)
		token, _ := h.come(t, "leaver@example.kz", secret)
		if _, err := h.People.ChangeRoles(ctx, boss, id, []people.Role{people.RoleDoor}); err != nil {
			t.Fatal(err)
		}
		if s, err := h.People.SessionByToken(ctx, token); err != nil || !slices.Equal(s.Roles, []people.Role{people.RoleDoor}) {
			t.Errorf("the session still has %v, %v", s.Roles, err)
		}
		if err := h.People.EndEmployment(ctx, boss, id); err != nil {
			t.Fatal(err)
		}
		if _, err := h.People.SessionByToken(ctx, token); !errors.Is(err, people.ErrNoSession) {
			t.Errorf("the session lives on: %v", err)
		}
		if _, _, err := h.People.SignIn(ctx, "leaver@example.kz", staffPassword, people.Browser{}); !errors.Is(err, people.ErrSignIn) {
			t.Errorf("who left comes in: %v", err)
		}
		if err := h.People.InviteAgain(ctx, boss, id); !errors.Is(err, people.ErrLeft) {
			t.Errorf("who left is invited: %v", err)
		}
	})
}

func TestOpeningInBulkAsksForTheSecondFactor(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		_, secret := h.staff(t, "many@example.kz", people.RoleSupport)
		_, s := h.come(t, "many@example.kz", secret)
		for range 10 {
			if err := h.People.NoteLook(ctx, s); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.People.NoteLook(ctx, s); !errors.Is(err, people.ErrStepUp) {
			t.Fatalf("the eleventh look: %v", err)
		}
		h.now.Advance(time.Minute)
		if err := h.People.VerifySecondFactor(ctx, s, h.digits(t, secret)); err != nil {
			t.Fatal(err)
		}
		if err := h.People.NoteLook(ctx, s); err != nil {
			t.Errorf("after the second factor: %v", err)
		}
		h.now.Advance(people.FreshFor)
		if s.Fresh(h.now.Now()) {
			t.Error("a factor stays fresh for ever")
		}
		if _, err := h.People.NewRecovery(ctx, s); !errors.Is(err, people.ErrStepUp) {
			t.Errorf("recovery codes without a fresh factor: %v", err)
		}
	})
}

// The purpose of staff records opens employees and nobody else.
func TestStaffRecordsOpenEmployeesOnly(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		boss, _ := h.staff(t, "boss@example.kz", people.RoleAdmin)
		e, err := h.People.Employee(ctx, boss)
		if err != nil {
			t.Fatal(err)
		}
		_, visitor := h.register(t)
		guest := visitor.PersonID
		for person, want := range map[string]bool{e.PersonID: true, guest: false} {
			err := h.DB.Transact(ctx, func(tx *db.DB) error {
				_, err := h.People.Contacts(ctx, tx, vault.Opening{
					Person: person, Purpose: vault.PurposeStaff, Fields: []vault.Field{vault.Surname, vault.Name}, Actor: "staff:" + boss, Reason: "office_staff",
				})
				return err
			})
			if (err == nil) != want {
				t.Errorf("opened: %v, want %v", err, want)
			}
		}
	})
}
