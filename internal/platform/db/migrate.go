package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

// The rooms' tables: one file each, in the SQL that both engines share. A file of the same number in
// sqlite/ and postgres/ holds what cannot be shared (trigger bodies).
//
//go:embed all:migrations
var migrations embed.FS

// Migrations returns the set of files for an engine, flat, as goose wants it.
func Migrations(e Engine) (fs.FS, error) {
	flat := fstest.MapFS{}
	for _, dir := range []string{"migrations", "migrations/" + string(e)} {
		entries, err := fs.ReadDir(migrations, dir)
		if err != nil {
			return nil, err
		}
		for _, f := range entries {
			if f.IsDir() || path.Ext(f.Name()) != ".sql" {
				continue
			}
			body, err := fs.ReadFile(migrations, dir+"/"+f.Name())
			if err != nil {
				return nil, err
			}
			if _, twice := flat[f.Name()]; twice {
				return nil, fmt.Errorf("migration %s stands twice", f.Name())
			}
			flat[f.Name()] = &fstest.MapFile{Data: body}
		}
	}
	return flat, nil
}

// Migrate brings the tables up to date. Several processes may start at once: a table locks them out of each other's way.
func (d *DB) Migrate(ctx context.Context) error {
	files, err := Migrations(d.engine)
	if err != nil {
		return err
	}
	return d.MigrateWith(ctx, files, "schema_version")
}

// MigrateWith runs another set of files with a version table of its own: the key store has one.
func (d *DB) MigrateWith(ctx context.Context, files fs.FS, versions string) error {
	d.versions = versions
	var opts []goose.ProviderOption
	dialect := goose.DialectSQLite3
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresTableLocker(lock.WithTableName(versions + "_lock"))
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithLocker(locker))
	}
	store, err := database.NewStore(dialect, versions)
	if err != nil {
		return err
	}
	// Rooms number their files apart from each other: a new one may stand before one that has run.
	p, err := goose.NewProvider("", d.write, files, append(opts, goose.WithStore(store), goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))...)
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}
