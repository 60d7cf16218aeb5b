package vault

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

type keyRow struct {
	person  string
	class   Class
	root    string
	wrapped []byte
	madeAt  int64
}

func (k *keystore) insertKeys(ctx context.Context, rows []keyRow) ([]struct{}, error) {
	args := make([][]any, len(rows))
	for i, r := range rows {
		args[i] = []any{r.person, r.class, r.root, r.wrapped, r.madeAt, false}
	}
	err := k.db.Transact(ctx, func(tx *db.DB) error {
		_, err := tx.InsertMany(ctx, `keystore_key (person_id, class, root, wrapped, made_at, used)`, args, `ON CONFLICT (person_id, class) DO NOTHING`)
		return err
	})
	return make([]struct{}, len(rows)), err
}

func (k *keystore) selectKey(ctx context.Context, person string, c Class) (root string, wrapped []byte, err error) {
	err = k.db.QueryRow(ctx, `SELECT root, wrapped FROM keystore_key WHERE person_id = $1 AND class = $2`, person, c).Scan(&root, &wrapped)
	return root, wrapped, err
}

func (k *keystore) hasTombstone(ctx context.Context, person string, c Class) (bool, error) {
	var n int
	err := k.db.QueryRow(ctx, `SELECT count(*) FROM keystore_tombstone WHERE person_id = $1 AND class = $2`, person, c).Scan(&n)
	return n > 0, err
}

func (k *keystore) proofs(ctx context.Context) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := k.db.Each(ctx, func(scan func(...any) error) error {
		var id string
		var sealed []byte
		if err := scan(&id, &sealed); err != nil {
			return err
		}
		out[id] = sealed
		return nil
	}, `SELECT root, sealed FROM keystore_proof LIMIT 100`)
	return out, err
}

func (k *keystore) insertProof(ctx context.Context, root string, sealed []byte) error {
	_, err := k.db.Exec(ctx, `INSERT INTO keystore_proof (root, sealed) VALUES ($1, $2) ON CONFLICT (root) DO NOTHING`, root, sealed)
	return err
}

func (k *keystore) insertRefusal(ctx context.Context, r refusal) error {
	_, err := k.db.Exec(ctx, `INSERT INTO keystore_refusal (id, entry, marked) VALUES ($1, $2, $3)`, r.id, r.entry, r.marked)
	return err
}
