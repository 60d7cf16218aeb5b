// Package people says who may enter the site.
//
// It owns accounts, sign-in, sessions with their devices, staff roles and the
// confirmed state of contact points. It promises that a password is kept only
// as an argon2id hash, a code or session only as a hash, and names and contacts
// only in the vault. It does not decide what data may be used for: privacy does.
package people

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/vault"
)

// People knows accounts and sessions.
type People struct {
	// the owner fills this in
}

// New makes the room. Codes are mailed through the queue.
func New(d *db.DB, c clock.Clock, v *vault.Vault, q *jobs.Queue, m mail.Sender, b *i18n.Bundle) (*People, error) {
	panic("contract")
}

// Contacts are what a buyer gives: the minimum for a ticket to reach them.
type Contacts struct {
	Surname, Name, Patronymic string
	Email, Phone              string
}

// Validate checks and normalises contacts (phone to E.164, e-mail trimmed); a fault.Fields names every wrong field
// ("surname", "name", "email", "phone") with a message code people.…
func (c Contacts) Validate() (Contacts, error) { panic("contract") }

// NewPerson makes a person's id and key, before any transaction. A guest is a new person for every order.
func (p *People) NewPerson(ctx context.Context) (string, error) { panic("contract") }

// Keep seals a person's contacts in the caller's transaction. Consent must have been recorded before (privacy.Record).
func (p *People) Keep(ctx context.Context, tx *db.DB, person string, c Contacts) error {
	panic("contract")
}

// Contacts opens a person's contacts for a purpose; the journal gets actor and reason.
func (p *People) Contacts(ctx context.Context, tx *db.DB, o vault.Opening) (Contacts, error) {
	panic("contract")
}

// Session is a signed-in browser.
type Session struct {
	ID        string
	AccountID string
	PersonID  string
	Roles     []Role // staff roles, empty for visitors
	Factor2   bool   // the second factor was given in this session
	Lang      i18n.Lang
	StartedAt time.Time
	SeenAt    time.Time
}

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

// SessionByToken returns the session of a cookie's token; fault.Unauthenticated when there is none.
func (p *People) SessionByToken(ctx context.Context, token string) (Session, error) {
	panic("contract")
}

// MakeStaff makes a staff account with roles, a password and a second factor, and returns its TOTP secret (base32). For the
// command line and the demo.
func (p *People) MakeStaff(ctx context.Context, c Contacts, password string, roles []Role) (accountID, totpSecret string, err error) {
	panic("contract")
}

// PersonsByEmail returns the persons who share an e-mail address: an account and the guests who bought with it.
func (p *People) PersonsByEmail(ctx context.Context, email string) ([]string, error) {
	panic("contract")
}
