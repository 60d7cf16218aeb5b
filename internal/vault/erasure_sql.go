package vault

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

func (k *keystore) insertErasures(ctx context.Context, lines []ErasureLine) error {
	var args []any
	for _, l := range lines {
		args = append(args, l.Seq, l.ID, l.Person, l.Hash, l.Line)
	}
	_, err := k.db.Exec(ctx, `INSERT INTO keystore_erasure (seq, id, person_id, hash, line) VALUES `+db.Values(1, len(lines), 5)+
		` ON CONFLICT (seq) DO NOTHING`, args...)
	return err
}

const erasureColumns = `seq, id, person_id, hash, line`

func scanErasure(scan func(...any) error) (l ErasureLine, err error) {
	err = scan(&l.Seq, &l.ID, &l.Person, &l.Hash, &l.Line)
	return l, err
}

func (k *keystore) lastErasure(ctx context.Context) (ErasureLine, error) {
	return scanErasure(k.db.QueryRow(ctx, `SELECT `+erasureColumns+` FROM keystore_erasure ORDER BY seq DESC LIMIT 1`).Scan)
}

func (k *keystore) erasuresAfter(ctx context.Context, seq int64, limit int) (out []ErasureLine, err error) {
	err = k.db.Each(ctx, func(scan func(...any) error) error {
		l, err := scanErasure(scan)
		out = append(out, l)
		return err
	}, `SELECT `+erasureColumns+` FROM keystore_erasure WHERE seq > $1 ORDER BY seq LIMIT $2`, seq, limit)
	return out, err
}

func countTombstones(ctx context.Context, d *db.DB, table string) (n int64, err error) {
	err = d.QueryRow(ctx, `SELECT count(*) FROM `+table).Scan(&n)
	return n, err
}

func listHeld(ctx context.Context, d *db.DB, person string) (out []Held, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var c Class
		var f Field
		var at int64
		if err := scan(&c, &f, &at); err != nil {
			return err
		}
		out = append(out, heldOf(c, f, at))
		return nil
	}, `SELECT class, field, sealed_at FROM vault_field WHERE person_id = $1 ORDER BY class, field`, person)
	return out, err
}
