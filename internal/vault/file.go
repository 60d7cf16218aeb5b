package vault

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/sealed"
)

// A file about a person that ends before the person's other data has a random key of its own, in the key store like theirs. It is
// sealed under both keys together, so that destroying either one destroys it: in every copy, and in backups that were made while it lay
// there.

// File names a file about a person.
type File struct {
	Person  string
	ID      string
	Purpose Purpose
	Actor   string // as in Opening
	Reason  string // as in Opening
}

// class is the class of the file's own key.
func (f File) class() Class { return Class("file:" + f.ID) }

func (f File) place() string { return "vault_file|stream|" + f.ID + "|" + f.Person }

func (f File) check() error {
	if !isName(f.Person) || !isName(f.ID) || !isName(string(f.Purpose)) || !isName(f.Actor) || !isName(f.Reason) {
		return errors.New("a file names its person, itself, its purpose, its actor and the reason, without free text")
	}
	return nil
}

// MayKeepFile asks, before anything of a file is stored, what KeepFile will ask.
func (v *Vault) MayKeepFile(ctx context.Context, tx *db.DB, f File) (err error) {
	defer fault.Wrap(&err, "ask to keep a file of person %s", f.Person)
	if err := f.check(); err != nil {
		return err
	}
	if !v.gate.Registered(Document) {
		return ErrUnknownField.With("name", string(Document))
	}
	if blocked, err := isBlocked(ctx, tx, f.Person); err != nil || blocked {
		return orBlocked(err)
	}
	for _, c := range []Class{ClassPerson, f.class()} {
		if dead, err := hasTombstone(ctx, tx, f.Person, c); err != nil || dead {
			return orDestroyed(err)
		}
	}
	return v.gate.May(ctx, tx, Opening{Person: f.Person, Purpose: f.Purpose, Fields: []Field{Document}, Actor: f.Actor, Reason: f.Reason})
}

// WriteFile seals what comes from r into w under a new key of the file's own. The key is made at once, before and outside of any
// transaction.
func (v *Vault) WriteFile(ctx context.Context, f File, w io.Writer, r io.Reader) (err error) {
	defer fault.Wrap(&err, "seal file %s", f.ID)
	if err := v.AddKey(ctx, f.Person, f.class()); err != nil {
		return err
	}
	key, err := v.fileKey(ctx, f)
	if err != nil {
		return err
	}
	s, err := sealed.NewWriter(w, key, f.place())
	if err != nil {
		return err
	}
	if _, err := io.Copy(s, r); err != nil {
		return err
	}
	return s.Close()
}

// KeepFile says, in the transaction that lists the file, that it is kept, and journals it.
func (v *Vault) KeepFile(ctx context.Context, tx *db.DB, f File) (err error) {
	defer fault.Wrap(&err, "keep file %s", f.ID)
	if err := v.MayKeepFile(ctx, tx, f); err != nil {
		return err
	}
	key, err := v.keys.get(ctx, f.Person, ClassPerson)
	if err != nil {
		return err
	}
	if _, _, err := touchPerson(ctx, tx, f.Person, clock.Micros(v.clock.Now())); err != nil {
		return err
	}
	return v.journal(ctx, tx, key, f.entry(VerbSeal))
}

// ReadFile opens a file. Who may read it Open has decided, and journalled, for the field Document.
func (v *Vault) ReadFile(ctx context.Context, f File, r io.Reader) (_ io.Reader, err error) {
	defer fault.Wrap(&err, "open file %s", f.ID)
	for _, c := range []Class{ClassPerson, f.class()} {
		if dead, err := hasTombstone(ctx, v.db, f.Person, c); err != nil || dead {
			return nil, orDestroyed(err)
		}
	}
	key, err := v.fileKey(ctx, f)
	if err != nil {
		return nil, err
	}
	return sealed.NewReader(r, key, f.place())
}

// CondemnFile decides on a file's destruction in the caller's transaction; FinishDestructions then destroys its key. A file that is
// condemned already stays so. Blocked data is not destroyed.
func (v *Vault) CondemnFile(ctx context.Context, tx *db.DB, f File) (err error) {
	defer fault.Wrap(&err, "condemn file %s", f.ID)
	if err := f.check(); err != nil {
		return err
	}
	if blocked, err := isBlocked(ctx, tx, f.Person); err != nil || blocked {
		return orBlocked(err)
	}
	first, err := insertTombstone(ctx, tx, f.Person, f.class(), clock.Micros(v.clock.Now()))
	if err != nil || !first {
		return err
	}
	key, err := v.keys.get(ctx, f.Person, ClassPerson)
	if errors.Is(err, ErrDestroyed) || errors.Is(err, ErrNoPerson) {
		return nil // with the person's key the file went too, and nobody is left to tell
	}
	if err != nil {
		return err
	}
	return v.journal(ctx, tx, key, f.entry(VerbDestroy))
}

// FileDestroyed tells whether a file's own key is destroyed, or condemned.
func (v *Vault) FileDestroyed(ctx context.Context, d *db.DB, f File) (bool, error) {
	return hasTombstone(ctx, d, f.Person, f.class())
}

// entry is journalled under the person's key, so that the person reads it.
func (f File) entry(verb Verb) Entry {
	return Entry{Verb: verb, Purpose: f.Purpose, Class: f.class(), Fields: []Field{Document}, Actor: f.Actor, Reason: f.Reason}
}

// fileKey is made of both keys, and kept nowhere.
func (v *Vault) fileKey(ctx context.Context, f File) ([]byte, error) {
	person, err := v.keys.get(ctx, f.Person, ClassPerson)
	if err != nil {
		return nil, err
	}
	own, err := v.keys.get(ctx, f.Person, f.class())
	if err != nil {
		return nil, err
	}
	return derive(slices.Concat(person.key, own.key), "a file under two keys", keySize), nil
}
