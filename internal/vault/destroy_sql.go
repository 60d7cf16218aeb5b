package vault

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

type tombstone struct {
	person string
	class  Class
}

const tombstonePage = 500

func updateBlocked(ctx context.Context, tx *db.DB, person string, blocked bool, now int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO vault_person (person_id, revision, blocked, made_at) VALUES ($1, 1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET blocked = excluded.blocked, revision = vault_person.revision + 1`, person, blocked, now)
	return err
}

func insertTombstone(ctx context.Context, tx *db.DB, person string, c Class, now int64) (first bool, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO vault_tombstone (person_id, class, begun_at, done_at) VALUES ($1, $2, $3, 0)
		ON CONFLICT (person_id, class) DO NOTHING`, person, c, now)
	return n == 1, err
}

func closeTombstone(ctx context.Context, tx *db.DB, person string, c Class, now int64) error {
	_, err := tx.Exec(ctx, `UPDATE vault_tombstone SET done_at = $3 WHERE person_id = $1 AND class = $2 AND done_at = 0`, person, c, now)
	return err
}

func openTombstones(ctx context.Context, d *db.DB) ([]tombstone, error) {
	return readTombstones(ctx, d, `SELECT person_id, class FROM vault_tombstone WHERE done_at = 0 ORDER BY begun_at LIMIT $1`, tombstonePage)
}

func tombstonesAfter(ctx context.Context, d *db.DB, t tombstone) ([]tombstone, error) {
	return readTombstones(ctx, d, `SELECT person_id, class FROM vault_tombstone WHERE (person_id, class) > ($1, $2)
		ORDER BY person_id, class LIMIT $3`, t.person, t.class, tombstonePage)
}

func readTombstones(ctx context.Context, d *db.DB, query string, args ...any) ([]tombstone, error) {
	var out []tombstone
	err := d.Each(ctx, func(scan func(...any) error) error {
		var t tombstone
		if err := scan(&t.person, &t.class); err != nil {
			return err
		}
		out = append(out, t)
		return nil
	}, query, args...)
	return out, err
}

func deleteAllFields(ctx context.Context, tx *db.DB, person string, c Class) error {
	for _, table := range []string{"vault_field", "vault_index"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE person_id = $1 AND class = $2`, person, c); err != nil {
			return err
		}
	}
	return nil
}

// bury deletes a key and leaves its tombstone.
func (k *keystore) bury(ctx context.Context, person string, c Class, now int64) error {
	return k.db.Transact(ctx, func(tx *db.DB) error {
		_, err := tx.Exec(ctx, `INSERT INTO keystore_tombstone (person_id, class, destroyed_at) VALUES ($1, $2, $3)
			ON CONFLICT (person_id, class) DO NOTHING`, person, c, now)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM keystore_key WHERE person_id = $1 AND class = $2`, person, c)
		return err
	})
}

// forgetLog empties the write-ahead log, where the page that held a destroyed key would stay for a while.
// PostgreSQL's dead rows go with ForgetLog; its archive is the operator's to keep short (docs/security.md).
func (k *keystore) forgetLog(ctx context.Context) error { return k.db.ForgetLog(ctx) }

func (k *keystore) tombstonesAfter(ctx context.Context, t tombstone) ([]tombstone, error) {
	return readTombstones(ctx, k.db, `SELECT person_id, class FROM keystore_tombstone WHERE (person_id, class) > ($1, $2)
		ORDER BY person_id, class LIMIT $3`, t.person, t.class, tombstonePage)
}

// present tells which of page have a key.
func (k *keystore) present(ctx context.Context, page []tombstone) (map[tombstone]bool, error) {
	args := make([]any, len(page))
	for i, t := range page {
		args[i] = t.person
	}
	rows, err := readTombstones(ctx, k.db, `SELECT person_id, class FROM keystore_key WHERE person_id IN `+db.In(1, len(page)), args...)
	out := map[tombstone]bool{}
	for _, t := range rows {
		out[t] = true
	}
	return out, err
}

// keysInUseAfter lists the persons and classes that have fields, in order.
func keysInUseAfter(ctx context.Context, d *db.DB, t tombstone) ([]tombstone, error) {
	return readTombstones(ctx, d, `SELECT DISTINCT person_id, class FROM vault_field WHERE (person_id, class) > ($1, $2)
		ORDER BY person_id, class LIMIT $3`, t.person, t.class, tombstonePage)
}

func (k *keystore) unusedBefore(ctx context.Context, before int64) ([]tombstone, error) {
	return readTombstones(ctx, k.db, `SELECT person_id, class FROM keystore_key WHERE used = FALSE AND made_at < $1
		ORDER BY made_at LIMIT $2`, before, tombstonePage)
}

// knownPersons tells which persons have ever had a field.
func knownPersons(ctx context.Context, d *db.DB, page []tombstone) (map[string]bool, error) {
	args := make([]any, len(page))
	for i, t := range page {
		args[i] = t.person
	}
	out := map[string]bool{}
	err := d.Each(ctx, func(scan func(...any) error) error {
		var id string
		if err := scan(&id); err != nil {
			return err
		}
		out[id] = true
		return nil
	}, `SELECT person_id FROM vault_person WHERE person_id IN `+db.In(1, len(page)), args...)
	return out, err
}

// settleUnused marks keys of known persons as used and deletes the others.
func (k *keystore) settleUnused(ctx context.Context, page []tombstone, known map[string]bool) (swept int, err error) {
	err = k.db.Transact(ctx, func(tx *db.DB) error {
		swept = 0
		for _, t := range page {
			query := `DELETE FROM keystore_key WHERE person_id = $1 AND class = $2 AND used = FALSE`
			if known[t.person] {
				query = `UPDATE keystore_key SET used = TRUE WHERE person_id = $1 AND class = $2`
			} else {
				swept++
			}
			if _, err := tx.Exec(ctx, query, t.person, t.class); err != nil {
				return err
			}
		}
		return nil
	})
	return swept, err
}
