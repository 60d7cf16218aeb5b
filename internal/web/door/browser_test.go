package door_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"rsc.io/qr"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// tonight is an entrance whose clock and the browser's agree, with doors that are open.
func tonight(t testing.TB) *entrance {
	t.Helper()
	e := newEntrance(t, dbtest.Open(t, db.SQLite))
	e.Clock.Set(time.Now())
	e.admission.SetHours(admission.Hours{Early: 10 * 365 * 24 * time.Hour, Late: 10 * 365 * 24 * time.Hour})
	return e
}

// scanner signs a browser in by a code and walks it to gate A's scanner.
func (e *entrance) scanner(t *testing.T, b *browsertest.Browser, lang string) {
	t.Helper()
	b.Go(e.server.URL + "/" + lang + "/door")
	b.Shot("door-sign-in")
	b.Accessible()
	write(b, "#f-code", strings.ToLower(e.invite(t)))
	b.Submit(".door-card button")
	b.Shot("door-performances")
	b.Accessible()
	b.Fits()
	b.Submit(".door-shows a")
	b.Shot("door-gates")
	b.Submit(".door-gates a")
	b.Fits()
}

// write types into an empty field, also where the page's scripts are off.
func write(b *browsertest.Browser, selector, text string) {
	b.Do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// says types a code and returns the answer that covers the screen.
func says(b *browsertest.Browser, code string) string {
	if browsertest.Eval[string](b, `document.getElementById("door-code").value`) == "" {
		hide(b)
	}
	write(b, "#door-code", code)
	b.Do(chromedp.SendKeys(chromedp.CSS("#door-code"), "\r"))
	b.Wait("#door-over .door-result")
	return answerOf(b)
}

func answerOf(b *browsertest.Browser) string {
	return strings.Join(strings.Fields(b.Text("#door-over")), " ")
}

func hide(b *browsertest.Browser) {
	browsertest.Eval[bool](b, `(document.getElementById("door-over").click(), true)`)
}

func TestScannerInTheBrowser(t *testing.T) {
	for _, c := range []struct {
		screen                         browsertest.Screen
		lang, admitted, again, refused string
	}{
		{browsertest.Phone, "kk", "Өтіңіз Hall · 1-қатар · 1-орын Adult", "Ішке кіріп қойған", "Тоқтаңыз Мұндай билет жоқ"},
		{browsertest.Phone.InDark(), "ru", "Проходите Hall · ряд 1 · место 1 Adult", "Уже внутри", "Стоп Такого билета нет"},
	} {
		t.Run(c.screen.Name, func(t *testing.T) {
			e := tonight(t)
			code := e.Buy(t, "1-1", "1-2").Tickets[0].Code
			b := browsertest.Open(t, c.screen)
			e.scanner(t, b, c.lang)
			b.Wait(`#door-line[data-list="true"]`)
			b.Shot("door-scanner")
			b.Accessible()
			if got := says(b, code); got != c.admitted {
				t.Errorf("first: %q", got)
			}
			b.Shot("door-admitted")
			b.Accessible()
			if got := says(b, code); !strings.HasPrefix(got, c.again) {
				t.Errorf("second: %q", got)
			}
			b.Shot("door-already")
			b.Accessible()
			b.Do(chromedp.KeyEvent("n")) // a scanner on a cable types while the answer still stands
			if got := says(b, "onsense"); got != c.refused {
				t.Errorf("nonsense: %q", got)
			}
			b.Shot("door-refused")
			hide(b)
			b.Shot("door-last")
			b.Fits()
			if got := b.Text("#door-in"); got != "1" {
				t.Errorf("%s inside", got)
			}
		})
	}
}

func TestScannerWithoutScript(t *testing.T) {
	e := tonight(t)
	code := e.Buy(t, "1-1").Tickets[0].Code
	b := browsertest.Open(t, browsertest.Phone.WithoutScript())
	e.scanner(t, b, "ru")
	write(b, "#door-code", code)
	b.Submit(".door-typed button")
	if got := b.Text(".door-served"); !strings.HasPrefix(got, "Проходите") {
		t.Errorf("got %q", got)
	}
	b.Shot("door-served")
}

// The network goes away: the scanner knows tickets by its list, survives a reload, and reports when the network is back.
func TestScannerWithoutNetwork(t *testing.T) {
	e := tonight(t)
	tickets := e.Buy(t, "1-1", "1-2", "1-3", "1-4").Tickets
	b := browsertest.Open(t, browsertest.Phone.InDark())
	e.scanner(t, b, "ru")
	b.Wait(`#door-line[data-list="true"]`)
	if got := says(b, tickets[0].Code); !strings.HasPrefix(got, "Проходите") {
		t.Errorf("with the network: %q", got)
	}
	hide(b)
	waitKept(b)
	// A ticket sold since comes with the changes, not with a new list.
	late := e.Buy(t, "2-1").Tickets[0]
	e.Clock.Advance(time.Minute)
	b.Do(chromedp.Reload())
	b.Wait(fmt.Sprintf(`#door-line[data-at="%d"]`, e.Clock.Now().UnixMilli()))
	b.Do(chromedp.Reload())
	b.Wait(`#door-line[data-list="true"]`)
	e.Clock.Set(time.Now())

	addr := e.server.Listener.Addr().String()
	e.server.CloseClientConnections()
	e.server.Close()
	for _, c := range []struct{ name, code, want string }{
		{"typed", tickets[1].Code, "Проходите Hall · ряд 1 · место 2 Adult · Решено без связи"},
		{"typed again", tickets[1].Code, "Уже внутри Вошли в"},
		{"let in before", tickets[0].Code, "Уже внутри Вошли в"},
		{"sold after the first list", late.Code, "Проходите Hall · ряд 2 · место 1"},
		{"signed", e.Office.QR(tickets[2]), "Проходите Hall · ряд 1 · место 3"},
		{"forged", forged(e.Office.QR(tickets[3])), "Стоп Билет не наш"},
		{"unknown", "ZZZZZZZZZZ", "Стоп Такого билета нет"},
	} {
		if got := says(b, c.code); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	hide(b)
	b.Shot("door-offline")
	b.Do(chromedp.Reload())
	b.Wait(`#door-line[data-online="false"]`)
	if got := says(b, tickets[1].Code); !strings.HasPrefix(got, "Уже внутри") {
		t.Errorf("after a reload: %q", got)
	}

	// Meanwhile another gate, with a network, lets in the ticket that is about to come here.
	other, err := e.admission.Admit(t.Context(), admission.Device{ID: "other"}, admission.Scan{Code: tickets[3].Code, GateID: e.gates[1].ID})
	if err != nil || other.Result != admission.Admitted {
		t.Fatalf("at the other gate: %+v %v", other, err)
	}
	if got := says(b, tickets[3].Code); !strings.HasPrefix(got, "Проходите") {
		t.Errorf("without a network the scanner cannot know: %q", got)
	}
	hide(b)
	e.Clock.Set(time.Now().Add(time.Second))
	e.again(t, addr)
	t.Cleanup(func() { e.server.Close() })
	b.Wait(`#door-over .door-result[data-result="already_admitted"]`)
	if got := answerOf(b); !strings.HasPrefix(got, "Двойной вход") || !strings.Contains(got, "вход B") {
		t.Errorf("the double entry is told as %q", got)
	}
	b.Shot("door-double")
	b.Wait(`#door-line[data-waiting="0"][data-online="true"]`)
	in, _, err := e.admission.Occupancy(t.Context(), e.Performance.ID)
	if in != 5 || err != nil {
		t.Errorf("%d inside, %v", in, err)
	}
	list, err := e.admission.Troubles(t.Context(), e.Performance.ID, 10)
	if err != nil || len(list) != 1 || list[0].FirstGate != "B" {
		t.Errorf("doubles: %+v %v", list, err)
	}
	b.Go(e.server.URL + strings.Replace(e.scanPath(0), "/door/scan?", "/door/doubles?", 1))
	b.Shot("door-doubles")
	b.Accessible()
	b.Fits()
}

// waitKept waits until the service worker has the page.
func waitKept(b *browsertest.Browser) {
	browsertest.Eval[bool](b, `(async () => {
		for (;;) {
			const kept = (await (await caches.open("sahna-door-1")).keys()).map((x) => x.url);
			if (kept.some((x) => x.includes("/door/scan")) && kept.some((x) => x.includes("door-decoder"))) break;
			await new Promise((r) => setTimeout(r, 50));
		}
		document.documentElement.dataset.kept = "true";
	})() !== null`)
	b.Wait(`html[data-kept]`)
}

func forged(text string) string {
	b := []byte(text)
	if b[60] == 'A' {
		b[60] = 'B'
	} else {
		b[60] = 'A'
	}
	return string(b)
}

// The camera sees a printed code and the guest is let in, once, however long the ticket stays before it.
func TestCameraLetsIn(t *testing.T) {
	e := tonight(t)
	ticket := e.Buy(t, "1-1").Tickets[0]
	film := filepath.Join(t.TempDir(), "ticket.y4m")
	if err := os.WriteFile(film, movie(t, e.Office.QR(ticket)), 0o600); err != nil {
		t.Fatal(err)
	}
	b := browsertest.Open(t, browsertest.Phone, chromedp.Flag("use-file-for-fake-video-capture", film))
	e.scanner(t, b, "ru")
	b.Wait(`#door-line[data-list="true"]`)
	b.Click("#door-start")
	b.Wait(`#door-over .door-result[data-result="admitted"]`)
	if got := answerOf(b); got != "Проходите Hall · ряд 1 · место 1 Adult" {
		t.Errorf("the camera's ticket: %q", got)
	}
	b.Do(chromedp.WaitNotVisible(chromedp.CSS("#door-over")))
	b.Shot("door-camera")
	if n := browsertest.Eval[int](b, `document.querySelectorAll("#door-list li").length`); n != 1 {
		t.Errorf("the same ticket before the camera was asked %d times", n)
	}
}

// movie is a film of a printed code, in YUV4MPEG2: white paper, a code in the middle.
func movie(t *testing.T, text string) []byte {
	t.Helper()
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	const w, h, module = 640, 480, 7
	left, top := (w-code.Size*module)/2, (h-code.Size*module)/2
	frame := make([]byte, w*h+w*h/2)
	for i := range frame {
		frame[i] = 128
	}
	for y := range h {
		for x := range w {
			frame[y*w+x] = 235
			if x >= left && y >= top && code.Black((x-left)/module, (y-top)/module) {
				frame[y*w+x] = 16
			}
		}
	}
	out := fmt.Appendf(nil, "YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n", w, h)
	for range 10 {
		out = append(append(out, "FRAME\n"...), frame...)
	}
	return out
}
