package vault

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// Act says whose key something is done to, by whom and why.
type Act struct {
	Person string
	Class  Class  // "" is ClassPerson
	Actor  string // as in Opening
	Reason string // as in Opening
}

func (a Act) check() (Act, error) {
	if a.Class == "" {
		a.Class = ClassPerson
	}
	if !isName(a.Person) || !isName(string(a.Class)) || !isName(a.Actor) || !isName(a.Reason) {
		return a, errors.New("an act names its person, its actor and its reason, without free text")
	}
	return a, nil
}

// Block stops every use, change and destruction of a person's fields, of all classes, until Unblock.
func (v *Vault) Block(ctx context.Context, tx *db.DB, a Act) error {
	return v.setBlocked(ctx, tx, a, true)
}

// Unblock ends Block.
func (v *Vault) Unblock(ctx context.Context, tx *db.DB, a Act) error {
	return v.setBlocked(ctx, tx, a, false)
}

func (v *Vault) setBlocked(ctx context.Context, tx *db.DB, a Act, blocked bool) (err error) {
	defer fault.Wrap(&err, "block or unblock person %s", a.Person)
	if a, err = a.check(); err != nil {
		return err
	}
	key, err := v.keys.get(ctx, a.Person, a.Class)
	if err != nil {
		return err
	}
	verb := VerbUnblock
	if blocked {
		verb = VerbBlock
	}
	return tx.Transact(ctx, func(tx *db.DB) error {
		if err := updateBlocked(ctx, tx, a.Person, blocked, clock.Micros(v.clock.Now())); err != nil {
			return err
		}
		return v.journal(ctx, tx, key, Entry{Verb: verb, Class: a.Class, Actor: a.Actor, Reason: a.Reason})
	})
}

// Destroy destroys a person's key of a class, and the fields under it. Nothing can bring them back: the key was
// random, and its tombstones in both databases outlive a restored copy of either (see Replay).
func (v *Vault) Destroy(ctx context.Context, a Act) error {
	if err := v.db.Transact(ctx, func(tx *db.DB) error { return v.Condemn(ctx, tx, a) }); err != nil {
		return err
	}
	_, err := v.FinishDestructions(ctx)
	return err
}

// Condemn decides on a destruction in the caller's transaction: from its commit on the fields neither open nor
// take values. FinishDestructions then does it; a crash between the two loses nothing.
func (v *Vault) Condemn(ctx context.Context, tx *db.DB, a Act) (err error) {
	defer fault.Wrap(&err, "condemn the %s key of person %s", a.Class, a.Person)
	if a, err = a.check(); err != nil {
		return err
	}
	key, err := v.keys.get(ctx, a.Person, a.Class)
	if errors.Is(err, ErrDestroyed) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.Transact(ctx, func(tx *db.DB) error {
		if blocked, err := isBlocked(ctx, tx, a.Person); err != nil || blocked {
			return orBlocked(err)
		}
		first, err := insertTombstone(ctx, tx, a.Person, a.Class, clock.Micros(v.clock.Now()))
		if err != nil || !first {
			return err
		}
		return v.journal(ctx, tx, key, Entry{Verb: VerbDestroy, Class: a.Class, Actor: a.Actor, Reason: a.Reason})
	})
}

// FinishDestructions destroys every key that is condemned, and the fields under it, and returns how many. Destroy
// calls it; so should a loop, for what a crash left open.
func (v *Vault) FinishDestructions(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "finish destructions")
	for {
		open, err := openTombstones(ctx, v.db)
		if err != nil || len(open) == 0 {
			return n, err
		}
		for _, t := range open {
			if err := v.finish(ctx, t); err != nil {
				return n, err
			}
			n++
		}
		if err := v.keys.forgetLog(ctx); err != nil {
			return n, err
		}
	}
}

// finish destroys the key first: from then on what is left in the main database and its copies is noise.
func (v *Vault) finish(ctx context.Context, t tombstone) error {
	now := clock.Micros(v.clock.Now())
	if err := v.keys.bury(ctx, t.person, t.class, now); err != nil {
		return err
	}
	return v.db.Transact(ctx, func(tx *db.DB) error {
		if err := deleteAllFields(ctx, tx, t.person, t.class); err != nil {
			return err
		}
		return closeTombstone(ctx, tx, t.person, t.class, now)
	})
}

// ForgetLog makes go what engines keep of deleted rows for a while: SQLite's write-ahead log, PostgreSQL's dead rows, where the
// destroyed key itself would stay until some later vacuum. Others wait for it, so it is not done for each person but once an hour.
func (v *Vault) ForgetLog(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "forget what was deleted")
	buried, err := countTombstones(ctx, v.keys.db, "keystore_tombstone")
	if err != nil {
		return err
	}
	if v.forgotten.Load() != buried+1 { // nothing was destroyed since: no lock for nothing
		if err := v.keys.db.ForgetRows(ctx, db.Whole, "keystore_key"); err != nil {
			return err
		}
		if err := v.db.ForgetRows(ctx, db.InPlace, "vault_field", "vault_index"); err != nil {
			return err
		}
		v.forgotten.Store(buried + 1)
	}
	if err := v.keys.db.ForgetLog(ctx); err != nil {
		return err
	}
	return v.db.ForgetLog(ctx)
}

// Replay makes the destructions of either database good in the other. After one of them was restored from a copy
// it must run before anything is served. It returns how many keys or persons had come back.
func (v *Vault) Replay(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "replay destructions")
	for after := (tombstone{}); ; {
		page, err := tombstonesAfter(ctx, v.db, after)
		if err != nil {
			return n, err
		}
		if len(page) == 0 {
			break
		}
		back, err := v.keys.present(ctx, page)
		if err != nil {
			return n, err
		}
		for _, t := range page {
			if !back[t] {
				continue
			}
			if err := v.keys.bury(ctx, t.person, t.class, clock.Micros(v.clock.Now())); err != nil {
				return n, err
			}
			n++
		}
		after = page[len(page)-1]
	}
	for after := (tombstone{}); ; {
		page, err := v.keys.tombstonesAfter(ctx, after)
		if err != nil {
			return n, err
		}
		if len(page) == 0 {
			return n, v.keys.forgetLog(ctx)
		}
		more, err := v.rebury(ctx, page)
		if err != nil {
			return n, err
		}
		n += more
		after = page[len(page)-1]
	}
}

// rebury gives persons whose key is destroyed the tombstone that a restored main database does not know of.
func (v *Vault) rebury(ctx context.Context, page []tombstone) (n int, err error) {
	now := clock.Micros(v.clock.Now())
	err = v.db.Transact(ctx, func(tx *db.DB) error {
		n = 0
		for _, t := range page {
			first, err := insertTombstone(ctx, tx, t.person, t.class, now)
			if err != nil {
				return err
			}
			if !first {
				continue
			}
			n++
			if err := deleteAllFields(ctx, tx, t.person, t.class); err != nil {
				return err
			}
			if err := closeTombstone(ctx, tx, t.person, t.class, now); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// SweepUnused forgets keys made before a time under which nothing was ever sealed: a buyer who went away before
// paying. It returns how many.
func (v *Vault) SweepUnused(ctx context.Context, before time.Time) (n int, err error) {
	defer fault.Wrap(&err, "sweep unused keys")
	for {
		page, err := v.keys.unusedBefore(ctx, clock.Micros(before))
		if err != nil || len(page) == 0 {
			return n, err
		}
		used, err := knownPersons(ctx, v.db, page)
		if err != nil {
			return n, err
		}
		swept, err := v.keys.settleUnused(ctx, page, used)
		if err != nil {
			return n, err
		}
		n += swept
	}
}
