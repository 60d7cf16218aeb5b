package api_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/api"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/waitroom"
)

func TestSameKeySameAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		wish := func(seat string) object { return object{"performance_id": h.Performance.ID, "seats": []string{seat}} }
		key := []string{"Idempotency-Key", "first-wish"}
		first := h.want(http.StatusCreated, h.call("POST", "holds", wish("1-1"), key...))
		again := h.want(http.StatusCreated, h.call("POST", "holds", wish("1-1"), key...))
		if !bytes.Equal(first.raw, again.raw) || again.header.Get("Idempotency-Replayed") != "true" || again.header.Get("Content-Type") != first.header.Get("Content-Type") {
			t.Errorf("the second answer differs:\n%s\n%s %v", first.raw, again.raw, again.header)
		}
		if r := h.want(http.StatusUnprocessableEntity, h.call("POST", "holds", wish("1-2"), key...)); r.body["code"] != "api.idempotency_reused" {
			t.Errorf("another request under the key: %s", r.raw)
		}
		// The same key for another caller is another wish.
		if r := h.call("POST", "holds", wish("1-1"), append(key, bearer("somebody-else")...)...); r.status != http.StatusConflict {
			t.Errorf("another caller: status %d", r.status)
		}
		// A refusal is repeated too: who asked and lost does not win unawares by asking again.
		lost := []string{"Idempotency-Key", "second-wish"}
		h.want(http.StatusConflict, h.call("POST", "holds", wish("1-1"), lost...))
		h.want(http.StatusNoContent, h.call("DELETE", "holds/"+first.body["id"].(string), nil, bearer(first.body["secret"])...))
		h.want(http.StatusConflict, h.call("POST", "holds", wish("1-1"), lost...))
		h.Clock.Advance(25 * time.Hour)
		h.call("POST", "holds", wish("1-1"), lost...)

		var n int
		if err := d.QueryRow(t.Context(), `SELECT count(*) FROM api_idempotency WHERE sealed IS NULL`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d requests still run (%v)", n, err)
		}
	})
}

func TestOrderIsPlacedOnceUnderItsKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		body := h.orderBody(h.want(http.StatusCreated, h.hold("1-5")).body)
		var mu sync.Mutex
		seen := map[string]int{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				r := h.call("POST", "orders", body, "Idempotency-Key", "order-1")
				mu.Lock()
				defer mu.Unlock()
				if r.status == http.StatusCreated {
					seen[string(r.raw)]++
				} else if r.body["code"] != "api.idempotency_running" {
					t.Errorf("status %d: %s", r.status, r.raw)
				}
			})
		}
		wg.Wait()
		if len(seen) != 1 {
			t.Errorf("%d different answers", len(seen))
		}
		var orders int
		if err := d.QueryRow(t.Context(), `SELECT count(*) FROM boxoffice_order`).Scan(&orders); err != nil || orders != 1 {
			t.Errorf("%d orders (%v)", orders, err)
		}
	})
}

func TestKeptAnswersHideWhatTheyHold(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, db.SQLite))
	hold := h.want(http.StatusCreated, h.call("POST", "holds", object{"performance_id": h.Performance.ID, "seats": []string{"1-1"}}, "Idempotency-Key", "first-name")).body
	order := h.want(http.StatusCreated, h.call("POST", "orders", h.orderBody(hold), "Idempotency-Key", "second-name")).body
	var id, requestID string
	var mac, sealed, requestMAC []byte
	if err := h.DB.QueryRow(t.Context(), `SELECT id, body_mac, sealed FROM api_idempotency`).Scan(&id, &mac, &sealed); err != nil {
		t.Fatal(err)
	}
	if err := h.DB.QueryRow(t.Context(), `SELECT id, request_mac FROM boxoffice_hold_request`).Scan(&requestID, &requestMAC); err != nil {
		t.Fatal(err)
	}
	row := bytes.Join([][]byte{[]byte(id), mac, sealed, []byte(requestID), requestMAC}, nil)
	for _, secret := range []any{hold["secret"], order["secret"], "first-name", "second-name"} {
		if bytes.Contains(row, []byte(secret.(string))) {
			t.Errorf("the rows hold %q readably", secret)
		}
	}
}

// A hold that is asked for again does not use its pass a second time, nor give back what it used.
func TestARepeatedHoldUsesItsPassOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var rooms *waitroom.Rooms
		h := newHouseBehind(t, d, func(h *house) *waitroom.Rooms {
			r, err := waitroom.New(d, h.Clock, slog.New(slog.DiscardHandler), h.Catalog, waitroom.Config{Key: bytes.Repeat([]byte{7}, 32)})
			if err != nil {
				t.Fatal(err)
			}
			rooms = r
			return r
		})
		key := []string{"Idempotency-Key", "the best", "Sahna-Pass", h.passOf(rooms)}
		wish := object{"performance_id": h.Performance.ID, "quantity": h.Performance.OrderLimit}
		first := h.want(http.StatusCreated, h.call("POST", "holds/best", wish, key...))
		for range 3 {
			again := h.want(http.StatusCreated, h.call("POST", "holds/best", wish, key...))
			if !bytes.Equal(first.raw, again.raw) || again.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
				t.Errorf("the answer differs:\n%s\n%s %v", first.raw, again.raw, again.header)
			}
		}
		var used int
		if err := d.QueryRow(t.Context(), `SELECT tickets FROM waitroom_pass`).Scan(&used); err != nil || used != h.Performance.OrderLimit {
			t.Errorf("the pass was used for %d tickets (%v)", used, err)
		}
		one := object{"performance_id": h.Performance.ID, "quantity": 1}
		if r := h.want(http.StatusUnprocessableEntity, h.call("POST", "holds/best", one, key...)); r.body["code"] != "api.idempotency_reused" {
			t.Errorf("another request under the key: %s", r.raw)
		}
	})
}

// passOf opens a waiting room for the performance and lets one visitor through it.
func (h *house) passOf(rooms *waitroom.Rooms) string {
	h.t.Helper()
	ctx, id := h.t.Context(), h.Performance.ID
	_, err := rooms.Set(ctx, waitroom.Wish{ID: id, Kind: waitroom.ForPerformance, Mode: waitroom.On, PerMinute: 600})
	if err == nil {
		err = rooms.Sync(ctx)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	task, err := rooms.Task(id, "")
	if err != nil {
		h.t.Fatal(err)
	}
	var token string
	for n := 0; token == ""; n++ { // the proof of work
		token, err = rooms.Join(ctx, id, waitroom.Ask{Task: task.Text, Answer: strconv.Itoa(n)})
		if err != nil && !errors.Is(err, waitroom.ErrNoWork) {
			h.t.Fatal(err)
		}
	}
	for range 30 {
		h.Clock.Advance(time.Second)
		if err := rooms.Sync(ctx); err != nil {
			h.t.Fatal(err)
		}
	}
	pass, _, err := rooms.Enter(id, token)
	if err != nil {
		h.t.Fatal(err)
	}
	return pass
}

func TestNetworkThatAsksTooOftenWaits(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, db.SQLite), func(c *api.Config) { c.Rate, c.Burst = 1, 5 })
	for range 5 {
		h.want(http.StatusOK, h.call("GET", "policies/privacy", nil))
	}
	r := h.want(http.StatusTooManyRequests, h.call("GET", "policies/privacy", nil))
	if r.header.Get("Retry-After") == "" || r.body["code"] != "api.too_many" {
		t.Errorf("answer %v %s", r.header, r.raw)
	}
	h.Clock.Advance(2 * time.Second)
	h.want(http.StatusOK, h.call("GET", "policies/privacy", nil))
}
