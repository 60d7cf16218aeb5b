package people

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
)

type join struct {
	id, account string
	lang        i18n.Lang
	expiresAt   time.Time
	usedAt      time.Time
}

// insertJoin drops the earlier invitations of the account: one door at a time.
func insertJoin(ctx context.Context, tx *db.DB, id, account string, l i18n.Lang, until time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM people_join WHERE account_id = $1`, account); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO people_join (id, account_id, lang, expires_at) VALUES ($1, $2, $3, $4)`, id, account, l, clock.Micros(until))
	return err
}

func setJoinToken(ctx context.Context, tx *db.DB, id, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE people_join SET token_hash = $2 WHERE id = $1`, id, hash)
	return err
}

func scanJoin(scan func(...any) error) (j join, err error) {
	var expires, used int64
	err = scan(&j.id, &j.account, &j.lang, &expires, &used)
	j.expiresAt, j.usedAt = clock.FromMicros(expires), clock.FromMicros(used)
	return j, err
}

func findJoin(ctx context.Context, d *db.DB, id string) (join, error) {
	return scanJoin(d.QueryRow(ctx, `SELECT id, account_id, lang, expires_at, used_at FROM people_join WHERE id = $1`, id).Scan)
}

func findJoinByToken(ctx context.Context, d *db.DB, hash string) (join, error) {
	return scanJoin(d.QueryRow(ctx, `SELECT id, account_id, lang, expires_at, used_at FROM people_join WHERE token_hash = $1`, hash).Scan)
}

func useJoin(ctx context.Context, tx *db.DB, id string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_join SET used_at = $2 WHERE id = $1 AND used_at = 0`, id, clock.Micros(at))
	return n == 1, err
}

func deleteJoins(ctx context.Context, d *db.DB, before time.Time) error {
	_, err := d.Exec(ctx, `DELETE FROM people_join WHERE expires_at <= $1`, clock.Micros(before))
	return err
}

// forgetWays drops what let an employee in besides the second factor's secret, which has been replaced.
func forgetWays(ctx context.Context, tx *db.DB, account string) error {
	for _, query := range []string{
		`UPDATE people_account SET password_hash = '', totp_step = 0 WHERE id = $1`,
		`DELETE FROM people_recovery WHERE account_id = $1`,
		`DELETE FROM people_passkey WHERE account_id = $1`,
	} {
		if _, err := tx.Exec(ctx, query, account); err != nil {
			return err
		}
	}
	return nil
}

// mostEmployees bounds the list of staff.
const mostEmployees = 500

func listEmployees(ctx context.Context, d *db.DB) (out []Employee, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var e Employee
		var made, signed, left int64
		if err := scan(&e.AccountID, &e.PersonID, &e.Joined, &made, &signed, &left, &e.Passkeys, &e.Recovery); err != nil {
			return err
		}
		e.MadeAt, e.SignedInAt, e.LeftAt = clock.FromMicros(made), clock.FromMicros(signed), clock.FromMicros(left)
		out = append(out, e)
		return nil
	}, `SELECT a.id, a.person_id, a.password_hash <> '', a.created_at, a.signed_in_at, a.left_at,
			(SELECT count(*) FROM people_passkey k WHERE k.account_id = a.id), (SELECT count(*) FROM people_recovery r WHERE r.account_id = a.id)
		FROM people_account a WHERE a.staff ORDER BY a.left_at, a.created_at, a.id LIMIT $1`, mostEmployees)
	return out, err
}
