// Package db opens the database, SQLite or PostgreSQL, behind one handle.
//
// It owns connections, transactions with their retries, migrations and the
// few words in which the two engines differ (dialect.go). It promises that a
// statement written once with $1 parameters runs on both, and that drivers'
// errors come out as fault kinds. It knows no table: each room keeps its own
// SQL in its …_sql.go files.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// Engine is the kind of database.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is a database, or a transaction on one: a function that takes a *DB need not know which.
// Inside Transact use only the *DB that is handed in: on SQLite there is one writer connection,
// and the outer handle would wait for the transaction that is waiting for it.
type DB struct {
	engine Engine
	write  *sql.DB
	read   *sql.DB       // SQLite: read-only pool; PostgreSQL: the same as write
	pool   *pgxpool.Pool // PostgreSQL only
	tx     *sql.Tx       // set inside Transact
	conn   *sql.Conn     // PostgreSQL: the transaction's connection
	before func() error  // see BeforeWrite
	health *health       // see Trouble; shared with transactions
	// versions is the table that tells which migrations were applied.
	versions string
}

// Open opens "sqlite:PATH" or "postgres://…". It does not migrate; see Migrate.
func Open(ctx context.Context, dsn string) (*DB, error) {
	d, err := open(ctx, dsn)
	if f, watched := ctx.Value(beforeWrite{}).(func() error); watched && err == nil {
		d.BeforeWrite(f)
	}
	return d, err
}

type beforeWrite struct{}

// WithBeforeWrite has every handle that is opened under the context call f as BeforeWrite says: for tests of what opens its own.
func WithBeforeWrite(ctx context.Context, f func() error) context.Context {
	return context.WithValue(ctx, beforeWrite{}, f)
}

func open(ctx context.Context, dsn string) (*DB, error) {
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		return openSQLite(ctx, path)
	}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn)
	}
	return nil, fmt.Errorf("database address must start with sqlite: or postgres://")
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	q := url.Values{}
	q.Set("_txlock", "immediate")
	// synchronous=FULL: an order that was confirmed survives a power cut.
	for _, p := range []string{"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(1)", "secure_delete(1)", "cache_size(-16000)", "wal_autocheckpoint(4000)"} {
		q.Add("_pragma", p)
	}
	w, err := openKeeping("file:" + path + "?" + q.Encode())
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1) // two writers bring no gain and stalls of seconds
	if err := w.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), w.Close())
	}
	rq := url.Values{}
	for _, p := range []string{"query_only(1)", "busy_timeout(10000)", "cache_size(-4000)"} {
		rq.Add("_pragma", p)
	}
	r, err := openKeeping("file:" + path + "?" + rq.Encode())
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	r.SetMaxOpenConns(8)
	r.SetMaxIdleConns(8)
	return &DB{engine: SQLite, write: w, read: r, health: &health{}}, nil
}

func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("the postgres:// address cannot be read") // pgx's own error would print the password
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	s := stdlib.OpenDBFromPool(pool)
	return &DB{engine: Postgres, write: s, read: s, pool: pool, health: &health{}}, nil
}

// Close closes every connection.
func (d *DB) Close() error {
	err := d.write.Close()
	if d.read != d.write {
		err = errors.Join(err, d.read.Close())
	}
	if d.pool != nil {
		d.pool.Close()
	}
	return err
}

// Engine tells which database it is.
func (d *DB) Engine() Engine { return d.engine }

// SQL is the writing pool, for libraries that need one (goose, River).
func (d *DB) SQL() *sql.DB { return d.write }

// Pool is the PostgreSQL pool for hot paths (Batch, CopyFrom); nil on SQLite.
func (d *DB) Pool() *pgxpool.Pool { return d.pool }

// Tx is the transaction inside Transact, nil outside; for libraries that need one (River).
func (d *DB) Tx() *sql.Tx { return d.tx }

// NewID returns a UUIDv7, the form of every id: it sorts by time of making.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// BeforeWrite has f called before every Exec and every commit; its error stands in their place. It is for tests that end the
// program at a write of their choice; set it before the handle is used.
func (d *DB) BeforeWrite(f func() error) { d.before = f }

func (d *DB) mayWrite() error {
	if d.before == nil {
		return nil
	}
	return d.before()
}

// Exec runs a statement and tells how many rows it touched.
func (d *DB) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := d.mayWrite(); err != nil {
		return 0, err
	}
	if d.tx != nil {
		return touched(d.tx.ExecContext(ctx, query, args...))
	}
	n, err := touched(d.write.ExecContext(ctx, query, args...))
	if err != nil {
		d.health.ill(ctx, err)
		return 0, err
	}
	d.health.well()
	return n, nil
}

func touched(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, translate(err)
	}
	n, err := res.RowsAffected()
	return n, translate(err)
}

// Query runs a query; outside a transaction SQLite answers it from a read-only connection.
// A statement that writes and RETURNs must run inside Transact.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if d.tx != nil {
		rows, err := d.tx.QueryContext(ctx, query, args...)
		return rows, translate(err)
	}
	rows, err := d.read.QueryContext(ctx, query, args...)
	for lost := 1; isLost(err) && lost <= lostAttempts && ctx.Err() == nil; lost++ {
		pause(ctx, lostPause<<lost)
		rows, err = d.read.QueryContext(ctx, query, args...)
	}
	return rows, translate(err)
}

// Row is the answer of QueryRow.
type Row struct{ row *sql.Row }

// Scan reads the row; no row is fault.NotFound.
func (r Row) Scan(dest ...any) error { return translate(r.row.Scan(dest...)) }

// QueryRow runs a query that returns at most one row.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) Row {
	if d.tx != nil {
		return Row{d.tx.QueryRowContext(ctx, query, args...)}
	}
	row := d.read.QueryRowContext(ctx, query, args...)
	for lost := 1; isLost(row.Err()) && lost <= lostAttempts && ctx.Err() == nil; lost++ {
		pause(ctx, lostPause<<lost)
		row = d.read.QueryRowContext(ctx, query, args...)
	}
	return Row{row}
}

// Each runs fn on every row of a query and closes it; fn scans.
func (d *DB) Each(ctx context.Context, fn func(scan func(dest ...any) error) error, query string, args ...any) error {
	rows, err := d.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err below tells
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return translate(rows.Err())
}
