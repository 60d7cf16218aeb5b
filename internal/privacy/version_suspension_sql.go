package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const suspensionColumns = `id, version_id, clause, reason_kk, reason_ru, reason_en, from_at, until_at, asked_by, asked_at,
	approved_by, approved_at, ended_by, ended_at`

func insertSuspension(ctx context.Context, tx *db.DB, s Suspension) error {
	var until int64
	if !s.Until.IsZero() {
		until = clock.Micros(s.Until)
	}
	_, err := tx.Exec(ctx, `INSERT INTO privacy_suspension (`+suspensionColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0, '', 0)`, s.ID, s.VersionID, s.Clause, s.Reason.KK, s.Reason.RU, s.Reason.EN,
		clock.Micros(s.From), until, s.AskedBy, clock.Micros(s.AskedAt))
	return err
}

func suspensionAskedBy(ctx context.Context, d *db.DB, id string) (actor string, err error) {
	err = d.QueryRow(ctx, `SELECT asked_by FROM privacy_suspension WHERE id = $1`, id).Scan(&actor)
	return actor, err
}

func listSuspensions(ctx context.Context, d *db.DB, k Kind) (out []Suspension, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var s Suspension
		var at [5]int64
		if err := scan(&s.ID, &s.VersionID, &s.Clause, &s.Reason.KK, &s.Reason.RU, &s.Reason.EN, &at[0], &at[1], &s.AskedBy, &at[2],
			&s.ApprovedBy, &at[3], &s.EndedBy, &at[4]); err != nil {
			return err
		}
		for i, t := range []*time.Time{&s.From, &s.Until, &s.AskedAt, &s.ApprovedAt, &s.EndedAt} {
			*t = clock.FromMicros(at[i])
		}
		out = append(out, s)
		return nil
	}, `SELECT s.id, s.version_id, s.clause, s.reason_kk, s.reason_ru, s.reason_en, s.from_at, s.until_at, s.asked_by, s.asked_at,
			s.approved_by, s.approved_at, s.ended_by, s.ended_at
		FROM privacy_suspension s JOIN privacy_version v ON v.id = s.version_id WHERE v.kind = $1 ORDER BY s.id DESC LIMIT 500`, k)
	return out, err
}
