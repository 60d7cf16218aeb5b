package performance_test

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/catalog/drawn"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// BenchmarkPicker measures a hall on a phone's screen with the processor slowed down four times: from the request to the hall
// drawn with what is left of it, and from a hold by somebody else to the next frame after its event. Besides the demo's stadium it
// opens one with more rows, of over 30,000 seats.
func BenchmarkPicker(b *testing.B) {
	b.Run("stadium", func(b *testing.B) { picker(b, drawn.Stadium()) })
	b.Run("30000", func(b *testing.B) { picker(b, drawn.StadiumOf(22, 14)) })
}

func picker(b *testing.B, plan *catalog.Plan) {
	s := open(b, dbtest.Open(b, db.SQLite))
	p := s.house(b, plan, stadiumPrices)
	ctx := browser(b, 375, 780, false)
	if _, err := chromedp.Call(ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4}); err != nil {
		b.Fatal(err)
	}
	var drawnIn, shownIn float64
	seats := plan.Seats()
	for i := range b.N {
		if err := chromedp.Do(ctx, s.page(p, "ru"), ready()); err != nil {
			b.Fatal(err)
		}
		ms, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`performance.now()`))
		if err != nil {
			b.Fatal(err)
		}
		drawnIn += ms
		before, err := chromedp.Run(ctx, chromedp.Evaluate[int](`window.heard = 0, new EventSource(location.pathname + "/live").addEventListener("change", () => requestAnimationFrame(() => setTimeout(() => window.heard++))), 0`))
		if err != nil || before != 0 {
			b.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		start := time.Now()
		if _, err := s.Office.Hold(b.Context(), boxoffice.HoldRequest{PerformanceID: p.ID, Seats: []boxoffice.SeatWish{{SeatID: seats[i].ID}}}); err != nil {
			b.Fatal(err)
		}
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`window.heard > 0`, chromedp.WithPollingInterval(5*time.Millisecond))); err != nil {
			b.Fatal(err)
		}
		shownIn += float64(time.Since(start).Milliseconds())
	}
	b.ReportMetric(drawnIn/float64(b.N), "ms/first-drawing")
	b.ReportMetric(shownIn/float64(b.N), "ms/delta")
	b.ReportMetric(float64(len(seats)), "seats")
}
