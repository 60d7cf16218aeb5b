package privacy_test

import (
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/mydata"
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

// benchPersons is how many persons are exported and erased: ten thousand, or as SAHNA_BENCH_PERSONS says.
func benchPersons() int {
	if n, err := strconv.Atoi(os.Getenv("SAHNA_BENCH_PERSONS")); err == nil {
		return n
	}
	return 10_000
}

// copies makes the maker of copies over the benchmark's house, with an officer who exports.
func copies(b *testing.B, h *privacytest.House) (*mydata.Maker, mydata.Bulk) {
	b.Helper()
	id, _, err := h.People.MakeStaff(b.Context(), people.Contacts{Surname: "Әлиева", Name: "Дана", Email: "officer@example.kz"}, "correct horse battery", []people.Role{people.RoleOfficer})
	if err != nil {
		b.Fatal(err)
	}
	m := mydata.New(mydata.Deps{
		DB: h.DB, Clock: h.Clock, Log: slog.New(slog.DiscardHandler), Vault: h.Vault, People: h.People, Privacy: h.Privacy, Operator: privacytest.Operator(),
	}, h.Jobs)
	return m, mydata.Bulk{Actor: "staff:" + id, Approver: "staff:another"}
}

// most is the largest heap seen.
func most(heap *uint64) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	*heap = max(*heap, m.HeapInuse)
}

// BenchmarkBulkOfTenThousand exports what is held on ten thousand persons and erases them, as the commands do; -benchtime 1x.
func BenchmarkBulkOfTenThousand(b *testing.B) {
	n := benchPersons()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(e), func(b *testing.B) {
			h := privacytest.New(b, dbtest.Open(b, e), nil)
			maker, bulk := copies(b, h)
			for b.Loop() {
				b.StopTimer()
				ids := crowd(b, h, n)
				orders := make([]privacy.EraseOrder, n)
				for i, id := range ids {
					orders[i] = privacy.EraseOrder{Person: id, Actor: "system", Reason: "retention"}
				}
				runtime.GC()
				b.StartTimer()
				start, heap, size := time.Now(), uint64(0), 0
				bulk.Persons = ids
				t, err := maker.ExportAll(b.Context(), bulk, func(_ int, lines []byte) error {
					size += len(lines)
					return nil
				}, func(mydata.BulkTally) { most(&heap) })
				if err != nil || t.Done != n {
					b.Fatalf("%+v exported, %v", t, err)
				}
				b.ReportMetric(time.Since(start).Seconds(), "s/export")
				b.ReportMetric(float64(heap)/(1<<20), "MB/export")
				b.ReportMetric(float64(size)/(1<<20), "MB-written")
				start, heap = time.Now(), 0
				for part := range slices.Chunk(orders, 500) {
					es, err := h.Privacy.EraseAll(b.Context(), part, func(int) { most(&heap) })
					if err != nil || len(es) != len(part) || !es[len(part)-1].Done() {
						b.Fatalf("%d erased, %v", len(es), err)
					}
				}
				b.ReportMetric(time.Since(start).Seconds(), "s/erase")
				b.ReportMetric(float64(heap)/(1<<20), "MB/erase")
			}
		})
	}
}
