package vault

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// ErasureLine is a line of the erasure ledger as the key store keeps it. Privacy writes the ledger; the copy here survives a
// restore of the main database and tells which erasures it does not know of.
type ErasureLine struct {
	Seq    int64
	ID     string
	Person string
	Hash   string
	Line   []byte
}

// KeepErasures copies lines of the erasure ledger into the key store; a line that is there stays as it is.
func (v *Vault) KeepErasures(ctx context.Context, lines []ErasureLine) (err error) {
	defer fault.Wrap(&err, "keep a copy of the erasure ledger")
	const most = 200
	for len(lines) > 0 {
		n := min(most, len(lines))
		if err := v.keys.insertErasures(ctx, lines[:n]); err != nil {
			return err
		}
		lines = lines[n:]
	}
	return nil
}

// LastErasure returns the newest line of the copy; its Seq is 0 when there is none.
func (v *Vault) LastErasure(ctx context.Context) (ErasureLine, error) {
	l, err := v.keys.lastErasure(ctx)
	if errors.Is(err, db.ErrNoRow) {
		return ErasureLine{}, nil
	}
	return l, err
}

// ErasuresAfter returns lines of the copy in order, at most limit.
func (v *Vault) ErasuresAfter(ctx context.Context, seq int64, limit int) ([]ErasureLine, error) {
	return v.keys.erasuresAfter(ctx, seq, limit)
}

// Behind tells whether the key store knows of destroyed keys that the main database has never heard of: it was restored from a
// copy. A destruction is written into the main database first, so a crash never looks like this.
func (v *Vault) Behind(ctx context.Context) (bool, error) {
	there, err := countTombstones(ctx, v.keys.db, "keystore_tombstone") // first: others may be destroying
	if err != nil {
		return false, err
	}
	here, err := countTombstones(ctx, v.db, "vault_tombstone")
	return there > here, err
}

// Held is a sealed field without its value.
type Held struct {
	Class    Class
	Field    Field
	SealedAt time.Time
}

// Inventory names the fields that are held on a person, without opening any.
func (v *Vault) Inventory(ctx context.Context, d *db.DB, person string) ([]Held, error) {
	return listHeld(ctx, d, person)
}

// Blocked tells whether a person's data is blocked.
func (v *Vault) Blocked(ctx context.Context, d *db.DB, person string) (bool, error) {
	return isBlocked(ctx, d, person)
}

// Destroyed tells whether a person's key of a class is destroyed, or condemned.
func (v *Vault) Destroyed(ctx context.Context, d *db.DB, person string, c Class) (bool, error) {
	return hasTombstone(ctx, d, person, c)
}

func heldOf(c Class, f Field, at int64) Held { return Held{c, f, clock.FromMicros(at)} }
