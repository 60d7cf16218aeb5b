package app_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/rehearsal"
)

func TestRehearsalSellsAndReports(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			o := app.RehearseOptions{
				Performance: "demo-club", Buyers: 20, Duration: 2 * time.Second, Listen: "127.0.0.1:0", Scratch: t.TempDir(), Capacity: 5000,
			}
			if e == db.Postgres {
				o.Database = dbtest.DSN(t, e)
			}
			var told []rehearsal.Progress
			o.Progress = func(p rehearsal.Progress) { told = append(told, p) }
			r, err := app.Rehearse(t.Context(), app.Config{}, o)
			if err != nil {
				t.Fatal(err)
			}
			if r.Engine != string(e) || r.Seats != 5000 || r.Buyers != 20 || r.Orders == 0 || r.Tickets < r.Orders || r.RawCommitsPerSecond <= 0 {
				t.Errorf("report %+v", r)
			}
			if !r.Well() || r.Errors > 0 {
				t.Errorf("oversold %d, findings %v, errors %v", r.Oversold, r.Findings, r.ErrorKinds)
			}
			if len(told) == 0 || r.PeakMemoryMB <= 0 {
				t.Errorf("told %v, memory %v", told, r.PeakMemoryMB)
			}
			namesFields(t, r)
		})
	}
}

// namesFields: others read the JSON, so its names stay.
func namesFields(t *testing.T, r rehearsal.Report) {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"engine", "performance", "seats", "buyers", "seconds", "orders", "orders_per_minute", "holds_per_second", "errors", "oversold",
		"raw_commits_per_second", "peak_memory_mb",
	} {
		if _, ok := got[name]; !ok {
			t.Errorf("the report lacks %q", name)
		}
	}
	steps, _ := got["steps"].(map[string]any)
	for _, name := range []string{"hold", "order", "pay", "ticket"} {
		step, _ := steps[name].(map[string]any)
		for _, p := range []string{"p50_ms", "p95_ms", "p99_ms"} {
			if v, ok := step[p].(float64); !ok || v <= 0 {
				t.Errorf("steps.%s.%s is %v", name, p, step[p])
			}
		}
	}
}
