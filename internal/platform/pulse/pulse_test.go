package pulse_test

import (
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/pulse"
)

func TestFiguresAreKeptByTheHourAndForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		c := clock.NewFake(time.Date(2026, 11, 23, 7, 10, 0, 0, time.UTC))
		p := pulse.New(d, c)
		flush := func() {
			t.Helper()
			if err := p.Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
		p.Observe("GET /{lang}/{$}", 200, time.Millisecond, "203.0.113.0/24")
		p.Observe("GET /{lang}/{$}", 500, 2*time.Second, "203.0.113.0/24")
		flush()
		p.Observe("GET /{lang}/{$}", 200, 3*time.Second, "")
		for range 4 {
			p.Observe("", 404, time.Millisecond, "198.51.100.0/24")
		}
		p.Observe("POST /{lang}/checkout", 429, time.Millisecond, "203.0.113.0/24")
		flush()
		r, err := p.Report(ctx, 24)
		if err != nil || len(r.Hours) != 24 || len(r.Routes) != 1 || len(r.Networks) != 2 {
			t.Fatalf("report: %+v %v", r, err)
		}
		if h := r.Hours[23].Count; h.Requests != 8 || h.Errors != 1 || h.Slow != 2 || h.Worst != 3*time.Second {
			t.Errorf("the hour: %+v", h)
		}
		if n := r.Networks[0]; n.Network != "198.51.100.0/24" || n.Refused != 4 {
			t.Errorf("the network refused most: %+v", n)
		}
		c.Advance(15 * 24 * time.Hour)
		flush()
		var left int
		if err := d.QueryRow(ctx, `SELECT (SELECT count(*) FROM ops_hour) + (SELECT count(*) FROM ops_network)`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d figures after two weeks, %v", left, err)
		}
	})
}
