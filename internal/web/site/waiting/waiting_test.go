package waiting_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/waitroom"
	"github.com/sahna/sahna/internal/web/site"
	"github.com/sahna/sahna/internal/web/site/performance"
	"github.com/sahna/sahna/internal/web/site/waiting"
	"github.com/sahna/sahna/internal/web/ui"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

// house is a performance with a waiting room, on a real port.
type house struct {
	*boxofficetest.World
	rooms *waitroom.Rooms
	url   string
	base  string // of the room, in English
}

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	w := boxofficetest.New(t, d)
	u, log := uitest.NewAt(t, w.Clock, waiting.Messages, waitroom.Messages, performance.Messages, boxoffice.Messages, catalog.Messages, site.Messages)
	u.Demo, u.KeepFor = false, ui.KeepPages
	rooms, err := waitroom.New(d, w.Clock, slog.New(slog.DiscardHandler), w.Catalog, waitroom.Config{Key: bytes.Repeat([]byte{3}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	u.Mount(mux)
	(&site.Site{UI: u, Catalog: w.Catalog, Office: w.Office}).Mount(mux)
	(&performance.Door{UI: u, Catalog: w.Catalog, Office: w.Office, Rooms: rooms}).Mount(mux)
	(&waiting.Door{UI: u, Catalog: w.Catalog, Rooms: rooms}).Mount(mux)
	mux.HandleFunc("GET /{lang}/basket", func(rw http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(rw, "the basket") })
	srv := httptest.NewServer(u.Serve(mux))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
		if t.Failed() {
			t.Log(log)
		}
	})
	u.BaseURL = srv.URL
	h := &house{World: w, rooms: rooms, url: srv.URL, base: srv.URL + "/en/waiting/" + w.Performance.ID}
	return h
}

func (h *house) set(t *testing.T, opens time.Time, pace int) waitroom.Room {
	t.Helper()
	room, err := h.rooms.Set(t.Context(), waitroom.Wish{ID: h.Performance.ID, Kind: waitroom.ForPerformance, Mode: waitroom.On, OpensAt: opens, PerMinute: pace})
	if err != nil {
		t.Fatal(err)
	}
	return room
}

func (h *house) pass(t *testing.T, d time.Duration) {
	t.Helper()
	h.Clock.Advance(d)
	if err := h.rooms.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// visitor is a browser without scripts that keeps its cookies.
type visitor struct {
	t *testing.T
	c *http.Client
}

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t, &http.Client{Jar: jar}}
}

func (v *visitor) get(address string) (string, string) { return v.do(v.c.Get(address)) }

func (v *visitor) post(address string, form url.Values) (string, string) {
	return v.do(v.c.PostForm(address, form))
}

// do returns where the visitor ended up, and the page there.
func (v *visitor) do(res *http.Response, err error) (string, string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if m := regexp.MustCompile(`\[(waiting|waitroom|performance|ui)\.[a-z_.]+\]`).Find(b); m != nil {
		v.t.Errorf("%s shows %s", res.Request.URL, m)
	}
	return res.Request.URL.Path, string(b)
}

func TestAVisitorWithoutScriptsWaitsAndHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		page, hold := h.url+"/en/performance/"+h.Performance.ID, h.url+"/en/performance/"+h.Performance.ID+"/hold"
		h.set(t, time.Time{}, 1)
		v := newVisitor(t)
		wish := url.Values{"seat": {h.Plan.Seats()[0].ID}}
		for range 2 {
			if at, _ := v.get(page); !strings.HasSuffix(at, "/waiting/"+h.Performance.ID) {
				t.Fatalf("the seats are shown without a pass: %s", at)
			}
		}
		if at, _ := v.post(hold, wish); !strings.Contains(at, "/waiting/") {
			t.Errorf("a hold without a pass leads to %s", at)
		}
		if n, _ := h.Office.Counts(t.Context(), []string{h.Performance.ID}); n[h.Performance.ID].Held != 0 {
			t.Error("seats are held without a pass")
		}
		at, body := v.post(h.base+"/join", nil)
		if !strings.HasSuffix(at, "/place") || !strings.Contains(body, `http-equiv="refresh"`) {
			t.Fatalf("after joining at %s", at)
		}
		h.pass(t, 10*time.Second)
		if _, body = v.get(h.base + "/place"); !strings.Contains(body, "Your place in line") || !strings.Contains(body, `data-place>1<`) {
			t.Errorf("the place is not shown: %s", body)
		}
		link := regexp.MustCompile(`href="([^"]+)" data-link`).FindStringSubmatch(body)
		if link == nil {
			t.Fatal("no link for another device")
		}
		phone := newVisitor(t)
		if at, body := phone.get(link[1]); !strings.HasSuffix(at, "/place") || !strings.Contains(body, `data-place>1<`) {
			t.Errorf("by the link the other device sees %s", at)
		}
		if at, _ := v.get(h.base + "/enter"); !strings.HasSuffix(at, "/place") {
			t.Errorf("before the turn one gets to %s", at)
		}
		h.pass(t, time.Minute)
		if at, body := v.get(h.base + "/enter"); !strings.Contains(at, "/performance/") || !strings.Contains(body, "seats-form") {
			t.Fatalf("with a pass one gets to %s", at)
		}
		if at, _ := v.post(hold, wish); !strings.HasSuffix(at, "/basket") {
			t.Errorf("a hold with a pass leads to %s", at)
		}
		if at, _ := newVisitor(t).get(page); !strings.Contains(at, "/waiting/") {
			t.Error("somebody else comes in with it")
		}
		h.Clock.Advance(20 * time.Minute)
		if at, _ := v.get(page); !strings.Contains(at, "/waiting/") {
			t.Error("the pass is still good after its time")
		}
	})
}

func TestOneRoomForAllDatesOfAnEventAndItsEarlierBuyersFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.rooms.Buyers = h.Office.Buyers
		bought := h.Buy(t, "1-1")
		base, page := h.url+"/en/waiting/"+h.Event.ID, h.url+"/en/performance/"+h.Performance.ID
		_, err := h.rooms.Set(t.Context(), waitroom.Wish{
			ID: h.Event.ID, Kind: waitroom.ForEvent, Mode: waitroom.On, PresaleUntil: h.Clock.Now().Add(time.Hour), PerMinute: 600, BuyersOf: h.Event.ID,
		})
		if err != nil {
			t.Fatal(err)
		}
		v, other := newVisitor(t), newVisitor(t)
		if at, body := v.get(page); !strings.HasSuffix(at, "/waiting/"+h.Event.ID) || !strings.Contains(body, "the number of an earlier order") {
			t.Fatalf("the seats are shown without a pass: %s", at)
		}
		if at, _ := other.post(base+"/join", url.Values{"code": {"CCCCCCCC"}}); strings.HasSuffix(at, "/place") {
			t.Error("a number that is no order's gives a place")
		}
		if at, _ := other.post(base+"/join", nil); !strings.HasSuffix(at, "/place") {
			t.Errorf("without a code at %s", at)
		}
		if at, _ := v.post(base+"/join", url.Values{"code": {strings.ToLower(bought.Code)}}); !strings.HasSuffix(at, "/place") {
			t.Fatalf("with the number of an order at %s", at)
		}
		h.pass(t, 10*time.Second)
		if at, _ := v.get(base + "/enter"); !strings.HasSuffix(at, "/event/"+h.Event.Slug) {
			t.Errorf("who comes in chooses the date at %s", at)
		}
		if _, body := v.get(page); !strings.Contains(body, "seats-form") {
			t.Error("the event's pass does not open its performance")
		}
		if at, _ := v.post(page+"/hold", url.Values{"seat": {h.Plan.Seats()[1].ID}}); !strings.HasSuffix(at, "/basket") {
			t.Errorf("a hold with the event's pass leads to %s", at)
		}
		if at, _ := other.get(base + "/enter"); !strings.HasSuffix(at, "/place") {
			t.Errorf("who bought nothing before comes in during the presale: %s", at)
		}
	})
}

func TestThePublishedDrawIsRecomputedByAScriptOfItsOwn(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	room := h.set(t, h.Clock.Now().Add(5*time.Minute), 60)
	for range 12 {
		newVisitor(t).post(h.base+"/join", nil)
		h.pass(t, time.Second)
	}
	h.Clock.Set(room.OpensAt)
	h.pass(t, time.Second)
	_, body := newVisitor(t).get(h.base + "/draw.json")
	file := filepath.Join(t.TempDir(), "draw.json")
	check := func(body, want string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "python3", "../../../../docs/examples/check_draw.py", file).CombinedOutput()
		if !strings.Contains(string(out), want) || (err == nil) != (want == "12 arrivals") {
			t.Errorf("the script says %q, %v; want %q", out, err, want)
		}
	}
	check(body, "12 arrivals")
	var f waitroom.DrawFile
	if err := json.Unmarshal([]byte(body), &f); err != nil {
		t.Fatal(err)
	}
	f.Order[0], f.Order[1] = f.Order[1], f.Order[0]
	wrong, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	check(string(wrong), "order")
}

func TestTheWaitingRoomOnPhoneAndDesktop(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	room := h.set(t, h.Clock.Now().Add(40*time.Minute), 60)
	for _, s := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop.InDark()} {
		b := browsertest.Open(t, s)
		for _, lang := range []string{"kk", "ru", "en"} {
			b.Go(h.url + "/" + lang + "/waiting/" + h.Performance.ID)
			b.Fits()
			b.Accessible()
			b.Shot("waiting-entrance-" + lang)
		}
		b.Submit("[data-join] .button")
		b.Wait("[data-stage=early]")
		b.Fits()
		b.Shot("waiting-early-en")
	}
	// The next one has to work for its place, in the background of the page.
	for range 100 {
		task, err := h.rooms.Task(h.Performance.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = h.rooms.Join(t.Context(), h.Performance.ID, waitroom.Ask{Task: task.Text, Answer: "wrong"})
	}
	if task, _ := h.rooms.Task(h.Performance.ID, ""); task.Bits < 12 {
		t.Fatalf("the work is %d bits", task.Bits)
	}
	b := browsertest.Open(t, browsertest.Phone.InDark())
	b.Go(h.url + "/ru/waiting/" + h.Performance.ID)
	b.Submit("[data-join] .button")
	b.Wait("[data-stage=early]")
	plain := browsertest.Open(t, browsertest.Phone.WithoutScript())
	plain.Go(h.url + "/ru/waiting/" + h.Performance.ID)
	plain.Submit("[data-join] .button")
	plain.Shot("waiting-delay-ru")
	h.Clock.Set(room.DrawCloses())
	h.pass(t, 10*time.Second)
	for _, lang := range []string{"kk", "ru", "en"} {
		b.Go(h.url + "/" + lang + "/waiting/" + h.Performance.ID + "/place")
		b.Wait("[data-stage=waiting]")
		b.Fits()
		b.Accessible()
		b.Shot("waiting-place-" + lang)
	}
	h.Clock.Set(room.OpensAt.Add(time.Minute))
	h.pass(t, time.Second)
	b.Wait("[data-picker]") // the page goes in by itself
}
