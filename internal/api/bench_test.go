package api_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/sahna/sahna/internal/api"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// BenchmarkPostHold counts answers over HTTP to 32 buyers at once, for a seat that is gone: what the door itself costs, with an
// Idempotency-Key and without.
func BenchmarkPostHold(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		for _, keyed := range []bool{false, true} {
			name := string(e) + "/plain"
			if keyed {
				name = string(e) + "/keyed"
			}
			b.Run(name, func(b *testing.B) {
				h := newHouse(b, dbtest.Open(b, e), func(c *api.Config) { c.Rate, c.Burst = 1e9, 1e9 })
				h.want(http.StatusCreated, h.hold("1-1"))
				body := []byte(`{"performance_id":"` + h.Performance.ID + `","seats":["1-1"]}`)
				client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
				b.SetParallelism(16)
				b.ResetTimer()
				b.RunParallel(func(p *testing.PB) {
					for p.Next() {
						req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, h.Server.URL+"/api/v1/holds", bytes.NewReader(body))
						if err != nil {
							b.Error(err)
							return
						}
						if keyed {
							req.Header.Set("Idempotency-Key", db.NewID())
						}
						res, err := client.Do(req)
						if err != nil {
							b.Error(err)
							return
						}
						io.Copy(io.Discard, res.Body) //nolint:errcheck // a benchmark
						res.Body.Close()              //nolint:errcheck // a benchmark
						if res.StatusCode != http.StatusConflict {
							b.Errorf("status %d", res.StatusCode)
						}
					}
				})
			})
		}
	}
}
