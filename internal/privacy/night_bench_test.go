package privacy_test

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// buyers copies one buyer n times, with fields, consents and an order each, inside the database.
func buyers(b *testing.B, w *boxofficetest.World, n int) {
	b.Helper()
	order := w.Buy(b, "1-1")
	const number = `(CAST(1000000000 + i AS TEXT))`
	for _, c := range []struct{ table, columns, values, where string }{
		{"vault_person", "person_id, revision, blocked, made_at", number + ", 1, t.blocked, t.made_at", "t.person_id = $2"},
		{"vault_field", "person_id, class, field, version, sealed, sealed_at", number + ", t.class, t.field, t.version, t.sealed, t.sealed_at", "t.person_id = $2"},
		{
			"privacy_consent", "id, person_id, version_id, scope, lang, channel, text_hash, given_at, recipient",
			number + " || t.scope, " + number + ", t.version_id, t.scope, t.lang, t.channel, t.text_hash, t.given_at, t.recipient", "t.person_id = $2 AND t.recipient = ''",
		},
		{
			"boxoffice_order", "id, code, secret_hash, status, person_id, lang, channel, currency, total, created_at, pay_until, paid_at",
			number + ", " + number + ", t.secret_hash, t.status, " + number + ", t.lang, t.channel, t.currency, t.total, t.created_at, t.pay_until, t.paid_at", "t.person_id = $2",
		},
		{
			"boxoffice_order_line", "order_id, no, performance_id, hold_id, seat_no, seat_id, area_no, zone_id, type_id, price",
			number + ", t.no, t.performance_id, t.hold_id, t.seat_no, t.seat_id, t.area_no, t.zone_id, t.type_id, t.price", "t.order_id = '" + order.ID + "' AND $2 <> ''",
		},
	} {
		for from := 0; from < n; from += 100_000 {
			err := w.DB.Transact(b.Context(), func(tx *db.DB) error {
				_, err := tx.Exec(b.Context(), fmt.Sprintf(`INSERT INTO %[1]s (%[2]s) WITH RECURSIVE n(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $3)
					SELECT %[3]s FROM n, %[1]s t WHERE %[4]s`, c.table, c.columns, c.values, c.where), from, order.PersonID, min(n, from+100_000))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	if w.DB.Engine() == db.Postgres { // as it does by itself within a minute
		if _, err := w.DB.Exec(b.Context(), `ANALYZE`); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNightPreview counts what the next night destroys among very many buyers: the page that has to wait for the count, the
// count in the background with its heap, and the page after it. SAHNA_BENCH_PERSONS=1000000 takes minutes.
func BenchmarkNightPreview(b *testing.B) {
	sizes := []int{30_000, 120_000}
	if os.Getenv("SAHNA_BENCH_PERSONS") != "" {
		sizes = []int{benchPersons()}
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		for _, n := range sizes {
			b.Run(string(e)+"/"+strconv.Itoa(n), func(b *testing.B) {
				w := boxofficetest.New(b, dbtest.Open(b, e))
				w.Privacy.SetAnchors(w.Office)
				buyers(b, w, n)
				years(w, 3, 0)
				b.ResetTimer()
				for range b.N {
					page := func(name string, counting bool) {
						start := time.Now()
						p, err := w.Privacy.DueTonight(b.Context())
						if err != nil || p.Counting != counting || !counting && p.Persons < n {
							b.Fatalf("%s: %+v, %v", name, p, err)
						}
						b.ReportMetric(float64(time.Since(start).Microseconds())/1000, "ms/page-"+name)
					}
					page("before", true)
					runtime.GC()
					var heap uint64
					stop, sampled := make(chan struct{}), sync.WaitGroup{}
					sampled.Go(func() {
						for {
							select {
							case <-stop:
								return
							case <-time.After(100 * time.Millisecond):
								most(&heap)
							}
						}
					})
					start := time.Now()
					whole, err := w.Privacy.CountNight(b.Context())
					close(stop)
					sampled.Wait()
					if err != nil || !whole {
						b.Fatalf("whole %v, %v", whole, err)
					}
					b.ReportMetric(time.Since(start).Seconds(), "s/count")
					b.ReportMetric(float64(heap)/(1<<20), "MB-heap")
					page("after", false)
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
