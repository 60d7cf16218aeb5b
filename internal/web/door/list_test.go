package door_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/catalog/drawn"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

const stadiumTickets = 25_000

// stadium sells a whole stadium, and standing places until there are 25,000 tickets. They are written straight into the books: whole
// purchases are another benchmark's.
func (e *entrance) stadium(tb testing.TB) catalog.Performance {
	tb.Helper()
	plan := drawn.StadiumOf(19, 12)
	if err := e.Catalog.Edit(tb.Context(), func(ed *catalog.Editor) error { return e.Catalog.SavePlan(tb.Context(), ed.Tx(), plan) }); err != nil {
		tb.Fatal(err)
	}
	e.Plan = plan
	p := e.Perform(tb, boxofficetest.Now.Add(30*24*time.Hour), func(p *catalog.Performance) {
		p.Zones = nil
		for _, c := range plan.Categories() {
			p.Zones = append(p.Zones, catalog.PriceZone{ID: c.Name, Name: c.Title, Color: c.Color, Categories: []string{c.Name}})
		}
		p.Prices = nil
		for _, z := range p.Zones {
			p.Prices = append(p.Prices, catalog.Price{ZoneID: z.ID, TypeID: "adult", Amount: e.Performance.Prices[0].Amount})
		}
	})
	rows, codes := make([][]any, stadiumTickets), make([][]any, stadiumTickets)
	for i := range rows {
		id, code := db.NewID(), fmt.Sprintf("C%09d", i)
		rows[i] = []any{p.ID, id, "o", "O", 0, code, i, -1, "lower", "adult", "KZT", 3000, 1}
		codes[i] = []any{code, p.ID, id}
	}
	err := e.DB.Transact(tb.Context(), func(tx *db.DB) error {
		if _, err := tx.InsertMany(tb.Context(), `boxoffice_ticket (performance_id, id, order_id, order_code, line_no, code, seat_no, area_no,
			zone_id, type_id, currency, price, issued_at)`, rows, ``); err != nil {
			return err
		}
		_, err := tx.InsertMany(tb.Context(), `boxoffice_ticket_code (code, performance_id, ticket_id)`, codes, ``)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// download asks for a performance's list as a browser does, and tells the bytes that came over the network and those they mean.
func (e *entrance) download(tb testing.TB, path string) (wire int64, body []byte) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, e.server.URL+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := e.browser.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	counted := &counter{Reader: resp.Body}
	plain := io.Reader(counted)
	if resp.Header.Get("Content-Encoding") == "gzip" {
		if plain, err = gzip.NewReader(counted); err != nil {
			tb.Fatal(err)
		}
	}
	if body, err = io.ReadAll(plain); err != nil || resp.StatusCode != http.StatusOK {
		tb.Fatalf("%s: %d, %v", path, resp.StatusCode, err)
	}
	return counted.n, body
}

type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// BenchmarkList brings the list of 25,000 tickets to a scanner over HTTP: whole, and what has changed in a minute at the busiest hour.
func BenchmarkList(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		e := newEntrance(b, dbtest.Open(b, engine))
		p := e.stadium(b)
		e.signIn(b)
		path := "/ru/door/api/list?performance=" + p.ID
		for name, change := range map[string]func(){"whole": func() {}, "changes": func() { e.letIn(b, p, 400) }} {
			b.Run(string(engine)+"/"+name, func(b *testing.B) {
				var wire int64
				var body []byte
				var before, after runtime.MemStats
				_, body = e.download(b, path)
				version := versionOf(b, body)
				for range b.N {
					b.StopTimer()
					since := ""
					if name == "changes" {
						since = "&since=" + version
					}
					e.Clock.Advance(time.Minute)
					change()
					runtime.ReadMemStats(&before)
					b.StartTimer()
					wire, body = e.download(b, path+since)
					b.StopTimer()
					version = versionOf(b, body)
				}
				runtime.ReadMemStats(&after)
				b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/list")
				b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/(1<<20), "MB-allocated")
				b.ReportMetric(float64(len(body))/1000, "kB")
				b.ReportMetric(float64(wire)/1000, "kB-sent")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

func versionOf(tb testing.TB, body []byte) string {
	tb.Helper()
	var l struct {
		Version string `json:"version"`
	}
	if err := json.Unmarshal(body, &l); err != nil {
		tb.Fatal(err)
	}
	return url.QueryEscape(l.Version)
}

// letIn lets some more tickets in.
func (e *entrance) letIn(tb testing.TB, p catalog.Performance, n int) {
	tb.Helper()
	err := e.DB.Transact(tb.Context(), func(tx *db.DB) error {
		_, err := tx.Exec(tb.Context(), `INSERT INTO admission_entry (performance_id, ticket_id, scan_id, gate_id, gate_name, at)
			SELECT t.performance_id, t.id, t.id, 'g', 'A', $2 FROM boxoffice_ticket t WHERE t.performance_id = $1
			AND NOT EXISTS (SELECT 1 FROM admission_entry x WHERE x.performance_id = t.performance_id AND x.ticket_id = t.id)
			ORDER BY t.id LIMIT $3`, p.ID, clock.Micros(e.Clock.Now()), n)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkListOnAPhone opens the scanner for 25,000 tickets, its processor slowed down four times: until the list is there and kept,
// and how long the page did not answer at a stretch; then the same when only changes come.
func BenchmarkListOnAPhone(b *testing.B) {
	e := tonight(b)
	p := e.stadium(b)
	browser := browsertest.Open(b, browsertest.Phone)
	browser.Go(e.server.URL + "/ru/door")
	write(browser, "#f-code", e.invite(b))
	browser.Submit(".door-card button")
	if _, err := chromedp.Call(browser.Context(), emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4}); err != nil {
		b.Fatal(err)
	}
	page := e.server.URL + "/ru/door/scan?" + url.Values{"performance": {p.ID}, "gate": {e.gates[0].ID}}.Encode()
	for range b.N {
		for _, name := range []string{"whole", "changes"} {
			if name == "whole" {
				browsertest.Eval[bool](browser, `(indexedDB.deleteDatabase("sahna-door"), true)`)
			}
			e.Clock.Advance(time.Minute)
			e.letIn(b, p, 400)
			browser.Go(page)
			browser.Wait(fmt.Sprintf(`#door-line[data-at="%d"]`, e.Clock.Now().UnixMilli()))
			b.ReportMetric(browsertest.Eval[float64](browser, `performance.now()`), "ms/"+name)
			b.ReportMetric(browsertest.Eval[float64](browser, `(() => {
				const o = new PerformanceObserver(() => {});
				o.observe({ type: "longtask", buffered: true });
				return Math.max(0, ...o.takeRecords().map((x) => x.duration));
			})()`), "ms-longest-task/"+name)
		}
	}
	b.ReportMetric(0, "ns/op")
}
