package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// mark is what a marked person is known by: who reads the tables learns only how many there are.
func (k indexKey) mark(person string) []byte {
	h := hmac.New(sha256.New, k.key)
	h.Write([]byte("marked person|" + person)) //nolint:errcheck // a hash takes everything
	return h.Sum(nil)
}

// Mark marks a person, in a list that nobody can read without the vault's key.
func (v *Vault) Mark(ctx context.Context, tx *db.DB, person string) (err error) {
	defer fault.Wrap(&err, "mark a person")
	return insertMark(ctx, tx, v.index.current.slot, v.index.current.mark(person))
}

// Marked tells whether a person was marked.
func (v *Vault) Marked(ctx context.Context, d *db.DB, person string) (_ bool, err error) {
	defer fault.Wrap(&err, "look for a mark")
	for _, k := range append([]indexKey{v.index.current}, v.index.previous...) {
		if is, err := hasMark(ctx, d, k.slot, k.mark(person)); is || err != nil {
			return is, err
		}
	}
	return false, nil
}

// MarkedAmong tells which of some persons were marked.
func (v *Vault) MarkedAmong(ctx context.Context, d *db.DB, persons []string) (_ map[string]bool, err error) {
	defer fault.Wrap(&err, "look for marks")
	out := map[string]bool{}
	if len(persons) == 0 {
		return out, nil
	}
	for _, k := range append([]indexKey{v.index.current}, v.index.previous...) {
		of := make(map[string]string, len(persons))
		for _, person := range persons {
			of[string(k.mark(person))] = person
		}
		if err := eachMark(ctx, d, k.slot, of, func(mark []byte) { out[of[string(mark)]] = true }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Marks is how many persons are marked.
func (v *Vault) Marks(ctx context.Context) (int64, error) { return countMarks(ctx, v.db) }

// turnMarks makes the marks of an older root key anew. They are found by asking for every person.
func (v *Vault) turnMarks(ctx context.Context, old indexKey) (n int, err error) {
	after := ""
	for {
		page, err := v.KeptAfter(ctx, after, turnPage)
		if err != nil || len(page) == 0 {
			return n, err
		}
		for _, k := range page {
			after = k.Person
			is, err := hasMark(ctx, v.db, old.slot, old.mark(k.Person))
			if err != nil {
				return n, err
			}
			if !is {
				continue
			}
			if err := v.db.Transact(ctx, func(tx *db.DB) error {
				if err := v.Mark(ctx, tx, k.Person); err != nil {
					return err
				}
				return deleteMark(ctx, tx, old.slot, old.mark(k.Person))
			}); err != nil {
				return n, err
			}
			n++
		}
	}
}
