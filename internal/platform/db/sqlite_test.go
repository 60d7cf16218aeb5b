package db_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

func TestStatementsStayPreparedAndApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		exec := func(q string, args ...any) {
			t.Helper()
			if _, err := d.Exec(t.Context(), q, args...); err != nil {
				t.Fatal(err)
			}
		}
		exec(`CREATE TABLE kept (id BIGINT PRIMARY KEY, name TEXT)`)
		for i := range 5 {
			exec(`INSERT INTO kept (id, name) VALUES ($1, $2)`, i, fmt.Sprint("n", i))
		}
		const all = `SELECT id FROM kept ORDER BY id`
		list := func(q *db.DB) (out []int) {
			t.Helper()
			if err := q.Each(t.Context(), func(scan func(...any) error) error {
				var id int
				err := scan(&id)
				out = append(out, id)
				return err
			}, all); err != nil {
				t.Fatal(err)
			}
			return out
		}
		// While its rows are read the same text is asked again.
		if d.Engine() == db.SQLite { // PostgreSQL's wire carries one answer at a time
			err := d.Transact(t.Context(), func(tx *db.DB) error {
				n := 0
				err := tx.Each(t.Context(), func(scan func(...any) error) error {
					var id int
					if err := scan(&id); err != nil {
						return err
					}
					if got := list(tx); len(got) != 5 || got[4] != 4 {
						t.Errorf("inner %v", got)
					}
					if id != n {
						t.Errorf("outer row %d is %d", n, id)
					}
					n++
					return nil
				}, all)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		// A statement that failed, and one whose table has changed, work afterwards.
		if _, err := d.Exec(t.Context(), `INSERT INTO kept (id, name) VALUES ($1, $2)`, 0, "again"); !errors.Is(err, db.ErrDuplicate) {
			t.Errorf("twice: %v", err)
		}
		exec(`ALTER TABLE kept ADD COLUMN more BIGINT NOT NULL DEFAULT 7`)
		exec(`INSERT INTO kept (id, name) VALUES ($1, $2)`, 5, "n5")
		if got := list(d); len(got) != 6 {
			t.Errorf("after the change %v", got)
		}
		// More texts than are kept.
		if err := d.Transact(t.Context(), func(tx *db.DB) error {
			for i := range 300 {
				if _, err := tx.Exec(t.Context(), fmt.Sprintf(`UPDATE kept SET name = $1 WHERE id = 5 AND id < %d`, 100+i), "y"); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if got := list(d); len(got) != 6 {
			t.Errorf("after many texts %v", got)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := d.Exec(gone, `UPDATE kept SET name = $1 WHERE id = 1`, "z"); !errors.Is(err, context.Canceled) {
			t.Errorf("whose caller has left: %v", err)
		}
		exec(`DROP TABLE kept`)
	})
}
