package people

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

func selectRoles(ctx context.Context, d *db.DB, account string) (out []Role, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var r Role
		err := scan(&r)
		out = append(out, r)
		return err
	}, `SELECT role FROM people_role WHERE account_id = $1 ORDER BY role LIMIT 50`, account)
	return out, err
}

func insertRole(ctx context.Context, tx *db.DB, account string, r Role) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_role (account_id, role) VALUES ($1, $2) ON CONFLICT DO NOTHING`, account, r)
	return err
}
