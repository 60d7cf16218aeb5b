package vault

import (
	"context"
	"errors"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// TurnRoot wraps every person's key under the current root key and indexes again what the previous one indexed.
// When it has returned, the old root key (Config.OldRoots) is no longer needed. It returns how many keys and
// index entries it moved, and may be stopped and called again.
func (v *Vault) TurnRoot(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "turn the root key")
	if n, err = v.keys.rewrapAll(ctx); err != nil {
		return n, err
	}
	for _, old := range v.index.previous {
		marks, err := v.turnMarks(ctx, old)
		if n += marks; err != nil {
			return n, err
		}
		for {
			rows, err := indexedInSlot(ctx, v.db, old.slot)
			if err != nil {
				return n, err
			}
			if len(rows) == 0 {
				break
			}
			for _, r := range rows {
				if err := v.reindex(ctx, r); err != nil {
					return n, err
				}
				n++
			}
		}
	}
	return n, v.keys.forgetRoots(ctx)
}

// reindex moves one entry to the current slot. It opens the field only to hash it again, and the journal says so.
func (v *Vault) reindex(ctx context.Context, r indexedRow) error {
	key, err := v.keys.get(ctx, r.person, r.class)
	if errors.Is(err, ErrDestroyed) || errors.Is(err, ErrNoPerson) {
		return deleteIndexed(ctx, v.db, r)
	}
	if err != nil {
		return err
	}
	return v.db.Transact(ctx, func(tx *db.DB) error {
		if err := deleteIndexed(ctx, tx, r); err != nil {
			return err
		}
		fields, err := selectFields(ctx, tx, r.person, r.class, []Field{r.field})
		if err != nil || len(fields) == 0 {
			return err
		}
		value, err := v.unseal(key, fields[0])
		if err != nil {
			return err
		}
		d, ok := v.index.current.digest(r.field, value.Reveal())
		if !ok {
			return nil
		}
		if err := insertIndex(ctx, tx, r.person, r.class, []indexRow{{v.index.current.slot, r.field, d}}); err != nil {
			return err
		}
		return v.journal(ctx, tx, key, Entry{Verb: VerbReindex, Class: r.class, Fields: []Field{r.field}, Actor: "system", Reason: "turn_root"})
	})
}

// rewrapAll moves every key from older roots to the current one.
func (k *keystore) rewrapAll(ctx context.Context) (n int, err error) {
	current, _, err := k.wrap.Wrap(nil, "")
	if err != nil {
		return 0, err
	}
	for {
		rows, err := k.keysNotUnder(ctx, current)
		if err != nil || len(rows) == 0 {
			return n, err
		}
		for _, r := range rows {
			place := keyPlace(r.person, r.class)
			key, err := k.wrap.Unwrap(r.root, r.wrapped, place)
			if err != nil {
				return n, err
			}
			root, wrapped, err := k.wrap.Wrap(key, place)
			if err != nil {
				return n, err
			}
			if err := k.updateKey(ctx, r, root, wrapped); err != nil {
				return n, err
			}
			n++
		}
	}
}

// forgetRoots drops the proofs of roots that wrap nothing any more.
func (k *keystore) forgetRoots(ctx context.Context) error {
	current, _, err := k.wrap.Wrap(nil, "")
	if err != nil {
		return err
	}
	return k.deleteProofsExcept(ctx, current)
}
