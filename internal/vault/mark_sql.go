package vault

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

func insertMark(ctx context.Context, tx *db.DB, slot string, mark []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO vault_mark (slot, mark) VALUES ($1, $2) ON CONFLICT DO NOTHING`, slot, mark)
	return err
}

func hasMark(ctx context.Context, d *db.DB, slot string, mark []byte) (bool, error) {
	var n int
	err := d.QueryRow(ctx, `SELECT count(*) FROM vault_mark WHERE slot = $1 AND mark = $2`, slot, mark).Scan(&n)
	return n > 0, err
}

// eachMark visits those of some marks that there are.
func eachMark(ctx context.Context, d *db.DB, slot string, among map[string]string, visit func(mark []byte)) error {
	args := []any{slot}
	for mark := range among {
		args = append(args, []byte(mark))
	}
	return d.Each(ctx, func(scan func(...any) error) error {
		var mark []byte
		err := scan(&mark)
		visit(mark)
		return err
	}, `SELECT mark FROM vault_mark WHERE slot = $1 AND mark IN `+db.In(2, len(among)), args...)
}

func deleteMark(ctx context.Context, tx *db.DB, slot string, mark []byte) error {
	_, err := tx.Exec(ctx, `DELETE FROM vault_mark WHERE slot = $1 AND mark = $2`, slot, mark)
	return err
}

func countMarks(ctx context.Context, d *db.DB) (n int64, err error) {
	err = d.QueryRow(ctx, `SELECT count(*) FROM vault_mark`).Scan(&n)
	return n, err
}
