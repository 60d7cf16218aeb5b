// Package privacy keeps what people are owed.
//
// It owns the policy and the offer with their versions, consents, and the
// register of processing that the vault obeys. It promises that a version, once
// published, never changes and is named by its hash, and that a consent tells
// exactly which text was shown, in which language and where. It does not hold
// personal values: those are the vault's.
package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/vault"
)

// Operator is the legal entity that runs the site, as the configuration tells.
type Operator struct {
	Name      i18n.Text `toml:"name"`
	ShortName string    `toml:"short_name"` // as on the poster wall and tickets
	BIN       string    `toml:"bin"`
	Address   i18n.Text `toml:"address"`
	Phones    []string  `toml:"phones"`
	Email     string    `toml:"email"`
	Officer   string    `toml:"officer_email"` // the person responsible for personal data (94-V 25(2)(10))
	Bank      i18n.Text `toml:"bank"`
	Accent    string    `toml:"accent"` // "#rrggbb"
	Site      string    `toml:"-"`      // base address, filled in by app
}

// Privacy keeps versions and consents, and is the vault's gate.
type Privacy struct {
	// the owner fills this in
}

// New makes the room. It publishes the policy and the offer that the operator's profile gives when their text differs from the
// version in force.
func New(ctx context.Context, d *db.DB, c clock.Clock, op Operator) (*Privacy, error) {
	panic("contract")
}

// Kind is which document.
type Kind string

// The published documents.
const (
	Policy Kind = "privacy"
	Offer  Kind = "offer"
)

// Version is a published text; it never changes.
type Version struct {
	ID        string
	Kind      Kind
	Number    int
	Hash      string // hex SHA-256 over the canonical JSON of all languages, chained to the version before
	Previous  string // hash of the version before, "" for the first
	InForce   time.Time
	Documents map[i18n.Lang]Document
	Scopes    []Scope // of the policy only
}

// Document is a version's text in one language.
type Document struct {
	Title   string
	Clauses []Clause
}

// Clause is a numbered part of a document. Level 1 is a heading.
type Clause struct {
	Number string
	Level  int
	Text   string
}

// Scope is one box a person ticks, unticked by default.
type Scope struct {
	Code     string // "service", "transfer_organiser", "marketing_email"
	Required bool   // without it the order cannot be carried out
	Summary  i18n.Text
	Text     i18n.Text
}

// InForce returns the version of a document that is in force now.
func (p *Privacy) InForce(ctx context.Context, k Kind) (Version, error) { panic("contract") }

// Version returns a version by its id or hash.
func (p *Privacy) Version(ctx context.Context, id string) (Version, error) { panic("contract") }

// Versions lists all versions of a document, newest first.
func (p *Privacy) Versions(ctx context.Context, k Kind) ([]Version, error) { panic("contract") }

// Given is a consent as it arrives: which version was shown, which boxes were ticked.
type Given struct {
	VersionID string
	Scopes    []string
	Lang      i18n.Lang
	Channel   string // "site", "api", "counter"
}

// Check refuses a consent that lacks a required scope, names an unknown one or an old version (fault.Invalid,
// codes privacy.consent_missing, privacy.consent_unknown, privacy.version_old; field "consents").
func (p *Privacy) Check(ctx context.Context, given []Given) error { panic("contract") }

// Record writes a person's consents, in the caller's transaction and before anything personal is stored.
func (p *Privacy) Record(ctx context.Context, tx *db.DB, person string, given []Given) error {
	panic("contract")
}

// May implements vault.Gate.
func (p *Privacy) May(ctx context.Context, tx *db.DB, o vault.Opening) error { panic("contract") }

// Registered implements vault.Gate.
func (p *Privacy) Registered(f vault.Field) bool { panic("contract") }
