package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

func TestBadInputGetsAProblem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		id := h.Performance.ID
		hold := h.want(http.StatusCreated, h.hold("4-4")).body
		order := func(change func(object)) object {
			o := h.orderBody(hold)
			change(o)
			return o
		}
		hostile := `'"; DROP TABLE x; -- <script>alert(1)</script> {{.}} %s%n \u202e Ж`
		cases := []struct {
			name, method, path string
			body               any
			status             int
			code               string // of the problem, or of its first wrong field
			field              string
		}{
			{"unknown path", "GET", "nothing", nil, 404, "api.no_such_path", ""},
			{"unknown method", "DELETE", "events", nil, 405, "api.no_such_method", ""},
			{"unknown performance", "GET", "performances/" + db.NewID(), nil, 404, "catalog.no_such_performance", ""},
			{"hostile performance", "GET", "performances/%27%22%3B--", nil, 404, "catalog.no_such_performance", ""},
			{"NUL in the path", "GET", "performances/%00", nil, 422, "api.characters", ""},
			{"broken UTF-8 in the query", "GET", "events?q=%ff", nil, 422, "api.characters", ""},
			{"hostile cursor", "GET", "events?cursor=%27%3B--&city=x&genre=%22", nil, 200, "", ""},
			{"bad day", "GET", "events?from=yesterday", nil, 422, "api.field.form", "query.from"},
			{"limit over the top", "GET", "events?limit=100000", nil, 422, "api.field.number", "query.limit"},
			{"limit that is no number", "GET", "events?limit=many", nil, 422, "api.field.type", "query.limit"},
			{"no body", "POST", "holds", "", 400, "api.unreadable", ""},
			{"not JSON", "POST", "holds", `{"performance_id":`, 400, "api.unreadable", ""},
			{"an array", "POST", "holds", `[]`, 422, "api.field.type", ""},
			{"null", "POST", "holds", `null`, 422, "", ""},
			{"deep", "POST", "holds", strings.Repeat("[", 20000), 400, "api.unreadable", ""},
			{"10 MB", "POST", "holds", `{"performance_id":"` + strings.Repeat("x", 10<<20) + `"}`, 413, "fault.too_large", ""},
			{"unknown field", "POST", "holds", object{"performance_id": id, "seats": []string{"1-1"}, "price": 1}, 422, "api.field.unexpected", "price"},
			{"NUL in the body", "POST", "holds", object{"performance_id": id, "seats": []string{"\x00"}}, 422, "api.characters", ""},
			{"number for text", "POST", "holds", object{"performance_id": 7}, 422, "api.field.type", "performance_id"},
			{"missing field", "POST", "holds", object{"seats": []string{"1-1"}}, 422, "api.field.required", "performance_id"},
			{"nothing wished", "POST", "holds", object{"performance_id": id}, 422, "boxoffice.empty_hold", ""},
			{"unknown seat", "POST", "holds", object{"performance_id": id, "seats": []string{hostile}}, 422, "boxoffice.no_such_seat", "seats"},
			{"seat twice", "POST", "holds", object{"performance_id": id, "seats": []string{"1-1", "1-1"}}, 422, "boxoffice.quantity", ""},
			{"seat type unknown", "POST", "holds", object{"performance_id": id, "seats": []string{"1-1"}, "seat_types": object{"1-1": "dog"}}, 422, "boxoffice.no_such_price", ""},
			{"hold in no performance", "POST", "holds", object{"performance_id": hostile, "seats": []string{"1-1"}}, 404, "catalog.no_such_performance", ""},
			{"negative quantity", "POST", "holds", object{"performance_id": id, "items": []object{{"price_zone_id": "S", "quantity": -1}}}, 422, "api.field.number", "items[0].quantity"},
			{"quantity over the limit", "POST", "holds", object{"performance_id": id, "items": []object{{"price_zone_id": "S", "quantity": 9000}}}, 422, "boxoffice.order_limit", ""},
			{"half a ticket", "POST", "holds", `{"performance_id":"` + id + `","items":[{"price_zone_id":"S","quantity":1.5}]}`, 422, "api.field.type", "items[0].quantity"},
			{"unknown zone", "POST", "holds", object{"performance_id": id, "items": []object{{"price_zone_id": hostile, "quantity": 1}}}, 422, "boxoffice.no_such_price", ""},
			{"no hold", "POST", "orders", order(func(o object) { o["hold_id"] = db.NewID() }), 404, "", ""},
			{"wrong hold secret", "POST", "orders", order(func(o object) { o["hold_secret"] = "wrong" }), 404, "", ""},
			{"no consent", "POST", "orders", order(func(o object) { o["consents"] = []object{} }), 422, "privacy.consent_missing", "consents"},
			{"unknown consent", "POST", "orders", order(func(o object) { o["consents"] = []object{{"version_id": "x", "scopes": []string{hostile}}} }), 422, "", "consents"},
			{"hostile buyer", "POST", "orders", order(func(o object) {
				o["buyer"] = object{"surname": hostile, "name": "", "email": hostile, "phone": hostile}
			}), 422, "api.invalid", "buyer.surname"},
			{"buyer missing", "POST", "orders", order(func(o object) { delete(o, "buyer") }), 422, "api.field.required", "buyer"},
			{"no such provider", "POST", "orders", order(func(o object) { o["provider"] = hostile }), 422, "", "provider"},
			{"language nobody speaks", "POST", "orders", order(func(o object) { o["consents"] = []object{{"version_id": "x", "scopes": []string{}, "language": "tlh"}} }), 422, "api.field.form", "consents[0].language"},
			{"order of nobody", "GET", "orders/" + "ZZZZZZZZ", nil, 404, "boxoffice.no_such_order", ""},
			{"ticket of nobody", "GET", "orders/ZZZZZZZZ/tickets/AAAA.pdf", nil, 404, "boxoffice.no_such_order", ""},
			{"hold of nobody", "DELETE", "holds/" + db.NewID(), nil, 404, "", ""},
			{"scan at no gate", "POST", "scans", object{"code": "x", "gate_id": hostile}, 422, "admission.no_such_gate", "gate_id"},
			{"scan of nothing", "POST", "scans", object{"code": "", "gate_id": "x"}, 422, "api.field.length", "code"},
			{"scan at a time that is none", "POST", "scans", object{"code": "x", "gate_id": "x", "scanned_at": "noon"}, 422, "api.field.form", "scanned_at"},
			{"gates of nothing", "GET", "gates", nil, 422, "api.field.required", "query.performance_id"},
		}
		before := h.counts()
		for _, c := range cases {
			for _, l := range []string{"kk", "ru", "en"} {
				secret := "nobodys-secret"
				if strings.HasPrefix(c.path, "scans") || strings.HasPrefix(c.path, "gates") {
					secret = h.token
				}
				r := h.call(c.method, c.path, c.body, append(bearer(secret), "Accept-Language", l)...)
				h.checkProblem(c.name+" in "+l, c.status, c.code, c.field, r)
			}
		}
		if after := h.counts(); after != before {
			t.Errorf("bad input changed something: %s before, %s after", before, after)
		}
	})
}

func (h *house) counts() string {
	h.t.Helper()
	out := ""
	for _, table := range []string{"boxoffice_hold", "boxoffice_order", "privacy_consent", "vault_field", "vault_person", "admission_scan"} {
		var n int
		if err := h.DB.QueryRow(h.t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
			h.t.Fatal(err)
		}
		out += fmt.Sprintf("%s %d ", table, n)
	}
	return out
}

func (h *house) checkProblem(name string, status int, code, field string, r reply) {
	h.t.Helper()
	if r.status != status {
		h.t.Errorf("%s: status %d, want %d: %.300s", name, r.status, status, r.raw)
		return
	}
	if status < 400 {
		return
	}
	if r.header.Get("Content-Type") != "application/problem+json" {
		h.t.Errorf("%s: content type %q", name, r.header.Get("Content-Type"))
	}
	fields, _ := r.body["errors"].([]any)
	if len(r.raw) > 4000 || strings.Contains(string(r.raw), "DROP TABLE") || strings.Contains(string(r.raw), "[api.") {
		h.t.Errorf("%s: the problem repeats what was sent or lacks words: %.300s", name, r.raw)
	}
	for _, key := range []string{"type", "title", "detail", "code"} {
		if s, _ := r.body[key].(string); s == "" {
			h.t.Errorf("%s: no %s in %s", name, key, r.raw)
		}
	}
	found := code == "" || r.body["code"] == code
	at := field == ""
	for _, f := range fields {
		f := f.(object)
		found = found || f["code"] == code
		at = at || f["field"] == field
	}
	if !found || !at {
		h.t.Errorf("%s: want code %q at field %q, got %s", name, code, field, r.raw)
	}
}

func TestAnswersSpeakTheCallersLanguage(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, db.SQLite))
	seen := map[string]bool{}
	for accept, want := range map[string]string{"kk": "kk", "ru-RU,ru;q=0.9": "ru", "en-GB": "en", "fr": "kk", "": "kk", "\"><x": "kk"} {
		r := h.call("GET", "performances/none", nil, "Accept-Language", accept)
		if seen[want+r.body["detail"].(string)] = true; r.status != http.StatusNotFound {
			t.Errorf("%q: status %d", accept, r.status)
		}
		if got := h.call("GET", "policies/privacy", nil, "Accept-Language", accept).header.Get("Content-Language"); got != want {
			t.Errorf("%q is answered in %q, want %q", accept, got, want)
		}
	}
	if len(seen) != 3 {
		t.Errorf("problems in %d languages: %v", len(seen), seen)
	}
}

func FuzzBodies(f *testing.F) {
	for _, s := range []string{`{}`, `{"performance_id":"x","seats":["1-1"]}`, `{"hold_id":"a","buyer":{"email":1}}`, `{"code":"SAHNA1.AAAA","gate_id":"x","scanned_at":"2026-11-27T19:00:00Z"}`, `[[[`, "\xff", `"\u0000"`} {
		f.Add(s)
	}
	w := newHouse(f, dbtest.Open(f, db.SQLite)) // one for all inputs: none of them may change anything
	f.Fuzz(func(t *testing.T, body string) {
		h := *w
		h.t = t
		for _, path := range []string{"holds", "orders", "scans"} {
			r := h.call("POST", path, body, bearer(h.token)...)
			if r.status >= 500 || r.status < 400 {
				t.Errorf("POST %s %q: status %d: %s", path, body, r.status, r.raw)
			}
		}
	})
}
