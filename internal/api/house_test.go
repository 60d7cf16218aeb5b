package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/admission"
	"github.com/sahna/sahna/internal/api"
	"github.com/sahna/sahna/internal/boxoffice/banktest"
	"github.com/sahna/sahna/internal/boxoffice/ticketpdf"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/waitroom"
)

// house is a box office with the API on its server, and one scanner at one gate.
type house struct {
	*banktest.World
	t     testing.TB
	log   *bytes.Buffer
	token string
	gate  string
	// admission is the door behind the scans.
	admission *admission.Admission
	header    http.Header // sent with every request
}

func newHouse(t testing.TB, d *db.DB, change ...func(*api.Config)) *house {
	t.Helper()
	return newHouseBehind(t, d, func(*house) *waitroom.Rooms { return nil }, change...)
}

// newHouseBehind is a house whose performances may have waiting rooms.
func newHouseBehind(t testing.TB, d *db.DB, rooms func(*house) *waitroom.Rooms, change ...func(*api.Config)) *house {
	t.Helper()
	h := &house{World: banktest.New(t, d), t: t, log: &bytes.Buffer{}, header: http.Header{"Accept-Language": {"en"}}}
	h.TakeCallbacks()
	words, err := i18n.New(append(banktest.Messages(), admission.Messages, ticketpdf.Messages, api.Messages)...)
	if err != nil {
		t.Fatal(err)
	}
	adm := admission.New(d, h.Clock, h.Catalog, h.Office)
	adm.SetHours(admission.Hours{Early: 1000 * 3600e9})
	h.admission = adm
	h.enrol(adm)
	cfg := api.Config{BaseURL: h.Server.URL, Key: bytes.Repeat([]byte{5}, 32)}
	for _, c := range change {
		c(&cfg)
	}
	a, err := api.New(api.Deps{
		DB: d, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(h.log, nil)), Bundle: words, Catalog: h.Catalog, Office: h.Office, Privacy: h.Privacy,
		Waiting: rooms(h), Admission: adm, Printer: ticketpdf.New(h.Office, h.Catalog, privacytest.Operator(), words, h.Clock),
	}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	a.Mount(h.Mux)
	t.Cleanup(func() {
		if strings.Contains(h.log.String(), "level=ERROR") {
			t.Errorf("the API logged errors:\n%s", h.log)
		}
	})
	return h
}

func (h *house) enrol(adm *admission.Admission) {
	h.t.Helper()
	gates, err := adm.EnsureGates(h.t.Context(), h.Hall.ID, []string{"A"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.gate = gates[0].ID
	code, err := adm.InviteDevice(h.t.Context(), "scanner", db.NewID())
	if err != nil {
		h.t.Fatal(err)
	}
	if h.token, _, err = adm.EnrolDevice(h.t.Context(), code); err != nil {
		h.t.Fatal(err)
	}
}

type object = map[string]any

// reply is an answer with its JSON.
type reply struct {
	status int
	header http.Header
	raw    []byte
	body   object
}

// call sends a request; extra are header names and values.
func (h *house) call(method, path string, body any, extra ...string) reply {
	h.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		enc, err := json.Marshal(b)
		if err != nil {
			h.t.Fatal(err)
		}
		r = bytes.NewReader(enc)
	}
	if !strings.HasPrefix(path, "http") {
		path = h.Server.URL + "/api/v1/" + path
	}
	req, err := http.NewRequestWithContext(h.t.Context(), method, path, r)
	if err != nil {
		h.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range h.header {
		req.Header[k] = v
	}
	for i := 0; i+1 < len(extra); i += 2 {
		req.Header.Set(extra[i], extra[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	out := reply{status: res.StatusCode, header: res.Header}
	if out.raw, err = io.ReadAll(res.Body); err != nil {
		h.t.Fatal(err)
	}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(out.raw, &out.body); err != nil {
			h.t.Fatalf("%s %s: not JSON: %v\n%s", method, path, err, out.raw)
		}
	}
	return out
}

// want fails the test unless the answer has a status.
func (h *house) want(status int, r reply) reply {
	h.t.Helper()
	if r.status != status {
		h.t.Fatalf("status %d, want %d: %s", r.status, status, r.raw)
	}
	return r
}

func bearer(secret any) []string { return []string{"Authorization", "Bearer " + secret.(string)} }

func (h *house) hold(seats ...string) reply {
	h.t.Helper()
	return h.call("POST", "holds", object{"performance_id": h.Performance.ID, "seats": seats})
}

func buyer() object {
	return object{"surname": "Серікқызы", "name": "Айгүл", "email": "aigul@example.kz", "phone": "+7 701 123 45 67"}
}

// consents ticks what the policy in force requires, as a client reads it.
func (h *house) consents() []object {
	h.t.Helper()
	p := h.want(http.StatusOK, h.call("GET", "policies/privacy", nil))
	var scopes []any
	for _, s := range p.body["scopes"].([]any) {
		if s := s.(object); s["required"] == true {
			scopes = append(scopes, s["code"])
		}
	}
	return []object{{"version_id": p.body["version_id"], "scopes": scopes}}
}

func (h *house) orderBody(hold object) object {
	h.t.Helper()
	return object{"hold_id": hold["id"], "hold_secret": hold["secret"], "buyer": buyer(), "consents": h.consents(), "provider": "test"}
}

func (h *house) pay(order object, outcome string) {
	h.t.Helper()
	res, err := http.PostForm(h.Server.URL+"/pay/test/"+order["payment"].(object)["id"].(string), url.Values{"outcome": {outcome}})
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // not read
	if res.StatusCode >= 400 {
		h.t.Fatalf("pay: status %d", res.StatusCode)
	}
}
