// Package dbtest gives tests a fresh, migrated database of each engine.
//
// It owns making and dropping them. It promises that every test that uses Each
// runs on SQLite and on a real PostgreSQL, in parallel, each on its own, and
// that what KillAt kills is a process, dead at once. It
// does not skip: without PostgreSQL the test fails and says how to start one.
package dbtest

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
)

// PostgresEnv names the variable with the address of a PostgreSQL where tests may make schemas.
const PostgresEnv = "SAHNA_TEST_POSTGRES"

// Each runs fn on both engines as subtests "sqlite" and "postgres".
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			fn(t, Open(t, e))
		})
	}
}

// Open returns a migrated database of one engine, gone when the test ends.
func Open(t testing.TB, e db.Engine) *db.DB {
	t.Helper()
	return open(t, e, Migrated(t, e))
}

// Empty returns a database without tables.
func Empty(t testing.TB, e db.Engine) *db.DB {
	t.Helper()
	return open(t, e, DSN(t, e))
}

func open(t testing.TB, e db.Engine, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatalf("open %s: %v", e, err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

// DSN returns the address of an empty database, for tests that start the whole program.
func DSN(t testing.TB, e db.Engine) string {
	t.Helper()
	if e == db.SQLite {
		return "sqlite:" + filepath.Join(t.TempDir(), "sahna.db")
	}
	admin := server(t)
	schema := "t_" + strings.ReplaceAll(db.NewID(), "-", "")
	if _, err := admin.Exec(t.Context(), `CREATE SCHEMA `+schema); err != nil {
		t.Fatalf("make schema: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), `DROP SCHEMA `+schema+` CASCADE`); err != nil {
			t.Errorf("drop schema: %v", err)
		}
		if err := admin.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	u, err := url.Parse(os.Getenv(PostgresEnv))
	if err != nil {
		t.Fatalf("%s cannot be read", PostgresEnv)
	}
	q := u.Query()
	q.Set("search_path", schema)
	if q.Get("pool_max_conns") == "" {
		q.Set("pool_max_conns", "8")
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// server is a handle on the tests' PostgreSQL; who takes it closes it.
func server(t testing.TB) *db.DB {
	t.Helper()
	base := os.Getenv(PostgresEnv)
	if base == "" {
		t.Fatalf("%s is not set: run ./check, or start PostgreSQL and set it", PostgresEnv)
	}
	admin, err := db.Open(t.Context(), base)
	if err != nil {
		t.Fatalf("reach the PostgreSQL of %s: %v", PostgresEnv, err)
	}
	return admin
}
