package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// Verb is what was done to a person's data.
type Verb string

// The verbs of the journal.
const (
	VerbOpen    Verb = "open"
	VerbRefuse  Verb = "refuse" // an opening that was refused
	VerbSeal    Verb = "seal"
	VerbBlock   Verb = "block"
	VerbUnblock Verb = "unblock"
	VerbDestroy Verb = "destroy"
	VerbReindex Verb = "reindex" // hashed again under another index key
)

// Entry is one line of the journal. It names fields and never holds a value; the person stands in it under a
// pseudonym that only their own key can make again, so that destroying the key leaves entries of nobody.
type Entry struct {
	ID        string
	Pseudonym string
	Verb      Verb
	Purpose   Purpose
	Class     Class
	Fields    []Field
	Actor     string
	Reason    string
	At        time.Time
}

// record is what the tree hashes. Its parts are names without line ends, so lines tell them apart.
func (e Entry) record() []byte {
	return []byte(strings.Join([]string{
		"sahna journal 1", e.ID, e.Pseudonym, string(e.Verb), string(e.Purpose), string(e.Class),
		joinFields(e.Fields), e.Actor, e.Reason, strconv.FormatInt(clock.Micros(e.At), 10), "",
	}, "\n"))
}

func joinFields(fields []Field) string {
	s := make([]string, len(fields))
	for i, f := range fields {
		s[i] = string(f)
	}
	return strings.Join(s, ",")
}

func splitFields(s string) []Field {
	if s == "" {
		return nil
	}
	var out []Field
	for _, f := range strings.Split(s, ",") {
		out = append(out, Field(f))
	}
	return out
}

// pseudonym hides a person from who reads the journal.
func (k personKey) pseudonym() string {
	h := hmac.New(sha256.New, derive(k.key, "pseudonym in the journal", keySize))
	h.Write([]byte(k.person)) //nolint:errcheck // a hash takes everything
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func (v *Vault) complete(key personKey, e Entry) Entry {
	e.ID, e.Pseudonym, e.At = db.NewID(), key.pseudonym(), v.clock.Now()
	fields := make([]Field, 0, len(e.Fields))
	for _, f := range e.Fields {
		if !isName(string(f)) {
			f = "unnamed" // a refused request may have asked for anything
		}
		fields = append(fields, f)
	}
	e.Fields = fields
	if !isName(string(e.Purpose)) && e.Purpose != "" {
		e.Purpose = "unnamed"
	}
	return e
}

// journal writes an entry in the transaction that it tells of.
func (v *Vault) journal(ctx context.Context, tx *db.DB, key personKey, e Entry) error {
	return insertEntry(ctx, tx, v.complete(key, e))
}

// journalBeside writes an entry that must outlive the caller's transaction: it waits in the key store until the
// integrator takes it over.
func (v *Vault) journalBeside(ctx context.Context, key personKey, e Entry, marked bool) error {
	e = v.complete(key, e)
	return v.keys.insertRefusal(context.WithoutCancel(ctx), refusal{e.ID, e.record(), marked})
}

func parseRecord(b []byte) (Entry, bool) {
	p := strings.Split(string(b), "\n")
	if len(p) != 11 || p[0] != "sahna journal 1" || p[10] != "" {
		return Entry{}, false
	}
	at, err := strconv.ParseInt(p[9], 10, 64)
	if err != nil {
		return Entry{}, false
	}
	e := Entry{
		ID: p[1], Pseudonym: p[2], Verb: Verb(p[3]), Purpose: Purpose(p[4]), Class: Class(p[5]), Fields: splitFields(p[6]),
		Actor: p[7], Reason: p[8], At: clock.FromMicros(at),
	}
	return e, string(e.record()) == string(b)
}
