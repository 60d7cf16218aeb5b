package db_test

import (
	"context"
	"errors"
	"testing"

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
