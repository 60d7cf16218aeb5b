package people

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

func insertRightsSession(ctx context.Context, tx *db.DB, tokenHash string, g Guest, from time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_rights_session (token_hash, person_id, by_phone, chosen, started_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, tokenHash, g.PersonID, g.ByPhone, g.Chosen, clock.Micros(from), clock.Micros(g.ExpiresAt))
	return err
}

func findRightsSession(ctx context.Context, d *db.DB, tokenHash string, now time.Time) (g Guest, err error) {
	var until int64
	err = d.QueryRow(ctx, `SELECT person_id, by_phone, chosen, expires_at FROM people_rights_session WHERE token_hash = $1 AND expires_at > $2`,
		tokenHash, clock.Micros(now)).Scan(&g.PersonID, &g.ByPhone, &g.Chosen, &until)
	g.ExpiresAt = clock.FromMicros(until)
	return g, err
}

func chooseRights(ctx context.Context, tx *db.DB, tokenHash, person string) error {
	_, err := tx.Exec(ctx, `UPDATE people_rights_session SET person_id = $2, chosen = TRUE WHERE token_hash = $1`, tokenHash, person)
	return err
}

func deleteRightsSession(ctx context.Context, d *db.DB, tokenHash string) error {
	_, err := d.Exec(ctx, `DELETE FROM people_rights_session WHERE token_hash = $1`, tokenHash)
	return err
}

func deleteRightsSessions(ctx context.Context, d *db.DB, before time.Time) error {
	_, err := d.Exec(ctx, `DELETE FROM people_rights_session WHERE expires_at <= $1`, clock.Micros(before))
	return err
}
