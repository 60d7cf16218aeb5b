package door_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// A scanner that is revoked while its page is open lets nobody in any more, and gets neither list nor doubles.
func TestARevokedScannersOpenPageIsDead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := newEntrance(t, d)
		tickets := e.Buy(t, "1-1", "1-2").Tickets
		e.signIn(t)
		e.Clock.Set(e.Performance.DoorsAt)
		_, page := e.get(t, e.scanPath(0))
		open := scanID.FindStringSubmatch(page)
		if open == nil {
			t.Fatalf("no scanner:\n%s", page)
		}
		if got := e.typed(t, 0, tickets[0].Code); !strings.Contains(got, "Проходите") {
			t.Fatalf("before: %s", got)
		}
		inside := func() int {
			t.Helper()
			in, _, err := e.admission.Occupancy(t.Context(), e.Performance.ID)
			if err != nil {
				t.Fatal(err)
			}
			return in
		}
		if inside() != 1 {
			t.Fatalf("%d are in", inside())
		}
		devices, err := e.admission.Devices(t.Context())
		if err != nil || len(devices) != 1 {
			t.Fatalf("%d devices, %v", len(devices), err)
		}
		if err := e.admission.RevokeDevice(t.Context(), devices[0].ID); err != nil {
			t.Fatal(err)
		}
		form := url.Values{"performance": {e.Performance.ID}, "gate": {e.gates[0].ID}, "id": {open[1] + "x"}, "code": {tickets[1].Code}}
		if status, body := e.post(t, "/ru/door/scan", form); strings.Contains(body, tickets[1].Code) || status == http.StatusOK && !strings.Contains(body, `action="/ru/door/sign-in"`) {
			t.Errorf("the open page still scans: %d\n%s", status, body)
		}
		res, err := e.browser.Post(e.server.URL+"/ru/door/api/scans", "application/json",
			strings.NewReader(`{"performance":"`+e.Performance.ID+`","scans":[{"id":"late","code":"`+tickets[1].Code+`","gate":"`+e.gates[0].ID+`"}]}`))
		if status, body := e.read(t, res, err); status != http.StatusUnauthorized {
			t.Errorf("its script still scans: %d %s", status, body)
		}
		if status, body := e.get(t, "/ru/door/api/list?performance="+e.Performance.ID); status != http.StatusUnauthorized {
			t.Errorf("the list: %d %.100s", status, body)
		}
		for _, path := range []string{e.scanPath(0), "/ru/door/doubles?performance=" + e.Performance.ID} {
			if status, body := e.get(t, path); status < 400 && !strings.Contains(body, `action="/ru/door/sign-in"`) {
				t.Errorf("%s: %d", path, status)
			}
		}
		if n := inside(); n != 1 {
			t.Errorf("%d are in after it was revoked", n)
		}
	})
}
