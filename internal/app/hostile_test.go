package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// hostileTexts are what strangers put into fields.
var hostileTexts = []string{
	"", " ", "'; DROP TABLE boxoffice_order; --", `"><script>alert(1)</script>`, "{{.}} ${7*7} %s %n", "../../../etc/passwd", "\x00", "a\r\nBcc: x@y.z",
	"\u202eevil", strings.Repeat("Ә", 5000), "🎭🎭🎭", "\xff\xfe", "null", "-1", "9223372036854775808", "NaN", "<!--", "javascript:alert(1)",
}

func TestHostileInputChangesNothing(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			dsn := ""
			if e == db.Postgres {
				dsn = dbtest.DSN(t, e)
			}
			p := apptest.StartDemo(t, filepath.Join(t.TempDir(), "demo"), dsn, "")
			h := hostile{t: t, p: p, c: apptest.NewClient(p.URL)}
			before := h.availability()
			h.pages()
			h.posts()
			h.api()
			h.largeBodies()
			h.forgedCallbacks()
			if after := h.availability(); !bytes.Equal(before, after) {
				t.Error("hostile input moved the stock")
			}
			p.Kill()
			if out, ok := p.Verify(t); !ok {
				t.Errorf("verify:\n%s", out)
			}
		})
	}
}

type hostile struct {
	t *testing.T
	p *apptest.Program
	c *apptest.Client
}

func (h hostile) availability() []byte {
	h.t.Helper()
	var all []byte
	for _, k := range []string{"theatre", "stadium", "club", "museum"} {
		a, err := h.c.Do("GET", "/api/v1/performances/"+h.p.Performances[k]+"/availability", nil, "")
		if err != nil || a.Status != 200 {
			h.t.Fatalf("availability of %s: %d, %v", k, a.Status, err)
		}
		all = append(all, a.Body...)
	}
	return all
}

// answer wants a 4xx (or a plain page) and never a 500.
func (h hostile) answer(what string, a apptest.Answer, err error) {
	h.t.Helper()
	switch {
	case err != nil:
		h.t.Errorf("%s: no answer: %v", what, err)
	case a.Status >= 500:
		h.t.Errorf("%s: status %d: %.200s", what, a.Status, a.Body)
	case bytes.Contains(a.Body, []byte("<script>alert(1)")):
		h.t.Errorf("%s: the text came back unescaped", what)
	}
}

func (h hostile) pages() {
	theatre := h.p.Performances["theatre"]
	paths := []string{
		"/%s/", "/kk/event/%s", "/ru/performance/%s", "/kk/order/%s/%[1]s", "/en/ticket/%s/%[1]s", "/kk/page/%s", "/%s/page/privacy", "/plan/%s.json",
		"/performance/%s/availability", "/poster/%s.svg", "/static/%s", "/kk/?q=%s", "/kk/?city=%s&genre=%[1]s&date=%[1]s&cursor=%[1]s",
		"/ru/performance/" + theatre + "?section=%s", "/ru/office/order/%s", "/kk/account/%s", "/pay/test/%s", "/%s",
	}
	for _, text := range hostileTexts {
		for _, path := range paths {
			full := fmt.Sprintf(path, url.PathEscape(text))
			req, err := http.NewRequest("GET", h.p.URL+full, nil)
			if err != nil {
				continue // not even an address
			}
			a, err := h.c.Send(req)
			h.answer("GET "+path+" with "+fmt.Sprintf("%.20q", text), a, err)
		}
	}
}

func (h hostile) posts() {
	theatre := h.p.Performances["theatre"]
	forms := map[string][]string{
		"/kk/performance/" + theatre + "/hold": {"seat", "n", "zone", "type", "quantity", "best"},
		"/ru/checkout":                         {"surname", "name", "patronymic", "email", "phone", "consent", "version", "provider"},
		"/kk/basket":                           {"hold", "type", "remove"},
		"/kk/account/sign-in":                  {"email", "password"},
		"/ru/account/register":                 {"surname", "name", "email", "phone", "password", "consent"},
		"/en/account/code":                     {"email", "code"},
		"/kk/office/sign-in":                   {"email", "password", "code"},
		"/kk/door/sign-in":                     {"code"},
		"/kk/door/scan":                        {"code", "gate", "performance"},
		"/pay/test/" + theatre:                 {"outcome"},
	}
	for path, fields := range forms {
		for _, text := range hostileTexts {
			form := url.Values{}
			for _, f := range fields {
				form.Set(f, text)
			}
			req, err := http.NewRequest("POST", h.p.URL+path, strings.NewReader(form.Encode()))
			if err != nil {
				h.t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			a, err := h.c.Send(req)
			h.answer("POST "+path+" with "+fmt.Sprintf("%.20q", text), a, err)
		}
	}
}

func (h hostile) api() {
	theatre, stadium := h.p.Performances["theatre"], h.p.Performances["stadium"]
	foreign, err := h.c.SeatIDs(stadium)
	if err != nil || len(foreign) < 23000 {
		h.t.Fatalf("the stadium has %d seats, %v", len(foreign), err)
	}
	bodies := []any{
		nil, 1, "x",
		[]any{},
		map[string]any{},
		map[string]any{"performance_id": theatre},
		map[string]any{"performance_id": theatre, "seats": []string{}},
		map[string]any{"performance_id": theatre, "seats": []string{foreign[0]}},
		map[string]any{"performance_id": theatre, "seats": []any{1, nil, map[string]any{}}},
		map[string]any{"performance_id": theatre, "surprise": 1, "seats": []string{"x"}},
		map[string]any{"performance_id": h.p.Performances["club"], "items": []any{map[string]any{"price_zone_id": "x", "ticket_type_id": "y", "quantity": -1}}},
		map[string]any{"performance_id": h.p.Performances["club"], "items": []any{map[string]any{"price_zone_id": "x", "ticket_type_id": "y", "quantity": 1e18}}},
	}
	for _, text := range hostileTexts {
		bodies = append(bodies,
			map[string]any{"performance_id": text, "seats": []string{text}},
			map[string]any{"performance_id": theatre, "seats": []string{text, text}},
			map[string]any{
				"hold_id": text, "hold_secret": text, "provider": text, "buyer": map[string]any{"surname": text, "name": text, "email": text, "phone": text},
				"consents": []any{map[string]any{"version_id": text, "scopes": []string{text}}},
			},
			map[string]any{"code": text, "gate_id": text})
	}
	for _, path := range []string{"/api/v1/holds", "/api/v1/orders", "/api/v1/scans"} {
		for _, body := range bodies {
			for _, bearer := range []string{"", "x", h.p.DeviceToken} {
				a, err := h.c.Do("POST", path, body, bearer)
				h.problem("POST "+path+" "+short(body), path, a, err)
			}
		}
		req, _ := http.NewRequest("POST", h.p.URL+path, strings.NewReader("{{{"))
		req.Header.Set("Content-Type", "application/json")
		a, err := h.c.Send(req)
		h.problem("POST "+path+" broken JSON", path, a, err)
	}
	for _, text := range hostileTexts {
		for _, path := range []string{"/api/v1/performances/", "/api/v1/orders/", "/api/v1/holds/", "/api/v1/policies/"} {
			a, err := h.c.Do("GET", path+url.PathEscape(text), nil, text)
			if err == nil { // a header that cannot be sent is no request
				h.answer("GET "+path, a, err)
			}
		}
	}
}

// problem wants a problem document; a scan with a device's token is a question with an answer.
func (h hostile) problem(what, path string, a apptest.Answer, err error) {
	h.t.Helper()
	h.answer(what, a, err)
	if err != nil || (path == "/api/v1/scans" && a.Status == http.StatusOK) {
		return
	}
	if a.Status < 400 || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json") {
		h.t.Errorf("%s: status %d with %s, not a problem document", what, a.Status, a.Header.Get("Content-Type"))
	}
}

func (h hostile) largeBodies() {
	big := strings.Repeat("a", 10<<20)
	for path, kind := range map[string]string{
		"/api/v1/holds": "application/json", "/api/v1/orders": "application/json",
		"/kk/checkout": "application/x-www-form-urlencoded", "/kk/account/sign-in": "application/x-www-form-urlencoded",
		"/pay/test/callback": "application/json",
	} {
		body := "x=" + big
		if kind == "application/json" {
			body = `{"performance_id":"` + big + `"}`
		}
		req, _ := http.NewRequest("POST", h.p.URL+path, strings.NewReader(body))
		req.Header.Set("Content-Type", kind)
		a, err := h.c.Send(req)
		if err != nil {
			continue // the server may hang up on whoever goes on sending
		}
		h.answer("10 MB to "+path, a, nil)
		if a.Status < 400 {
			h.t.Errorf("10 MB to %s: status %d", path, a.Status)
		}
	}
}

func (h hostile) forgedCallbacks() {
	body, err := json.Marshal(map[string]any{"payment_id": h.p.Performances["theatre"], "state": "paid", "amount": 1, "currency": "KZT"})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, signature := range []string{"", "x", strings.Repeat("0", 64)} {
		req, _ := http.NewRequest("POST", h.p.URL+"/pay/test/callback", bytes.NewReader(body))
		req.Header.Set("X-Bank-Signature", signature)
		a, err := h.c.Send(req)
		h.answer("forged callback", a, err)
		if err == nil && a.Status != http.StatusForbidden {
			h.t.Errorf("a callback with signature %q got %d", signature, a.Status)
		}
	}
}

func short(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "(not JSON)"
	}
	if len(b) > 120 {
		b = b[:120]
	}
	return string(b)
}
