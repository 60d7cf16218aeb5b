package mydata

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const downloadColumns = `id, person_id, lang, asked_at, done_at, expires_at`

func scanDownload(scan func(...any) error) (d Download, err error) {
	var asked, done, expires int64
	err = scan(&d.ID, &d.person, &d.lang, &asked, &done, &expires)
	d.AskedAt, d.DoneAt, d.ExpiresAt = clock.FromMicros(asked), clock.FromMicros(done), clock.FromMicros(expires)
	return d, err
}

func insertDownload(ctx context.Context, tx *db.DB, d Download) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_download (`+downloadColumns+`) VALUES ($1, $2, $3, $4, 0, $5)`,
		d.ID, d.person, d.lang, clock.Micros(d.AskedAt), clock.Micros(d.ExpiresAt))
	return err
}

func findDownload(ctx context.Context, d *db.DB, id string) (Download, error) {
	return scanDownload(d.QueryRow(ctx, `SELECT `+downloadColumns+` FROM privacy_download WHERE id = $1`, id).Scan)
}

func latestDownload(ctx context.Context, d *db.DB, person string, now time.Time) (Download, error) {
	return scanDownload(d.QueryRow(ctx, `SELECT `+downloadColumns+` FROM privacy_download
		WHERE person_id = $1 AND expires_at > $2 ORDER BY asked_at DESC, id DESC LIMIT 1`, person, clock.Micros(now)).Scan)
}

func setDone(ctx context.Context, tx *db.DB, id string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_download SET done_at = $1 WHERE id = $2 AND done_at = 0`, clock.Micros(at), id)
	return n == 1, err
}

func expiredDownloads(ctx context.Context, d *db.DB, now time.Time) (ids []string, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT id FROM privacy_download WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500`, clock.Micros(now))
	return ids, err
}

func deleteDownload(ctx context.Context, d *db.DB, id string) error {
	_, err := d.Exec(ctx, `DELETE FROM privacy_download WHERE id = $1`, id)
	return err
}
