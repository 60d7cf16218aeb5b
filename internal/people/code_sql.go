package people

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const codeColumns = `id, account_id, person_id, purpose, lang, by_phone, code_hash, sends, asked_at, sent_at, expires_at, used_at`

func scanCode(scan func(...any) error) (c code, err error) {
	var asked, sent, expires, used int64
	err = scan(&c.id, &c.account, &c.person, &c.purpose, &c.lang, &c.byPhone, &c.hash, &c.sends, &asked, &sent, &expires, &used)
	c.askedAt, c.sentAt = clock.FromMicros(asked), clock.FromMicros(sent)
	c.expiresAt, c.usedAt = clock.FromMicros(expires), clock.FromMicros(used)
	return c, err
}

func insertCode(ctx context.Context, tx *db.DB, tokenHash string, c code) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_code (token_hash, id, account_id, person_id, purpose, lang, by_phone, asked_at, sent_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		tokenHash, c.id, c.account, c.person, c.purpose, c.lang, c.byPhone, clock.Micros(c.askedAt), clock.Micros(c.sentAt), clock.Micros(c.expiresAt))
	return err
}

func findCode(ctx context.Context, d *db.DB, tokenHash string) (code, error) {
	return scanCode(d.QueryRow(ctx, `SELECT `+codeColumns+` FROM people_code WHERE token_hash = $1`, tokenHash).Scan)
}

func findCodeByID(ctx context.Context, d *db.DB, id string) (code, error) {
	return scanCode(d.QueryRow(ctx, `SELECT `+codeColumns+` FROM people_code WHERE id = $1 LIMIT 1`, id).Scan)
}

func countTry(ctx context.Context, d *db.DB, tokenHash string, now time.Time) (bool, error) {
	n, err := d.Exec(ctx, `UPDATE people_code SET tries = tries + 1
		WHERE token_hash = $1 AND tries < $2 AND used_at = 0 AND expires_at > $3`, tokenHash, codeTries, clock.Micros(now))
	return n == 1, err
}

func useCode(ctx context.Context, tx *db.DB, id string, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_code SET used_at = $1 WHERE id = $2 AND used_at = 0 AND expires_at > $1`, clock.Micros(now), id)
	return n == 1, err
}

// setDigits keeps the hash of the digits that the letter is about to carry; false when no letter is due.
func setDigits(ctx context.Context, tx *db.DB, id, hash string, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_code SET code_hash = $1
		WHERE id = $2 AND sent_at = 0 AND used_at = 0 AND expires_at > $3`, hash, id, clock.Micros(now))
	return n == 1, err
}

func setSent(ctx context.Context, d *db.DB, id string, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE people_code SET sent_at = $1 WHERE id = $2`, clock.Micros(now), id)
	return err
}

// renewCode makes room for another letter: fresh digits, fresh tries.
func renewCode(ctx context.Context, tx *db.DB, id string, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_code SET sends = sends + 1, tries = 0, sent_at = 0, code_hash = '', asked_at = $1, expires_at = $2
		WHERE id = $3 AND used_at = 0 AND sends < $4 AND asked_at <= $5`,
		clock.Micros(now), clock.Micros(now.Add(codeLives)), id, codeSends, clock.Micros(now.Add(-codeBetween)))
	return n == 1, err
}

// lettersSince counts the letters that an account was sent by any process.
func lettersSince(ctx context.Context, d *db.DB, account string, since time.Time) (n int, err error) {
	err = d.QueryRow(ctx, `SELECT COALESCE(sum(sends), 0) FROM people_code WHERE account_id = $1 AND asked_at > $2 AND sent_at > 0`,
		account, clock.Micros(since)).Scan(&n)
	return n, err
}

func deleteCodes(ctx context.Context, d *db.DB, before time.Time) error {
	_, err := d.Exec(ctx, `DELETE FROM people_code WHERE expires_at < $1`, clock.Micros(before))
	return err
}

const mostWaiting = 500

// listWaiting finds codes for a new address whose time is over: the address still stands under a person of its own.
func listWaiting(ctx context.Context, d *db.DB, now time.Time) (out []code, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		c, err := scanCode(scan)
		out = append(out, c)
		return err
	}, `SELECT `+codeColumns+` FROM people_code WHERE person_id <> '' AND used_at = 0 AND expires_at < $1 ORDER BY expires_at LIMIT $2`,
		clock.Micros(now), mostWaiting)
	return out, err
}

func forgetCodePerson(ctx context.Context, tx *db.DB, id string) error {
	_, err := tx.Exec(ctx, `UPDATE people_code SET person_id = '' WHERE id = $1`, id)
	return err
}

// waitingOf are an account's addresses that wait to be confirmed, or to be told.
func waitingOf(ctx context.Context, d *db.DB, account string) (out []code, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		c, err := scanCode(scan)
		out = append(out, c)
		return err
	}, `SELECT `+codeColumns+` FROM people_code WHERE account_id = $1 AND person_id <> '' LIMIT $2`, account, mostWaiting)
	return out, err
}
