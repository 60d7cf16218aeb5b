package vault

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

const turnPage = 500

type indexedRow struct {
	indexRow
	person string
	class  Class
}

func indexedInSlot(ctx context.Context, d *db.DB, slot string) ([]indexedRow, error) {
	var out []indexedRow
	err := d.Each(ctx, func(scan func(...any) error) error {
		r := indexedRow{indexRow: indexRow{slot: slot}}
		if err := scan(&r.field, &r.digest, &r.person, &r.class); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	}, `SELECT field, digest, person_id, class FROM vault_index WHERE slot = $1 ORDER BY field, digest, person_id, class LIMIT $2`, slot, turnPage)
	return out, err
}

func deleteIndexed(ctx context.Context, tx *db.DB, r indexedRow) error {
	_, err := tx.Exec(ctx, `DELETE FROM vault_index WHERE slot = $1 AND field = $2 AND digest = $3 AND person_id = $4 AND class = $5`,
		r.slot, r.field, r.digest, r.person, r.class)
	return err
}

func (k *keystore) keysNotUnder(ctx context.Context, root string) ([]keyRow, error) {
	var out []keyRow
	err := k.db.Each(ctx, func(scan func(...any) error) error {
		var r keyRow
		if err := scan(&r.person, &r.class, &r.root, &r.wrapped); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	}, `SELECT person_id, class, root, wrapped FROM keystore_key WHERE root < $1 OR root > $1 ORDER BY root, person_id LIMIT $2`, root, turnPage)
	return out, err
}

// updateKey replaces a wrapped key unless it was destroyed or moved meanwhile.
func (k *keystore) updateKey(ctx context.Context, old keyRow, root string, wrapped []byte) error {
	_, err := k.db.Exec(ctx, `UPDATE keystore_key SET root = $4, wrapped = $5 WHERE person_id = $1 AND class = $2 AND root = $3`,
		old.person, old.class, old.root, root, wrapped)
	return err
}

func (k *keystore) deleteProofsExcept(ctx context.Context, root string) error {
	_, err := k.db.Exec(ctx, `DELETE FROM keystore_proof WHERE root <> $1`, root)
	return err
}
