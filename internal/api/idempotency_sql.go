package api

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

type answerRow struct {
	bodyMAC []byte
	sealed  []byte // empty while the request runs
}

// insertAnswers makes rows (id, mac, begun) and tells which were not there; rows of the same id come in order.
func insertAnswers(ctx context.Context, tx *db.DB, rows [][]any) (made []int64, err error) {
	return tx.ExecMany(ctx, `INSERT INTO api_idempotency (id, body_mac, begun_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`, rows)
}

// takeOverAnswer claims a row that has outlived its day, or whose request died without an answer.
func takeOverAnswer(ctx context.Context, d *db.DB, id string, mac []byte, now time.Time) (int64, error) {
	return d.Exec(ctx, `UPDATE api_idempotency SET body_mac = $2, sealed = NULL, begun_at = $3
		WHERE id = $1 AND (begun_at < $4 OR (sealed IS NULL AND body_mac = $2 AND begun_at < $5))`,
		id, mac, clock.Micros(now), clock.Micros(now.Add(-keepAnswers)), clock.Micros(now.Add(-runAtMost)))
}

// endAnswers keeps answers (id, sealed).
func endAnswers(ctx context.Context, tx *db.DB, rows [][]any) error {
	_, err := tx.ExecMany(ctx, `UPDATE api_idempotency SET sealed = $2 WHERE id = $1`, rows)
	return err
}

// dropAnswers forgets requests that have no answer to keep.
func dropAnswers(ctx context.Context, tx *db.DB, rows [][]any) error {
	_, err := tx.ExecMany(ctx, `DELETE FROM api_idempotency WHERE id = $1`, rows)
	return err
}

func selectAnswer(ctx context.Context, d *db.DB, id string) (r answerRow, found bool, err error) {
	err = d.QueryRow(ctx, `SELECT body_mac, sealed FROM api_idempotency WHERE id = $1`, id).Scan(&r.bodyMAC, &r.sealed)
	if errors.Is(err, db.ErrNoRow) {
		return answerRow{}, false, nil
	}
	return r, err == nil, err
}

func sweepAnswers(ctx context.Context, d *db.DB, before time.Time) error {
	_, err := d.Exec(ctx, `DELETE FROM api_idempotency WHERE begun_at < $1`, clock.Micros(before))
	return err
}
