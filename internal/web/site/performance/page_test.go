package performance_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/catalog/drawn"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/site/basketcookie"
)

// basket opens the holds that an answer put into the cookie.
func (s *site) basket(t *testing.T, a answer) []boxoffice.Hold {
	t.Helper()
	r := &http.Request{Header: http.Header{}}
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		r.AddCookie(c)
	}
	var out []boxoffice.Hold
	for _, k := range basketcookie.Read(r) {
		h, err := s.Office.FindHold(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, h)
	}
	return out
}

func seatsOf(holds []boxoffice.Hold) (out []string) {
	for _, h := range holds {
		for _, it := range h.Items {
			out = append(out, it.SeatID)
		}
	}
	return out
}

func TestThePageInThreeLanguages(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	theatre := s.house(t, drawn.Theatre(), theatrePrices)
	for lang, words := range map[string][]string{
		"kk": {"Партер", "18\u00a0000\u00a0₸", "Маған ең жақсы орындар", "сейсенбі, 1 желтоқсан"},
		"ru": {"Лучшие места для меня", "Балкон", "от 4\u00a0000\u00a0₸", "вт, 1 декабря"},
		"en": {"Best seats for me", "Amphitheatre", "312 seats left", "Left box"},
	} {
		s.get(t, "/"+lang+"/performance/"+theatre.ID).wants(t, 200, words...)
		s.get(t, "/"+lang+"/performance/"+theatre.ID+"?section=stalls").wants(t, 200, words...)
	}
}

func TestTheListSaysWhatTheDrawingShows(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	theatre := s.house(t, drawn.Theatre(), theatrePrices)
	s.Hold(t, boxoffice.HoldRequest{PerformanceID: theatre.ID, Seats: []boxoffice.SeatWish{{SeatID: "P-5-3"}}})
	a := s.get(t, "/en/performance/"+theatre.ID+"?section=stalls&seat=P-1-1&seat=B-1-5&seat=P-5-3&seat=nonsense")
	a.wants(t, 200,
		`aria-label="Row 5, seat 12 · Stalls · 18`+"\u00a0000\u00a0₸"+`"`,
		`aria-label="Row 13, seat 3 · Stalls · 12`+"\u00a0000\u00a0₸"+` · restricted view · Behind a column, part of the stage is hidden"`,
		`aria-label="Row 16, seat 1 · Stalls · 12`+"\u00a0000\u00a0₸"+` · wheelchair place · Wheelchair place, no step"`,
		`value="P-5-3" disabled aria-label="Row 5, seat 3 · Stalls · 18`+"\u00a0000\u00a0₸"+` · taken"`,
		`value="P-1-1" checked`,
		"Chosen in other parts", `<span>Row 1, seat 5 · Balcony · 4`+"\u00a0000\u00a0₸"+`</span>`,
	)
	if strings.Contains(a.body, "nonsense") || strings.Contains(a.body, `value="A-1-1"`) {
		t.Error("the page holds what was not asked for")
	}
}

func TestTheStadiumsPageStaysSmall(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	stadium := s.house(t, drawn.Stadium(), stadiumPrices)
	a := s.get(t, "/en/performance/"+stadium.ID)
	a.wants(t, 200, "Sector 101", "Sector 224", "Upper tier")
	if len(a.body) > 100_000 || strings.Contains(a.body, `name="seat"`) {
		t.Errorf("%d bytes, seats %v", len(a.body), strings.Contains(a.body, `name="seat"`))
	}
	a = s.get(t, "/en/performance/"+stadium.ID+"?section=101")
	a.wants(t, 200, `value="101-1-1"`, `value="101-18-1"`)
	if strings.Contains(a.body, `value="102-1-1"`) || len(a.body) > 400_000 {
		t.Errorf("more than one part is open, %d bytes", len(a.body))
	}
}

func TestHoldWithoutJavaScript(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		path := "/en/performance/" + s.Performance.ID
		form := url.Values{"seat": {"1-1", "1-2"}, "places:floor:adult": {"2"}, "places:floor:child": {"0"}, "places:stalls:adult": {""}}
		a := s.post(t, path+"/hold", form)
		if a.status != http.StatusSeeOther || a.header.Get("Location") != "/en/basket" {
			t.Fatalf("status %d, to %q: %s", a.status, a.header.Get("Location"), a.body)
		}
		if got := strings.Join(seatsOf(s.basket(t, a)), ","); got != "1-1,1-2,," {
			t.Errorf("in the basket: %q", got)
		}
		// Somebody else wants one of them and another one.
		a = s.post(t, path+"/hold", url.Values{"seat": {"1-2", "1-3"}, "section": {"hall"}, "places:floor:child": {"1"}})
		a.wants(t, http.StatusConflict, "Someone has taken these: Row 1, seat 2 · Hall", `value="1-3" checked`, `name="places:floor:child" min="0" max="10" value="1"`)
		if a.header.Get("Set-Cookie") != "" {
			t.Error("a hold that failed left a cookie")
		}
		a = s.post(t, path+"/hold", url.Values{"best": {"1"}, "n": {"3"}, "zone": {"circle"}})
		if got := seatsOf(s.basket(t, a)); a.status != http.StatusSeeOther || len(got) != 3 {
			t.Errorf("best: status %d, %q", a.status, got)
		}
	})
}

func TestWhatIsWrongComesBackAndChangesNothing(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	path := "/ru/performance/" + s.Performance.ID + "/hold"
	for name, c := range map[string]struct {
		form   url.Values
		status int
	}{
		"nothing":             {url.Values{}, 422},
		"unknown seat":        {url.Values{"seat": {"99-99"}}, 422},
		"hostile seat":        {url.Values{"seat": {`"><script>alert(1)</script>`}}, 422},
		"negative places":     {url.Values{"places:floor:adult": {"-1"}}, 422},
		"no number":           {url.Values{"places:floor:adult": {"many"}}, 422},
		"huge number":         {url.Values{"places:floor:adult": {"99999999999999999999"}}, 422},
		"too many":            {url.Values{"places:floor:adult": {"11"}}, 422},
		"best of none":        {url.Values{"best": {"1"}, "n": {"0"}}, 422},
		"best of words":       {url.Values{"best": {"1"}, "n": {"x"}}, 422},
		"best of no zone":     {url.Values{"best": {"1"}, "n": {"1"}, "zone": {"nowhere"}}, 422},
		"best of hostile":     {url.Values{"best": {"1"}, "n": {"1"}, "zone": {"<b>"}}, 422},
		"seats and bad place": {url.Values{"seat": {"1-1"}, "places:floor:adult": {"x"}}, 422},
	} {
		a := s.post(t, path, c.form)
		if a.status != c.status || strings.Contains(a.body, "<script>alert") || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: status %d, want %d", name, a.status, c.status)
		}
		if !strings.Contains(a.body, `role="alert"`) || !strings.Contains(a.body, `lang="ru"`) {
			t.Errorf("%s: the page does not say what is wrong", name)
		}
	}
	if c, err := s.Office.Counts(t.Context(), []string{s.Performance.ID}); err != nil || c[s.Performance.ID].Held != 0 {
		t.Errorf("something is held: %+v, %v", c, err)
	}
	if log := s.log.String(); strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("errors in the log: %s", log)
	}
	for _, p := range []string{"/ru/performance/none", "/ru/performance/none/availability", "/ru/performance/none/live", "/ru/plan/" + strings.Repeat("0", 64) + ".json", "/ru/plan/x.json", "/ru/plan/x"} {
		if a := s.get(t, p); a.status != 404 {
			t.Errorf("%s: status %d", p, a.status)
		}
	}
}

func TestBeforeAndAfterTheSale(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	at := boxofficetest.Now.Add(30 * 24 * time.Hour)
	for words, change := range map[string]func(*catalog.Performance){
		"Tickets go on sale": func(p *catalog.Performance) { p.SaleFrom = boxofficetest.Now.Add(time.Hour) },
		"sales are over":     func(p *catalog.Performance) { p.SaleUntil = boxofficetest.Now },
		"is cancelled":       func(p *catalog.Performance) { p.Cancelled = true },
	} {
		at = at.Add(time.Hour)
		p := s.Perform(t, at, change)
		a := s.get(t, "/en/performance/"+p.ID)
		a.wants(t, 200, words)
		if strings.Contains(a.body, `method="post"`) {
			t.Errorf("%s: and yet there is a form", words)
		}
	}
}

func TestGeometryIsKeptForEver(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	stadium := s.house(t, drawn.Stadium(), stadiumPrices)
	a := s.get(t, "/kk/plan/"+stadium.PlanHash+".json")
	a.wants(t, 200, "101-сектор")
	if !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
		t.Errorf("Cache-Control %q", a.header.Get("Cache-Control"))
	}
	var g struct {
		Rows []struct {
			C int   `json:"c"`
			X []int `json:"x"`
		} `json:"rows"`
	}
	if err := json.Unmarshal([]byte(a.body), &g); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range g.Rows {
		if n += r.C; len(r.X) != r.C {
			t.Fatalf("a row of %d seats has %d places", r.C, len(r.X))
		}
	}
	if n != len(drawn.Stadium().Seats()) || len(a.body) > 600_000 {
		t.Errorf("%d seats in %d bytes", n, len(a.body))
	}
}

func TestAvailabilityInTwoBits(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	s.Hold(t, s.Seats("1-2"))
	s.Buy(t, "1-7")
	path := "/en/performance/" + s.Performance.ID + "/availability"
	a := s.get(t, path)
	var left struct {
		Version int64  `json:"version"`
		Seats   string `json:"seats"`
		Areas   []int  `json:"areas"`
	}
	if err := json.Unmarshal([]byte(a.body), &left); err != nil {
		t.Fatal(err)
	}
	bits, err := base64.StdEncoding.DecodeString(left.Seats)
	if err != nil || len(bits) != 50 || left.Version == 0 || len(left.Areas) != 1 || left.Areas[0] != 50 {
		t.Fatalf("%+v, %d bytes, %v", left, len(bits), err)
	}
	if bits[0] != 1<<2 || bits[1] != 2<<4 {
		t.Errorf("the first eight seats are %08b %08b", bits[0], bits[1])
	}
	if again := s.get(t, path, "If-None-Match", a.header.Get("ETag")); again.status != http.StatusNotModified || again.body != "" {
		t.Errorf("the same version is sent twice: %d", again.status)
	}
}

func TestChangesAreSentAsTheyHappen(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite))
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/en/performance/"+s.Performance.ID+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Header.Get("Content-Encoding") != "" || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("headers %v", resp.Header)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Scan() // it is open
	s.Hold(t, s.Seats("1-3"))
	for lines.Scan() {
		body, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var c struct {
			Since, Version int64
			Seats          map[int]int
		}
		if err := json.Unmarshal([]byte(body), &c); err != nil {
			t.Fatal(err)
		}
		if c.Seats[2] != 1 || c.Version <= c.Since {
			t.Errorf("change %+v", c)
		}
		return
	}
	t.Fatalf("the stream ended without a change: %v", lines.Err())
}

// firstEvent opens a stream as a reader who knows a version and returns the first event.
func (s *site) firstEvent(t *testing.T, query, lastID string) (name, data string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/en/performance/"+s.Performance.ID+"/live"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if n, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			name = n
		}
		if body, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			return name, body
		}
	}
	t.Fatalf("the stream ended without an event: %v", lines.Err())
	return "", ""
}

func TestALineThatWasLostIsTakenUpWhereItBrokeOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		path := "/en/performance/" + s.Performance.ID + "/availability"
		version := func() int64 {
			t.Helper()
			var a struct{ Version int64 }
			if err := json.Unmarshal([]byte(s.get(t, path).body), &a); err != nil {
				t.Fatal(err)
			}
			return a.Version
		}
		s.Hold(t, s.Seats("1-1")) // before this process looked for the first time
		began := version()
		s.Hold(t, s.Seats("1-3"))
		between := version()
		s.Hold(t, s.Seats("1-5"))
		now := version()
		for _, c := range []struct {
			query, last string
			seats       map[int]int
		}{
			{"?since=" + strconv.FormatInt(began, 10), "", map[int]int{2: 1, 4: 1}},
			{"?since=" + strconv.FormatInt(began, 10), strconv.FormatInt(between, 10), map[int]int{4: 1}}, // the header is newer than the address
			{"", strconv.FormatInt(now, 10), nil},
		} {
			name, data := s.firstEvent(t, c.query, c.last)
			var got struct {
				Version int64
				Seats   map[int]int
			}
			if err := json.Unmarshal([]byte(data), &got); err != nil {
				t.Fatal(err)
			}
			if name != "change" || got.Version != now || !maps.Equal(got.Seats, c.seats) {
				t.Errorf("%s %s: %s %s", c.query, c.last, name, data)
			}
		}
		// Another process knows nothing of what was before it; and nobody knows what is to come.
		for _, last := range []string{"0", strconv.FormatInt(now+1000, 10)} {
			name, data := s.firstEvent(t, "", last)
			var whole struct {
				Version int64
				Seats   string
			}
			if err := json.Unmarshal([]byte(data), &whole); err != nil || name != "whole" || whole.Version != now || whole.Seats == "" {
				t.Errorf("since %s: %s %.80s, %v", last, name, data, err)
			}
		}
	})
}
