package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
)

// Four processes of one site start at the same moment on an empty PostgreSQL, and again on one that has content: policy and offer are
// published once, whatever the processes are called.
func TestProcessesThatStartTogetherPublishOnce(t *testing.T) {
	dir, dsn := t.TempDir(), dbtest.DSN(t, db.Postgres)
	site := apptest.NewSite(t, dir, filepath.Join(dir, "data"), dsn, dbtest.DSN(t, db.Postgres))
	published := func(when string) {
		t.Helper()
		d, err := db.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close() //nolint:errcheck // only read
		for _, kind := range []privacy.Kind{privacy.Policy, privacy.Offer} {
			var n int
			if err := d.QueryRow(t.Context(), `SELECT count(*) FROM privacy_version WHERE kind = $1`, kind).Scan(&n); err != nil || n != 1 {
				t.Errorf("%s: %d versions of the %s, %v", when, n, kind, err)
			}
		}
		if out, ok := site.Run("verify"); !ok {
			t.Errorf("%s: verify says %s", when, out)
		}
	}
	same := "http://" + site.Addr
	all := site.ServeTogether(same, same, same, same)
	published("on an empty database")
	for _, p := range all {
		p.Kill()
	}
	for _, p := range site.ServeTogether(same, same) {
		p.Kill()
	}
	published("on one with content")
	// One that is called otherwise has other texts: they wait until nobody is called as before.
	all = site.ServeTogether(same, "http://other.example:8080", same, "http://third.example:8080")
	published("called otherwise")
	if log, err := os.ReadFile(all[1].Log); err != nil || !strings.Contains(string(log), "call this site otherwise") {
		t.Errorf("nobody is told of it, %v: %s", err, log)
	}
}
