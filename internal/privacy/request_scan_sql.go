package privacy

import (
	"context"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

func insertScan(ctx context.Context, tx *db.DB, request string, s RequestScan, sealed []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_request_scan (id, request_id, media, size, sealed, added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.ID, request, s.Media, s.Size, sealed, s.AddedBy, clock.Micros(s.AddedAt))
	return err
}

func listScans(ctx context.Context, d *db.DB, request string) (out []RequestScan, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var s RequestScan
		var at int64
		err := scan(&s.ID, &s.Media, &s.Size, &s.AddedBy, &at)
		s.AddedAt = clock.FromMicros(at)
		out = append(out, s)
		return err
	}, `SELECT id, media, size, added_by, added_at FROM privacy_request_scan WHERE request_id = $1 ORDER BY id LIMIT 50`, request)
	return out, err
}

func findScan(ctx context.Context, d *db.DB, request, id string) (s RequestScan, sealed []byte, err error) {
	var at int64
	err = d.QueryRow(ctx, `SELECT id, media, size, added_by, added_at, sealed FROM privacy_request_scan WHERE request_id = $1 AND id = $2`, request, id).
		Scan(&s.ID, &s.Media, &s.Size, &s.AddedBy, &at, &sealed)
	s.AddedAt = clock.FromMicros(at)
	return s, sealed, err
}
