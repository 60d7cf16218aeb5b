package people

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
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

// MakeStaff makes a staff account with roles, a password and a second factor, and returns its TOTP secret (base32). For the
// command line and the demo.
func (p *People) MakeStaff(ctx context.Context, c Contacts, password string, roles []Role) (accountID, totpSecret string, err error) {
	panic("contract")
}

// RolesOf returns the staff roles of an account, none for a visitor's.
func RolesOf(ctx context.Context, tx *db.DB, account string) ([]Role, error) {
	return selectRoles(ctx, tx, account)
}
