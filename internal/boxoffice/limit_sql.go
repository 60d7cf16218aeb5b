package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

func limitsIn(ctx context.Context, d *db.DB, scopes []string) ([]rule, error) {
	var out []rule
	err := d.Each(ctx, func(scan func(...any) error) error {
		var r rule
		err := scan(&r.scopeID, &r.kind, &r.most)
		out = append(out, r)
		return err
	}, `SELECT scope_id, kind, most FROM boxoffice_limit WHERE scope_id IN `+padIn(1, len(scopes))+` ORDER BY scope_id, kind`,
		padArgs(nil, scopes)...)
	return out, err
}

func setLimit(ctx context.Context, tx *db.DB, scope string, k LimitKind, most int, actor string, at time.Time) error {
	if most == 0 {
		_, err := tx.Exec(ctx, `DELETE FROM boxoffice_limit WHERE scope_id = $1 AND kind = $2`, scope, string(k))
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO boxoffice_limit (scope_id, kind, most, set_by, set_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (scope_id, kind) DO UPDATE SET most = excluded.most, set_by = excluded.set_by, set_at = excluded.set_at
		WHERE boxoffice_limit.most <> excluded.most`, scope, string(k), most, actor, clock.Micros(at))
	return err
}

// usage is how much of a limit one key has used.
type usage struct{ used, extra int }

func usesOf(ctx context.Context, d *db.DB, claims []claim) (map[string]usage, error) {
	scopes, keys := map[string]bool{}, make([]string, len(claims))
	var in []string
	for i, c := range claims {
		keys[i] = c.key
		if !scopes[c.scopeID] {
			scopes[c.scopeID] = true
			in = append(in, c.scopeID)
		}
	}
	args := padArgs(padArgs(nil, in), keys)
	out := map[string]usage{}
	err := d.Each(ctx, func(scan func(...any) error) error {
		var key string
		var u usage
		err := scan(&key, &u.used, &u.extra)
		out[key] = u
		return err
	}, `SELECT key, used, extra FROM boxoffice_limit_use WHERE scope_id IN `+padIn(1, len(in))+` AND key IN `+padIn(1+padded(len(in)), len(keys)), args...)
	return out, err
}

// countUses adds to what keys have used where their limit lets it, and tells of each guard whether it did.
func countUses(ctx context.Context, tx *db.DB, rows, guards [][]any) ([]int64, error) {
	if _, err := tx.InsertMany(ctx, `boxoffice_limit_use (scope_id, key, kind, used, ends_at)`, rows, `ON CONFLICT (scope_id, key) DO NOTHING`); err != nil {
		return nil, err
	}
	return tx.ExecMany(ctx, `UPDATE boxoffice_limit_use SET used = used + $3, ends_at = CASE WHEN ends_at < $5 THEN $5 ELSE ends_at END
		WHERE scope_id = $1 AND key = $2 AND used + $3 <= $4 + extra`, guards)
}

func insertOrderClaims(ctx context.Context, tx *db.DB, rows [][]any) error {
	_, err := tx.InsertMany(ctx, `boxoffice_limit_order (order_id, scope_id, key, n, most, ends_at)`, rows, ``)
	return err
}

// usesOfOrders lists what orders use now, sorted by key.
func usesOfOrders(ctx context.Context, tx *db.DB, orders []string) ([]claim, error) {
	return listClaims(ctx, tx, `SELECT scope_id, key, n, most, ends_at, '' FROM boxoffice_limit_order
		WHERE order_id IN `+padIn(1, len(orders))+` AND NOT released ORDER BY scope_id, key`, padArgs(nil, orders)...)
}

func listClaims(ctx context.Context, tx *db.DB, query string, args ...any) ([]claim, error) {
	var out []claim
	err := tx.Each(ctx, func(scan func(...any) error) error {
		var c claim
		err := scan(&c.scopeID, &c.key, &c.n, &c.most, &c.endsAt, &c.kind)
		out = append(out, c)
		return err
	}, query, args...)
	return out, err
}

func giveUsesBack(ctx context.Context, tx *db.DB, list []claim) error {
	rows := make([][]any, len(list))
	for i, c := range list {
		rows[i] = []any{c.scopeID, c.key, c.n}
	}
	// What was forgotten meanwhile is not there to be given back.
	_, err := tx.ExecMany(ctx, `UPDATE boxoffice_limit_use SET used = used - $3 WHERE scope_id = $1 AND key = $2 AND used >= $3`, rows)
	return err
}

func markReleased(ctx context.Context, tx *db.DB, orders []string) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_limit_order SET released = TRUE WHERE order_id IN `+padIn(1, len(orders))+` AND NOT released`,
		padArgs(nil, orders)...)
	return err
}

// takeReleased takes out what an order had used and given back, so that it can be claimed anew.
func takeReleased(ctx context.Context, tx *db.DB, order string) ([]claim, error) {
	list, err := listClaims(ctx, tx, `SELECT o.scope_id, o.key, o.n, o.most, o.ends_at, u.kind FROM boxoffice_limit_order o
		JOIN boxoffice_limit_use u ON u.scope_id = o.scope_id AND u.key = o.key
		WHERE o.order_id = $1 AND o.released ORDER BY o.scope_id, o.key`, order)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM boxoffice_limit_order WHERE order_id = $1 AND released`, order)
	return list, err
}

// forgetClaims takes away what leads from an order to the keys that it was counted by.
func forgetClaims(ctx context.Context, tx *db.DB, order string) error {
	_, err := tx.Exec(ctx, `DELETE FROM boxoffice_limit_order WHERE order_id = $1`, order)
	return err
}

// forgetUses deletes some of what is older than its term and tells how many rows that was.
func forgetUses(ctx context.Context, tx *db.DB, uses, refusals time.Time, limit int) (n int64, err error) {
	for _, q := range []struct {
		query string
		until time.Time
	}{
		{`DELETE FROM boxoffice_limit_use WHERE (scope_id, key) IN (SELECT scope_id, key FROM boxoffice_limit_use WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)`, uses},
		{`DELETE FROM boxoffice_limit_order WHERE (order_id, scope_id, key) IN
			(SELECT order_id, scope_id, key FROM boxoffice_limit_order WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)`, uses},
		{`DELETE FROM boxoffice_refusal_key WHERE (refusal_id, scope_id, key) IN
			(SELECT k.refusal_id, k.scope_id, k.key FROM boxoffice_refusal r JOIN boxoffice_refusal_key k ON k.refusal_id = r.id
				WHERE r.ends_at < $1 ORDER BY r.ends_at LIMIT $2)`, uses},
		{`UPDATE boxoffice_refusal SET key = '' WHERE id IN (SELECT id FROM boxoffice_refusal WHERE ends_at < $1 AND key <> '' ORDER BY ends_at LIMIT $2)`, uses},
		{`DELETE FROM boxoffice_refusal WHERE id IN (SELECT id FROM boxoffice_refusal WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)`, refusals},
	} {
		got, err := tx.Exec(ctx, q.query, clock.Micros(q.until), limit)
		if err != nil {
			return n, err
		}
		n += got
	}
	return n, nil
}
