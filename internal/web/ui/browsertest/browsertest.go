// Package browsertest does in a real browser what a person does, for the tests of pages.
//
// It owns starting Debian's Chromium, screens of a phone and a desktop, and
// screenshots kept as artefacts. It promises that a script error on a page
// fails the test. It is no part of the program.
package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Screen is what a page is looked at on.
type Screen struct {
	Name          string
	Width, Height int64
	Mobile        bool
	Dark          bool
	NoScript      bool
}

// The screens of look.md's measure.
var (
	Phone   = Screen{Name: "phone", Width: 375, Height: 740, Mobile: true}
	Tablet  = Screen{Name: "tablet", Width: 768, Height: 1024}
	Desktop = Screen{Name: "desktop", Width: 1440, Height: 900}
)

// InDark is the screen in the dark.
func (s Screen) InDark() Screen {
	s.Dark = true
	s.Name += "-dark"
	return s
}

// WithoutScript is the screen with JavaScript switched off.
func (s Screen) WithoutScript() Screen {
	s.NoScript = true
	s.Name += "-noscript"
	return s
}

// Browser is one browser with a profile of its own.
type Browser struct {
	t      testing.TB
	ctx    context.Context
	screen Screen

	mu         sync.Mutex
	complaints []string
}

// Open starts a browser; it ends with the test. What its console complains about fails the test. More are flags of Chromium.
func Open(t testing.TB, s Screen, more ...chromedp.ExecAllocatorOption) *Browser {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true),
		chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true),
	)
	opts = append(opts, more...)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	ctx, timeout := context.WithTimeout(ctx, 4*time.Minute)
	b := &Browser{t: t, ctx: ctx, screen: s}
	t.Cleanup(func() { timeout(); cancel(); stop(); b.judge() })
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	b.emulate()
	return b
}

func (b *Browser) emulate() {
	b.t.Helper()
	s, scheme := b.screen, "light"
	if s.Dark {
		scheme = "dark"
	}
	call(b, log.Enable, cdp.Empty{})
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: s.Width, Height: s.Height, DeviceScaleFactor: 1, Mobile: s.Mobile})
	call(b, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: s.Mobile})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: s.NoScript})
}

func call[P, R any](b *Browser, cmd cdp.Command[P, R], params P) R {
	b.t.Helper()
	r, err := chromedp.Call(b.ctx, cmd, params)
	if err != nil {
		b.t.Fatalf("%s: %v", b.screen.Name, err)
	}
	return r
}

func (b *Browser) listen(ev any) {
	var text string
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		text = e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" && e.Entry.Source != "network" { // a refused request is the page's to show
			text = e.Entry.Text
		}
	}
	if text == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, text)
}

func (b *Browser) judge() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		b.t.Errorf("the browser complains (%s): %s", b.screen.Name, c)
	}
}

// Context is the browser's, for chromedp's own functions.
func (b *Browser) Context() context.Context { return b.ctx }

// Do runs actions; one that fails ends the test with a screenshot named "failed".
func (b *Browser) Do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := b.step()
	defer cancel()
	b.check(chromedp.Do(ctx, actions...))
}

// step bounds what a page may take, so that a selector that finds nothing fails soon.
func (b *Browser) step() (context.Context, context.CancelFunc) {
	return context.WithTimeout(b.ctx, 40*time.Second)
}

// Wait waits until the first element that a selector finds is visible.
func (b *Browser) Wait(selector string) {
	b.t.Helper()
	b.Do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

func (b *Browser) check(err error) {
	b.t.Helper()
	if err != nil {
		b.shoot("failed")
		b.t.Fatalf("%s: %v", b.screen.Name, err)
	}
}

// Go opens an address and waits for its page.
func (b *Browser) Go(url string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("body")))
}

// Click clicks the first element that a CSS selector finds and waits for nothing.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	b.Do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// Submit clicks and waits for the page that follows.
func (b *Browser) Submit(selector string) {
	b.t.Helper()
	b.Do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.WaitEnabled(chromedp.CSS(selector)))
	ctx, cancel := b.step()
	defer cancel()
	_, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector)))
	b.check(err)
	b.Do(chromedp.WaitReady(chromedp.CSS("body")))
}

// Type writes into a field, replacing what was there.
func (b *Browser) Type(selector, text string) {
	b.t.Helper()
	// An empty value would arrive as "undefined" by chromedp, so the field is not emptied before it is typed into.
	b.Do(chromedp.Focus(chromedp.CSS(selector)), chromedp.SetValue(chromedp.CSS(selector), text))
}

// Text returns the visible text of the first element that a selector finds.
func (b *Browser) Text(selector string) string {
	b.t.Helper()
	ctx, cancel := b.step()
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector)))
	b.check(err)
	return s
}

// URL is the address that the browser shows.
func (b *Browser) URL() string {
	b.t.Helper()
	s, err := chromedp.Run(b.ctx, chromedp.Location())
	b.check(err)
	return s
}

// Eval asks the page's script for a value.
func Eval[T any](b *Browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	b.check(err)
	return v
}

// Shot keeps a picture of the whole page in the folder that SAHNA_ARTEFACTS names.
func (b *Browser) Shot(name string) {
	b.t.Helper()
	b.shoot(name)
}

func (b *Browser) shoot(name string) {
	dir := os.Getenv("SAHNA_ARTEFACTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Logf("no screenshot of %s: %v", name, err)
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Log(err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+"-"+b.screen.Name+".png"), png, 0o600); err != nil {
		b.t.Log(err)
	}
}

// Fits fails when the page is wider than the screen: a phone must never scroll sideways.
func (b *Browser) Fits() {
	b.t.Helper()
	if b.screen.NoScript {
		return
	}
	if width := Eval[int64](b, `document.documentElement.scrollWidth`); width > b.screen.Width {
		b.t.Errorf("%s: %s is %d px wide, the screen %d", b.screen.Name, b.URL(), width, b.screen.Width)
	}
}
