package app_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/demo"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/rehearsal"
)

// stormSite is an office in processes of its own, with the demo's stadium on sale.
type stormSite struct {
	*apptest.Site
	servers []*apptest.Server
	stadium string
	db      *db.DB // beside the processes, for what they are asked about afterwards
}

func openStorm(t testing.TB, data, database, keyStore string, processes int) *stormSite {
	t.Helper()
	s := &stormSite{Site: apptest.NewSite(t, t.TempDir(), data, database, keyStore)}
	cfg, err := app.LoadConfig(s.Config, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), cfg, app.Options{Look: true})
	if err != nil {
		t.Fatal(err)
	}
	ids, err := demo.Fill(t.Context(), a.Catalog, time.Now(), func(ctx context.Context, tx *db.DB, p catalog.Performance, plan *catalog.Plan) error {
		return a.Office.OpenSale(ctx, tx, p, plan)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	s.stadium = ids.Stadium
	for range processes {
		s.servers = append(s.servers, s.Serve())
	}
	if s.db, err = db.Open(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// buy lets buyers in at every process until all disasters have happened.
func (s *stormSite) buy(t testing.TB, buyers int, disasters func(sold func() int)) rehearsal.Outcome {
	t.Helper()
	enough := make(chan struct{})
	p := rehearsal.Plan{Performance: s.stadium, Buyers: buyers, Duration: 3 * time.Minute, Patience: time.Minute, Enough: enough}
	for _, x := range s.servers {
		p.Addrs = append(p.Addrs, x.Addr)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(enough)
		disasters(func() int { return s.count(t, `SELECT COUNT(*) FROM boxoffice_order WHERE status = 'paid'`) })
	}()
	out, err := rehearsal.Run(t.Context(), p)
	<-done
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d orders, %d tickets, %d holds, %d refused, %d asked again, errors %v", out.Orders, out.Tickets, out.Holds, out.Refused, out.Again, out.Errors)
	return out
}

// count asks the database; while that is away it asks again.
func (s *stormSite) count(t testing.TB, query string, args ...any) (n int) {
	var err error
	for range 200 {
		if err = s.db.QueryRow(context.WithoutCancel(t.Context()), query, args...).Scan(&n); err == nil {
			return n
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error(err)
	return 0
}

// wrong is what does not add up after a storm; nothing when all is well.
func (s *stormSite) wrong(t testing.TB, out rehearsal.Outcome) (found []string) {
	t.Helper()
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	if out.Twice > 0 {
		add("%d seats have two buyers with tickets", out.Twice)
	}
	for what, n := range out.Errors {
		add("%d buyers gave up: %s", n, what)
	}
	for _, x := range s.servers {
		if !x.Ready(20 * time.Second) {
			add("%s does not come back by itself", x.Addr)
		}
	}
	// The bank repeats what was not acknowledged, more and more rarely.
	unknown := -1
	for end := time.Now().Add(40 * time.Second); unknown != 0 && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		unknown = s.count(t, `SELECT COUNT(*) FROM testbank_movement m JOIN testbank_payment p ON p.id = m.payment_id
			JOIN boxoffice_order_code c ON c.code = p.order_code JOIN boxoffice_order o ON o.id = c.order_id
			WHERE m.state = 'paid' AND o.status NOT IN ('paid', 'refunded')`)
	}
	if unknown != 0 {
		add("%d payments that the bank has made have no ticket", unknown)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, x := range s.servers {
		wg.Go(func() {
			c := apptest.NewClient("http://" + x.Addr)
			for n := i; n < len(out.Sold); n += len(s.servers) {
				sold := out.Sold[n]
				c.From = fmt.Sprintf("10.%d.%d.1", n>>8&0xff, n&0xff) // one network that asks for them all would have to wait
				o, status, err := c.FindOrder(sold.Code, sold.Secret)
				if err != nil || status != http.StatusOK || o.Status != "paid" || len(o.Tickets) != sold.Tickets {
					mu.Lock()
					add("an order that a buyer had %d tickets of is %q with %d (status %d, %v)", sold.Tickets, o.Status, len(o.Tickets), status, err)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if n := s.count(t, `SELECT COALESCE(SUM(n - 1), 0) FROM (SELECT COUNT(*) AS n FROM boxoffice_ticket
		WHERE performance_id = $1 AND seat_no >= 0 AND NOT void GROUP BY seat_no HAVING COUNT(*) > 1) twice`, s.stadium); n > 0 {
		add("%d seats are oversold", n)
	}
	if text, ok := s.Run("verify"); !ok {
		add("verify: %s", text)
	}
	return found
}

// sellSome waits until some more orders are paid: whatever was broken serves again.
func sellSome(t testing.TB, sold func() int, what string) {
	t.Helper()
	t.Log(time.Now().Format(time.TimeOnly), what)
	from := sold()
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if sold() >= from+20 {
			return
		}
	}
	t.Errorf("%s: nothing is sold any more", what)
}

// troubled waits until a process says that it cannot serve and why, and sees that a buyer is asked to come again.
func troubled(t testing.TB, x *apptest.Server, performance, why string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		status, header, text := x.Get("/readyz")
		if status != http.StatusServiceUnavailable || !strings.Contains(text, why) {
			continue
		}
		if header.Get("Retry-After") == "" {
			t.Error("readyz does not say when to ask again")
		}
		if status, _, _ := x.Get("/healthz"); status != http.StatusOK {
			t.Errorf("the process lives, healthz says %d", status)
		}
		a, err := apptest.NewClient("http://"+x.Addr).Do("POST", "/api/v1/holds/best", map[string]any{"performance_id": performance, "quantity": 1}, "")
		if err != nil || a.Status == http.StatusInternalServerError || a.Status == http.StatusServiceUnavailable && a.Header.Get("Retry-After") == "" {
			t.Errorf("a buyer is answered %d %v, Retry-After %q", a.Status, err, a.Header.Get("Retry-After"))
		}
		return
	}
	status, _, text := x.Get("/readyz")
	t.Errorf("readyz says %d %q, want a word of %q", status, text, why)
}

// TestStormOverTwoProcesses: buyers at two processes over one PostgreSQL, while one process is killed, PostgreSQL is killed and its
// disk fills up. Nobody is oversold, nothing is paid without a ticket, and whoever lives serves again by itself.
func TestStormOverTwoProcesses(t *testing.T) {
	disk := apptest.SmallDisk(t, 600)
	pg := apptest.StartPostgres(t, disk.Dir)
	s := openStorm(t, filepath.Join(t.TempDir(), "data"), pg.DSN("sahna"), pg.DSN("sahna_keys"), 2)
	pids := [2]int{}
	out := s.buy(t, 40, func(sold func() int) {
		sellSome(t, sold, "before anything")
		s.servers[1].Kill()
		sellSome(t, sold, "with one process")
		s.servers[1].Start()
		pids = [2]int{s.servers[0].Pid(), s.servers[1].Pid()}
		sellSome(t, sold, "with the second again")

		pg.Kill()
		troubled(t, s.servers[0], s.stadium, "does not answer")
		pg.Start()
		sellSome(t, sold, "after PostgreSQL was killed")

		disk.Fill()
		troubled(t, s.servers[1], s.stadium, "disk is full")
		disk.Free()
		if !pg.Alive() { // it gives up when its log has no room; who looks after a machine has it started again
			pg.Start()
		}
		sellSome(t, sold, "after the disk was full")
	})
	if now := [2]int{s.servers[0].Pid(), s.servers[1].Pid()}; now != pids {
		t.Errorf("processes %v, want %v: they should have lived", now, pids)
	}
	for _, w := range s.wrong(t, out) {
		t.Error(w)
	}
	s.mustSeeOverselling(t)
}

// TestStormOnAFullDisk: the disk of a SQLite office fills up in the middle. The process lives, says so, and goes on when there is room.
func TestStormOnAFullDisk(t *testing.T) {
	disk := apptest.SmallDisk(t, 300)
	s := openStorm(t, disk.Dir, "sqlite:"+filepath.Join(disk.Dir, "sahna.db"), "sqlite:"+filepath.Join(disk.Dir, "keystore.db"), 1)
	pid := s.servers[0].Pid()
	out := s.buy(t, 40, func(sold func() int) {
		sellSome(t, sold, "before anything")
		disk.Fill()
		troubled(t, s.servers[0], s.stadium, "disk is full")
		disk.Free()
		sellSome(t, sold, "after the disk was full")
	})
	if now := s.servers[0].Pid(); now != pid {
		t.Errorf("process %d, want %d: it should have lived", now, pid)
	}
	for _, w := range s.wrong(t, out) {
		t.Error(w)
	}
	s.mustSeeOverselling(t)
}

// mustSeeOverselling is the negative control: the same storm over the same processes with the guards taken out. The unique indexes
// are dropped, the counters have room for anything, and whatever is sold is marked free again at once.
func (s *stormSite) mustSeeOverselling(t *testing.T) {
	t.Helper()
	for _, wall := range []string{
		`DROP INDEX boxoffice_hold_item_seat`, `DROP INDEX boxoffice_ticket_seat`, `UPDATE boxoffice_stock SET capacity = capacity + 1000000, free = free + 1000000`,
	} {
		if _, err := s.db.Exec(t.Context(), wall); err != nil {
			t.Fatal(err)
		}
	}
	twice, from := 0, time.Now().UnixMicro() // a seat counts whose buyers are both of this storm: they can compare their tickets
	out := s.buy(t, 64, func(func() int) {
		for end := time.Now().Add(30 * time.Second); twice == 0 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if _, err := s.db.Exec(t.Context(), `UPDATE boxoffice_seat SET state = 0, hold_id = NULL WHERE performance_id = $1 AND state = 2`, s.stadium); err != nil {
				t.Error(err)
				return
			}
			twice = s.count(t, `SELECT COUNT(*) FROM (SELECT seat_no FROM boxoffice_ticket WHERE performance_id = $1 AND NOT void
				AND issued_at >= $2 AND seat_no >= 0 GROUP BY seat_no HAVING COUNT(*) > 1) twice`, s.stadium, from)
		}
	})
	if twice == 0 {
		t.Fatal("nothing was oversold: the negative control shows nothing")
	}
	found := strings.Join(s.wrong(t, out), "\n")
	for _, word := range []string{"have two buyers with tickets", "are oversold", "verify: "} {
		if !strings.Contains(found, word) {
			t.Errorf("the storm's check does not see that %d seats were sold twice: it lacks %q in\n%.2000s", twice, word, found)
		}
	}
}

// TestFiveThousandAtOnce: five thousand buyers ask one process in the same moment. Each gets an answer, some of them that they shall
// come again, and the process's memory stays within bounds.
func TestFiveThousandAtOnce(t *testing.T) {
	const buyers = 5000
	dir := t.TempDir()
	s := openStorm(t, dir, "sqlite:"+filepath.Join(dir, "sahna.db"), "sqlite:"+filepath.Join(dir, "keystore.db"), 1)
	answers := make([]atomic.Int64, 600)
	var hasty, silent atomic.Int64
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(buyers)
	for i := range buyers {
		done.Go(func() {
			conn, err := net.Dial("tcp", s.servers[0].Addr)
			ready.Done()
			if err != nil {
				silent.Add(1)
				return
			}
			defer conn.Close() //nolint:errcheck // read whole
			<-start
			body := fmt.Sprintf(`{"performance_id":%q,"quantity":2}`, s.stadium)
			fmt.Fprintf(conn, "POST /api/v1/holds/best HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.%d.%d.1\r\nContent-Type: application/json\r\nIdempotency-Key: k%d\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
				i>>8, i&255, i, len(body), body) //nolint:errcheck // the answer tells
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				silent.Add(1)
				return
			}
			answers[res.StatusCode].Add(1)
			if res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Retry-After") == "" {
				hasty.Add(1)
			}
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	held, told := answers[http.StatusCreated].Load(), answers[http.StatusServiceUnavailable].Load()
	memory := s.servers[0].PeakMemoryMB()
	by := map[int]int64{}
	for status := range answers {
		if n := answers[status].Load(); n > 0 {
			by[status] = n
		}
	}
	t.Logf("answers %v, %.0f MB at most", by, memory)
	if held == 0 || held+told != buyers || silent.Load() > 0 || hasty.Load() > 0 {
		t.Errorf("answers %v, %d of them not told when to come again, %d without an answer, of %d", by, hasty.Load(), silent.Load(), buyers)
	}
	if memory == 0 || memory > 512 {
		t.Errorf("%.0f MB of memory", memory)
	}
	if !s.servers[0].Ready(10 * time.Second) {
		t.Error("not ready afterwards")
	}
}

// BenchmarkStorm sells the stadium at two and at four processes over one PostgreSQL that waits for its disk, while one process after
// the other is killed and started again, and PostgreSQL once. Afterwards everything must add up.
func BenchmarkStorm(b *testing.B) {
	const buyers, every, kills = 200, 5 * time.Second, 6
	for _, processes := range []int{2, 4} {
		b.Run(fmt.Sprint(processes, " processes"), func(b *testing.B) {
			pg := apptest.StartPostgres(b, b.TempDir(), "fsync=on", "shared_buffers=256MB", "max_wal_size=2GB")
			s := openStorm(b, filepath.Join(b.TempDir(), "data"), pg.DSN("sahna"), pg.DSN("sahna_keys"), processes)
			b.ResetTimer()
			out := s.buy(b, buyers, func(func() int) {
				for n := range kills {
					time.Sleep(every)
					if n == kills/2 {
						pg.Kill()
						pg.Start()
						continue
					}
					victim := s.servers[n%processes]
					b.Log(time.Now().Format(time.TimeOnly), "process", n%processes, "dies")
					victim.Kill()
					victim.Start()
				}
				time.Sleep(every)
			})
			b.StopTimer()
			b.Log(time.Now().Format(time.TimeOnly), "the storm is over")
			for _, w := range s.wrong(b, out) {
				b.Error(w)
			}
			b.ReportMetric(float64(out.Orders)/out.Selling*60, "orders/min")
			b.ReportMetric(float64(out.Again), "asked-again")
			b.ReportMetric(out.Steps["order"].P99, "order-p99-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}
