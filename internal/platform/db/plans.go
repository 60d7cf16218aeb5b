package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Plans tells how the database would answer each statement that its connections keep prepared: text → plan. It is for who looks why
// something is slow, and for tests that no statement reads a whole table. PostgreSQL plans as if reading whole tables were dear, so
// that small ones in a test show the same plan as large ones.
func (d *DB) Plans(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	if d.engine == Postgres {
		return out, d.postgresPlans(ctx, out)
	}
	for _, pool := range []*sql.DB{d.write, d.read} {
		texts, err := keptTexts(ctx, pool)
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			if out[text], err = sqlitePlan(ctx, d.write, text); err != nil {
				return nil, fmt.Errorf("plan of %s: %w", text, err)
			}
		}
	}
	return out, nil
}

// keptTexts are the statements of all connections that a pool has open.
func keptTexts(ctx context.Context, pool *sql.DB) (texts []string, err error) {
	var conns []*sql.Conn
	defer func() {
		for _, c := range conns {
			err = errors.Join(err, c.Close())
		}
	}()
	seen := map[string]bool{}
	for range pool.Stats().OpenConnections {
		c, err := pool.Conn(ctx)
		if err != nil {
			return nil, err
		}
		conns = append(conns, c)
		if err := c.Raw(func(driver any) error {
			if k, ok := driver.(*keepingConn); ok {
				for text := range k.kept {
					seen[text] = true
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

func sqlitePlan(ctx context.Context, pool *sql.DB, text string) (string, error) {
	var args []any
	for n := 1; strings.Contains(text, fmt.Sprint("$", n)); n++ {
		args = append(args, nil)
	}
	rows, err := pool.QueryContext(ctx, `EXPLAIN QUERY PLAN `+text, args...)
	if err != nil {
		return "", err
	}
	defer rows.Close() //nolint:errcheck // rows.Err below tells
	var b strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return "", err
		}
		b.WriteString(detail + "\n")
	}
	return b.String(), rows.Err()
}

func (d *DB) postgresPlans(ctx context.Context, out map[string]string) error {
	conns := d.pool.AcquireAllIdle(ctx)
	defer func() {
		for _, c := range conns {
			c.Release()
		}
	}()
	for _, c := range conns {
		if err := plansOf(ctx, c, out); err != nil {
			return err
		}
	}
	return nil
}

func plansOf(ctx context.Context, c *pgxpool.Conn, out map[string]string) error {
	tx, err := c.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx) //nolint:errcheck // nothing was changed
	if _, err := tx.Exec(ctx, `SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan`); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements WHERE statement !~ 'pg_prepared'`)
	if err != nil {
		return err
	}
	type prepared struct {
		name, text string
		params     int
	}
	var list []prepared
	for rows.Next() {
		var p prepared
		if err := rows.Scan(&p.name, &p.text, &p.params); err != nil {
			return err
		}
		list = append(list, p)
	}
	if rows.Err() != nil {
		return rows.Err()
	}
	for _, p := range list {
		if _, known := out[p.text]; known || !worthKeeping(p.text) {
			continue
		}
		call := `EXPLAIN EXECUTE "` + p.name + `"`
		if p.params > 0 {
			call += `(` + strings.TrimSuffix(strings.Repeat(`NULL, `, p.params), `, `) + `)`
		}
		lines, err := tx.Query(ctx, call)
		if err != nil {
			return err
		}
		for lines.Next() {
			var line string
			if err := lines.Scan(&line); err != nil {
				return err
			}
			out[p.text] += line + "\n"
		}
		if lines.Err() != nil {
			return fmt.Errorf("plan of %s: %w", p.text, lines.Err())
		}
	}
	return nil
}
