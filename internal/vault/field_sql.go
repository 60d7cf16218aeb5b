package vault

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

type fieldRow struct {
	field   Field
	version int64
	sealed  []byte
}

// touchPerson makes the person's row or moves its revision on, which also puts sealings of one person in order.
func touchPerson(ctx context.Context, tx *db.DB, person string, now int64) (revision int64, blocked bool, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO vault_person (person_id, revision, blocked, made_at) VALUES ($1, 1, FALSE, $2)
		ON CONFLICT (person_id) DO UPDATE SET revision = vault_person.revision + 1
		RETURNING revision, blocked`, person, now).Scan(&revision, &blocked)
	return revision, blocked, err
}

func isBlocked(ctx context.Context, tx *db.DB, person string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM vault_person WHERE person_id = $1 AND blocked = TRUE`, person).Scan(&n)
	return n > 0, err
}

func clearFields(ctx context.Context, tx *db.DB, person string, c Class, fields []Field) error {
	args := []any{person, c}
	for _, f := range fields {
		args = append(args, f)
	}
	for _, table := range []string{"vault_field", "vault_index"} {
		_, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE person_id = $1 AND class = $2 AND field IN `+db.In(3, len(fields)), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

func insertFields(ctx context.Context, tx *db.DB, person string, c Class, now int64, rows []fieldRow) error {
	if len(rows) == 0 {
		return nil
	}
	args := make([]any, 0, 6*len(rows))
	for _, r := range rows {
		args = append(args, person, c, r.field, r.version, r.sealed, now)
	}
	_, err := tx.Exec(ctx, `INSERT INTO vault_field (person_id, class, field, version, sealed, sealed_at) VALUES `+db.Values(1, len(rows), 6), args...)
	return err
}

func selectFields(ctx context.Context, tx *db.DB, person string, c Class, fields []Field) ([]fieldRow, error) {
	args := []any{person, c}
	for _, f := range fields {
		args = append(args, f)
	}
	var out []fieldRow
	err := tx.Each(ctx, func(scan func(...any) error) error {
		var r fieldRow
		if err := scan(&r.field, &r.version, &r.sealed); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	}, `SELECT field, version, sealed FROM vault_field WHERE person_id = $1 AND class = $2 AND field IN `+db.In(3, len(fields)), args...)
	return out, err
}

type indexRow struct {
	slot   string
	field  Field
	digest []byte
}

func insertIndex(ctx context.Context, tx *db.DB, person string, c Class, rows []indexRow) error {
	if len(rows) == 0 {
		return nil
	}
	args := make([]any, 0, 5*len(rows))
	for _, r := range rows {
		args = append(args, r.slot, r.field, r.digest, person, c)
	}
	_, err := tx.Exec(ctx, `INSERT INTO vault_index (slot, field, digest, person_id, class) VALUES `+db.Values(1, len(rows), 5)+
		` ON CONFLICT (slot, field, digest, person_id, class) DO NOTHING`, args...)
	return err
}

// mostFound bounds how many persons one address can name.
const mostFound = 1000

// selectIndexed names persons in order of their ids; a person found by both slots comes once.
func selectIndexed(ctx context.Context, tx *db.DB, rows []indexRow) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	for _, r := range rows {
		err := tx.Each(ctx, func(scan func(...any) error) error {
			var id string
			if err := scan(&id); err != nil {
				return err
			}
			if !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
			return nil
		}, `SELECT person_id FROM vault_index WHERE slot = $1 AND field = $2 AND digest = $3 ORDER BY person_id LIMIT $4`,
			r.slot, r.field, r.digest, mostFound)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func hasTombstone(ctx context.Context, tx *db.DB, person string, c Class) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM vault_tombstone WHERE person_id = $1 AND class = $2`, person, c).Scan(&n)
	return n > 0, err
}
