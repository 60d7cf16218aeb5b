package people

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// lockStaff makes changes of roles wait for each other: two at once must not take the last administrator away.
func lockStaff(ctx context.Context, tx *db.DB) error {
	_, err := tx.Exec(ctx, `UPDATE people_role SET role = role WHERE role = $1`, RoleAdmin)
	return err
}

func deleteRole(ctx context.Context, tx *db.DB, account string, r Role) error {
	if _, err := tx.Exec(ctx, `UPDATE people_role_change SET state = 'refused' WHERE account_id = $1 AND role = $2 AND state = 'waits'`, account, r); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM people_role WHERE account_id = $1 AND role = $2`, account, r)
	return err
}

func countAdmins(ctx context.Context, tx *db.DB) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM people_role WHERE role = $1`, RoleAdmin).Scan(&n)
	return n, err
}

const roleChangeColumns = `id, account_id, role, granted, state, asked_by, asked_at, decided_by, decided_at`

func scanRoleChange(scan func(...any) error) (c RoleChange, err error) {
	var asked, decided int64
	err = scan(&c.ID, &c.AccountID, &c.Role, &c.Granted, &c.State, &c.AskedBy, &asked, &c.DecidedBy, &decided)
	c.AskedAt, c.DecidedAt = clock.FromMicros(asked), clock.FromMicros(decided)
	return c, err
}

// insertRoleChange leaves the first of two equal wishes that wait.
func insertRoleChange(ctx context.Context, tx *db.DB, c RoleChange) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_role_change (`+roleChangeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT DO NOTHING`,
		c.ID, c.AccountID, c.Role, c.Granted, c.State, c.AskedBy, clock.Micros(c.AskedAt), c.DecidedBy, clock.Micros(c.DecidedAt))
	return err
}

func findRoleChange(ctx context.Context, d *db.DB, id string) (RoleChange, error) {
	return scanRoleChange(d.QueryRow(ctx, `SELECT `+roleChangeColumns+` FROM people_role_change WHERE id = $1`, id).Scan)
}

func decideRoleChange(ctx context.Context, tx *db.DB, id string, s ChangeState, by string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_role_change SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'waits'`,
		id, s, by, clock.Micros(at))
	return n == 1, err
}

func listRoleChanges(ctx context.Context, d *db.DB, account string) ([]RoleChange, error) {
	return roleChanges(ctx, d, `SELECT `+roleChangeColumns+` FROM people_role_change WHERE account_id = $1 ORDER BY asked_at DESC, id DESC LIMIT 100`, account)
}

func listRolesWaiting(ctx context.Context, d *db.DB) ([]RoleChange, error) {
	return roleChanges(ctx, d, `SELECT `+roleChangeColumns+` FROM people_role_change WHERE state = 'waits' ORDER BY asked_at, id LIMIT 100`)
}

func roleChanges(ctx context.Context, d *db.DB, query string, args ...any) (out []RoleChange, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		c, err := scanRoleChange(scan)
		out = append(out, c)
		return err
	}, query, args...)
	return out, err
}

// endEmployee also drops what could still let them in, and refuses what waits for them.
func endEmployee(ctx context.Context, tx *db.DB, account, actor string, at time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE people_account SET left_at = $2, password_hash = '' WHERE id = $1 AND left_at = 0`, account, clock.Micros(at)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE people_role_change SET state = 'refused', decided_by = $2, decided_at = $3
		WHERE account_id = $1 AND state = 'waits'`, account, actor, clock.Micros(at)); err != nil {
		return err
	}
	for _, query := range []string{
		`DELETE FROM people_join WHERE account_id = $1`,
		`DELETE FROM people_recovery WHERE account_id = $1`,
		`DELETE FROM people_passkey WHERE account_id = $1`,
	} {
		if _, err := tx.Exec(ctx, query, account); err != nil {
			return err
		}
	}
	return nil
}
