package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/jobs"
)

// Migrating costs half a second and most tests want a migrated database, so it is done once and copied.

// migrate brings one database up to date, the queue's tables included.
func migrate(ctx context.Context, d *db.DB) error {
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	return jobs.Migrate(ctx, d)
}

// sqliteTemplate is a migrated file, made once in a process.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "sahna-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "sahna.db")
	d, err := db.Open(context.Background(), "sqlite:"+file)
	if err != nil {
		return nil, err
	}
	if err := migrate(context.Background(), d); err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// postgresTemplate is the name of a migrated database on the tests' server: all processes share it, by what is in the migrations.
var postgresTemplate = sync.OnceValues(func() (string, error) {
	ctx := context.Background()
	name, err := templateName()
	if err != nil {
		return "", err
	}
	admin, err := db.Open(ctx, os.Getenv(PostgresEnv))
	if err != nil {
		return "", err
	}
	defer func() { _ = admin.Close() }()
	conn, err := admin.SQL().Conn(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }() // ends the lock too
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(7364696)`); err != nil {
		return "", err
	}
	defer func() { _, _ = conn.ExecContext(ctx, `SELECT pg_advisory_unlock(7364696)`) }()
	var found int
	if err := conn.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_database WHERE datname = $1`, name).Scan(&found); err != nil || found == 1 {
		return name, err
	}
	making := name + "_making"
	for _, q := range []string{`DROP DATABASE IF EXISTS ` + making, `CREATE DATABASE ` + making} {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			return "", err
		}
	}
	if err := fill(ctx, making); err != nil {
		return "", err
	}
	_, err = conn.ExecContext(ctx, `ALTER DATABASE `+making+` RENAME TO `+name)
	return name, err
})

func fill(ctx context.Context, database string) error {
	dsn, err := named(database)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return migrate(ctx, d)
}

// templateName changes with the migrations, and with the queue's.
func templateName() (string, error) {
	files, err := db.Migrations(db.Postgres)
	if err != nil {
		return "", err
	}
	queue, err := jobs.Version()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintln(h, queue)
	err = fs.WalkDir(files, ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, p)
		fmt.Fprintf(h, "%s %d\n%s", p, len(body), body)
		return err
	})
	return "sahna_template_" + hex.EncodeToString(h.Sum(nil)[:8]), err
}

// named is the tests' address with another database.
func named(database string) (string, error) {
	u, err := url.Parse(os.Getenv(PostgresEnv))
	if err != nil {
		return "", fmt.Errorf("%s cannot be read", PostgresEnv)
	}
	u.Path = "/" + database
	q := u.Query()
	if q.Get("pool_max_conns") == "" {
		q.Set("pool_max_conns", "8")
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// Migrated returns the address of a migrated database, for tests that open it themselves; gone when the test ends.
func Migrated(t testing.TB, e db.Engine) string {
	t.Helper()
	if e == db.SQLite {
		return migratedFile(t)
	}
	admin := server(t)
	template, err := postgresTemplate()
	if err != nil {
		t.Fatalf("make the template: %v", err)
	}
	name := "t_" + strings.ReplaceAll(db.NewID(), "-", "")
	if _, err := admin.Exec(t.Context(), `CREATE DATABASE `+name+` TEMPLATE `+template+` STRATEGY file_copy`); err != nil {
		t.Fatalf("make database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Errorf("drop database: %v", err)
		}
		if err := admin.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	dsn, err := named(name)
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

func migratedFile(t testing.TB) string {
	t.Helper()
	body, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("make the template: %v", err)
	}
	dsn := DSN(t, db.SQLite)
	if err := os.WriteFile(strings.TrimPrefix(dsn, "sqlite:"), body, 0o600); err != nil {
		t.Fatal(err)
	}
	return dsn
}
