package privacy

import (
	"context"
	"errors"
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

const publicationColumns = `version_id, draft_id, kind, number, material, writer, reviewer, published_at, in_force`

func insertPublication(ctx context.Context, tx *db.DB, p Publication) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_publication (`+publicationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		p.VersionID, p.DraftID, p.Kind, p.Number, p.Material, p.Writer, p.Reviewer, clock.Micros(p.PublishedAt), clock.Micros(p.InForce))
	return err
}

func listPublications(ctx context.Context, d *db.DB, k Kind, since time.Time) (out []Publication, err error) {
	var from int64
	if !since.IsZero() {
		from = clock.Micros(since)
	}
	err = d.Each(ctx, func(scan func(...any) error) error {
		var p Publication
		var at, force int64
		err := scan(&p.VersionID, &p.DraftID, &p.Kind, &p.Number, &p.Material, &p.Writer, &p.Reviewer, &at, &force)
		p.PublishedAt, p.InForce = clock.FromMicros(at), clock.FromMicros(force)
		out = append(out, p)
		return err
	}, `SELECT `+publicationColumns+` FROM privacy_publication WHERE kind = $1 AND published_at >= $2 ORDER BY number DESC LIMIT 500`, k, from)
	return out, err
}

func publishedByHand(ctx context.Context, d *db.DB, k Kind) (bool, error) {
	var n int
	err := d.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM privacy_publication WHERE kind = $1 LIMIT 1) one`, k).Scan(&n)
	return n > 0, err
}

// materialNumber is the latest version in force with a material change; 0 when there is none.
func materialNumber(ctx context.Context, d *db.DB, k Kind, now time.Time) (n int, err error) {
	err = d.QueryRow(ctx, `SELECT COALESCE(max(number), 0) FROM privacy_publication
		WHERE kind = $1 AND material = TRUE AND in_force <= $2`, k, clock.Micros(now)).Scan(&n)
	return n, err
}

// latestConsent is the newest version that a person's standing consent to a scope is about; number 0 when there is none.
func latestConsent(ctx context.Context, d *db.DB, person, scope string) (id string, number int, err error) {
	err = d.QueryRow(ctx, `SELECT v.id, v.number FROM privacy_consent c JOIN privacy_version v ON v.id = c.version_id
		WHERE c.person_id = $1 AND c.scope = $2 AND c.recipient = '' AND NOT EXISTS (SELECT 1 FROM privacy_withdrawal w
			WHERE w.person_id = c.person_id AND w.scope = c.scope AND w.recipient = c.recipient AND w.withdrawn_at >= c.given_at)
		ORDER BY v.number DESC LIMIT 1`, person, scope).Scan(&id, &number)
	if errors.Is(err, db.ErrNoRow) {
		return "", 0, nil
	}
	return id, number, err
}
