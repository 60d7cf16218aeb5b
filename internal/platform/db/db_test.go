package db_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
)

func TestParametersAreBoundByNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var a, b string
		err := d.QueryRow(t.Context(), `SELECT CAST($2 AS TEXT), CAST($1 AS TEXT)`, "one", "two").Scan(&a, &b)
		if err != nil {
			t.Fatal(err)
		}
		if a != "two" || b != "one" {
			t.Errorf("got %q, %q: the driver binds $n by position", a, b)
		}
	})
}

func TestTransactRollsBackAndJoins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if _, err := d.Exec(ctx, `CREATE TABLE probe (id TEXT PRIMARY KEY)`); err != nil {
			t.Fatal(err)
		}
		boom := errors.New("boom")
		err := d.Transact(ctx, func(tx *db.DB) error {
			if _, err := tx.Exec(ctx, `INSERT INTO probe (id) VALUES ($1)`, "a"); err != nil {
				return err
			}
			return tx.Transact(ctx, func(*db.DB) error { return boom })
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v, want boom", err)
		}
		if n := count(t, d); n != 0 {
			t.Errorf("%d rows after a rollback", n)
		}
	})
}

func TestDriverErrorsBecomeFaults(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if _, err := d.Exec(ctx, `CREATE TABLE probe (id TEXT PRIMARY KEY, n BIGINT CHECK (n > 0))`); err != nil {
			t.Fatal(err)
		}
		insert := func(id string, n int) error {
			_, err := d.Exec(ctx, `INSERT INTO probe (id, n) VALUES ($1, $2)`, id, n)
			return err
		}
		if err := insert("a", 1); err != nil {
			t.Fatal(err)
		}
		if err := insert("a", 1); !errors.Is(err, db.ErrDuplicate) || fault.KindOf(err) != fault.Conflict {
			t.Errorf("duplicate: got %v", err)
		}
		if err := insert("b", -1); !errors.Is(err, db.ErrReference) {
			t.Errorf("check: got %v", err)
		}
		var s string
		if err := d.QueryRow(ctx, `SELECT id FROM probe WHERE id = $1`, "z").Scan(&s); !errors.Is(err, db.ErrNoRow) {
			t.Errorf("no row: got %v", err)
		}
	})
}

func TestMigrateTwiceIsQuiet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), `SELECT count(*) FROM probe`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestManyRowsAreWrittenAtOnce(t *testing.T) {
	type name string
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if _, err := d.Exec(ctx, `CREATE TABLE many (id TEXT PRIMARY KEY, n INTEGER NOT NULL, small SMALLINT NOT NULL, yes BOOLEAN NOT NULL, b BYTEA NOT NULL)`); err != nil {
			t.Fatal(err)
		}
		var rows [][]any
		for i := range 300 {
			rows = append(rows, []any{name(db.NewID()), i, int64(i % 3), i%2 == 0, []byte{byte(i), 0}})
		}
		err := d.Transact(ctx, func(tx *db.DB) error {
			n, err := tx.InsertMany(ctx, `many (id, n, small, yes, b)`, rows, ``)
			if err != nil || n != 300 {
				t.Fatalf("%d rows, %v", n, err)
			}
			if n, err = tx.InsertMany(ctx, `many (id, n, small, yes, b)`, rows[:2], `ON CONFLICT (id) DO NOTHING`); err != nil || n != 0 {
				t.Errorf("again: %d rows, %v", n, err)
			}
			touched, err := tx.ExecMany(ctx, `UPDATE many SET n = n + $2 WHERE id = $1 AND n < 2`,
				[][]any{{rows[0][0], 5}, {rows[1][0], 5}, {rows[2][0], 5}})
			if err != nil || touched[0] != 1 || touched[1] != 1 || touched[2] != 0 {
				t.Errorf("touched %v, %v", touched, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var sum, yes int
		if err := d.QueryRow(ctx, `SELECT sum(n), sum(CASE WHEN yes THEN 1 ELSE 0 END) FROM many WHERE b IS NOT NULL`).Scan(&sum, &yes); err != nil {
			t.Fatal(err)
		}
		if sum != 299*300/2+10 || yes != 150 {
			t.Errorf("sum %d, yes %d", sum, yes)
		}
		err = d.Transact(ctx, func(tx *db.DB) error {
			_, err := tx.InsertMany(ctx, `many (id, n, small, yes, b)`, rows[:2], ``)
			return err
		})
		if !errors.Is(err, db.ErrDuplicate) {
			t.Errorf("duplicate: %v", err)
		}
	})
}

// Rooms number their files apart: an update brings one whose number stands before one that has run.
func TestAMigrationMayComeLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		file := func(sql string) *fstest.MapFile { return &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql)} }
		files := fstest.MapFS{"00020_late.sql": file(`CREATE TABLE late_second (id TEXT PRIMARY KEY);`)}
		if err := d.MigrateWith(t.Context(), files, "late_version"); err != nil {
			t.Fatal(err)
		}
		files["00010_late.sql"] = file(`CREATE TABLE late_first (id TEXT PRIMARY KEY);`)
		if err := d.MigrateWith(t.Context(), files, "late_version"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Exec(t.Context(), `INSERT INTO late_first (id) VALUES ('x')`); err != nil {
			t.Error(err)
		}
	})
}
