package performance_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/web/site/performance"
	"github.com/sahna/sahna/internal/web/ui"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

// site is the performance's door over a box office that sells, on a real port.
type site struct {
	*boxofficetest.World
	url    string
	log    *uitest.Log
	houses int
}

func open(t testing.TB, d *db.DB) *site {
	t.Helper()
	w := boxofficetest.New(t, d)
	look, log := uitest.NewAt(t, w.Clock, performance.Messages, boxoffice.Messages, catalog.Messages)
	look.Demo = false
	closing := make(chan struct{})
	mux := http.NewServeMux()
	look.Mount(mux)
	(&performance.Door{UI: look, Catalog: w.Catalog, Office: w.Office, Closing: closing}).Mount(mux)
	mux.HandleFunc("GET /{lang}/basket", func(rw http.ResponseWriter, r *http.Request) {
		p := look.Page(r, "Basket")
		look.Render(rw, r, http.StatusOK, p, ui.Empty("Basket", ""))
	})
	srv := httptest.NewServer(look.Serve(mux))
	t.Cleanup(func() { close(closing); srv.Close() })
	return &site{World: w, url: srv.URL, log: log}
}

// house is a plan with prices for its categories, from the dearest to the cheapest.
func (s *site) house(t testing.TB, plan *catalog.Plan, prices map[string]int64) catalog.Performance {
	t.Helper()
	if err := s.Catalog.Edit(t.Context(), func(e *catalog.Editor) error { return s.Catalog.SavePlan(t.Context(), e.Tx(), plan) }); err != nil {
		t.Fatal(err)
	}
	was := s.Plan
	s.Plan = plan
	defer func() { s.Plan = was }()
	s.houses++
	return s.Perform(t, boxofficetest.Now.Add(8*24*time.Hour+time.Duration(s.houses)*time.Hour), func(p *catalog.Performance) {
		p.Zones, p.Prices = nil, nil
		p.Types = []catalog.TicketType{
			{ID: "adult", Code: "adult", Name: i18n.Text{KK: "Ересек", RU: "Взрослый", EN: "Adult"}},
			{ID: "child", Code: "child", Name: i18n.Text{KK: "Бала", RU: "Детский", EN: "Child"}},
		}
		for _, c := range plan.Categories() {
			price, ok := prices[c.Name]
			if !ok {
				continue
			}
			p.Zones = append(p.Zones, catalog.PriceZone{ID: c.Name, Name: c.Title, Color: c.Color, Categories: []string{c.Name}})
			p.Prices = append(p.Prices, catalog.Price{ZoneID: c.Name, TypeID: "adult", Amount: money.Tenge(price)},
				catalog.Price{ZoneID: c.Name, TypeID: "child", Amount: money.Tenge(price / 2)})
		}
	})
}

var (
	theatrePrices = map[string]int64{"box": 25000, "stalls-front": 18000, "stalls": 12000, "amphitheatre": 8000, "balcony": 4000}
	stadiumPrices = map[string]int64{"central": 20000, "lower": 12000, "upper-central": 8000, "upper": 5000}
	clubPrices    = map[string]int64{"dance": 7000, "table": 15000, "vip": 20000}
)

type answer struct {
	status int
	body   string
	header http.Header
}

func (s *site) get(t *testing.T, path string, header ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return s.do(t, r)
}

func (s *site) post(t *testing.T, path string, form url.Values) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(t, r)
}

func (s *site) do(t *testing.T, r *http.Request) answer {
	t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, string(b), resp.Header}
}

func (a answer) wants(t *testing.T, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d", a.status, status)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
	if i := strings.Index(a.body, "[performance."); i >= 0 {
		t.Errorf("a message is missing: %s", a.body[i:min(len(a.body), i+60)])
	}
}
