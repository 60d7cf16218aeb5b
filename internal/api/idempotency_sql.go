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

// insertAnswers makes rows and returns the ids of those that were not there.
func insertAnswers(ctx context.Context, tx *db.DB, rows []claim, now time.Time) (made []string, err error) {
	args := make([]any, 0, 3*len(rows))
	for _, r := range rows {
		args = append(args, r.id, r.mac, clock.Micros(now))
	}
	err = tx.Each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		made = append(made, id)
		return err
	}, `INSERT INTO api_idempotency (id, body_mac, begun_at) VALUES `+db.Values(1, len(rows), 3)+` ON CONFLICT (id) DO NOTHING RETURNING id`, args...)
	return made, err
}

// takeOverAnswer claims a row that has outlived its day, or whose request died without an answer.
func takeOverAnswer(ctx context.Context, d *db.DB, id string, mac []byte, now time.Time) (int64, error) {
	return d.Exec(ctx, `UPDATE api_idempotency SET body_mac = $2, sealed = NULL, begun_at = $3
		WHERE id = $1 AND (begun_at < $4 OR (sealed IS NULL AND body_mac = $2 AND begun_at < $5))`,
		id, mac, clock.Micros(now), clock.Micros(now.Add(-keepAnswers)), clock.Micros(now.Add(-runAtMost)))
}

// endAnswer keeps an answer, or forgets the request when there is none to keep.
func endAnswer(ctx context.Context, tx *db.DB, e ending) error {
	if len(e.sealed) == 0 {
		_, err := tx.Exec(ctx, `DELETE FROM api_idempotency WHERE id = $1`, e.id)
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE api_idempotency SET sealed = $2 WHERE id = $1`, e.id, e.sealed)
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
