package waitroom

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

// addUse adds tickets to what a pass has used, within its limit; the row's guard decides between processes.
func addUse(ctx context.Context, tx *db.DB, u use) (bool, error) {
	if u.tickets <= 0 {
		_, err := tx.Exec(ctx, `UPDATE waitroom_pass SET tickets = tickets + $3 WHERE run = $1 AND pass = $2 AND tickets + $3 >= 0`, u.run, u.pass, u.tickets)
		return true, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO waitroom_pass (run, pass, tickets, expires_at) VALUES ($1, $2, 0, $3)
		ON CONFLICT (run, pass) DO NOTHING`, u.run, u.pass, u.until); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `UPDATE waitroom_pass SET tickets = tickets + $3 WHERE run = $1 AND pass = $2 AND tickets + $3 <= $4`,
		u.run, u.pass, u.tickets, u.limit)
	return n == 1, err
}
