package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// saveRefusal writes a refusal, or counts up the one that stands for the same key, and returns its id and code. One whose limit was
// lifted and that is reached again begins anew: it can be objected to once more.
func saveRefusal(ctx context.Context, tx *db.DB, r Refusal, key string, endsAt int64) (id, code string, err error) {
	at := clock.Micros(r.LastAt)
	err = tx.QueryRow(ctx, `INSERT INTO boxoffice_refusal
		(id, code, scope_id, key, performance_id, kind, most, had, asked, times, first_at, last_at, order_id, ends_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $10, $11, $12)
		ON CONFLICT (scope_id, key) WHERE key <> '' DO UPDATE SET performance_id = excluded.performance_id, most = excluded.most,
			had = excluded.had, asked = excluded.asked, times = boxoffice_refusal.times + 1, last_at = excluded.last_at,
			request_id = CASE WHEN boxoffice_refusal.lifted_at <> 0 THEN '' ELSE boxoffice_refusal.request_id END,
			order_id = CASE WHEN excluded.order_id <> '' THEN excluded.order_id ELSE boxoffice_refusal.order_id END,
			lifted_at = 0, ends_at = excluded.ends_at
		RETURNING id, code`,
		r.ID, r.Code, r.ScopeID, key, r.PerformanceID, string(r.Kind), r.Most, r.Had, r.Asked, at, r.OrderID, endsAt).Scan(&id, &code)
	return id, code, err
}

func saveRefusalKeys(ctx context.Context, tx *db.DB, id string, list []claim) error {
	rows := make([][]any, len(list))
	for i, c := range list {
		rows[i] = []any{id, c.scopeID, c.key, string(c.kind)}
	}
	_, err := tx.InsertMany(ctx, `boxoffice_refusal_key (refusal_id, scope_id, key, kind)`, rows, `ON CONFLICT (refusal_id, scope_id, key) DO NOTHING`)
	return err
}

func listRefusals(ctx context.Context, d *db.DB, where string, args ...any) ([]Refusal, error) {
	var out []Refusal
	err := d.Each(ctx, func(scan func(...any) error) error {
		var r Refusal
		var first, last, lifted int64
		err := scan(&r.ID, &r.Code, &r.PerformanceID, &r.ScopeID, &r.Kind, &r.Most, &r.Had, &r.Asked, &r.Times, &first, &last, &r.OrderID,
			&r.Extra, &r.LiftedBy, &lifted, &r.Objection.RequestID, &r.Objection.Number, &r.Objection.State, &r.Objection.Result)
		r.FirstAt, r.LastAt, r.LiftedAt = clock.FromMicros(first), clock.FromMicros(last), clock.FromMicros(lifted)
		out = append(out, r)
		return err
	}, `SELECT r.id, r.code, r.performance_id, r.scope_id, r.kind, r.most, r.had, r.asked, r.times, r.first_at, r.last_at, r.order_id,
			r.extra, r.lifted_by, r.lifted_at, r.request_id, COALESCE(q.number, ''), COALESCE(q.state, ''), COALESCE(q.result, '')
		FROM boxoffice_refusal r LEFT JOIN privacy_request q ON q.id = r.request_id
		WHERE `+where+` ORDER BY r.last_at DESC, r.id LIMIT `+mostRefusalsSQL, args...)
	return out, err
}

const mostRefusalsSQL = "200"

func setObjection(ctx context.Context, tx *db.DB, id, request string) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_refusal SET request_id = $2 WHERE id = $1 AND request_id = ''`, id, request)
	return err
}

func setLifted(ctx context.Context, tx *db.DB, id, actor string, extra int, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE boxoffice_refusal SET extra = extra + $2, lifted_by = $3, lifted_at = $4 WHERE id = $1 AND lifted_at = 0`,
		id, extra, actor, clock.Micros(at))
	return n == 1, err
}

// addExtra raises the limit for every key of a refusal. A key that has counted nothing yet gets its row, so that the first order
// after it finds the raise.
func addExtra(ctx context.Context, tx *db.DB, id string, extra int) (int64, error) {
	return tx.Exec(ctx, `INSERT INTO boxoffice_limit_use (scope_id, key, kind, used, extra, ends_at)
		SELECT k.scope_id, k.key, k.kind, 0, CAST($2 AS BIGINT), r.ends_at
			FROM boxoffice_refusal_key k JOIN boxoffice_refusal r ON r.id = k.refusal_id WHERE k.refusal_id = $1
		ON CONFLICT (scope_id, key) DO UPDATE SET extra = boxoffice_limit_use.extra + excluded.extra`, id, extra)
}
