package people

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// What can be wrong with a change of roles.
var (
	ErrRolesNotYours = fault.New(fault.Forbidden, "people.roles_not_yours") // the actor may not change roles (any more)
	ErrSamePerson    = fault.New(fault.Conflict, "people.same_person")      // a second person is needed
	ErrLastAdmin     = fault.New(fault.Conflict, "people.last_admin")
	ErrNoEmployee    = fault.New(fault.NotFound, "people.no_employee")
	ErrRoleDecided   = fault.New(fault.Conflict, "people.role_decided")
	ErrLeft          = fault.New(fault.Conflict, "people.employee_left")
)

// RoleChange is one role given to or taken from an employee.
type RoleChange struct {
	ID        string
	AccountID string
	Role      Role
	Granted   bool
	State     ChangeState
	AskedBy   string
	AskedAt   time.Time
	DecidedBy string
	DecidedAt time.Time
}

// ChangeState says how far a change of roles is.
type ChangeState string

// The states of a change of roles.
const (
	ChangeWaits   ChangeState = "waits" // for a second person
	ChangeDone    ChangeState = "done"
	ChangeRefused ChangeState = "refused"
)

// sensitive are the roles that one person alone gives to nobody: they look after, or over, everybody's data.
var sensitive = []Role{RoleOfficer, RoleAuditor, RoleAdmin}

// NeedsSecond tells whether giving a role waits for a second person. Nobody widens their own rights alone, whatever the role.
func NeedsSecond(r Role, to, by string) bool { return slices.Contains(sensitive, r) || to == by }

// approvers decide on roles that wait for a second person.
var approvers = []Role{RoleAdmin, RoleOfficer}

// ChangeRoles brings an employee's roles to what is wanted: taking away happens at once and ends their open pages; giving happens
// at once or waits for a second person. The actor must be an administrator at that moment.
func (p *People) ChangeRoles(ctx context.Context, actor, account string, want []Role) (waits []Role, err error) {
	defer fault.Wrap(&err, "change the roles of %s", account)
	for _, r := range want {
		if !r.known() {
			return nil, ErrRoleUnknown.On("roles")
		}
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		waits, err = p.changeRoles(ctx, tx, actor, account, want)
		return err
	})
	return waits, err
}

func (p *People) changeRoles(ctx context.Context, tx *db.DB, actor, account string, want []Role) (waits []Role, err error) {
	if err := lockStaff(ctx, tx); err != nil {
		return nil, err
	}
	if err := p.mustHave(ctx, tx, actor, RoleAdmin); err != nil {
		return nil, err
	}
	if _, err := p.employee(ctx, tx, account); err != nil {
		return nil, err
	}
	has, err := selectRoles(ctx, tx, account)
	if err != nil {
		return nil, err
	}
	for _, r := range has {
		if !slices.Contains(want, r) {
			if err := p.takeRole(ctx, tx, actor, account, r); err != nil {
				return nil, err
			}
		}
	}
	for _, r := range want {
		if slices.Contains(has, r) {
			continue
		}
		if NeedsSecond(r, account, actor) {
			waits = append(waits, r)
		}
		if err := p.giveRole(ctx, tx, actor, account, r); err != nil {
			return nil, err
		}
	}
	return waits, nil
}

func (p *People) giveRole(ctx context.Context, tx *db.DB, actor, account string, r Role) error {
	c := RoleChange{ID: db.NewID(), AccountID: account, Role: r, Granted: true, State: ChangeWaits, AskedBy: actor, AskedAt: p.clock.Now()}
	if NeedsSecond(r, account, actor) {
		return insertRoleChange(ctx, tx, c)
	}
	c.State, c.DecidedAt = ChangeDone, c.AskedAt
	if err := insertRole(ctx, tx, account, r); err != nil {
		return err
	}
	return insertRoleChange(ctx, tx, c)
}

// takeRole also refuses what of the role still waits: who lost it does not get it back by an older paper.
func (p *People) takeRole(ctx context.Context, tx *db.DB, actor, account string, r Role) error {
	if r == RoleAdmin {
		if n, err := countAdmins(ctx, tx); err != nil || n <= 1 {
			return orElse(err, ErrLastAdmin.On("roles"))
		}
	}
	if err := deleteRole(ctx, tx, account, r); err != nil {
		return err
	}
	now := p.clock.Now()
	return insertRoleChange(ctx, tx, RoleChange{
		ID: db.NewID(), AccountID: account, Role: r, State: ChangeDone, AskedBy: actor, AskedAt: now, DecidedAt: now,
	})
}

// DecideRole gives a role that waits, or refuses it. It takes a second person: not who asked, not who gets it.
func (p *People) DecideRole(ctx context.Context, actor, change string, yes bool) (err error) {
	defer fault.Wrap(&err, "decide on role change %s", change)
	return p.db.Transact(ctx, func(tx *db.DB) error {
		if err := lockStaff(ctx, tx); err != nil {
			return err
		}
		c, err := findRoleChange(ctx, tx, change)
		if errors.Is(err, db.ErrNoRow) {
			return ErrNoEmployee
		}
		if err != nil {
			return err
		}
		if err := p.mustHave(ctx, tx, actor, approvers...); err != nil {
			return err
		}
		if actor == c.AccountID || yes && actor == c.AskedBy { // who asked may still take it back
			return ErrSamePerson
		}
		state := ChangeRefused
		if yes {
			state = ChangeDone
		}
		if ok, err := decideRoleChange(ctx, tx, c.ID, state, actor, p.clock.Now()); err != nil || !ok {
			return orElse(err, ErrRoleDecided)
		}
		if !yes {
			return nil
		}
		if _, err := p.employee(ctx, tx, c.AccountID); err != nil {
			return err
		}
		return insertRole(ctx, tx, c.AccountID, c.Role)
	})
}

// RoleChanges lists what was done with an employee's roles, newest first.
func (p *People) RoleChanges(ctx context.Context, account string) ([]RoleChange, error) {
	return listRoleChanges(ctx, p.db, account)
}

// RolesWaiting lists what waits for a second person.
func (p *People) RolesWaiting(ctx context.Context) ([]RoleChange, error) {
	return listRolesWaiting(ctx, p.db)
}

// EndEmployment takes every role, ends every session and lets nobody sign in again: at once, by one administrator.
func (p *People) EndEmployment(ctx context.Context, actor, account string) (err error) {
	defer fault.Wrap(&err, "end the employment of %s", account)
	return p.db.Transact(ctx, func(tx *db.DB) error {
		if err := lockStaff(ctx, tx); err != nil {
			return err
		}
		if err := p.mustHave(ctx, tx, actor, RoleAdmin); err != nil {
			return err
		}
		e, err := p.employee(ctx, tx, account)
		if err != nil {
			return err
		}
		has, err := selectRoles(ctx, tx, account)
		if err != nil {
			return err
		}
		for _, r := range has {
			if err := p.takeRole(ctx, tx, actor, account, r); err != nil {
				return err
			}
		}
		now := p.clock.Now()
		if err := endEmployee(ctx, tx, account, actor, now); err != nil {
			return err
		}
		if err := deleteSessions(ctx, tx, account, ""); err != nil {
			return err
		}
		return p.forgetDevices(ctx, tx, Session{AccountID: account, PersonID: e.person})
	})
}

// mustHave asks for a role at this very moment: what was true when the page was opened does not count.
func (p *People) mustHave(ctx context.Context, tx *db.DB, account string, any ...Role) error {
	has, err := selectRoles(ctx, tx, account)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(has, func(r Role) bool { return slices.Contains(any, r) }) {
		return ErrRolesNotYours
	}
	return nil
}

// employee is a staff account that may still sign in.
func (p *People) employee(ctx context.Context, tx *db.DB, id string) (account, error) {
	a, err := findAccountByID(ctx, tx, id)
	switch {
	case errors.Is(err, db.ErrNoRow), err == nil && !a.staff:
		return a, ErrNoEmployee
	case err == nil && !a.leftAt.IsZero():
		return a, ErrLeft
	}
	return a, err
}
