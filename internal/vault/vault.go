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
	"errors"
	"sync/atomic"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
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

	RequestText Field = "request_text" // what somebody wrote in a request or claim, under the request's own key
	AnswerText  Field = "answer_text"  // what was written in answer

	// RequestContacts is who asks and where the answer goes, as one text: nobody is found by it.
	RequestContacts Field = "request_contacts"

	// Document is a file that somebody sent for checking. It stands sealed among the files, not in the fields: see File.
	Document Field = "document"
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
	PurposeMembership     Purpose = "membership"   // nothing is asked for it while no memberships are sold
	PurposeVerification   Purpose = "verification" // check a document that a right or a role rests on
	PurposeStaff          Purpose = "staff"        // employees' own records: who works here with which roles
	PurposeDisclosure     Purpose = "disclosure"   // what a state body is given, and the words of its request
	PurposeRights         Purpose = "rights"       // the person's own look, export, correction
)

// Class is a kind of key. A person has one key of each class that is needed, and each is destroyed on its own:
// what the law makes us keep stays readable when the rest is gone.
type Class string

// The classes of keys.
const (
	ClassPerson   Class = "person"   // everything that ends with the person's data
	ClassInvoice  Class = "invoice"  // identity in accounting records
	ClassEvidence Class = "evidence" // proof of consent
)

// Opening asks for fields of a person.
type Opening struct {
	Person  string // person id
	Purpose Purpose
	Fields  []Field
	Actor   string // who looks: "system", "person", "staff:<account id>"
	Reason  string // machine-readable, without personal data: "order_mail", "office_order"
	Class   Class  // which of the person's keys; "" is ClassPerson
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
	db    *db.DB
	clock clock.Clock
	gate  Gate
	keys  *keystore
	index indexKeys
	log   journalKeys

	forgotten atomic.Int64 // destroyed keys when PostgreSQL's tables were last rewritten, and one
}

// Config is what the vault needs besides the database.
type Config struct {
	Keys *db.DB // the key store: a database of its own, never in the main one's backup
	Root []byte // root key, 32 bytes, from outside both databases; see LoadRoot
	Gate Gate

	// OldRoots are root keys of before, while keys are still wrapped and indexed under them; see TurnRoot.
	OldRoots [][]byte
	// JournalKey signs the journal's checkpoints (a note signer key, see LoadJournalKey). Empty: it is derived from Root.
	JournalKey string
	// OldJournalKeys are verifier keys of earlier checkpoints.
	OldJournalKeys []string
}

// New makes a vault; it migrates the key store, and refuses a root key that is not the key store's.
func New(ctx context.Context, d *db.DB, c clock.Clock, cfg Config) (_ *Vault, err error) {
	defer fault.Wrap(&err, "open the vault")
	if cfg.Keys == nil || cfg.Gate == nil {
		return nil, errors.New("the vault needs a key store and a gate")
	}
	w, err := newRootWrapper(cfg.Root, cfg.OldRoots)
	if err != nil {
		return nil, err
	}
	jk, err := newJournalKeys(cfg)
	if err != nil {
		return nil, err
	}
	ix, err := newIndexKeys(cfg)
	if err != nil {
		return nil, err
	}
	ks, err := openKeystore(ctx, cfg.Keys, c, w)
	if err != nil {
		return nil, err
	}
	return &Vault{db: d, clock: c, gate: cfg.Gate, keys: ks, index: ix, log: jk}, nil
}
