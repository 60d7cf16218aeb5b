package office

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"

	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
)

// refuse has Aigul buy more tickets than she may, and returns the decision's code.
func (h *house) refuse(t *testing.T, seats ...string) string {
	t.Helper()
	r := boxoffice.HoldRequest{PerformanceID: h.Performance.ID}
	for _, s := range seats {
		r.Seats = append(r.Seats, boxoffice.SeatWish{SeatID: s})
	}
	hold, err := h.Office.Hold(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = h.Office.Checkout(t.Context(), boxoffice.CheckoutRequest{
		Holds: []boxoffice.HoldKey{{ID: hold.ID, Secret: hold.Secret}},
		Buyer: privacytest.Aigul(), Consents: privacytest.Given(t, h.Privacy), Provider: boxofficetest.BankCode, Lang: i18n.KK, Channel: "site",
	})
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Fatalf("the order is not refused: %v", err)
	}
	code, _ := f.Args["refusal"].(string)
	return code
}

func TestAManagerLimitsOneBuyerAndLiftsItAfterAnObjection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		path := "/en/office/performances/" + h.Performance.ID + "/limits"
		form := url.Values{"one-person": {"many"}, "all-network": {"400"}}
		if res, body := h.ask(t, "manager", http.MethodPost, path, form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, `value="400"`) {
			t.Errorf("a limit in words: %d", res.StatusCode)
		}
		form.Set("one-person", "3")
		if res, body := h.ask(t, "manager", http.MethodPost, path, form); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("status %d: %s", res.StatusCode, body)
		}
		if _, body := h.ask(t, "manager", http.MethodGet, path, nil); !strings.Contains(body, `value="3"`) || !strings.Contains(body, `value="400"`) || !strings.Contains(body, "Nobody was refused") {
			t.Error("the limits are not shown")
		}
		code := h.refuse(t, "2-1", "2-2", "2-3", "2-4")
		person, err := h.People.NewPerson(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		req, err := h.Privacy.Open(t.Context(), privacy.NewRequest{Person: person, Kind: privacy.RequestObjection, Channel: "site", Lang: i18n.EN})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Office.Objected(t.Context(), code, req.ID); err != nil {
			t.Fatal(err)
		}
		_, body := h.ask(t, "manager", http.MethodGet, path, nil)
		for _, want := range []string{code, "One person", "0 + 4 &gt; 3", req.Number + ": waits for an answer"} {
			if !strings.Contains(body, want) {
				t.Errorf("the list lacks %q", want)
			}
		}
		if _, body := h.ask(t, "officer", http.MethodGet, "/en/office/requests/"+req.Number, nil); !strings.Contains(body, "0 + 4 &gt; 3") || strings.Contains(body, "/limits") {
			t.Error("who answers does not see what the machine refused, or sees more")
		}
		if res, _ := h.ask(t, "cashier", http.MethodPost, path+"/"+code+"/lift", url.Values{"extra": {"1"}}); res.StatusCode == http.StatusSeeOther {
			t.Error("anybody lifts a limit")
		}
		if res, _ := h.ask(t, "manager", http.MethodPost, path+"/"+code+"/lift", url.Values{"extra": {"0"}}); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("lift by nothing: %d", res.StatusCode)
		}
		if res, _ := h.ask(t, "manager", http.MethodPost, path+"/"+code+"/lift", url.Values{"extra": {"1"}}); res.StatusCode != http.StatusSeeOther {
			t.Errorf("lift: %d", res.StatusCode)
		}
		if err := h.Privacy.Fulfil(t.Context(), req.ID, privacy.Answer{Result: privacy.Granted, Actor: "staff:1"}); err != nil {
			t.Fatal(err)
		}
		_, body = h.ask(t, "manager", http.MethodGet, path, nil)
		for _, want := range []string{"1 more allowed", req.Number + ": the person was right"} {
			if !strings.Contains(body, want) {
				t.Errorf("the list lacks %q", want)
			}
		}
	})
}
