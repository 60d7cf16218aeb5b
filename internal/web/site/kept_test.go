package site_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/web/site"
	"github.com/sahna/sahna/internal/web/ui"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

// keeping is a second process over the same database, with a shelf.
func keeping(t testing.TB, w *boxofficetest.World, c clock.Clock, log io.Writer) http.Handler {
	t.Helper()
	u, _ := uitest.NewAt(t, c, site.Messages, catalog.Messages, boxoffice.Messages)
	u.KeepFor, u.Demo = ui.KeepPages, false
	if log != nil {
		u.Log = slog.New(slog.NewTextHandler(log, nil))
	}
	mux := http.NewServeMux()
	u.Mount(mux)
	(&site.Site{UI: u, Catalog: catalog.New(w.DB, c), Office: w.Office}).Mount(mux)
	return u.Serve(mux)
}

func TestAChangeByAnotherProcessShowsWithinASecond(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := boxofficetest.New(t, d)
		p := w.Perform(t, boxofficetest.Now.Add(8*24*time.Hour))
		e, err := w.Catalog.Event(t.Context(), p.EventID)
		if err != nil {
			t.Fatal(err)
		}
		other := keeping(t, w, w.Clock, nil)
		read := func() string {
			rec := httptest.NewRecorder()
			other.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/en/event/"+e.Slug, nil))
			if rec.Code != http.StatusOK {
				t.Fatalf("status %d", rec.Code)
			}
			return rec.Body.String()
		}
		within := func(what, words string) {
			t.Helper()
			for range 10 { // somebody reads all the time, so nothing grows old by not being asked for
				w.Clock.Advance(99 * time.Millisecond)
				read()
			}
			has(t, read(), words)
			_ = what
		}
		lacks(t, read(), "77\u00a0700\u00a0₸", "Another title")

		p.Prices[0].Amount = money.Tenge(77700)
		save := func(ed *catalog.Editor) error {
			e.Title.EN = "Another title"
			if err := ed.SaveEvent(t.Context(), &e); err != nil {
				return err
			}
			return ed.SavePerformance(t.Context(), &p)
		}
		if err := w.Catalog.Edit(t.Context(), save); err != nil {
			t.Fatal(err)
		}
		within("a price", "77\u00a0700\u00a0₸")
		has(t, read(), "Another title")

		before := read()
		if _, err := w.Office.Hold(t.Context(), boxoffice.HoldRequest{PerformanceID: p.ID, Seats: []boxoffice.SeatWish{{SeatID: w.Plan.Seats()[0].ID}}}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(ui.KeepPages)
		if read() == before {
			t.Error("what is left has not moved")
		}
	})
}

// BenchmarkEventPage loads an event's page over connections that stay open, as a phone's or a proxy's do, from the same machine.
func BenchmarkEventPage(b *testing.B) {
	d := dbtest.Open(b, db.SQLite)
	w := boxofficetest.New(b, d)
	p := w.Perform(b, boxofficetest.Now.Add(8*24*time.Hour))
	e, err := w.Catalog.Event(b.Context(), p.EventID)
	if err != nil {
		b.Fatal(err)
	}
	log, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	srv := httptest.NewServer(keeping(b, w, clock.System(), log))
	defer srv.Close()
	for _, coding := range []string{"gzip", "zstd"} {
		b.Run(coding, func(b *testing.B) {
			size := loadPage(b, srv.Listener.Addr().String(), "/ru/event/"+e.Slug, coding)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
			b.ReportMetric(float64(size), "bytes/page")
		})
	}
}

func loadPage(b *testing.B, addr, path, coding string) (size int64) {
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: sahna.example\r\nAccept-Encoding: " + coding + "\r\nUser-Agent: bench\r\n\r\n")
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	b.ResetTimer()
	for range 64 {
		all.Go(func() {
			c, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", addr)
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			in := bufio.NewReaderSize(c, 32<<10)
			for left.Add(-1) >= 0 {
				if _, err := c.Write(request); err != nil {
					b.Error(err)
					return
				}
				n, err := readAnswer(in)
				if err != nil {
					b.Error(err)
					return
				}
				atomic.StoreInt64(&size, n)
			}
		})
	}
	all.Wait()
	return size
}

// readAnswer reads a response of known length with as little work as can be: the measure is the server.
func readAnswer(in *bufio.Reader) (int64, error) {
	first, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if !strings.HasPrefix(string(first), "HTTP/1.1 200") {
		return 0, io.ErrUnexpectedEOF
	}
	length := int64(0)
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if rest, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			for _, c := range strings.TrimSpace(rest) {
				length = length*10 + int64(c-'0')
			}
		}
	}
	_, err = in.Discard(int(length))
	return length, err
}
