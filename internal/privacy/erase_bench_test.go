package privacy_test

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

// crowd makes n persons with contacts and consents, many to a transaction.
func crowd(b *testing.B, h *privacytest.House, n int) []string {
	b.Helper()
	ids := make([]string, n)
	var wg sync.WaitGroup
	for w := range 16 { // keys are written together
		wg.Go(func() {
			for i := w; i < n; i += 16 {
				id, err := h.People.NewPerson(b.Context())
				if err != nil {
					b.Error(err)
					return
				}
				ids[i] = id
			}
		})
	}
	wg.Wait()
	given := privacytest.Given(b, h.Privacy)
	for from := 0; from < n; from += 200 {
		err := h.DB.Transact(b.Context(), func(tx *db.DB) error {
			for i, id := range ids[from:min(from+200, n)] {
				c := privacytest.Aigul()
				c.Email = fmt.Sprintf("p%d@example.kz", from+i)
				if err := h.Privacy.Record(b.Context(), tx, id, given); err != nil {
					return err
				}
				if err := h.People.Keep(b.Context(), tx, id, c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return ids
}

// BenchmarkEraseTenThousand lists what is held on ten thousand persons and erases them; -benchtime 1x.
func BenchmarkEraseTenThousand(b *testing.B) {
	const n = 10_000
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(e), func(b *testing.B) {
			h := privacytest.New(b, dbtest.Open(b, e), nil)
			for b.Loop() {
				b.StopTimer()
				ids := crowd(b, h, n)
				orders := make([]privacy.EraseOrder, n)
				for i, id := range ids {
					orders[i] = privacy.EraseOrder{Person: id, Actor: "system", Reason: "retention"}
				}
				runtime.GC()
				b.StartTimer()
				start := time.Now()
				for _, id := range ids {
					if _, err := h.Privacy.Export(b.Context(), id); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(time.Since(start).Seconds(), "s/export")
				start = time.Now()
				var most uint64
				es, err := h.Privacy.EraseAll(b.Context(), orders, func(int) {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					most = max(most, m.HeapInuse)
				})
				if err != nil || len(es) != n || !es[n-1].Done() {
					b.Fatalf("%d erased, %v", len(es), err)
				}
				b.ReportMetric(time.Since(start).Seconds(), "s/erase")
				b.ReportMetric(float64(most)/(1<<20), "MB")
			}
		})
	}
}
