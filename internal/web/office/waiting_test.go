package office

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/waitroom"
)

func TestAManagerOpensAWaitingRoom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		path := "/en/office/performances/" + h.Performance.ID + "/waiting"
		opens := boxofficetest.Now.Add(3 * time.Hour).Truncate(time.Minute)
		form := url.Values{"mode": {"on"}, "opens": {opens.In(i18n.Zone(h.Performance.Zone)).Format(typedMoment)}, "pace": {"many"}, "codes": {"one two\nthree"}, "buyers": {"nobody-knows-it"}}
		if res, body := h.ask(t, "manager", http.MethodPost, path, form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "one two") {
			t.Errorf("a pace in words: %d", res.StatusCode)
		}
		form.Set("pace", "300")
		if res, body := h.ask(t, "manager", http.MethodPost, path, form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "There is no event at this address") {
			t.Errorf("an event that is not there: %d", res.StatusCode)
		}
		form.Set("buyers", "/en/event/"+h.Event.Slug)
		if res, body := h.ask(t, "manager", http.MethodPost, path, form); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("status %d: %s", res.StatusCode, body)
		}
		room, ok := h.office.Waiting.Guard(h.Performance)
		if !ok || !room.OpensAt.Equal(opens) || room.PaceAt(opens) != 300 || len(room.Codes) != 2 || room.BuyersOf != h.Event.ID || room.Commitment == "" {
			t.Errorf("the room is %+v", room)
		}
		if _, body := h.ask(t, "manager", http.MethodGet, path, nil); !strings.Contains(body, room.Commitment) || strings.Contains(body, "one two") {
			t.Error("the page must show the commitment, and no code")
		}
		if res, _ := h.ask(t, "manager", http.MethodPost, path, url.Values{"mode": {"off"}}); res.StatusCode != http.StatusSeeOther {
			t.Errorf("switching off: %d", res.StatusCode)
		}
		if _, ok := h.office.Waiting.Guard(h.Performance); ok {
			t.Error("the room still stands")
		}
	})
}

func TestAManagerOpensOneRoomForAllDatesOfAnEvent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		single := "/en/office/performances/" + h.Performance.ID + "/waiting"
		res, body := h.ask(t, "manager", http.MethodPost, single+"/event", url.Values{"mode": {"on"}, "pace": {"120"}})
		if res.StatusCode != http.StatusSeeOther || !strings.HasSuffix(res.Header.Get("Location"), "/event") {
			t.Fatalf("status %d: %s", res.StatusCode, body)
		}
		room, ok := h.office.Waiting.Guard(h.Performance)
		if !ok || room.ID != h.Event.ID || room.Kind != waitroom.ForEvent {
			t.Errorf("before the seats stands %+v", room)
		}
		if _, body := h.ask(t, "manager", http.MethodGet, single, nil); !strings.Contains(body, "The other room of the two is open") {
			t.Error("the performance's page does not tell of the event's room")
		}
		if _, body := h.ask(t, "manager", http.MethodGet, single+"/event", nil); !strings.Contains(body, "One line for all dates") || !strings.Contains(body, "/waiting/"+h.Event.ID) {
			t.Error("the event's room is not shown")
		}
		if res, _ := h.ask(t, "manager", http.MethodPost, single+"/event", url.Values{"mode": {"off"}}); res.StatusCode != http.StatusSeeOther {
			t.Errorf("switching off: %d", res.StatusCode)
		}
		if _, ok := h.office.Waiting.Guard(h.Performance); ok {
			t.Error("the room still stands")
		}
	})
}
