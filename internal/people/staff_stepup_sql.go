package people

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

// countLook counts one more person opened since the second factor was given; false when the number is used up.
func countLook(ctx context.Context, d *db.DB, s Session, most int) (bool, error) {
	n, err := d.Exec(ctx, `UPDATE people_session SET looks = looks + 1 WHERE account_id = $1 AND id = $2 AND looks < $3`, s.AccountID, s.ID, most)
	if err != nil || n == 1 {
		return n == 1, err
	}
	var there int
	err = d.QueryRow(ctx, `SELECT count(*) FROM people_session WHERE account_id = $1 AND id = $2`, s.AccountID, s.ID).Scan(&there)
	return there == 0, err // a session that ended meanwhile is refused at its next request
}

func setRecovery(ctx context.Context, tx *db.DB, account string, hashes []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM people_recovery WHERE account_id = $1`, account); err != nil {
		return err
	}
	var args []any
	for _, h := range hashes {
		args = append(args, account, h)
	}
	_, err := tx.Exec(ctx, `INSERT INTO people_recovery (account_id, code_hash) VALUES `+db.Values(1, len(hashes), 2), args...)
	return err
}

func useRecovery(ctx context.Context, tx *db.DB, account, hash string) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM people_recovery WHERE account_id = $1 AND code_hash = $2`, account, hash)
	return n == 1, err
}
