package dbtest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// Three writes: one of the database with its commit, and one of a file. What dies before the commit leaves nothing.
func TestAProcessIsKilledAtEachOfItsWrites(t *testing.T) {
	type world struct{ dbtest.Place }
	count := func(t *testing.T, w world) (rows int, file bool) {
		t.Helper()
		if err := w.DB.QueryRow(t.Context(), `SELECT count(*) FROM killed`).Scan(&rows); err != nil {
			t.Fatal(err)
		}
		_, err := os.Stat(filepath.Join(w.Dir, "file"))
		return rows, err == nil
	}
	dbtest.KillAt(t, dbtest.Doomed[world]{
		Least: 3,
		Open: func(t *testing.T, p dbtest.Place) world {
			if _, err := p.DB.Exec(t.Context(), `CREATE TABLE IF NOT EXISTS killed (n BIGINT NOT NULL)`); err != nil {
				t.Fatal(err)
			}
			return world{p}
		},
		Do: func(t *testing.T, w world, n int) {
			err := w.DB.Transact(t.Context(), func(tx *db.DB) error {
				_, err := tx.Exec(t.Context(), `INSERT INTO killed (n) VALUES ($1)`, n)
				return err
			})
			if err != nil || w.BeforeWrite() != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(w.Dir, "file"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		Check: func(t *testing.T, w world, n int, killed bool) {
			rows, file := count(t, w)
			if wantRows := max(0, n-1); rows != wantRows || file != (n == 3) || killed != (n < 3) {
				t.Errorf("write %d, killed %v: %d rows, file %v", n, killed, rows, file)
			}
		},
	})
}
