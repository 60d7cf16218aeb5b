package performance_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/catalog/drawn"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

type step = chromedp.Action[chromedp.Void]

// browser opens a window of Chromium, as large as a phone or a desktop.
func browser(t *testing.T, width, height int64, dark bool) context.Context {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox, chromedp.WindowSize(int(width), int(height)),
		chromedp.Flag("force-prefers-reduced-motion", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	do(t, ctx, chromedp.EmulateViewport(width, height))
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func do(t *testing.T, ctx context.Context, steps ...step) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// shot keeps a picture of the window.
func shot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	png := eval(t, ctx, chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

func ready() step { return chromedp.WaitReady("[data-picker][data-ready]") }

func (s *site) page(p catalog.Performance, lang string) step {
	return chromedp.Navigate(s.url + "/" + lang + "/performance/" + p.ID)
}

// sees waits until a piece of JavaScript is true.
func sees(t *testing.T, ctx context.Context, what, js string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](js, chromedp.WithPollingTimeout(8*time.Second))); err != nil {
		state, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("[data-say]")?.textContent + " | " + document.querySelector("[data-sheet]")?.textContent`))
		t.Fatalf("%s: never so (%v); the page says %q", what, err, state)
	}
}

func eval[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// canvasAt is a point of the drawing, as a share of its width and height.
func canvasAt(t *testing.T, ctx context.Context, fx, fy float64) (x, y float64) {
	t.Helper()
	box := eval(t, ctx, chromedp.Evaluate[[]float64](`(() => { const b = document.querySelector("[data-canvas]").getBoundingClientRect(); return [b.left, b.top, b.width, b.height] })()`))
	return box[0] + box[2]*fx, box[1] + box[3]*fy
}

func TestLooks(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	houses := map[string]catalog.Performance{
		"theatre": s.house(t, drawn.Theatre(), theatrePrices), "stadium": s.house(t, drawn.Stadium(), stadiumPrices), "club": s.house(t, drawn.Club(), clubPrices),
	}
	var sold boxoffice.HoldRequest
	sold.PerformanceID = houses["theatre"].ID
	for _, n := range []int{3, 4, 9, 10, 14, 15, 16} {
		sold.Seats = append(sold.Seats, boxoffice.SeatWish{SeatID: fmt.Sprintf("P-5-%d", n)})
	}
	s.Hold(t, sold)
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"375", 375, 780}, {"1440", 1440, 900}} {
		for _, dark := range []bool{false, true} {
			ctx := browser(t, size.width, size.height, dark)
			mood := map[bool]string{false: "light", true: "dark"}[dark]
			for name, p := range houses {
				do(t, ctx, s.page(p, "ru"), ready(), chromedp.Sleep(150*time.Millisecond))
				shot(t, ctx, name+"-"+size.name+"-"+mood)
			}
			do(t, ctx, s.page(houses["theatre"], "kk"), ready(), chromedp.Focus("[data-canvas]"), chromedp.KeyEvent(kb.ArrowDown),
				chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter),
				chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.ArrowRight), chromedp.Sleep(200*time.Millisecond))
			shot(t, ctx, "theatre-near-"+size.name+"-"+mood)
		}
	}
}
