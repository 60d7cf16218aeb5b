package door_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/door"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

// entrance is a house at the hour of its doors, with a scanner's browser before it.
type entrance struct {
	*boxofficetest.World
	admission *admission.Admission
	gates     []admission.Gate
	handler   http.Handler
	server    *httptest.Server
	browser   *http.Client
	log       *uitest.Log
}

func newEntrance(t testing.TB, d *db.DB) *entrance {
	t.Helper()
	e := &entrance{World: boxofficetest.New(t, d)}
	e.admission = admission.New(d, e.Clock, e.Catalog, e.Office)
	var err error
	if e.gates, err = e.admission.EnsureGates(t.Context(), e.Hall.ID, []string{"A", "B"}); err != nil {
		t.Fatal(err)
	}
	u, log := uitest.NewAt(t, e.Clock, door.Messages, admission.Messages, boxoffice.Messages)
	u.Demo = false
	mux := http.NewServeMux()
	u.Mount(mux)
	(&door.Door{UI: u, Catalog: e.Catalog, Admission: e.admission, Clock: e.Clock}).Mount(mux)
	e.handler, e.log = u.Serve(mux), log
	e.server = httptest.NewServer(e.handler)
	t.Cleanup(func() { e.server.Close() })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	e.browser = &http.Client{Jar: jar}
	return e
}

// again serves on the address that it had before, as after a time without a network.
func (e *entrance) again(t *testing.T, addr string) {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	e.server = &httptest.Server{Listener: l, Config: &http.Server{Handler: e.handler}} //nolint:gosec // a test's server
	e.server.Start()
}

func (e *entrance) invite(t testing.TB) string {
	t.Helper()
	code, err := e.admission.InviteDevice(t.Context(), "Phone 1", "staff")
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (e *entrance) read(t testing.TB, resp *http.Response, err error) (status int, body string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func (e *entrance) get(t testing.TB, path string) (int, string) {
	t.Helper()
	resp, err := e.browser.Get(e.server.URL + path)
	return e.read(t, resp, err)
}

func (e *entrance) post(t testing.TB, path string, form url.Values) (int, string) {
	t.Helper()
	resp, err := e.browser.PostForm(e.server.URL+path, form)
	return e.read(t, resp, err)
}

func (e *entrance) signIn(t testing.TB) {
	t.Helper()
	if status, body := e.post(t, "/ru/door/sign-in", url.Values{"code": {e.invite(t)}}); status != http.StatusOK || !strings.Contains(body, "Куда пускаем?") {
		t.Fatalf("sign-in: %d\n%s", status, body)
	}
}

func (e *entrance) scanPath(gate int) string {
	return "/ru/door/scan?" + url.Values{"performance": {e.Performance.ID}, "gate": {e.gates[gate].ID}}.Encode()
}

var scanID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// typed types a code into the form, as a browser without scripts sends it.
func (e *entrance) typed(t *testing.T, gate int, code string) string {
	t.Helper()
	_, page := e.get(t, e.scanPath(gate))
	id := scanID.FindStringSubmatch(page)
	if id == nil {
		t.Fatalf("no form in\n%s", page)
	}
	status, body := e.post(t, "/ru/door/scan", url.Values{"performance": {e.Performance.ID}, "gate": {e.gates[gate].ID}, "id": {id[1]}, "code": {code}})
	if status != http.StatusOK {
		t.Fatalf("typed %q: %d\n%s", code, status, body)
	}
	_, answer, _ := strings.Cut(body, `<div class="door-served">`)
	answer, _, _ = strings.Cut(answer, "</div>")
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(answer, " ")), " ")
}

func TestTypedCodesWithoutScripts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := newEntrance(t, d)
		order := e.Buy(t, "1-1", "6-3")
		other := e.Perform(t, e.Performance.StartsAt.Add(24*time.Hour))
		e.signIn(t)
		e.Clock.Set(e.Performance.DoorsAt)
		code := order.Tickets[0].Code
		for _, c := range []struct {
			gate       int
			code, want string
		}{
			{0, " " + strings.ToLower(code[:4]) + "-" + code[4:] + " ", "Проходите Hall · ряд 1 · место 1 Adult"},
			{1, code, "Уже внутри Вошли в 11:00, вход A Hall · ряд 1 · место 1 Adult"},
			{1, e.Office.QR(order.Tickets[1]), "Проходите Hall · ряд 6 · место 3 Adult"},
			{0, "nonsense", "Стоп Такого билета нет"},
			{0, "SAHNA1.AAAA", "Стоп Билет не наш"},
		} {
			if got := e.typed(t, c.gate, c.code); got != c.want {
				t.Errorf("typed %q: got %q, want %q", c.code, got, c.want)
			}
		}
		e.Performance = other
		if got := e.typed(t, 0, code); got != "Стоп Билет на другой сеанс" {
			t.Errorf("at another performance: %q", got)
		}
	})
}

func TestReloadingAnAnswerIsTheSameScan(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := newEntrance(t, d)
		order := e.Buy(t, "1-1")
		e.signIn(t)
		e.Clock.Set(e.Performance.DoorsAt)
		form := url.Values{"performance": {e.Performance.ID}, "gate": {e.gates[0].ID}, "id": {db.NewID()}, "code": {order.Tickets[0].Code}}
		for range 2 {
			if _, body := e.post(t, "/kk/door/scan", form); !strings.Contains(body, "Өтіңіз") {
				t.Errorf("no admittance in\n%s", body)
			}
		}
	})
}

func TestSignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := newEntrance(t, d)
		if status, body := e.get(t, "/en/door"); status != http.StatusOK || !strings.Contains(body, "Ask the office for a code") {
			t.Errorf("before sign-in: %d", status)
		}
		if _, body := e.get(t, e.scanPath(0)); !strings.Contains(body, "Подключите сканер") {
			t.Error("the scanner opens without a sign-in")
		}
		if status, body := e.post(t, "/ru/door/sign-in", url.Values{"code": {"AAAA-BBBB"}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Код не подходит") {
			t.Errorf("wrong code: %d", status)
		}
		e.signIn(t)
		u, err := url.Parse(e.server.URL)
		if err != nil {
			t.Fatal(err)
		}
		token := e.browser.Jar.Cookies(u)[0].Value
		if _, body := e.get(t, "/ru/door?performance="+e.Performance.ID); !strings.Contains(body, ">A</a>") || !strings.Contains(body, ">B</a>") {
			t.Error("no gates to choose")
		}
		if _, body := e.post(t, "/ru/door/sign-out", nil); !strings.Contains(body, "Подключите сканер") {
			t.Error("still signed in")
		}
		if _, err := e.admission.DeviceByToken(t.Context(), token); err == nil {
			t.Error("the token lives on after the sign-out")
		}
		for range 30 {
			resp, err := e.browser.PostForm(e.server.URL+"/ru/door/sign-in", url.Values{"code": {"AAAA-CCCC"}})
			if status, _ := e.read(t, resp, err); status == http.StatusTooManyRequests {
				return
			}
		}
		t.Error("codes can be tried without end")
	})
}

func TestHostileRequestsGetClearAnswers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := newEntrance(t, d)
		if status, _ := e.get(t, "/ru/door/api/list?performance="+e.Performance.ID); status != http.StatusUnauthorized {
			t.Errorf("the list without a sign-in: %d", status)
		}
		e.signIn(t)
		for path, want := range map[string]int{
			"/ru/door?performance=none": 404, "/ru/door/scan": 404, "/ru/door/scan?performance=" + e.Performance.ID: 422,
			"/ru/door/scan?performance=" + e.Performance.ID + "&gate=%27%3B--": 422, "/ru/door/doubles": 404, "/ru/door/api/list": 404, "/xx/door": 404,
		} {
			if status, _ := e.get(t, path); status != want {
				t.Errorf("GET %s: %d, want %d", path, status, want)
			}
		}
		perf, gate := e.Performance.ID, e.gates[0].ID
		for body, want := range map[string]int{
			``: 422, `{}`: 422, `[]`: 422, `{"performance":"` + perf + `","scans":[]}`: 422,
			`{"performance":"none","scans":[{"id":"1","code":"x","gate":"` + gate + `"}]}`:                      404,
			`{"performance":"\u0000","scans":[{"id":"1","code":"x","gate":"` + gate + `"}]}`:                    422,
			`{"performance":"` + perf + `","scans":[{"id":"1","code":"A","gate":"` + gate + `","at":-5}]}`:      422,
			`{"performance":"` + perf + `","scans":[{"id":"1","code":"` + strings.Repeat("A", 1<<20) + `"}]}`:   413,
			`{"performance":"` + perf + `","scans":[{"id":"2","code":"<b>","gate":"` + gate + `","at":1e300}]}`: 422,
		} {
			resp, err := e.browser.Post(e.server.URL+"/ru/door/api/scans", "application/json", strings.NewReader(body))
			if status, got := e.read(t, resp, err); status != want {
				t.Errorf("POST %.120s: %d %s, want %d", body, status, got, want)
			}
		}
		// Odd scans are refused one by one: a report of many is taken all the same.
		odd := `{"id":"1","code":"x","gate":"none"},{"id":"2","code":"","gate":"G"},{"id":"3","code":"\u0000'","gate":"G"},{"id":"\u0000","code":"A","gate":"G"},
			{"id":"5","code":"A","gate":"\u0000"},{"id":"6","code":"A","gate":"G","offline":true,"say":"<b>"},{"id":"7","code":"A","gate":"G","offline":true}`
		resp, err := e.browser.Post(e.server.URL+"/ru/door/api/scans", "application/json",
			strings.NewReader(`{"performance":"`+perf+`","scans":[`+strings.ReplaceAll(odd, `"G"`, `"`+gate+`"`)+`]}`))
		if status, got := e.read(t, resp, err); status != http.StatusOK || strings.Count(got, `"result":"refused"`) != 7 {
			t.Errorf("odd scans: %d %s", status, got)
		}
		for _, code := range []string{"", "<script>", "\x00", "' OR 1=1 --", strings.Repeat("Ж", 2000)} {
			if status, _ := e.post(t, "/ru/door/scan", url.Values{"performance": {perf}, "gate": {gate}, "code": {code}}); status >= 500 {
				t.Errorf("typed %.20q: %d", code, status)
			}
		}
		if l := e.log.String(); strings.Contains(l, `"level":"ERROR"`) {
			t.Errorf("errors in the log: %s", l)
		}
	})
}

func TestOfflineReportsNameDoubles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := newEntrance(t, d)
		code := e.Buy(t, "1-1").Tickets[0].Code
		e.signIn(t)
		e.Clock.Set(e.Performance.DoorsAt)
		e.typed(t, 0, code)
		e.Clock.Advance(time.Hour)
		report := map[string]any{"performance": e.Performance.ID, "scans": []map[string]any{
			{"id": "off-1", "code": code, "gate": e.gates[1].ID, "offline": true, "say": "admitted", "at": e.Clock.Now().Add(-time.Minute).UnixMilli()},
		}}
		b, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := e.browser.Post(e.server.URL+"/ru/door/api/scans", "application/json", strings.NewReader(string(b)))
		_, body := e.read(t, resp, err)
		var got struct {
			Results []struct {
				Result string
				Double bool
				Place  string
			}
			In, Sold int
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Results) != 1 || got.Results[0].Result != "already_admitted" || !got.Results[0].Double || got.In != 1 || got.Sold != 1 {
			t.Errorf("report answered %s", body)
		}
		_, page := e.get(t, strings.Replace(e.scanPath(0), "/door/scan?", "/door/doubles?", 1))
		for _, want := range []string{"Hall · ряд 1 · место 1", "Пустили в 11:59, вход B (Phone 1)", "Первый вход: 11:00, вход A"} {
			if !strings.Contains(page, want) {
				t.Errorf("no %q among the doubles:\n%s", want, page)
			}
		}
	})
}

// The list a scanner carries has no code and no id of a ticket in it.
func TestListGivesNothingAway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := newEntrance(t, d)
		order := e.Buy(t, "1-1")
		e.signIn(t)
		status, body := e.get(t, "/ru/door/api/list?performance="+e.Performance.ID)
		if status != http.StatusOK || !strings.Contains(body, "ряд 1") {
			t.Fatalf("%d %s", status, body)
		}
		for _, secret := range []string{order.Tickets[0].Code, order.Tickets[0].ID, order.Tickets[0].Secret, order.Code, "Айгүл"} {
			if strings.Contains(body, secret) {
				t.Errorf("%q stands in the list", secret)
			}
		}
	})
}
