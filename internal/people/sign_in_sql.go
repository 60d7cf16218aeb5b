package people

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// insertSignIn writes a line and drops those beyond the bound.
func insertSignIn(ctx context.Context, tx *db.DB, s SignIn, account string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO people_sign_in (id, account_id, at, way, refused) VALUES ($1, $2, $3, $4, $5)`,
		s.ID, account, clock.Micros(s.At), s.Way, s.Refused); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM people_sign_in WHERE account_id = $1 AND id NOT IN (
		SELECT id FROM people_sign_in WHERE account_id = $1 ORDER BY at DESC, id DESC LIMIT $2)`, account, mostSignIns)
	return err
}

func listSignIns(ctx context.Context, d *db.DB, account string, since time.Time) (out []SignIn, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var s SignIn
		var at int64
		err := scan(&s.ID, &at, &s.Way, &s.Factor, &s.Refused)
		s.At = clock.FromMicros(at)
		out = append(out, s)
		return err
	}, `SELECT id, at, way, factor, refused FROM people_sign_in WHERE account_id = $1 AND at > $2 ORDER BY at DESC, id DESC LIMIT $3`,
		account, clock.Micros(since), mostSignIns)
	return out, err
}

// noteFactor says by which second factor a sign-in was completed; a later step up does not change it.
func noteFactor(ctx context.Context, tx *db.DB, id, factor string) error {
	_, err := tx.Exec(ctx, `UPDATE people_sign_in SET factor = $2, refused = FALSE, way = CASE WHEN way = 'factor' THEN 'password' ELSE way END
		WHERE id = $1 AND factor = ''`, id, factor)
	return err
}

// refuseFactor marks a sign-in whose second factor was wrong, if it was never completed.
func refuseFactor(ctx context.Context, tx *db.DB, id string) error {
	_, err := tx.Exec(ctx, `UPDATE people_sign_in SET refused = TRUE, way = 'factor' WHERE id = $1 AND factor = ''`, id)
	return err
}

func setSignInTold(ctx context.Context, tx *db.DB, id string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_sign_in SET told_at = $2 WHERE id = $1 AND told_at = 0`, id, clock.Micros(at))
	return n == 1, err
}

func accountsOfOldSignIns(ctx context.Context, d *db.DB, before time.Time) (out []Session, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var s Session
		err := scan(&s.AccountID, &s.PersonID)
		out = append(out, s)
		return err
	}, `SELECT DISTINCT i.account_id, a.person_id FROM people_sign_in i JOIN people_account a ON a.id = i.account_id
		WHERE i.at <= $1 LIMIT 200`, clock.Micros(before))
	return out, err
}

func deleteSignIns(ctx context.Context, tx *db.DB, account string, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM people_sign_in WHERE account_id = $1 AND at <= $2`, account, clock.Micros(before))
	return err
}
