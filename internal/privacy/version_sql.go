package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

type versionRow struct {
	id       string
	kind     Kind
	number   int
	hash     string
	previous string
	content  string
	inForce  time.Time
}

const versionColumns = `id, kind, number, hash, previous, content, in_force`

func scanVersion(scan func(...any) error) (r versionRow, err error) {
	var at int64
	err = scan(&r.id, &r.kind, &r.number, &r.hash, &r.previous, &r.content, &at)
	r.inForce = clock.FromMicros(at)
	return r, err
}

func insertVersion(ctx context.Context, tx *db.DB, r versionRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_version (`+versionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.id, r.kind, r.number, r.hash, r.previous, r.content, clock.Micros(r.inForce))
	return err
}

func lastVersion(ctx context.Context, d *db.DB, k Kind) (versionRow, error) {
	return scanVersion(d.QueryRow(ctx, `SELECT `+versionColumns+` FROM privacy_version
		WHERE kind = $1 ORDER BY number DESC LIMIT 1`, k).Scan)
}

func inForceID(ctx context.Context, d *db.DB, k Kind, now time.Time) (id string, err error) {
	err = d.QueryRow(ctx, `SELECT id FROM privacy_version
		WHERE kind = $1 AND in_force <= $2 ORDER BY number DESC LIMIT 1`, k, clock.Micros(now)).Scan(&id)
	return id, err
}

func findVersion(ctx context.Context, d *db.DB, idOrHash string) (versionRow, error) {
	return scanVersion(d.QueryRow(ctx, `SELECT `+versionColumns+` FROM privacy_version
		WHERE id = $1 OR hash = $1 LIMIT 1`, idOrHash).Scan)
}

// 500 versions of one document are more than two hundred years of quarterly changes.
func listVersions(ctx context.Context, d *db.DB, k Kind) (out []versionRow, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		r, err := scanVersion(scan)
		out = append(out, r)
		return err
	}, `SELECT `+versionColumns+` FROM privacy_version WHERE kind = $1 ORDER BY number DESC LIMIT 500`, k)
	return out, err
}
