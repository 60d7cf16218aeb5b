package people

import (
	"context"
	"crypto/subtle"
	"errors"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// What can go wrong with staff accounts.
var (
	ErrStaffExists  = fault.New(fault.Conflict, "people.account_exists")
	ErrRoleUnknown  = fault.New(fault.Invalid, "people.role_unknown")
	ErrFactor2Wrong = fault.New(fault.Invalid, "people.factor2_wrong")
)

// Role is a staff role of the policy's Administration.
type Role string

// The staff roles.
const (
	RoleSupport Role = "support"
	RoleFinance Role = "finance"
	RoleManager Role = "manager" // event manager
	RoleDoor    Role = "door"
	RoleOfficer Role = "officer" // data-protection officer
	RoleAuditor Role = "auditor"
	RoleAdmin   Role = "administrator"
)

// Roles lists the staff roles.
var Roles = []Role{RoleSupport, RoleFinance, RoleManager, RoleDoor, RoleOfficer, RoleAuditor, RoleAdmin}

// totpPeriod is how long a code of the second factor stands, in seconds.
const totpPeriod = 30

// MakeStaff makes a staff account with roles, a password and a second factor, and returns its TOTP secret (base32). For the
// command line and the demo. Staff are employees: their contract, not a consent, is the ground.
func (p *People) MakeStaff(ctx context.Context, c Contacts, password string, roles []Role) (accountID, totpSecret string, err error) {
	defer fault.Wrap(&err, "make a staff account")
	c, wrong := c.validate(false)
	if err := checkPassword(password, c.Email); err != nil {
		wrong = append(wrong, err.On("password"))
	}
	for _, r := range roles {
		if !r.known() {
			wrong = append(wrong, ErrRoleUnknown.On("roles"))
		}
	}
	if len(roles) == 0 {
		wrong = append(wrong, ErrRoleUnknown.On("roles"))
	}
	if err := wrong.OrNil(); err != nil {
		return "", "", err
	}
	hash, err := hashSecret(ctx, password)
	if err != nil {
		return "", "", err
	}
	key, err := newTOTP(p.SiteName)
	if err != nil {
		return "", "", err
	}
	person, err := p.vault.NewPerson(ctx)
	if err != nil {
		return "", "", err
	}
	a := newStaffAccount(person, i18n.KK, p.clock.Now())
	a.passwordHash = hash
	if err := p.db.Transact(ctx, func(tx *db.DB) error { return p.keepStaff(ctx, tx, a, c, key, roles) }); err != nil {
		return "", "", err
	}
	return a.id, key, nil
}

func (p *People) keepStaff(ctx context.Context, tx *db.DB, a account, c Contacts, secret string, roles []Role) error {
	if _, err := p.findAccount(ctx, tx, c.Email); !errors.Is(err, errNoAccount) {
		if err == nil {
			err = ErrStaffExists.On("email")
		}
		return err
	}
	if err := p.Keep(ctx, tx, a.person, c); err != nil {
		return err
	}
	if err := p.vault.Seal(ctx, tx, a.person, map[vault.Field]string{vault.TOTPSecret: secret}); err != nil {
		return err
	}
	if err := insertAccount(ctx, tx, a); err != nil {
		return err
	}
	for _, r := range roles {
		if err := insertRole(ctx, tx, a.id, r); err != nil {
			return err
		}
		if err := insertRoleChange(ctx, tx, RoleChange{
			ID: db.NewID(), AccountID: a.id, Role: r, Granted: true, State: ChangeDone, AskedBy: "system", AskedAt: a.createdAt, DecidedAt: a.createdAt,
		}); err != nil {
			return err
		}
	}
	return nil
}

func (r Role) known() bool {
	for _, k := range Roles {
		if r == k {
			return true
		}
	}
	return false
}

// VerifySecondFactor takes the six digits of the staff member's device, or one of their recovery codes, and marks the session;
// the same digits work once. It is also the step up: from now the factor is fresh.
func (p *People) VerifySecondFactor(ctx context.Context, s Session, digits string) (err error) {
	defer fault.Wrap(&err, "second factor of %s", s.AccountID)
	limit := "factor2 " + s.AccountID
	if err := p.wrong.check(limit); err != nil {
		return err
	}
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		if err := p.takeFactor2(ctx, tx, s, digits); err != nil {
			return err
		}
		if found, err := setFactor2(ctx, tx, s, p.clock.Now()); err != nil || !found {
			return orElse(err, ErrNoSession)
		}
		factor := "totp"
		if recoveryCode(digits) != "" {
			factor = "recovery"
		}
		return noteFactor(ctx, tx, s.ID, factor)
	})
	switch {
	case errors.Is(err, ErrFactor2Wrong):
		p.wrong.count(limit)
		p.noteRefusedFactor(ctx, s)
	case err == nil:
		p.wrong.reset(limit)
	}
	return err
}

// takeFactor2 uses the digits, or the recovery code, up.
func (p *People) takeFactor2(ctx context.Context, tx *db.DB, s Session, typed string) error {
	if code := recoveryCode(typed); code != "" {
		ok, err := useRecovery(ctx, tx, s.AccountID, tokenHash(s.AccountID+" "+code))
		if err == nil && !ok {
			err = ErrFactor2Wrong.On("code")
		}
		return err
	}
	secret, err := p.totpOf(ctx, tx, s.PersonID, "second_factor")
	if err != nil {
		return err
	}
	step, ok := totpStep(vault.NewSecret(secret), plainDigits(typed), p.clock.Now().Unix()/totpPeriod)
	if !ok {
		return ErrFactor2Wrong.On("code")
	}
	if fresh, err := useStep(ctx, tx, s.AccountID, step); err != nil || !fresh {
		return orElse(err, ErrFactor2Wrong.On("code"))
	}
	return nil
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// totpStep finds the step, of the present one and its neighbours, whose digits were given.
func totpStep(secret vault.Secret, digits string, now int64) (step int64, ok bool) {
	if secret.Empty() {
		return 0, false
	}
	for _, step := range []int64{now, now - 1, now + 1} {
		want, err := hotp.GenerateCodeCustom(secret.Reveal(), uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}) //nolint:gosec // steps are positive
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(digits)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// RolesOf returns the staff roles of an account, none for a visitor's.
func RolesOf(ctx context.Context, tx *db.DB, account string) ([]Role, error) {
	return selectRoles(ctx, tx, account)
}
