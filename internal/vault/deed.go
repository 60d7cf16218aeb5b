package vault

import (
	"context"
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// The verbs of deeds: what was done about a person's data without opening, storing or destroying any of it.
const (
	VerbConsent  Verb = "consent"  // a consent was given; the reason names its scope and the hash of its statement
	VerbWithdraw Verb = "withdraw" // a consent was withdrawn
	VerbDisclose Verb = "disclose" // data went to a state body; the reason names the disclosure
	VerbExport   Verb = "export"   // a copy of everything was handed to the person
)

// Deed is a thing to write into the journal that opens no field.
type Deed struct {
	Person  string
	Verb    Verb
	Purpose Purpose // "" when the deed serves none
	Actor   string  // as in Opening
	Reason  string  // as in Opening
}

// Note writes a deed into the journal, in the transaction that it tells of, and returns the entry's id.
func (v *Vault) Note(ctx context.Context, tx *db.DB, d Deed) (id string, err error) {
	defer fault.Wrap(&err, "journal a %s of person %s", d.Verb, d.Person)
	a, err := Act{Person: d.Person, Actor: d.Actor, Reason: d.Reason}.check()
	if err != nil {
		return "", err
	}
	if !d.Verb.isDeed() {
		return "", errNoDeed
	}
	key, err := v.keys.get(ctx, a.Person, a.Class)
	if err != nil {
		return "", err
	}
	e := v.complete(key, Entry{Verb: d.Verb, Purpose: d.Purpose, Class: a.Class, Actor: a.Actor, Reason: a.Reason})
	return e.ID, insertEntry(ctx, tx, e)
}

// ProvedDeed is one entry with everything that proves it offline.
type ProvedDeed struct {
	ProvedEntry
	Checkpoint []byte // signed; the proof is against it
	Verifier   string // the public key that checks the signature
}

// ErrNoEntry is an entry that the journal does not have.
var ErrNoEntry = fault.New(fault.NotFound, "vault.no_entry")

// Prove returns the proof of one entry. An entry that waits for its place gets it at once.
func (v *Vault) Prove(ctx context.Context, entryID string) (p ProvedDeed, err error) {
	defer fault.Wrap(&err, "prove entry %s", entryID)
	p, err = v.proveOne(ctx, entryID)
	if err != nil || p.Place >= 0 {
		return p, err
	}
	if _, err := v.Integrate(ctx); err != nil {
		return p, err
	}
	return v.proveOne(ctx, entryID)
}

func (v *Vault) proveOne(ctx context.Context, entryID string) (p ProvedDeed, err error) {
	p.Verifier = v.log.public
	p.ProvedEntry, err = oneEntry(ctx, v.db, entryID)
	if errors.Is(err, db.ErrNoRow) {
		return p, ErrNoEntry
	}
	if err != nil {
		return p, err
	}
	if p.Checkpoint, err = v.LatestCheckpoint(ctx); err != nil || p.Checkpoint == nil {
		p.Place = -1
		return p, err
	}
	c, err := v.log.read(p.Checkpoint)
	if err != nil {
		return p, err
	}
	one := []ProvedEntry{p.ProvedEntry}
	err = v.prove(ctx, one, c.Size)
	p.ProvedEntry = one[0]
	return p, err
}

func oneEntry(ctx context.Context, d *db.DB, id string) (e ProvedEntry, err error) {
	e.Entry, err = scanEntry(d.QueryRow(ctx, `SELECT j.id, j.pseudonym, j.verb, j.purpose, j.class, j.fields, j.actor, j.reason, j.at,
			COALESCE(p.place, -1)
		FROM vault_journal j LEFT JOIN vault_journal_place p ON p.entry_id = j.id WHERE j.id = $1`, id).Scan, &e.Place)
	return e, err
}

// Record is the entry in the one form that the tree hashes: lines that anybody can read and check.
func (e Entry) Record() string { return string(e.record()) }

// ParseEntry reads what Record wrote; false when it is anything else.
func ParseEntry(record string) (Entry, bool) { return parseRecord([]byte(record)) }

// ProofOf makes a proof of its hashes, as a file carries them.
func ProofOf(hashes [][]byte) (tlog.RecordProof, bool) {
	out := make(tlog.RecordProof, len(hashes))
	for i, h := range hashes {
		if len(h) != tlog.HashSize {
			return nil, false
		}
		copy(out[i][:], h)
	}
	return out, true
}

// IsOf tells whether an entry is a person's, of any class of their keys. A destroyed person has none.
func (v *Vault) IsOf(ctx context.Context, entryID, person string) (_ bool, err error) {
	defer fault.Wrap(&err, "tell whose entry %s is", entryID)
	e, err := oneEntry(ctx, v.db, entryID)
	if errors.Is(err, db.ErrNoRow) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	key, err := v.keys.get(ctx, person, e.Class)
	if errors.Is(err, ErrNoPerson) || errors.Is(err, ErrDestroyed) {
		return false, nil
	}
	return err == nil && key.pseudonym() == e.Pseudonym, err
}
