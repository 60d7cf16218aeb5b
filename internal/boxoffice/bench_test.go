package boxoffice_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/catalog/drawn"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
)

// The figures of docs/performance.md. How to run them stands there: the usual test PostgreSQL does not wait for the disk.

var engines = []db.Engine{db.SQLite, db.Postgres}

// together runs fn n times by so many buyers and reports how often a second.
func together(b *testing.B, buyers int, unit string, fn func(i int) error) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range buyers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					return
				}
				if err := fn(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit+"/s")
	b.ReportMetric(0, "ns/op") // of many buyers at once it would say nothing
}

// BenchmarkRawFsync is what the disk can do: 4 KB appended and synced.
func BenchmarkRawFsync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	page := make([]byte, 4096)
	together(b, 1, "fsyncs", func(int) error {
		if _, err := f.Write(page); err != nil {
			return err
		}
		return f.Sync()
	})
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRawCommit is what the database can do: one row inserted in a transaction of its own.
func BenchmarkRawCommit(b *testing.B) {
	for _, e := range engines {
		for _, buyers := range []int{1, 32, 256} {
			b.Run(fmt.Sprintf("%s/%d", e, buyers), func(b *testing.B) {
				d := dbtest.Open(b, e)
				if _, err := d.Exec(b.Context(), `CREATE TABLE raw (id TEXT PRIMARY KEY, n BIGINT)`); err != nil {
					b.Fatal(err)
				}
				together(b, buyers, "commits", func(i int) error {
					_, err := d.Exec(b.Context(), `INSERT INTO raw (id, n) VALUES ($1, $2)`, db.NewID(), i)
					return err
				})
			})
		}
	}
}

// stadium is a world that sells a stadium of over 23,000 seats, as often as needed.
type stadium struct {
	*boxofficetest.World
	seats []catalog.Seat
	shows []catalog.Performance
}

func newStadium(b *testing.B, e db.Engine, pairs int) *stadium {
	b.Helper()
	return newStadiumOver(b, dbtest.Open(b, e), pairs)
}

func newStadiumOver(b *testing.B, d *db.DB, pairs int) *stadium {
	b.Helper()
	s := &stadium{World: boxofficetest.New(b, d)}
	s.Plan = drawn.Stadium()
	if err := s.DB.Transact(b.Context(), func(tx *db.DB) error { return s.Catalog.SavePlan(b.Context(), tx, s.Plan) }); err != nil {
		b.Fatal(err)
	}
	s.seats = s.Plan.Seats()
	for len(s.shows)*(len(s.seats)/2) < pairs {
		at := boxofficetest.Now.Add(time.Duration(len(s.shows)+1) * 24 * time.Hour)
		s.shows = append(s.shows, s.Perform(b, at, onePrice(s.Plan)))
	}
	// The plan is read once in a process's life; figures are of what comes after.
	if _, err := s.Office.HoldBest(b.Context(), boxoffice.BestRequest{PerformanceID: s.Perform(b, boxofficetest.Now.Add(time.Hour), onePrice(s.Plan)).ID, N: 1}); err != nil {
		b.Fatal(err)
	}
	return s
}

func onePrice(plan *catalog.Plan) func(*catalog.Performance) {
	zone := catalog.PriceZone{ID: "all", Name: i18n.Text{KK: "All", RU: "All", EN: "All"}, Color: "#336699"}
	for _, c := range plan.Categories() {
		zone.Categories = append(zone.Categories, c.Name)
	}
	return func(p *catalog.Performance) {
		p.Zones = []catalog.PriceZone{zone}
		p.Prices = []catalog.Price{{ZoneID: "all", TypeID: "adult", Amount: money.Tenge(8000)}}
	}
}

// pair asks for the i-th pair of seats; one performance after the other sells out.
func (s *stadium) pair(i int) boxoffice.HoldRequest {
	n := len(s.seats) / 2
	p, at := s.shows[i/n], 2*(i%n)
	return boxoffice.HoldRequest{PerformanceID: p.ID, Seats: []boxoffice.SeatWish{{SeatID: s.seats[at].ID}, {SeatID: s.seats[at+1].ID}}}
}

// BenchmarkHold keeps two seats of a stadium in each hold; every buyer comes again as soon as answered.
func BenchmarkHold(b *testing.B) {
	for _, e := range engines {
		for _, buyers := range []int{1, 32, 256} {
			b.Run(fmt.Sprintf("%s/%d", e, buyers), func(b *testing.B) {
				s := newStadium(b, e, b.N)
				var mu sync.Mutex
				waits := make([]time.Duration, 0, b.N)
				together(b, buyers, "holds", func(i int) error {
					start := time.Now()
					_, err := s.Office.Hold(context.Background(), s.pair(i))
					mu.Lock()
					waits = append(waits, time.Since(start))
					mu.Unlock()
					return err
				})
				slices.Sort(waits)
				b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99-ms")
			})
		}
	}
}

// BenchmarkHoldBest lets the office choose two seats.
func BenchmarkHoldBest(b *testing.B) {
	for _, e := range engines {
		for _, buyers := range []int{1, 32} {
			b.Run(fmt.Sprintf("%s/%d", e, buyers), func(b *testing.B) {
				s := newStadium(b, e, b.N)
				together(b, buyers, "holds", func(i int) error {
					_, err := s.Office.HoldBest(context.Background(), boxoffice.BestRequest{PerformanceID: s.pair(i).PerformanceID, N: 2})
					return err
				})
			})
		}
	}
}

// BenchmarkOrder is a whole purchase: hold, consent, sealed contacts, order, payment evidence, tickets.
func BenchmarkOrder(b *testing.B) {
	for _, e := range engines {
		for _, buyers := range []int{1, 32, 256} {
			b.Run(fmt.Sprintf("%s/%d", e, buyers), func(b *testing.B) {
				s := newStadium(b, e, b.N)
				request := s.Request(b)
				together(b, buyers, "orders", func(i int) error {
					h, err := s.Office.Hold(context.Background(), s.pair(i))
					if err != nil {
						return err
					}
					r := request
					r.Holds = []boxoffice.HoldKey{boxofficetest.Key(h)}
					_, p, err := s.Office.Checkout(context.Background(), r)
					if err != nil {
						return err
					}
					return s.Office.Settle(context.Background(), boxofficetest.BankCode, s.Bank.Pay(b, p.ID))
				})
			})
		}
	}
}

// BenchmarkAvailability serves what is left of a stadium to many.
func BenchmarkAvailability(b *testing.B) {
	for _, e := range engines {
		b.Run(string(e), func(b *testing.B) {
			s := newStadium(b, e, 1)
			together(b, 32, "snapshots", func(int) error {
				_, err := s.Office.Availability(context.Background(), s.shows[0].ID)
				return err
			})
		})
	}
}
