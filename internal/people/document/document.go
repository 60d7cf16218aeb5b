// Package document takes documents from people and has them checked.
//
// It owns the kinds of documents that may be asked for, each with its purpose,
// ground and term; what people sent; and what the check said. It promises that a
// file lies sealed under a key of its own and is destroyed with the check, with
// its term or at the person's word, leaving only what was checked, by whom, when
// and with what result; and that what looks like an identity document is
// destroyed before it is kept. It does not know what an accepted document
// allows: who asked for it does.
package document

import (
	"context"
	"log/slog"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/ocr"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/vault"
)

// State is how far a document has come.
type State string

// The states of a document.
const (
	Arriving State = "arriving" // its file is being stored; a crash leaves it here, and the sweep removes it
	Waiting  State = "waiting"  // sealed, not yet checked
	Done     State = "done"     // its file is destroyed
)

// Result is what came of a document.
type Result string

// The results; the first four are a reviewer's.
const (
	Accepted   Result = "accepted"
	Refused    Result = "refused"
	BetterCopy Result = "better_copy"
	Identity   Result = "identity"  // an identity document: destroyed, by a reviewer or by the program
	Withdrawn  Result = "withdrawn" // the person had it destroyed
	Expired    Result = "expired"   // its term was over before anybody checked it
)

// Results are those that a reviewer may give.
var Results = []Result{Accepted, Refused, BetterCopy, Identity}

// Reasons are the words for a refusal: no free text, which might tell of the person.
var Reasons = []string{"wrong_kind", "other_name", "out_of_date", "incomplete", "not_signed", "not_genuine"}

// What can go wrong besides what upload says of a file.
var (
	ErrNoKind     = fault.New(fault.NotFound, "document.no_kind")
	ErrNoDocument = fault.New(fault.NotFound, "document.no_document")
	ErrDone       = fault.New(fault.Conflict, "document.done")
	ErrTooMany    = fault.New(fault.TooMany, "document.too_many").On("file")
	ErrResult     = fault.New(fault.Invalid, "document.result").On("result")
	ErrReason     = fault.New(fault.Invalid, "document.reason").On("reason")
	ErrZone       = fault.New(fault.Invalid, "document.zone").On("file")
	ErrWords      = fault.New(fault.Invalid, "document.words").On("file")
	ErrIIN        = fault.New(fault.Invalid, "document.iin").On("file")
)

var signs = map[Sign]*fault.Error{SignZone: ErrZone, SignWords: ErrWords, SignIIN: ErrIIN}

// Document is what was sent, or what is left of it.
type Document struct {
	ID        string
	Person    string
	Kind      string
	State     State
	Lang      i18n.Lang
	SentAt    time.Time
	Until     time.Time
	Media     string
	Pages     int
	Size      int64
	Unread    bool // nobody but a reviewer can tell whether it is an identity document
	Result    Result
	Reason    string
	DecidedBy string
	DecidedAt time.Time
}

// Deps are the rooms and tools that documents need.
type Deps struct {
	DB     *db.DB
	Clock  clock.Clock
	Log    *slog.Logger
	Vault  *vault.Vault
	People *people.People
	Files  files.Store
	Spool  *upload.Spool
	Gate   *upload.Gate
	Reader ocr.Reader
	Mail   mail.Sender
	Bundle *i18n.Bundle

	SiteName, BaseURL string
	// Stays tells why nothing of a person may be destroyed now, "" when it may: a legal hold. Privacy knows.
	Stays func(ctx context.Context, tx *db.DB, person string) (ground string, err error)
	// MostDays is how long the register of processing lets a document be kept at most.
	MostDays func(ctx context.Context) (int, error)
}

// Documents takes documents and has them checked.
type Documents struct {
	Deps
	jobs *jobs.Queue

	// Decided hears of every result in its transaction: who asked for the document goes on from there. Set before jobs start; may be nil.
	Decided func(ctx context.Context, tx *db.DB, d Document) error
}

// New makes the room, its first kinds and its jobs; call it before jobs start.
func New(ctx context.Context, d Deps, q *jobs.Queue) (_ *Documents, err error) {
	defer fault.Wrap(&err, "open the documents")
	m := &Documents{Deps: d, jobs: q}
	jobs.Handle(q, func(ctx context.Context, j toldJob) error { return m.tell(ctx, j.DocumentID) })
	jobs.Handle(q, func(ctx context.Context, _ sweepJob) error { return m.Sweep(ctx) })
	q.Every(15*time.Minute, sweepJob{})
	return m, m.firstKinds(ctx)
}

type toldJob struct {
	DocumentID string `json:"document_id"`
}

// Kind names the handler.
func (toldJob) Kind() string { return "people_document_told" }

type sweepJob struct{}

// Kind names the handler.
func (sweepJob) Kind() string { return "people_document_sweep" }

// file is how the vault names a document's file.
func (d Document) file(actor, reason string) vault.File {
	return vault.File{Person: d.Person, ID: d.ID, Purpose: vault.PurposeVerification, Actor: actor, Reason: reason}
}

const folder = "document/"

func (d Document) name() string { return folder + d.ID + ".sealed" }
