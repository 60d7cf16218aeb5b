package admission

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

const doorTickets = 25_000

// BenchmarkScan lets 25,000 tickets in through eight gates, 64 scanners at once, each QR checked by its signature, and tells how many
// bytes such a performance's offline list has.
func BenchmarkScan(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(e), func(b *testing.B) {
			d := dbtest.Open(b, e)
			w := boxofficetest.New(b, d)
			tickets := sold(b, w, max(doorTickets, b.N))
			a := New(d, w.Clock, w.Catalog, w.Office)
			w.Clock.Set(w.Performance.StartsAt)
			var names []string
			for i := range 8 {
				names = append(names, fmt.Sprint("Gate ", i))
			}
			gates, err := a.EnsureGates(b.Context(), w.Hall.ID, names)
			if err != nil {
				b.Fatal(err)
			}
			list, err := a.List(b.Context(), Device{ID: "d"}, w.Performance.ID, "")
			if err != nil {
				b.Fatal(err)
			}
			body, err := json.Marshal(list)
			if err != nil {
				b.Fatal(err)
			}
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for s := range 64 {
				wg.Go(func() {
					for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
						v, err := a.Admit(context.Background(), Device{ID: fmt.Sprint("d", s)}, Scan{Code: w.Office.QR(tickets[i]), GateID: gates[s%8].ID})
						if err != nil || v.Result != Admitted {
							b.Errorf("scan %d: %+v, %v", i, v, err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "scans/s")
			b.ReportMetric(float64(len(body))/float64(len(list.Tickets)), "list-B/ticket")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// sold writes n tickets for standing places straight into the books: whole purchases are another benchmark's.
func sold(b *testing.B, w *boxofficetest.World, n int) []boxoffice.Ticket {
	b.Helper()
	tickets := make([]boxoffice.Ticket, n)
	rows, codes := make([][]any, n), make([][]any, n)
	for i := range tickets {
		t := boxoffice.Ticket{ID: db.NewID(), PerformanceID: w.Performance.ID, SeatNo: -1, AreaNo: 0, Code: fmt.Sprintf("C%09d", i)}
		tickets[i] = t
		rows[i] = []any{t.PerformanceID, t.ID, "o", "O", 0, t.Code, -1, 0, "floor", "adult", "KZT", 3000, 1}
		codes[i] = []any{t.Code, t.PerformanceID, t.ID}
	}
	err := w.DB.Transact(b.Context(), func(tx *db.DB) error {
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
	return tickets
}
