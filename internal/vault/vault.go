// Package vault keeps the personal data itself.
//
// It owns every personal field, sealed under a random key per person; the key
// store; the blind indexes by which a person is found; and the journal of every
// opening. It promises that a field opens only with a purpose the gate allows
// and a journal entry written in the same transaction, and that destroying a
// key makes a person's fields unreadable for ever. It does not know why a
// purpose is allowed (privacy does), nor accounts (people do). Only people and
// privacy may enter.
package vault

import (
	"context"
	"log/slog"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// Field names a kind of personal data. A field that the register does not name cannot be sealed.
type Field string

// The fields of the policy's part 3.2, and what the system adds.
const (
	Surname    Field = "surname"
	Name       Field = "name"
	Patronymic Field = "patronymic"
	Phone      Field = "phone" // E.164
	Email      Field = "email" // as typed; found by its folded form
	BirthDate  Field = "birth_date"
	TOTPSecret Field = "totp_secret" // staff: second factor
	IP         Field = "ip"          // shortened network address of a sign-in
	UserAgent  Field = "user_agent"  // browser of a sign-in
)

// Purpose says what a field is opened for; the register of processing names them.
type Purpose string

// The purposes of issue and policy part 4.2.
const (
	PurposeService        Purpose = "service"        // carry out the order, deliver tickets
	PurposeIdentification Purpose = "identification" // sign in, find the person
	PurposeInteraction    Purpose = "interaction"    // answer, notify
	PurposeMarketing      Purpose = "marketing"
	PurposeAdmission      Purpose = "admission"
	PurposeAccounting     Purpose = "accounting"
	PurposeRights         Purpose = "rights" // the person's own look, export, correction
)

// Secret is a personal value: it prints and logs masked. Reveal only where a person or a mail server must get it.
type Secret struct{ value string }

// NewSecret wraps a value that came in.
func NewSecret(v string) Secret { return Secret{v} }

// Reveal returns the value itself.
func (s Secret) Reveal() string { return s.value }

// Empty tells whether there is no value.
func (s Secret) Empty() bool { return s.value == "" }

// String masks the value.
func (s Secret) String() string { return "•••" }

// GoString masks the value.
func (s Secret) GoString() string { return "•••" }

// LogValue masks the value in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue("•••") }

// MarshalJSON masks the value.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"•••"`), nil }

// Opening asks for fields of a person.
type Opening struct {
	Person  string // person id
	Purpose Purpose
	Fields  []Field
	Actor   string // who looks: "system", "person", "staff:<account id>"
	Reason  string // machine-readable, without personal data: "order_mail", "office_order"
}

// Gate decides whether a purpose may open fields; privacy implements it from the register and the consents.
type Gate interface {
	// May returns nil, or a fault.Forbidden that says why not.
	May(ctx context.Context, tx *db.DB, o Opening) error
	// Registered tells whether the register names the field, so that it may be sealed.
	Registered(f Field) bool
}

// Vault seals and opens personal fields.
type Vault struct {
	// the owner fills this in
}

// Config is what the vault needs besides the database.
type Config struct {
	Keys *db.DB // the key store: a database of its own, never in the main one's backup
	Root []byte // root key, 32 bytes, from outside both databases
	Gate Gate
}

// New makes a vault; it migrates the key store.
func New(ctx context.Context, d *db.DB, c clock.Clock, cfg Config) (*Vault, error) {
	panic("contract")
}

// NewPerson makes a person's id and random key. The key is written to the key store at once, before and outside
// the caller's transaction, so that no field is ever sealed under a key that a crash could lose; a key without
// fields is swept later.
func (v *Vault) NewPerson(ctx context.Context) (string, error) { panic("contract") }

// Seal stores fields of a person, replacing what was there; an empty value removes the field.
func (v *Vault) Seal(ctx context.Context, tx *db.DB, person string, values map[Field]string) error {
	panic("contract")
}

// Open returns fields of a person and writes the journal entry in the same transaction. Fields without a value are absent.
func (v *Vault) Open(ctx context.Context, tx *db.DB, o Opening) (map[Field]Secret, error) {
	panic("contract")
}

// Find returns the ids of the persons whose field (Email or Phone) has the value, by blind index; no journal entry.
func (v *Vault) Find(ctx context.Context, tx *db.DB, f Field, value string) ([]string, error) {
	panic("contract")
}
