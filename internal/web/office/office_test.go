package office

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/pulse"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/rehearsal"
	"github.com/sahna/sahna/internal/waitroom"
	"github.com/sahna/sahna/internal/web/ui"
	"github.com/sahna/sahna/internal/web/ui/uitest"
)

// house is the office over a whole world, served.
type house struct {
	*boxofficetest.World
	office *Office
	url    string
	log    *uitest.Log
	order  boxoffice.Order
	number string // of a request
}

// rolesHeader lets a test come as staff without signing in.
const rolesHeader = "X-Test-Roles"

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	w := boxofficetest.New(t, d)
	sets := append([]fs.FS{}, boxoffice.Messages, catalog.Messages, admission.Messages, people.Messages, privacy.Messages, document.Messages, upload.Messages, waitroom.Messages, rehearsal.Messages, Messages)
	u, log := uitest.NewAt(t, w.Clock, sets...)
	h := &house{World: w, log: log}
	h.office = &Office{
		UI: u, DB: d, Clock: w.Clock, Catalog: w.Catalog, BoxOffice: w.Office, People: w.People,
		Admission: admission.New(d, w.Clock, w.Catalog, w.Office), Privacy: w.Privacy, Desk: privacy.NewDesk(w.Privacy, w.People, w.Jobs, w.Mails, w.Bundle),
		Documents:   documenttest.Room(t, w.House, documenttest.Reader, nil, t.TempDir(), nil),
		Enquiries:   privacy.NewEnquiries(w.Privacy, w.People, w.Jobs, w.Mails, w.Bundle),
		Pulse:       pulse.New(d, w.Clock),
		Incidents:   privacy.NewIncidents(w.Privacy, w.People, w.Jobs, w.Mails, w.Bundle),
		Disclosures: privacy.NewDisclosures(w.Privacy, w.People, w.Bundle),

		Rehearsals: &rehearsal.Runs{DB: d, Clock: w.Clock, Log: slog.New(slog.DiscardHandler), Jobs: w.Jobs, Play: played},
	}
	rooms, err := waitroom.New(d, w.Clock, slog.New(slog.DiscardHandler), w.Catalog, waitroom.Config{Key: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	h.office.Waiting = rooms
	h.office.Traps = privacy.NewTraps(w.Privacy, w.People, h.office.Incidents, w.Jobs, w.Mails, w.Bundle, w.Office.PlantUnpaid)
	mux := http.NewServeMux()
	u.Mount(mux)
	h.office.Rehearsals.Register()
	h.office.Mount(mux)
	s := httptest.NewServer(u.Serve(mux, u.Sessions(w.People), asStaff))
	t.Cleanup(s.Close)
	h.url = s.URL
	h.order, h.number = h.buy(t), "2026-99999"
	return h
}

func asStaff(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if v := r.Header.Get(rolesHeader); v != "" {
			v, account, _ := strings.Cut(v, "@")
			s := &people.Session{ID: "s", AccountID: account, PersonID: "person-1", Factor2: !strings.HasPrefix(v, "half:"), Factor2At: time.Now().AddDate(100, 0, 0)}
			for _, role := range strings.Split(strings.TrimPrefix(v, "half:"), ",") {
				if role != "none" {
					s.Roles = append(s.Roles, people.Role(role))
				}
			}
			r = r.WithContext(ui.WithSession(r.Context(), s))
		}
		next.ServeHTTP(w, r)
	})
}

// buy makes a paid order of two seats and a standing place.
func (h *house) buy(t *testing.T) boxoffice.Order {
	t.Helper()
	ctx := t.Context()
	hold, err := h.Office.Hold(ctx, boxoffice.HoldRequest{
		PerformanceID: h.Performance.ID,
		Seats:         []boxoffice.SeatWish{{SeatID: "1-1"}, {SeatID: "1-2"}}, Items: []boxoffice.AreaWish{{PriceZoneID: "floor", TicketTypeID: "adult", Quantity: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ord, pay, err := h.Office.Checkout(ctx, boxoffice.CheckoutRequest{
		Holds: []boxoffice.HoldKey{{ID: hold.ID, Secret: hold.Secret}},
		Buyer: privacytest.Aigul(), Consents: privacytest.Given(t, h.Privacy), Provider: boxofficetest.BankCode, Lang: i18n.KK, Channel: "site",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Office.Settle(ctx, boxofficetest.BankCode, h.Bank.Pay(t, pay.ID)); err != nil {
		t.Fatal(err)
	}
	if ord, err = h.Office.OrderByCode(ctx, ord.Code); err != nil {
		t.Fatal(err)
	}
	return ord
}

// ask sends a request as staff with roles ("" is a visitor) and returns the answer without following redirects.
func (h *house) ask(t *testing.T, roles, method, path string, form url.Values) (*http.Response, string) {
	t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(t.Context(), method, h.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if roles != "" {
		r.Header.Set(rolesHeader, roles)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

// address fills a page's pattern.
func (h *house) address(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	id := h.Performance.ID
	if strings.Contains(path, "/door/") {
		id = "none"
	}
	return method, strings.NewReplacer("{lang}", "ru", "{id}", id, "{code}", h.order.Code, "{number}", h.number).Replace(path)
}

func TestRolesAndPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.People.BaseURL = "https://sahna.example" // a site in numbers has no passkeys
		for _, p := range h.office.all() {
			method, path := h.address(p.pattern)
			for _, stranger := range []string{"", "none", "half:administrator"} {
				res, _ := h.ask(t, stranger, method, path, nil)
				want := http.StatusSeeOther
				if method == http.MethodPost {
					want = http.StatusUnauthorized
				}
				if res.StatusCode != want || want == http.StatusSeeOther && !strings.HasPrefix(res.Header.Get("Location"), "/ru/office/sign-in?next=") {
					t.Errorf("%s by %q: %d to %q, want %d", p.pattern, stranger, res.StatusCode, res.Header.Get("Location"), want)
				}
			}
			for _, role := range people.Roles {
				res, body := h.ask(t, string(role)+"@account-1", method, path, url.Values{"purpose": {"none"}, "reason": {"none"}})
				allowed := hasRole(people.Session{Roles: []people.Role{role}}, p.roles)
				if !allowed && res.StatusCode != http.StatusForbidden {
					t.Errorf("%s by %s: %d, want 403", p.pattern, role, res.StatusCode)
				}
				if allowed && (res.StatusCode == http.StatusForbidden || res.StatusCode >= 500) {
					t.Errorf("%s by %s: %d", p.pattern, role, res.StatusCode)
				}
				if m := missingMessage.FindString(body); m != "" {
					t.Errorf("%s by %s: message %s is missing", p.pattern, role, m)
				}
			}
		}
	})
}

var missingMessage = regexp.MustCompile(`\[(office|ui|fault|boxoffice|admission|people|catalog)\.[a-z_.]+\]`)

// The right to see orders is not the right to see persons or to give money back.
func TestPermissionsAreMeant(t *testing.T) {
	for _, c := range []struct {
		role people.Role
		need []people.Role
		want bool
	}{
		{people.RoleFinance, refunds, true},
		{people.RoleAdmin, refunds, false},
		{people.RoleSupport, refunds, false},
		{people.RoleManager, refunds, false},
		{people.RoleAuditor, seesOrders, true},
		{people.RoleAuditor, seesPersons, false},
		{people.RoleDoor, seesOrders, false},
		{people.RoleDoor, runsDoor, true},
		{people.RoleSupport, runsDoor, false},
		{people.RoleDoor, seesPersons, false},
	} {
		if got := hasRole(people.Session{Roles: []people.Role{c.role}}, c.need); got != c.want {
			t.Errorf("%s: %v, want %v of %v", c.role, got, c.want, c.need)
		}
	}
}

func TestPagesTellTheFigures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		for path, want := range map[string][]string{
			"/en/office":              {"Coming up", "Abai", "3 of 250 sold"},
			"/en/office/performances": {"Abai", "21\u00a0000\u00a0₸", ">247<", "on sale"},
			"/en/office/performances?q=абай&city=almaty":         {"Abai"},
			"/en/office/performances?q=nothing-like-it":          {"Nothing found"},
			"/en/office/performances?when=past":                  {"Nothing found"},
			"/en/office/performances/" + h.Performance.ID:        {"Stalls", "Circle", "Floor", "4\u00a0500\u00a0₸ – 9\u00a0000\u00a0₸", "of 3"},
			"/en/office/orders":                                  {h.order.Code, "paid"},
			"/en/office/orders?status=refunded":                  {"No orders here"},
			"/en/office/orders?q=nothing":                        {"No orders here"},
			"/en/office/orders/" + h.order.Code:                  {"row 1", "seat 2", h.order.Tickets[0].Code, "provider:test", "••••••", "Refund this order"},
			"/en/office/orders/" + h.order.Code + "/refund":      {"21\u00a0000\u00a0₸", "3 tickets become void"},
			"/kk/office/orders/" + strings.ToLower(h.order.Code): {"1-қатар"},
		} {
			res, body := h.ask(t, "finance,manager,door", http.MethodGet, path, nil)
			if res.StatusCode != http.StatusOK {
				t.Errorf("%s: %d", path, res.StatusCode)
			}
			for _, w := range want {
				if !strings.Contains(body, w) {
					t.Errorf("%s lacks %q", path, w)
				}
			}
			if strings.Contains(body, privacytest.Aigul().Email) || strings.Contains(body, privacytest.Aigul().Surname) {
				t.Errorf("%s shows who the buyer is", path)
			}
		}
		for _, code := range []string{h.order.Code, h.order.Tickets[1].Code, strings.ToLower(h.order.Code)} {
			res, _ := h.ask(t, "support", http.MethodGet, "/en/office/orders?q="+code, nil)
			if res.Header.Get("Location") != "/en/office/orders/"+h.order.Code {
				t.Errorf("search %s goes to %q", code, res.Header.Get("Location"))
			}
		}
	})
}

func TestContactsOpenForAPurposeAndAreJournalled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		account, _, err := h.People.MakeStaff(t.Context(), people.Contacts{Surname: "Әлиева", Name: "Дана", Email: "dana@example.kz", Phone: "+77010000001"},
			"correct horse battery", []people.Role{people.RoleSupport})
		if err != nil {
			t.Fatal(err)
		}
		path := "/en/office/orders/" + h.order.Code + "/contacts"
		if res, body := h.ask(t, "finance@"+account, http.MethodPost, path, url.Values{"purpose": {"help"}}); res.StatusCode != http.StatusUnprocessableEntity || strings.Contains(body, privacytest.Aigul().Email) {
			t.Errorf("a purpose of another role: %d", res.StatusCode)
		}
		res, body := h.ask(t, "support@"+account, http.MethodPost, path, url.Values{"purpose": {""}})
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "Say what you need") || strings.Contains(body, privacytest.Aigul().Email) {
			t.Errorf("without a purpose: %d", res.StatusCode)
		}
		res, body = h.ask(t, "support@"+account, http.MethodPost, path, url.Values{"purpose": {"help"}})
		if res.StatusCode != http.StatusOK || !strings.Contains(body, privacytest.Aigul().Email) || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("with a purpose: %d %q", res.StatusCode, res.Header.Get("Cache-Control"))
		}
		var n int
		if err := d.QueryRow(t.Context(), `SELECT count(*) FROM vault_journal WHERE actor = $1 AND reason = $2`, "staff:"+account, "office_order_help").Scan(&n); err != nil || n != 1 {
			t.Errorf("journal has %d entries of the look: %v", n, err)
		}
		if strings.Contains(h.log.String(), privacytest.Aigul().Email) {
			t.Error("the log holds the buyer's address")
		}
		res, body = h.ask(t, "support", http.MethodPost, "/en/office/orders/find", url.Values{"email": {" AIGUL@example.kz "}})
		if res.StatusCode != http.StatusOK || !strings.Contains(body, h.order.Code) {
			t.Errorf("by e-mail: %d", res.StatusCode)
		}
	})
}

func TestRefundAsksAndActsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		path := "/en/office/orders/" + h.order.Code + "/refund"
		res, body := h.ask(t, "finance", http.MethodPost, path, url.Values{"reason": {"buyer"}})
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "Tick the box") {
			t.Errorf("unconfirmed: %d", res.StatusCode)
		}
		res, _ = h.ask(t, "finance", http.MethodPost, path, url.Values{"reason": {"a name"}, "sure": {"yes"}})
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("with words of one's own: %d", res.StatusCode)
		}
		res, _ = h.ask(t, "finance", http.MethodPost, path, url.Values{"reason": {"buyer"}, "sure": {"yes"}})
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("refund: %d", res.StatusCode)
		}
		_, body = h.ask(t, "finance", http.MethodGet, res.Header.Get("Location"), nil)
		if !strings.Contains(body, "Refunded: the tickets are void") || !strings.Contains(body, "The buyer asked") {
			t.Error("the order does not show its refund")
		}
		res, _ = h.ask(t, "finance", http.MethodPost, path, url.Values{"reason": {"buyer"}, "sure": {"yes"}})
		if res.StatusCode != http.StatusConflict {
			t.Errorf("refund again: %d", res.StatusCode)
		}
		if c, err := h.Office.Counts(t.Context(), []string{h.Performance.ID}); err != nil || c[h.Performance.ID].Sold != 0 {
			t.Errorf("counts after refund: %+v %v", c, err)
		}
	})
}

func TestDeviceCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		res, _ := h.ask(t, "door", http.MethodPost, "/en/office/door/invite", url.Values{"name": {" "}})
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("without a name: %d", res.StatusCode)
		}
		res, body := h.ask(t, "door", http.MethodPost, "/en/office/door/invite", url.Values{"name": {"Main <entrance>"}})
		code := regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}`).FindString(body)
		if res.StatusCode != http.StatusOK || code == "" || !strings.Contains(body, "data-countdown=\"900000\"") || strings.Contains(body, "<entrance>") {
			t.Fatalf("invite: %d, code %q", res.StatusCode, code)
		}
		_, device, err := h.office.Admission.EnrolDevice(t.Context(), code)
		if err != nil {
			t.Fatal(err)
		}
		_, body = h.ask(t, "door", http.MethodGet, "/en/office/door", nil)
		if !strings.Contains(body, "Main &lt;entrance&gt;") || strings.Contains(body, code) {
			t.Error("the list lacks the scanner, or the code is shown again")
		}
		res, _ = h.ask(t, "door", http.MethodPost, "/en/office/door/"+device.ID+"/revoke", nil)
		_, body = h.ask(t, "door", http.MethodGet, "/en/office/door", nil)
		if res.StatusCode != http.StatusSeeOther || !strings.Contains(body, "switched off") {
			t.Errorf("revoke: %d", res.StatusCode)
		}
	})
}

func TestHostileInputIsNeverOurFault(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		nasty := []string{"'; DROP TABLE boxoffice_order; --", "<script>alert(1)</script>", "\x00", "\xff\xfe", strings.Repeat("я", 5000), "../../etc/passwd", "%", "_", "-1", "{{.}}", "𝕏\u202e"}
		for _, s := range nasty {
			q := url.QueryEscape(s)
			for _, path := range []string{
				"/en/office/performances?q=" + q, "/en/office/performances?city=" + q, "/en/office/performances?after=" + q, "/en/office/orders?q=" + q,
				"/en/office/orders?status=" + q, "/en/office/orders?before=" + q, "/en/office/sign-in?next=" + q, "/en/office/orders/" + url.PathEscape(s),
				"/en/office/performances/" + url.PathEscape(s), "/en/office/orders/" + url.PathEscape(s) + "/refund",
			} {
				if res, body := h.ask(t, "finance,manager,door", http.MethodGet, path, nil); res.StatusCode >= 500 || strings.Contains(body, "<script>alert") {
					t.Errorf("GET with %.30q: %d at %.60s", s, res.StatusCode, path)
				}
			}
			form := url.Values{"email": {s}, "name": {s}, "purpose": {s}, "reason": {s}, "sure": {s}, "password": {s}, "code": {s}, "next": {s}}
			for _, path := range []string{
				"/en/office/orders/find", "/en/office/door/invite", "/en/office/door/" + url.PathEscape(s) + "/revoke",
				"/en/office/orders/" + h.order.Code + "/contacts", "/en/office/orders/" + h.order.Code + "/refund", "/en/office/sign-in",
			} {
				if res, body := h.ask(t, "finance,manager,door", http.MethodPost, path, form); res.StatusCode >= 500 || strings.Contains(body, "<script>alert") {
					t.Errorf("POST with %.30q: %d at %.60s", s, res.StatusCode, path)
				}
			}
		}
		if ord, err := h.Office.OrderByCode(context.Background(), h.order.Code); err != nil || ord.Status != boxoffice.OrderPaid {
			t.Errorf("the order changed: %v %v", ord.Status, err)
		}
	})
}

func TestSignInNeedsBothFactors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		boss := people.Contacts{Surname: "Әлиева", Name: "Дана", Email: "dana@example.kz", Phone: "+77010000001"}
		_, secret, err := h.People.MakeStaff(t.Context(), boss, "correct horse battery", []people.Role{people.RoleManager})
		if err != nil {
			t.Fatal(err)
		}
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		browser := &http.Client{Jar: jar}
		try := func(password, code, next string) (int, string, string) {
			res, err := browser.PostForm(h.url+"/en/office/sign-in", url.Values{"email": {"dana@example.kz"}, "password": {password}, "code": {code}, "next": {next}})
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			b, _ := io.ReadAll(res.Body)
			return res.StatusCode, res.Request.URL.Path, string(b)
		}
		code, err := totp.GenerateCode(secret, h.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if status, _, body := try("wrong horse", code, ""); status == http.StatusOK || strings.Contains(body, "wrong horse") {
			t.Errorf("wrong password: %d", status)
		}
		if status, _, _ := try("correct horse battery", "000000", ""); status == http.StatusOK {
			t.Errorf("wrong code: %d", status)
		}
		if len(jar.Cookies(mustURL(h.url))) != 0 {
			t.Error("half a sign-in leaves a cookie")
		}
		status, path, body := try("correct horse battery", code, "/en/office/performances")
		if status != http.StatusOK || path != "/en/office/performances" || !strings.Contains(body, "Abai") {
			t.Fatalf("sign-in: %d at %s", status, path)
		}
		h.Clock.Advance(time.Minute)
		res, err := browser.PostForm(h.url+"/en/office/sign-out", nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res, err = browser.Get(h.url + "/en/office"); err != nil || res.Request.URL.Path != "/en/office/sign-in" {
			t.Errorf("after signing out: %v %v", res.Request.URL.Path, err)
		}
		res.Body.Close()
		if strings.Contains(h.log.String(), "dana@") || strings.Contains(h.log.String(), "correct horse") {
			t.Error("the log knows too much")
		}
	})
}

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

func TestNextStaysInTheOffice(t *testing.T) {
	for next, want := range map[string]string{
		"/ru/office/orders": "/ru/office/orders", "/kk/office": "/kk/office", "": "/en/office", "//evil.example": "/en/office", "/\\evil": "/en/office",
		"https://evil.example/en/office": "/en/office", "/en/officer": "/en/office", "/en/account": "/en/office", "/en/office/../x": "/en/office",
		"/en/office//evil": "/en/office", "/en/office/sign-out": "/en/office",
	} {
		r := httptest.NewRequest(http.MethodGet, "/en/office/sign-in?next="+url.QueryEscape(next), nil)
		if got := nextOf(r); got != want {
			t.Errorf("next %q goes to %q, want %q", next, got, want)
		}
	}
}
