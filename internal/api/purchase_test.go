package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

func TestTheWholeWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		events := h.want(http.StatusOK, h.call("GET", "events?q=abay&limit=5", nil)).body["events"].([]any)
		if len(events) != 1 || len(events[0].(object)["performances"].([]any)) != 2 {
			t.Fatalf("events: %v", events)
		}
		id := events[0].(object)["performances"].([]any)[0].(object)["id"].(string)
		p := h.want(http.StatusOK, h.call("GET", "performances/"+id, nil)).body
		if p["sale"] != "open" || p["event"].(object)["name"] != "Abay" || len(p["price_zones"].([]any)) != 3 || len(p["prices"].([]any)) != 5 {
			t.Errorf("performance: %v", p)
		}
		plan := h.want(http.StatusOK, h.call("GET", "performances/"+id+"/plan", nil)).body
		if n, first := len(plan["seats"].([]any)), plan["seats"].([]any)[0].(object); n != 40 || first["id"] != "1-1" || first["price_zone_id"] != "A" {
			t.Errorf("plan has %d seats, the first %v", n, first)
		}

		hold := h.want(http.StatusCreated, h.call("POST", "holds", object{
			"performance_id": id, "seats": []string{"1-1", "1-2"},
			"seat_types": object{"1-2": "child"}, "items": []object{{"price_zone_id": "S", "quantity": 1}},
		})).body
		if diff := cmp.Diff(object{"amount": 1650000.0, "currency": "KZT"}, hold["total"]); diff != "" {
			t.Errorf("total (-want +got):\n%s", diff)
		}
		if it := hold["items"].([]any); len(it) != 3 {
			t.Errorf("hold has items %v", it)
		}
		order := h.want(http.StatusCreated, h.call("POST", "orders", h.orderBody(hold))).body
		if order["status"] != "pending" || !strings.Contains(order["payment"].(object)["url"].(string), "/pay/test/") {
			t.Errorf("order: %v", order)
		}
		h.pay(order, "paid")

		got := h.want(http.StatusOK, h.call("GET", "orders/"+order["code"].(string), nil, bearer(order["secret"])...)).body
		tickets := got["tickets"].([]any)
		if got["status"] != "paid" || len(tickets) != 3 {
			t.Fatalf("paid order: %v", got)
		}
		for _, address := range []any{got["pdf_url"], tickets[0].(object)["pdf_url"]} {
			pdf := h.want(http.StatusOK, h.call("GET", address.(string), nil, bearer(order["secret"])...))
			if pdf.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(pdf.raw, []byte("%PDF-")) {
				t.Errorf("%s is %s", address, pdf.header.Get("Content-Type"))
			}
			h.want(http.StatusUnauthorized, h.call("GET", address.(string), nil))
			h.want(http.StatusNotFound, h.call("GET", address.(string), nil, bearer("wrong")...))
		}

		answer := h.want(http.StatusOK, h.call("GET", "performances/"+id+"/availability", nil))
		left, tag := answer.body, answer.header.Get("ETag")
		if same := h.want(http.StatusNotModified, h.call("GET", "performances/"+id+"/availability", nil, "If-None-Match", tag)); len(same.raw) > 0 || tag == "" {
			t.Errorf("nothing has changed since %q, and %d bytes come", tag, len(same.raw))
		}
		h.want(http.StatusOK, h.call("GET", "performances/"+id+"/availability", nil, "If-None-Match", `W/"0"`))
		if s := left["seats"].(object); s["1-1"] != "sold" || s["1-3"] != "free" {
			t.Errorf("availability: %v", s)
		}
		if diff := cmp.Diff(object{"price_zone_id": "S", "free": 19.0, "held": 0.0, "sold": 1.0}, left["areas"].(object)["dance"]); diff != "" {
			t.Errorf("standing area (-want +got):\n%s", diff)
		}
		h.scanTwice(tickets[0].(object))
	})
}

func (h *house) scanTwice(ticket object) {
	h.t.Helper()
	scan := object{"code": ticket["qr"], "gate_id": h.gate}
	first := h.want(http.StatusOK, h.call("POST", "scans", scan, bearer(h.token)...)).body
	if first["result"] != "admitted" || first["reason"] != "" || first["admitted_at"] == nil || first["seat"].(object)["id"] != "1-1" {
		h.t.Errorf("first scan: %v", first)
	}
	second := h.want(http.StatusOK, h.call("POST", "scans", object{"code": ticket["code"], "gate_id": h.gate}, bearer(h.token)...)).body
	if second["result"] != "already_admitted" || second["reason"] != "already" || second["admitted_at"] != first["admitted_at"] {
		h.t.Errorf("second scan: %v", second)
	}
	h.want(http.StatusUnauthorized, h.call("POST", "scans", scan))
	h.want(http.StatusUnauthorized, h.call("POST", "scans", scan, bearer("no-such-device")...))
	gates := h.want(http.StatusOK, h.call("GET", "gates?performance_id="+h.Performance.ID, nil, bearer(h.token)...)).body["gates"].([]any)
	if len(gates) != 1 || gates[0].(object)["id"] != h.gate {
		h.t.Errorf("gates: %v", gates)
	}
}

func TestGoneSeatsAreNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		hold := h.want(http.StatusCreated, h.hold("2-1", "2-2")).body
		lost := h.want(http.StatusConflict, h.hold("2-2", "2-3")).body
		if diff := cmp.Diff([]any{"2-2"}, lost["seats"]); diff != "" || lost["code"] != "boxoffice.seats_gone" {
			t.Errorf("problem %v", lost)
		}
		path := "holds/" + hold["id"].(string)
		h.want(http.StatusUnauthorized, h.call("DELETE", path, nil))
		h.want(http.StatusNotFound, h.call("DELETE", path, nil, bearer("wrong")...))
		h.want(http.StatusNoContent, h.call("DELETE", path, nil, bearer(hold["secret"])...))
		h.want(http.StatusCreated, h.hold("2-2", "2-3"))
		h.want(http.StatusGone, h.call("POST", "orders", h.orderBody(hold)))
	})
}

func TestDeclinedPaymentLeavesTheOrderPending(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, db.SQLite))
	order := h.want(http.StatusCreated, h.call("POST", "orders", h.orderBody(h.want(http.StatusCreated, h.hold("3-3")).body))).body
	h.pay(order, "declined")
	got := h.want(http.StatusOK, h.call("GET", "orders/"+order["code"].(string), nil, bearer(order["secret"])...)).body
	if got["status"] != "pending" || len(got["tickets"].([]any)) != 0 || got["pdf_url"] != nil {
		t.Errorf("order: %v", got)
	}
	h.want(http.StatusNotFound, h.call("GET", "orders/"+order["code"].(string)+"/tickets.pdf", nil, bearer(order["secret"])...))
	again := "orders/" + order["code"].(string) + "/payments"
	h.want(http.StatusNotFound, h.call("POST", again, object{"provider": "test"}, bearer("wrong")...))
	h.want(http.StatusUnprocessableEntity, h.call("POST", again, object{"provider": "gold"}, bearer(order["secret"])...))
	order["payment"] = h.want(http.StatusCreated, h.call("POST", again, object{"provider": "test"}, bearer(order["secret"])...)).body
	h.pay(order, "paid")
	got = h.want(http.StatusOK, h.call("GET", "orders/"+order["code"].(string), nil, bearer(order["secret"])...)).body
	if got["status"] != "paid" || len(got["tickets"].([]any)) != 1 {
		t.Errorf("order after the second payment: %v", got)
	}
	h.want(http.StatusConflict, h.call("POST", again, object{"provider": "test"}, bearer(order["secret"])...))
}

func TestBestSeatsAreHeld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		hold := h.want(http.StatusCreated, h.call("POST", "holds/best", object{"performance_id": h.Performance.ID, "quantity": 3, "price_zone_id": "B"})).body
		if n := len(hold["items"].([]any)); n != 3 {
			t.Errorf("%d items: %v", n, hold)
		}
		path := "holds/" + hold["id"].(string)
		again := h.want(http.StatusOK, h.call("GET", path, nil, bearer(hold["secret"])...)).body
		secret := hold["secret"]
		delete(hold, "secret")
		if diff := cmp.Diff(hold, again); diff != "" {
			t.Errorf("the hold read again (-made +read):\n%s", diff)
		}
		h.want(http.StatusNotFound, h.call("GET", path, nil, bearer("wrong")...))
		h.Clock.Advance(time.Hour)
		h.want(http.StatusGone, h.call("GET", path, nil, bearer(secret)...))
		if _, err := h.Office.ExpireHolds(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.want(http.StatusUnprocessableEntity, h.call("POST", "holds/best", object{"performance_id": h.Performance.ID, "quantity": 0}))
		h.want(http.StatusNotFound, h.call("POST", "holds/best", object{"performance_id": "x", "quantity": 1}))
	})
}
