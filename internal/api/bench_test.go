package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sahna/sahna/internal/api"
	"github.com/sahna/sahna/internal/boxoffice"
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

// BenchmarkPostScan lets tickets in over HTTP: 25,000 are sold, 64 scanners at 8 gates show signed QR codes, each answer is durable. Every
// fiftieth is shown a second time and must be refused.
func BenchmarkPostScan(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(e), func(b *testing.B) {
			h := newHouse(b, dbtest.Open(b, e), func(c *api.Config) { c.Rate, c.Burst = 1e9, 1e9 })
			h.Clock.Set(h.Performance.StartsAt)
			gates := h.gates("A", "B", "C", "D", "E", "F", "G", "H")
			qr := h.soldTickets(b, max(25_000, b.N))
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			var next, in, twice atomic.Int64
			show := func(i int) (result string) {
				body := []byte(`{"code":"` + qr[i] + `","gate_id":"` + gates[i%len(gates)] + `"}`)
				req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, h.Server.URL+"/api/v1/scans", bytes.NewReader(body))
				if err != nil {
					return err.Error()
				}
				req.Header.Set("Authorization", "Bearer "+h.token)
				req.Header.Set("Content-Type", "application/json")
				res, err := client.Do(req)
				if err != nil {
					return err.Error()
				}
				defer res.Body.Close() //nolint:errcheck // read whole
				var v api.VerdictJSON
				if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
					return err.Error()
				}
				return v.Result
			}
			var wg sync.WaitGroup
			b.ResetTimer()
			for range 64 {
				wg.Go(func() {
					for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
						if got := show(i); got != "admitted" {
							b.Errorf("scan %d: %s", i, got)
							return
						}
						in.Add(1)
						if i%50 != 0 {
							continue
						}
						if got := show(i); got != "already_admitted" {
							b.Errorf("scan %d again: %s", i, got)
						}
						twice.Add(1)
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(in.Load()+twice.Load())/b.Elapsed().Seconds(), "scans/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// gates makes gates of the hall and returns their ids.
func (h *house) gates(names ...string) (ids []string) {
	h.t.Helper()
	list, err := h.admission.EnsureGates(h.t.Context(), h.Hall.ID, names)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, g := range list {
		ids = append(ids, g.ID)
	}
	return ids
}

// soldTickets writes tickets for standing places straight into the books, and returns their QR codes.
func (h *house) soldTickets(b *testing.B, n int) []string {
	b.Helper()
	qr := make([]string, n)
	rows, codes := make([][]any, n), make([][]any, n)
	for i := range n {
		t := boxoffice.Ticket{ID: db.NewID(), PerformanceID: h.Performance.ID, SeatNo: -1, AreaNo: 0, Code: fmt.Sprintf("C%09d", i)}
		qr[i] = h.Office.QR(t)
		rows[i] = []any{t.PerformanceID, t.ID, "o", "O", 0, t.Code, -1, 0, "floor", "adult", "KZT", 3000, 1}
		codes[i] = []any{t.Code, t.PerformanceID, t.ID}
	}
	err := h.DB.Transact(b.Context(), func(tx *db.DB) error {
		if _, err := tx.InsertMany(b.Context(), `boxoffice_ticket (performance_id, id, order_id, order_code, line_no, code, seat_no, area_no,
			zone_id, type_id, currency, price, issued_at)`, rows, ``); err != nil {
			return err
		}
		_, err := tx.InsertMany(b.Context(), `boxoffice_ticket_code (code, performance_id, ticket_id)`, codes, ``)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { // the books know of no order
		for _, table := range []string{"boxoffice_ticket_code", "boxoffice_ticket"} {
			if _, err := h.DB.Exec(context.Background(), `DELETE FROM `+table+` WHERE code LIKE 'C0%'`); err != nil {
				b.Error(err)
			}
		}
	})
	return qr
}
