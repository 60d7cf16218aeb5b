package document

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/vault"
)

const kindColumns = `code, title_kk, title_ru, title_en, why_kk, why_ru, why_en, ground, exception, keep_days, identity, names_people, is_on, changed_by`

func scanKind(scan func(...any) error) (k Kind, err error) {
	k.Purpose = vault.PurposeVerification
	err = scan(&k.Code, &k.Title.KK, &k.Title.RU, &k.Title.EN, &k.Why.KK, &k.Why.RU, &k.Why.EN, &k.Ground, &k.Exception, &k.KeepDays, &k.Identity, &k.NamesPeople, &k.On, &k.ChangedBy)
	return k, err
}

func kindArgs(k Kind, place int, now time.Time) []any {
	return []any{k.Code, k.Title.KK, k.Title.RU, k.Title.EN, k.Why.KK, k.Why.RU, k.Why.EN, k.Ground, k.Exception, k.KeepDays, k.Identity, k.NamesPeople, k.On, k.ChangedBy, place, clock.Micros(now)}
}

const insertKindSQL = `INSERT INTO people_document_kind (` + kindColumns + `, place, changed_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (code) DO `

func insertKind(ctx context.Context, d *db.DB, k Kind, place int, now time.Time) error {
	_, err := d.Exec(ctx, insertKindSQL+`NOTHING`, kindArgs(k, place, now)...)
	return err
}

func upsertKind(ctx context.Context, tx *db.DB, k Kind, now time.Time) error {
	_, err := tx.Exec(ctx, insertKindSQL+`UPDATE SET title_kk = excluded.title_kk, title_ru = excluded.title_ru, title_en = excluded.title_en,
		why_kk = excluded.why_kk, why_ru = excluded.why_ru, why_en = excluded.why_en, ground = excluded.ground, exception = excluded.exception,
		keep_days = excluded.keep_days, names_people = excluded.names_people, is_on = excluded.is_on, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
		kindArgs(k, 100, now)...)
	return err
}

const mostKinds = 200

func listKinds(ctx context.Context, d *db.DB) (out []Kind, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		k, err := scanKind(scan)
		out = append(out, k)
		return err
	}, `SELECT `+kindColumns+` FROM people_document_kind ORDER BY place, code LIMIT $1`, mostKinds)
	return out, err
}

func findKind(ctx context.Context, d *db.DB, code string) (Kind, error) {
	return scanKind(d.QueryRow(ctx, `SELECT `+kindColumns+` FROM people_document_kind WHERE code = $1`, code).Scan)
}
