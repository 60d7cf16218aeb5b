package people

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

func insertSession(ctx context.Context, tx *db.DB, tokenHash string, s Session) error {
	if _, err := tx.Exec(ctx, `UPDATE people_account SET signed_in_at = $2 WHERE id = $1`, s.AccountID, clock.Micros(s.StartedAt)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO people_session (token_hash, id, account_id, lang, started_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		tokenHash, s.ID, s.AccountID, s.Lang, clock.Micros(s.StartedAt), clock.Micros(s.SeenAt), clock.Micros(s.ExpiresAt))
	return err
}

func findSession(ctx context.Context, d *db.DB, tokenHash string, now time.Time) (s Session, staff bool, err error) {
	var started, seen, expires, factor2 int64
	err = d.QueryRow(ctx, `SELECT s.id, s.account_id, a.person_id, s.lang, s.factor2, s.factor2_at, s.started_at, s.seen_at, s.expires_at, a.staff
		FROM people_session s JOIN people_account a ON a.id = s.account_id
		WHERE s.token_hash = $1 AND s.expires_at > $2`, tokenHash, clock.Micros(now)).
		Scan(&s.ID, &s.AccountID, &s.PersonID, &s.Lang, &s.Factor2, &factor2, &started, &seen, &expires, &staff)
	s.Factor2At = clock.FromMicros(factor2)
	s.StartedAt, s.SeenAt, s.ExpiresAt = clock.FromMicros(started), clock.FromMicros(seen), clock.FromMicros(expires)
	return s, staff, err
}

func touchSession(ctx context.Context, d *db.DB, tokenHash string, s Session) error {
	_, err := d.Exec(ctx, `UPDATE people_session SET seen_at = $1, expires_at = $2 WHERE token_hash = $3`,
		clock.Micros(s.SeenAt), clock.Micros(s.ExpiresAt), tokenHash)
	return err
}

// setFactor2 begins the looks anew.
func setFactor2(ctx context.Context, tx *db.DB, s Session, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_session SET factor2 = TRUE, factor2_at = $3, looks = 0 WHERE account_id = $1 AND id = $2`, s.AccountID, s.ID, clock.Micros(at))
	return n == 1, err
}

func deleteSession(ctx context.Context, tx *db.DB, account, id string) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM people_session WHERE account_id = $1 AND id = $2`, account, id)
	return n > 0, err
}

func deleteSessions(ctx context.Context, tx *db.DB, account, except string) error {
	_, err := tx.Exec(ctx, `DELETE FROM people_session WHERE account_id = $1 AND id <> $2`, account, except)
	return err
}

// lockAccount makes changes of one account's sessions wait for each other.
func lockAccount(ctx context.Context, tx *db.DB, id string) error {
	_, err := tx.Exec(ctx, `UPDATE people_account SET lang = lang WHERE id = $1`, id)
	return err
}

func listSessions(ctx context.Context, d *db.DB, account string, now time.Time) (out []Session, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		s := Session{AccountID: account}
		var started, seen, expires int64
		if err := scan(&s.ID, &s.Lang, &s.Factor2, &started, &seen, &expires); err != nil {
			return err
		}
		s.StartedAt, s.SeenAt, s.ExpiresAt = clock.FromMicros(started), clock.FromMicros(seen), clock.FromMicros(expires)
		out = append(out, s)
		return nil
	}, `SELECT id, lang, factor2, started_at, seen_at, expires_at FROM people_session
		WHERE account_id = $1 AND expires_at > $2 ORDER BY started_at DESC, id DESC LIMIT 100`, account, clock.Micros(now))
	return out, err
}

// listExpired returns accounts (with their persons) that have sessions whose time is over.
func listExpired(ctx context.Context, d *db.DB, now time.Time) (out []Session, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var s Session
		err := scan(&s.AccountID, &s.PersonID)
		out = append(out, s)
		return err
	}, `SELECT DISTINCT s.account_id, a.person_id FROM people_session s JOIN people_account a ON a.id = s.account_id
		WHERE s.expires_at <= $1 LIMIT 200`, clock.Micros(now))
	return out, err
}

func deleteExpired(ctx context.Context, tx *db.DB, account string, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM people_session WHERE account_id = $1 AND expires_at <= $2`, account, clock.Micros(now))
	return err
}
