package vault

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

// restoreNotes are the lines of restores; a line's number stands where a checkpoint has its size.
func restoreNotes(ctx context.Context, d *db.DB) ([]keptCheckpoint, error) {
	return keptCheckpoints(ctx, d, `SELECT seq, note FROM keystore_restore ORDER BY seq LIMIT 10000`)
}

func witnessesBeyond(ctx context.Context, d *db.DB, size int64) ([]keptCheckpoint, error) {
	return keptCheckpoints(ctx, d, `SELECT size, checkpoint FROM keystore_witness WHERE size > $1 ORDER BY size`, size)
}

func lostWitnesses(ctx context.Context, d *db.DB, restore int64) ([]keptCheckpoint, error) {
	return keptCheckpoints(ctx, d, `SELECT size, checkpoint FROM keystore_witness_lost WHERE restore = $1 ORDER BY size`, restore)
}

func keptCheckpoints(ctx context.Context, d *db.DB, query string, args ...any) (out []keptCheckpoint, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var c keptCheckpoint
		err := scan(&c.size, &c.signed)
		out = append(out, c)
		return err
	}, query, args...)
	return out, err
}

func putAside(ctx context.Context, tx *db.DB, r Restore, signed []byte) error {
	if _, err := tx.Exec(ctx, `INSERT INTO keystore_restore (seq, note) VALUES ($1, $2)`, r.Seq, signed); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO keystore_witness_lost (restore, size, checkpoint)
		SELECT CAST($1 AS BIGINT), size, checkpoint FROM keystore_witness WHERE size > $2`, r.Seq, r.Size); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM keystore_witness WHERE size > $1`, r.Size)
	return err
}

func countLostBeyond(ctx context.Context, d *db.DB, restore int64) (n int64, err error) {
	err = d.QueryRow(ctx, `SELECT count(*) FROM keystore_witness_lost WHERE restore > $1`, restore).Scan(&n)
	return n, err
}
