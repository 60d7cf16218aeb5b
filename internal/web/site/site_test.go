package site_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/demo"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/site"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

// stage is the site over a small world.
type stage struct {
	*boxofficetest.World
	handler http.Handler
	log     *uitest.Log
	files   *files.Dir
}

func newStage(t *testing.T, d *db.DB) *stage {
	t.Helper()
	w := boxofficetest.New(t, d)
	u, log := uitest.NewAt(t, w.Clock, site.Messages, catalog.Messages, boxoffice.Messages)
	mux := http.NewServeMux()
	u.Mount(mux)
	store, err := files.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() }) // nothing was promised to be written after
	(&site.Site{UI: u, Catalog: w.Catalog, Office: w.Office, Files: store}).Mount(mux)
	return &stage{World: w, handler: u.Serve(mux), log: log, files: store}
}

func (s *stage) get(t *testing.T, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// page gets a page that must be there and must not show a missing message.
func (s *stage) page(t *testing.T, path string) string {
	t.Helper()
	w := s.get(t, path)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d\n%s", path, w.Code, s.log)
	}
	if m := regexp.MustCompile(`\[(site|catalog|ui)\.[a-z_.]+\]`).FindString(w.Body.String()); m != "" {
		t.Errorf("GET %s shows the message id %s", path, m)
	}
	return w.Body.String()
}

func has(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			t.Errorf("%q is missing", w)
		}
	}
}

func lacks(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(body, w) {
			t.Errorf("%q should not be there", w)
		}
	}
}

func (s *stage) fill(t *testing.T) demo.IDs {
	t.Helper()
	ids, err := demo.Fill(t.Context(), s.Catalog, s.Clock.Now(), s.Office.OpenSale)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestPagesSpeakThreeLanguages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		s.fill(t)
		for l, words := range map[i18n.Lang][]string{
			"kk": {`<html lang="kk"`, "Қыз Жібек", "бүгін", "₸-ден бастап", "Барлық қала"},
			"ru": {`<html lang="ru"`, "Кыз Жибек", "сегодня", "от 2\u00a0400\u00a0₸", "Все города"},
			"en": {`<html lang="en"`, "Kyz Zhibek", "today", "from 2\u00a0400\u00a0₸", "All cities"},
		} {
			has(t, s.page(t, "/"+string(l)+"/"), words...)
			body := s.page(t, "/"+string(l)+"/event/qyz-zhibek")
			has(t, body, words[0], words[1], words[2], words[3], `hreflang="kk"`, `hreflang="ru"`, `hreflang="en"`, `href="http://127.0.0.1:8080/`+string(l)+`/event/qyz-zhibek"`)
			lacks(t, body, "javascript:", "style=", "onclick")
		}
		kk, en := s.page(t, "/kk/event/qyz-zhibek"), s.page(t, "/en/event/qyz-zhibek")
		has(t, kk, "қазақ тілінде", "2 сағ 30 мин", "орын қалды", "Билет қайтару")
		has(t, en, "in Kazakh", "2 h 30 min", "places left", "Returning tickets", "12+", "openstreetmap.org/?mlat=43.2389", "/en/performance/")
	})
}

func TestHomeLeadsToTheVisitorsLanguage(t *testing.T) {
	s := newStage(t, dbtest.Open(t, db.SQLite))
	for _, c := range []struct{ path, accept, want string }{
		{"/", "", "/kk/"}, {"/", "ru-KZ,ru;q=0.9", "/ru/"}, {"/", "en-GB", "/en/"}, {"/", "zh", "/kk/"}, {"/en", "ru", "/en/"}, {"/?q=a", "en", "/en/?q=a"},
	} {
		w := s.get(t, c.path, "Accept-Language", c.accept)
		if w.Code != http.StatusFound || w.Header().Get("Location") != c.want {
			t.Errorf("%s with %q: %d %s", c.path, c.accept, w.Code, w.Header().Get("Location"))
		}
	}
	for _, path := range []string{"/de/", "/de", "/kk/event/nothing", "/kk/event/nothing/poster.svg", "/kk/event/nothing/calendar.ics"} {
		if w := s.get(t, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestWallIsFilteredByAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		s.fill(t)
		has(t, s.page(t, "/ru/?city=shymkent"), "Шёлковый путь", "Шымкент: афиша")
		lacks(t, s.page(t, "/ru/?city=shymkent"), "Кыз Жибек")
		has(t, s.page(t, "/ru/?genre=opera"), "Травиата")
		lacks(t, s.page(t, "/ru/?genre=opera"), "Кыз Жибек")
		has(t, s.page(t, "/ru/?q="+url.QueryEscape("кыз жибек")), "/ru/event/qyz-zhibek")
		has(t, s.page(t, "/ru/?q="+url.QueryEscape("щелкунчик")), "/ru/event/shchelkunchik")
		has(t, s.page(t, "/en/?when=today"), "Kyz Zhibek")
		lacks(t, s.page(t, "/en/?when=today"), "Kok Aspan")
		has(t, s.page(t, "/en/?when=weekend&city=astana"), `href="/en/?city=astana&amp;when=month"`, `href="/en/?when=weekend"`)
		has(t, s.page(t, "/en/"), "On sale: tomorrow, 12:00")
		saturday := s.page(t, "/en/?day=2026-11-28")
		has(t, saturday, "Aldar Kose", "What&#39;s on: Sat, 28 November", `value="2026-11-28"`, `content="noindex"`)
		lacks(t, saturday, "The Seagull")

		empty := s.page(t, "/en/?q=nothing-like-this&city=astana&when=today")
		has(t, empty, "Nothing found", "In all cities", "On any day", "Coming up", `/en/event/`)
		hostile := s.page(t, "/en/?q="+url.QueryEscape(`"><script>alert(1)</script>`)+"&after=%27--&city=%25&genre=%00&when=%7B&day=x")
		lacks(t, hostile, "<script>alert")
	})
}

func TestWallPages(t *testing.T) {
	s := newStage(t, dbtest.Open(t, db.SQLite))
	s.fill(t)
	seen := map[string]bool{}
	link := regexp.MustCompile(`<a href="/en/event/([a-z0-9-]+)"`)
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	path := "/en/"
	for range 5 {
		body := s.page(t, path)
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Errorf("%s stands on two pages", m[1])
			}
			seen[m[1]] = true
		}
		m := next.FindStringSubmatch(body)
		if m == nil {
			break
		}
		path = strings.ReplaceAll(m[1], "&amp;", "&")
	}
	if len(seen) != 27 { // the demonstration's 26 and the world's own
		t.Errorf("%d events on all pages", len(seen))
	}
}

func TestEventSaysHowItIsSold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		day := 24 * time.Hour
		at := s.Performance.StartsAt
		s.Perform(t, at.Add(day), func(p *catalog.Performance) { p.SaleFrom = s.Clock.Now().Add(day) })
		s.Perform(t, at.Add(2*day), func(p *catalog.Performance) { p.Cancelled = true })
		s.Perform(t, at.Add(3*day), func(p *catalog.Performance) { p.SaleUntil = s.Clock.Now() })
		sold := s.Perform(t, at.Add(4*day), func(p *catalog.Performance) { p.Zones[0].Categories, p.Zones[1].Categories = nil, nil })
		body := s.page(t, "/en/event/abay")
		has(t, body, "On sale: tomorrow", "Cancelled", "Sale closed", "250 places left", `href="/en/performance/`+s.Performance.ID+`"`, "Choose a date", `href="#dates"`)
		if _, err := s.Office.Hold(t.Context(), boxoffice.HoldRequest{PerformanceID: sold.ID, Items: []boxoffice.AreaWish{{PriceZoneID: "floor", TicketTypeID: "adult", Quantity: 10}}}); err != nil {
			t.Fatal(err)
		}
		has(t, s.page(t, "/en/event/abay"), "40 places left")
	})
}

func TestEventWithOnePerformanceLeadsToIt(t *testing.T) {
	s := newStage(t, dbtest.Open(t, db.SQLite))
	body := s.page(t, "/ru/event/abay")
	has(t, body, "Купить билет", `<a class="button" href="/ru/performance/`+s.Performance.ID+`"`)
	s.Clock.Set(s.Performance.StartsAt.Add(time.Hour))
	has(t, s.page(t, "/ru/event/abay"), "Новые даты пока не объявлены", "Другие события")
}

var block = regexp.MustCompile(`(?s)<script[^>]*type="application/ld\+json"[^>]*>(.*?)</script>`)

func TestStructuredData(t *testing.T) {
	s := newStage(t, dbtest.Open(t, db.SQLite))
	if err := s.Catalog.Edit(t.Context(), func(e *catalog.Editor) error {
		s.Event.Title.EN = `</script><script>alert("x")`
		return e.SaveEvent(t.Context(), &s.Event)
	}); err != nil {
		t.Fatal(err)
	}
	body := s.page(t, "/en/event/abay")
	lacks(t, body, "<script>alert")
	m := block.FindStringSubmatch(body)
	if m == nil {
		t.Fatal("no data block")
	}
	var got any
	if err := json.Unmarshal([]byte(m[1]), &got); err != nil {
		t.Fatal(err)
	}
	page := "http://127.0.0.1:8080/en/performance/" + s.Performance.ID
	offer := func(zone, price string) string {
		return fmt.Sprintf(`{"@type":"Offer","name":%q,"url":%q,"price":%q,"priceCurrency":"KZT","availability":"https://schema.org/InStock","validFrom":%q}`,
			zone, page, price, local(s.Performance.SaleFrom))
	}
	var want any
	golden := fmt.Sprintf(`[{"@context":"https://schema.org","@type":"MusicEvent","@id":%q,"name":"</script><script>alert(\"x\")","description":"An opera.",
		"image":["http://127.0.0.1:8080%s"],"url":"http://127.0.0.1:8080/en/event/abay","startDate":%q,"endDate":%q,"doorTime":%q,
		"eventStatus":"https://schema.org/EventScheduled","eventAttendanceMode":"https://schema.org/OfflineEventAttendanceMode","inLanguage":"kk",
		"typicalAgeRange":"6-","location":{"@type":"Place","name":"The House","address":{"@type":"PostalAddress","streetAddress":"","addressLocality":"Almaty","addressCountry":"KZ"}},
		"organizer":{"@type":"Organization","name":"The House"},"offers":[%s,%s,%s]}]`,
		page, regexp.MustCompile(`/en/event/abay/poster.svg\?v=[0-9a-f]+`).FindString(body), local(s.Performance.StartsAt), local(s.Performance.EndsAt),
		local(s.Performance.DoorsAt), offer("Stalls", "9000.00"), offer("Circle", "5000.00"), offer("Floor", "3000.00"))
	if err := json.Unmarshal([]byte(golden), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func local(t time.Time) string { return t.In(i18n.Zone("Asia/Almaty")).Format(time.RFC3339) }

func TestCalendars(t *testing.T) {
	s := newStage(t, dbtest.Open(t, db.SQLite))
	s.fill(t)
	w := s.get(t, "/kk/event/abay/calendar.ics")
	if w.Header().Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.HasPrefix(w.Body.String(), "BEGIN:VCALENDAR\r\n") {
		t.Errorf("%v", w.Header())
	}
	cal, err := ics.ParseCalendar(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(cal.Events()); n != 1 {
		t.Fatalf("%d events", n)
	}
	one := cal.Events()[0]
	start, err := one.GetStartAt()
	if err != nil || !start.Equal(s.Performance.StartsAt) || one.Id() != s.Performance.ID+"@127.0.0.1:8080" {
		t.Errorf("%v %v %s", err, start, one.Id())
	}
	if got := one.GetProperty(ics.ComponentPropertySummary).Value; got != "Абай" {
		t.Errorf("summary %q", got)
	}
	feed, err := ics.ParseCalendar(s.get(t, "/en/calendar.ics").Body)
	if err != nil || len(feed.Events()) < 60 || len(feed.Events()) > 120 {
		t.Errorf("the feed holds %d events, %v", len(feed.Events()), err)
	}
}

func TestSearchEnginesAreTold(t *testing.T) {
	s := newStage(t, dbtest.Open(t, db.SQLite))
	s.fill(t)
	var m struct {
		URLs []struct {
			Loc   string `xml:"loc"`
			Links []struct {
				Lang string `xml:"hreflang,attr"`
			} `xml:"link"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal(s.get(t, "/sitemap.xml").Body.Bytes(), &m); err != nil {
		t.Fatal(err)
	}
	if len(m.URLs) != 3*(3+27) || len(m.URLs[0].Links) != 3 || m.URLs[0].Loc != "http://127.0.0.1:8080/kk/" {
		t.Errorf("%d addresses, the first %+v", len(m.URLs), m.URLs[0])
	}
	has(t, s.get(t, "/robots.txt").Body.String(), "Sitemap: http://127.0.0.1:8080/sitemap.xml", "Disallow: /*/account")
}

func TestPosterIsKeptForEver(t *testing.T) {
	s := newStage(t, dbtest.Open(t, db.SQLite))
	address := regexp.MustCompile(`/kk/event/abay/poster.svg\?v=[0-9a-f]+`).FindString(s.page(t, "/kk/"))
	w := s.get(t, address)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/svg+xml" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%s: %d %v", address, w.Code, w.Header())
	}
	if w := s.get(t, "/kk/event/abay/poster.svg?v=old"); strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Error("an old address is kept for ever")
	}
}

func TestOwnPictureIsShown(t *testing.T) {
	s := newStage(t, dbtest.Open(t, db.SQLite))
	if w := s.get(t, "/kk/event/abay/picture.jpg"); w.Code != http.StatusNotFound {
		t.Errorf("without a picture: %d", w.Code)
	}
	if err := s.files.Put(t.Context(), "picture/a.jpg", strings.NewReader("jpeg")); err != nil {
		t.Fatal(err)
	}
	if err := s.Catalog.Edit(t.Context(), func(e *catalog.Editor) error {
		s.Event.Picture = "picture/a.jpg"
		return e.SaveEvent(t.Context(), &s.Event)
	}); err != nil {
		t.Fatal(err)
	}
	address := regexp.MustCompile(`/kk/event/abay/picture.jpg\?v=[0-9a-f]+`).FindString(s.page(t, "/kk/event/abay"))
	if w := s.get(t, address); w.Code != http.StatusOK || w.Body.String() != "jpeg" || w.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("%s: %d %v", address, w.Code, w.Header())
	}
}

var asset = regexp.MustCompile(`(?:href|src)="(/static/[^"]+|/[a-z]{2}/event/[^"]+poster\.svg[^"]*)"`)

// The heaviest page of the demonstration, with everything that a browser loads for it, before compression.
func TestEventPageIsLight(t *testing.T) {
	s := newStage(t, dbtest.Open(t, db.SQLite))
	s.fill(t)
	body := s.page(t, "/ru/event/zhibek-zholy")
	total := len(body)
	seen := map[string]bool{}
	for _, m := range asset.FindAllStringSubmatch(body, -1) {
		if seen[m[1]] {
			continue
		}
		seen[m[1]] = true
		w := s.get(t, strings.ReplaceAll(m[1], "&amp;", "&"))
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", m[1], w.Code)
		}
		total += w.Body.Len()
	}
	if len(seen) < 5 || total > 100_000 {
		t.Errorf("%d files, %d bytes", len(seen), total)
	}
	t.Logf("%d files, %d bytes", len(seen), total)
}
