package app_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/platform/db"
)

// TestTheDemoHasOneCaseOfEachDuty: a new demo's office has a document, a claim, a state body's request and an incident on its desk, and
// one that is opened again has no more.
func TestTheDemoHasOneCaseOfEachDuty(t *testing.T) {
	data := filepath.Join(t.TempDir(), "demo")
	for range 2 {
		ctx, stop := context.WithCancel(t.Context())
		err := app.Demo(ctx, app.DemoOptions{Data: data, Listen: "127.0.0.1:0", Cases: true}, func(app.DemoSummary) error {
			stop()
			return nil
		})
		stop()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(data, "sahna.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // a test's
	for _, query := range []string{
		`SELECT count(*) FROM people_document WHERE state = 'waiting'`, `SELECT count(*) FROM privacy_request WHERE kind = 'claim' AND state = 'received'`,
		`SELECT count(*) FROM privacy_disclosure WHERE state = 'received'`, `SELECT count(*) FROM privacy_incident WHERE state = 'open'`,
	} {
		var n int
		if err := d.QueryRow(t.Context(), query).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d by %s, %v", n, query, err)
		}
	}
}
