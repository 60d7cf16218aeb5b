package people

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const accountColumns = `id, person_id, lang, password_hash, staff, created_at, confirmed_at, failures, locked_until, totp_step, left_at`

func scanAccount(scan func(...any) error) (a account, err error) {
	var created, confirmed, locked, left int64
	err = scan(&a.id, &a.person, &a.lang, &a.passwordHash, &a.staff, &created, &confirmed, &a.failures, &locked, &a.totpStep, &left)
	a.createdAt, a.confirmedAt, a.lockedUntil = clock.FromMicros(created), clock.FromMicros(confirmed), clock.FromMicros(locked)
	a.leftAt = clock.FromMicros(left)
	return a, err
}

func insertAccount(ctx context.Context, tx *db.DB, a account) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_account (id, person_id, lang, password_hash, staff, created_at, confirmed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		a.id, a.person, a.lang, a.passwordHash, a.staff, clock.Micros(a.createdAt), clock.Micros(a.confirmedAt))
	return err
}

func findAccountByID(ctx context.Context, d *db.DB, id string) (account, error) {
	return scanAccount(d.QueryRow(ctx, `SELECT `+accountColumns+` FROM people_account WHERE id = $1`, id).Scan)
}

// firstConfirmed: an address may belong to many guests; at most one of the persons has a confirmed account.
func firstConfirmed(ctx context.Context, d *db.DB, persons []string) (account, error) {
	const chunk = 256
	for start := 0; start < len(persons); start += chunk {
		part := persons[start:min(start+chunk, len(persons))]
		args := make([]any, len(part))
		for i, id := range part {
			args[i] = id
		}
		a, err := scanAccount(d.QueryRow(ctx, `SELECT `+accountColumns+` FROM people_account
			WHERE person_id IN `+db.In(1, len(part))+` AND confirmed_at > 0 ORDER BY confirmed_at, id LIMIT 1`, args...).Scan)
		if !errors.Is(err, db.ErrNoRow) {
			return a, err
		}
	}
	return account{}, errNoAccount
}

// countFailure counts a wrong password and locks the account after too many; an empty id counts nothing.
func countFailure(ctx context.Context, d *db.DB, id string, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE people_account SET failures = failures + 1,
			locked_until = CASE WHEN failures + 1 >= $1 THEN $2 ELSE locked_until END
		WHERE id = $3 AND locked_until <= $4`, lockAfter, clock.Micros(now.Add(lockFor)), id, clock.Micros(now))
	return err
}

func clearFailures(ctx context.Context, tx *db.DB, id string) error {
	_, err := tx.Exec(ctx, `UPDATE people_account SET failures = 0, locked_until = 0 WHERE id = $1`, id)
	return err
}

func setPassword(ctx context.Context, tx *db.DB, id, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE people_account SET password_hash = $1, failures = 0, locked_until = 0 WHERE id = $2`, hash, id)
	return err
}

func setConfirmed(ctx context.Context, tx *db.DB, id string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE people_account SET confirmed_at = $1 WHERE id = $2 AND confirmed_at = 0`, clock.Micros(at), id)
	return err
}

// useStep takes a step of the second factor; false when it, or a later one, has been used.
func useStep(ctx context.Context, tx *db.DB, id string, step int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_account SET totp_step = $1 WHERE id = $2 AND totp_step < $1`, step, id)
	return n == 1, err
}

func deleteUnconfirmed(ctx context.Context, tx *db.DB, id string) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM people_account WHERE id = $1 AND confirmed_at = 0`, id)
	return n == 1, err
}

func listUnconfirmed(ctx context.Context, d *db.DB, before time.Time) (out []account, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		a, err := scanAccount(scan)
		out = append(out, a)
		return err
	}, `SELECT `+accountColumns+` FROM people_account WHERE confirmed_at = 0 AND created_at < $1 ORDER BY created_at LIMIT 200`, clock.Micros(before))
	return out, err
}

// personsWithAccount tells which of the persons have an account, confirmed or not.
func personsWithAccount(ctx context.Context, d *db.DB, persons []string) (map[string]bool, error) {
	const chunk = 256
	out := map[string]bool{}
	for start := 0; start < len(persons); start += chunk {
		part := persons[start:min(start+chunk, len(persons))]
		size := 1 // lists of few lengths are few statements to plan
		for size < len(part) {
			size *= 2
		}
		args := make([]any, size)
		for i := range args {
			args[i] = part[min(i, len(part)-1)]
		}
		if err := d.Each(ctx, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			out[id] = true
			return err
		}, `SELECT person_id FROM people_account WHERE person_id IN `+db.In(1, size), args...); err != nil {
			return nil, err
		}
	}
	return out, nil
}
