package performance_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
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
func browser(t testing.TB, width, height int64, dark bool) context.Context {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox, chromedp.WindowSize(int(width), int(height)),
		chromedp.Flag("force-prefers-reduced-motion", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	// The first step starts the browser, which ends with its context: no limit here.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil {
		t.Fatal(err)
	}
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
	limited, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	for i, st := range steps {
		if err := chromedp.Do(limited, st); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
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

func TestLooks(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	houses := map[string]catalog.Performance{
		"theatre": s.house(t, drawn.Theatre(), theatrePrices), "stadium": s.house(t, drawn.Stadium(), stadiumPrices), "club": s.house(t, drawn.Club(), clubPrices),
	}
	museum := s.house(t, drawn.Museum(), map[string]int64{"entry": 2500})
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
			do(t, ctx, s.page(museum, "ru"), chromedp.WaitReady(".seats-still"))
			shot(t, ctx, "museum-"+size.name+"-"+mood)
			do(t, ctx, s.page(houses["theatre"], "kk"), ready(), chromedp.Focus("[data-canvas]"), chromedp.KeyEvent(kb.ArrowDown),
				chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter),
				chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.ArrowRight), chromedp.Sleep(200*time.Millisecond))
			shot(t, ctx, "theatre-near-"+size.name+"-"+mood)
		}
	}
}

// press clicks where it stands, also when the sheet covers it.
func press(selector string) step {
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).click()`, selector))
}

// at is where a seat stands on the screen now.
func at(t *testing.T, ctx context.Context, seat string) (x, y float64) {
	t.Helper()
	p := eval(t, ctx, chromedp.Evaluate[[]float64](fmt.Sprintf(`document.querySelector("[data-picker]").spot(%q)`, seat)))
	return p[0], p[1]
}

const picked = `[...document.querySelectorAll(".picked b")].map((b) => b.textContent).join("; ")`

func TestChooseByMouse(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	p := s.house(t, drawn.Theatre(), theatrePrices)
	ctx := browser(t, 1440, 900, false)
	do(t, ctx, s.page(p, "en"), ready())
	x, y := at(t, ctx, "P-7-9")
	do(t, ctx, chromedp.MouseClickXY(x, y))
	x, y = at(t, ctx, "P-7-10")
	do(t, ctx, chromedp.MouseClickXY(x, y))
	sees(t, ctx, "two seats are chosen", picked+` === "Row 7, seat 9; Row 7, seat 10"`)
	sees(t, ctx, "their sum", `document.querySelector("[data-sum]").textContent === "24\u00a0000\u00a0₸"`)
	sees(t, ctx, "a voice says it", `document.querySelector("[data-say]").textContent.includes("Row 7, seat 10 · Stalls · 12\u00a0000\u00a0₸")`)
	do(t, ctx, chromedp.MouseClickXY(x, y))
	sees(t, ctx, "one is given back", picked+` === "Row 7, seat 9"`)

	// The list beside it is the same choice.
	do(t, ctx, press(`button[name=section][value=balcony]`), chromedp.WaitReady(`[data-open=balcony]`))
	do(t, ctx, press(`input[name=seat][value="B-2-4"]`))
	sees(t, ctx, "a seat of the list is chosen", picked+` === "Row 7, seat 9; Row 2, seat 4"`)

	do(t, ctx, chromedp.Reload(), ready())
	sees(t, ctx, "the choice outlives a reload", picked+` === "Row 7, seat 9; Row 2, seat 4"`)

	do(t, ctx, press(`[data-sheet] button[type=submit]`))
	do(t, ctx, chromedp.WaitNotPresent("[data-picker]"), chromedp.WaitReady(".empty"))
	a, err := s.Office.Availability(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"P-7-9", "B-2-4"} {
		seat, _ := drawn.Theatre().SeatByID(id)
		if a.Seats[seat.No] != boxoffice.SeatHeld {
			t.Errorf("%s is not held", id)
		}
	}
}

func TestChooseByKeyboard(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	p := s.house(t, drawn.Theatre(), theatrePrices)
	ctx := browser(t, 1440, 900, false)
	do(t, ctx, s.page(p, "en"), ready(), chromedp.Focus("[data-canvas]"), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
	sees(t, ctx, "a voice says which seat", `document.querySelector("[data-say]").textContent.startsWith("Row 1, seat 3 · Stalls")`)
	do(t, ctx, chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(" "))
	sees(t, ctx, "two seats are chosen", `document.querySelectorAll(".picked").length === 2 && `+picked+`.startsWith("Row 1, seat 3; Row 2, seat ")`)
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	sees(t, ctx, "one is given back", picked+` === "Row 1, seat 3"`)
}

func TestASeatTakenElsewhereGoesGreyLive(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	p := s.house(t, drawn.Theatre(), theatrePrices)
	ctx := browser(t, 375, 780, false)
	do(t, ctx, s.page(p, "en"), ready(), chromedp.Focus("[data-canvas]"), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter))
	sees(t, ctx, "a seat is chosen", picked+` === "Row 1, seat 1"`)
	other, stop := chromedp.NewContext(ctx)
	defer stop()
	if err := chromedp.Do(other, chromedp.EmulateViewport(375, 780)); err != nil { // opens the tab, which ends with its first context
		t.Fatal(err)
	}
	do(t, other, s.page(p, "en"), ready(), press(`button[name=section][value=stalls]`), chromedp.WaitReady(`input[value="P-1-1"]`),
		press(`input[value="P-1-1"]`), press(`[data-sheet] button[type=submit]`))
	do(t, other, chromedp.WaitNotPresent("[data-picker]"), chromedp.WaitReady(".empty"))
	sees(t, ctx, "the choice is lost", picked+` === ""`)
	sees(t, ctx, "and told", `document.querySelector("[data-say]").textContent.includes("Someone has just taken this seat: Row 1, seat 1")`)
	shot(t, ctx, "taken-elsewhere")
}

func TestTheHallStaysFreshWhereEventsDoNotPass(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	p := s.house(t, drawn.Theatre(), theatrePrices)
	ctx := browser(t, 375, 780, false)
	// A stream as behind a proxy that holds everything back: it opens and says nothing.
	if _, err := chromedp.Call(ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{
		Source: `window.EventSource = class { static CLOSED = 2; readyState = 1; addEventListener() {} close() {} }`,
	}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, s.page(p, "en"), ready(), chromedp.Focus("[data-canvas]"), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter))
	sees(t, ctx, "a seat is chosen", picked+` === "Row 1, seat 1"`)
	if _, err := s.Office.Hold(t.Context(), boxoffice.HoldRequest{PerformanceID: p.ID, Seats: []boxoffice.SeatWish{{SeatID: "P-1-1"}}}); err != nil {
		t.Fatal(err)
	}
	sees(t, ctx, "the choice is lost", picked+` === ""`)
}

func TestTouchComesNearerAndChooses(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	p := s.house(t, drawn.Stadium(), stadiumPrices)
	ctx := browser(t, 375, 780, false)
	do(t, ctx, chromedp.EmulateViewport(375, 780, chromedp.EmulateMobile, chromedp.EmulateTouch), s.page(p, "ru"), ready())
	x, y := at(t, ctx, "101-9-15")
	do(t, ctx, chromedp.TapXY(x, y))
	sees(t, ctx, "the sector is near", `document.querySelector("[data-say]").textContent.startsWith("Сектор 101")`)
	do(t, ctx, chromedp.WaitReady(`[data-open="101"]`))
	for range 3 { // seats too small for a finger bring it nearer
		x, y = at(t, ctx, "101-9-15")
		do(t, ctx, chromedp.TapXY(x, y), chromedp.Sleep(100*time.Millisecond))
		if eval(t, ctx, chromedp.Evaluate[int](`document.querySelectorAll(".picked").length`)) > 0 {
			break
		}
	}
	sees(t, ctx, "the seat is chosen", picked+` === "Ряд 9, место 15"`)
	shot(t, ctx, "stadium-near-375")
	sees(t, ctx, "its box too", `document.querySelector('input[value="101-9-15"]').checked`)
}

func TestATapOnTheDanceFloorLeadsToItsNumbers(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	p := s.house(t, drawn.Club(), clubPrices)
	ctx := browser(t, 1440, 900, false)
	do(t, ctx, s.page(p, "en"), ready())
	// The floor lies above the first table, in the middle of the drawing.
	x, y := at(t, ctx, "T2-1")
	do(t, ctx, chromedp.MouseClickXY(x+60, y-180))
	sees(t, ctx, "the floor's number has the focus", `document.activeElement.name === "places:dance:adult"`)
	do(t, ctx, chromedp.KeyEvent("3"))
	sees(t, ctx, "the sum", `document.querySelector("[data-sum]").textContent === "21\u00a0000\u00a0₸" && document.querySelector("[data-count]").textContent === "3 tickets"`)
}
