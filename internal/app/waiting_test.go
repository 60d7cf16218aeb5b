package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/waitroom"
)

// waiter is a browser that keeps its cookies, whichever process it asks.
type waiter struct {
	t    *testing.T
	c    *http.Client
	room string // path
}

func (s *stormSite) waiter(t *testing.T) *waiter {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &waiter{t, &http.Client{Jar: jar, Timeout: 10 * time.Second}, "/en/waiting/" + s.stadium}
}

func (w *waiter) read(res *http.Response, err error) (path, body string) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %d, %v: %.500s", res.Request.URL, res.StatusCode, err, b)
	}
	return res.Request.URL.Path, string(b)
}

func (w *waiter) join(p *apptest.Server) {
	w.t.Helper()
	if at, body := w.read(w.c.PostForm("http://"+p.Addr+w.room+"/join", nil)); !strings.HasSuffix(at, "/place") {
		w.t.Fatalf("joined, and at %s: %.500s", at, body)
	}
}

// number names the place; of is where in the line it is, and again after how many milliseconds to ask.
func (w *waiter) number(p *apptest.Server) (id, of string, again int) {
	w.t.Helper()
	_, body := w.read(w.c.Get("http://" + p.Addr + w.room + "/status"))
	var s struct {
		ID    string `json:"id"`
		Place string `json:"place"`
		Again int    `json:"again"`
	}
	if err := json.Unmarshal([]byte(body), &s); err != nil || s.ID == "" {
		w.t.Fatalf("%v: %s", err, body)
	}
	return s.ID, s.Place, s.Again
}

// TestAPlaceInLineOutlivesEverything: a place is the same at another process, on another device by its link, after its process was
// killed, and while the database is away; then also new ones come.
func TestAPlaceInLineOutlivesEverything(t *testing.T) {
	dir := t.TempDir()
	pg := apptest.StartPostgres(t, t.TempDir())
	s := openStorm(t, filepath.Join(dir, "data"), pg.DSN("sahna"), pg.DSN("sahna_keys"), 0)
	cfg, err := app.LoadConfig(s.Config, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), cfg, app.Options{Look: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Waiting.Set(t.Context(), waitroom.Wish{ID: s.stadium, Kind: waitroom.ForPerformance, Mode: waitroom.On, PerMinute: 1})
	if closed := a.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
	one, two := s.Serve(), s.Serve()
	for range 5 {
		s.waiter(t).join(one)
	}
	w := s.waiter(t)
	w.join(two)
	time.Sleep(3 * time.Second) // each process has heard of the other's arrivals
	id, place, again := w.number(one)
	if place == "" || place == "1" || again < 1000 {
		t.Errorf("the sixth stands at %q and asks every %d ms", place, again)
	}
	same := func(when string, w *waiter, at *apptest.Server) {
		t.Helper()
		// A minute may have passed: nobody moves back.
		if x, of, _ := w.number(at); x != id || of > place {
			t.Errorf("%s: place %s at %q, want %s at %q", when, x, of, id, place)
		}
	}
	same("at the other process", w, two)
	_, page := w.read(w.c.Get("http://" + one.Addr + w.room + "/place"))
	link := regexp.MustCompile(`href="[^"]+(/place\?t=[^"]+)" data-link`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("no link: %s", page)
	}
	phone := s.waiter(t)
	phone.read(phone.c.Get("http://" + one.Addr + w.room + link[1]))
	same("on another device", phone, two)
	one.Kill()
	same("while its neighbour is dead", w, two)
	one.Start()
	same("after a restart", w, one)

	public := []string{"/ru/", "/kk/event/zhetigen-tulpar", "/en/waiting/" + s.stadium}
	for _, path := range public {
		w.read(http.Get("http://" + one.Addr + path))
	}
	pg.Kill()
	for _, path := range public {
		w.read(http.Get("http://" + one.Addr + path)) // as it was last
	}
	for _, p := range []*apptest.Server{one, two} {
		same("without the database", w, p)
		if _, body := w.read(w.c.Get("http://" + p.Addr + w.room + "/place")); !strings.Contains(body, "data-place") {
			t.Errorf("the page without the database: %.800s", body)
		}
		late := s.waiter(t)
		late.join(p)
		of := ""
		for end := time.Now().Add(15 * time.Second); of == "" && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
			_, of, _ = late.number(p)
		}
		if of <= place {
			t.Errorf("who comes without the database stands at %q, before %q", of, place)
		}
	}
	pg.Start()
	same("with the database again", w, one)
}
