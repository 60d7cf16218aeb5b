package office

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

func TestTheRegisterIsEditedByOneAndApprovedByAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		form := url.Values{"field": {"name", "email"}, "count": {"1"}, "unit": {"year"}, "event": {"consent"}, "recipient": {privacy.MailGateway}}
		res, body := h.ask(t, "officer@one", http.MethodPost, "/ru/office/register/change/marketing", form)
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("save: %d %s", res.StatusCode, body)
		}
		_, page := h.ask(t, "officer@two", http.MethodGet, "/ru/office/register", nil)
		for _, want := range []string{"1 год после согласия", "3 года после согласия"} {
			if !strings.Contains(page, want) {
				t.Errorf("the draft does not show %q", want)
			}
		}
		revision := url.Values{"revision": {regexp.MustCompile(`name="revision" value="([^"]+)"`).FindStringSubmatch(page)[1]}}
		if res, _ := h.ask(t, "officer@one", http.MethodPost, "/ru/office/register/approve", revision); res.StatusCode != http.StatusForbidden {
			t.Errorf("approved by who drafted it: %d", res.StatusCode)
		}
		if res, _ := h.ask(t, "officer@two", http.MethodPost, "/ru/office/register/change/marketing", form); res.StatusCode != http.StatusConflict {
			t.Errorf("a colleague's draft was written over: %d", res.StatusCode)
		}
		if res, _ := h.ask(t, "officer@two", http.MethodPost, "/ru/office/register/approve", revision); res.StatusCode != http.StatusSeeOther {
			t.Errorf("approve: %d", res.StatusCode)
		}
		v, err := h.Privacy.Processing(t.Context())
		if err != nil || v.Number != 2 || v.ApprovedBy != "staff:two" {
			t.Errorf("in force: %d by %s, %v", v.Number, v.ApprovedBy, err)
		}
		e, _ := v.Entry(vault.PurposeMarketing)
		if e.Keep != (privacy.Keep{Count: 1, Unit: privacy.Years, Event: privacy.EventConsent}) || len(e.Fields) != 2 {
			t.Errorf("entry: %+v", e)
		}
		form.Set("count", "soon")
		if res, _ := h.ask(t, "officer@one", http.MethodPost, "/ru/office/register/change/marketing", form); res.StatusCode != http.StatusUnprocessableEntity && res.StatusCode != http.StatusBadRequest {
			t.Errorf("a purpose without a term: %d", res.StatusCode)
		}
	})
}

func TestTheListOfPersonalDataIsInKazakhAndRussian(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		v, err := h.Privacy.Processing(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, page := h.ask(t, "officer@one", http.MethodGet, "/en/office/register/list", nil)
		for _, want := range []string{`lang="kk"`, `lang="ru"`, "дербес деректердің тізбесі", "Перечень персональных данных", "адрес электронной почты", v.Hash} {
			if !strings.Contains(page, want) {
				t.Errorf("the list lacks %q", want)
			}
		}
		res, body := h.ask(t, "officer@one", http.MethodGet, "/en/office/register/list.pdf", nil)
		if res.Header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix([]byte(body), []byte("%PDF-")) || len(body) < 5000 {
			t.Errorf("PDF: %s, %d bytes", res.Header.Get("Content-Type"), len(body))
		}
	})
}

func TestHoldsAreMadeAndLifted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		if res, body := h.ask(t, "officer@one", http.MethodPost, "/en/office/retention/hold", url.Values{"reason": {"x"}}); res.StatusCode < 400 || !strings.Contains(body, "number of the case") {
			t.Errorf("a hold without a reason: %d", res.StatusCode)
		}
		if res, _ := h.ask(t, "officer@one", http.MethodPost, "/en/office/retention/hold", url.Values{"reason": {"case 12/2026"}, "until": {"2027-01-31"}}); res.StatusCode != http.StatusSeeOther {
			t.Errorf("hold: %d", res.StatusCode)
		}
		_, page := h.ask(t, "officer@one", http.MethodGet, "/en/office/retention", nil)
		lift := regexp.MustCompile(`/en/office/retention/hold/[^/"]+/lift`).FindString(page)
		if !strings.Contains(page, "case 12/2026") || !strings.Contains(page, "everybody") || lift == "" {
			t.Fatal("the hold is not shown")
		}
		if res, _ := h.ask(t, "officer@one", http.MethodPost, lift, nil); res.StatusCode != http.StatusSeeOther {
			t.Errorf("lift: %d", res.StatusCode)
		}
		hs, err := h.Privacy.Holds(t.Context())
		if err != nil || len(hs) != 1 || hs[0].EndedBy != "staff:one" {
			t.Errorf("holds: %+v %v", hs, err)
		}
	})
}

// Recipients, grounds and the terms of single data are edited like purposes: one drafts, another approves, and the version obeys.
func TestRecipientsGroundsAndOwnTermsAreEditedByTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		to := url.Values{"name_kk": {"Хат тарату қызметі"}, "name_ru": {"Служба рассылок"}, "name_en": {"Mailing house"}, "country": {"de"}, "kind": {"mail"}, "field": {"email", "name"}}
		if res, body := h.ask(t, "officer@one", http.MethodPost, "/ru/office/register/recipient/new", to); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("add a recipient: %d %s", res.StatusCode, body)
		}
		draft, err := h.Privacy.Draft(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		added := draft.Recipients[len(draft.Recipients)-1]
		if added.Country != "DE" || added.Kind != privacy.KindMail || len(added.Fields) != 2 {
			t.Fatalf("the recipient is %+v", added)
		}
		purpose := url.Values{
			"ground": {"law"}, "field": {"name", "email"}, "count": {"3"}, "unit": {"year"}, "event": {"consent"}, "recipient": {privacy.MailGateway, added.Code},
			"count-email": {"90"}, "unit-email": {"day"}, "event-email": {"sign_in"}, "count-name": {""}, "unit-name": {"year"}, "event-name": {"consent"},
		}
		if res, body := h.ask(t, "officer@one", http.MethodPost, "/ru/office/register/change/marketing", purpose); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("change the purpose: %d %s", res.StatusCode, body)
		}
		if res, _ := h.ask(t, "officer@one", http.MethodPost, "/ru/office/register/recipient/"+added.Code+"/drop", url.Values{}); res.StatusCode != http.StatusConflict {
			t.Errorf("a recipient that a purpose names was taken off: %d", res.StatusCode)
		}
		_, page := h.ask(t, "officer@two", http.MethodGet, "/ru/office/register", nil)
		for _, want := range []string{"Служба рассылок · DE · доставляет письма", "обязанность по закону"} {
			if !strings.Contains(page, want) {
				t.Errorf("the draft does not show %q", want)
			}
		}
		revision := url.Values{"revision": {regexp.MustCompile(`name="revision" value="([^"]+)"`).FindStringSubmatch(page)[1]}}
		if res, _ := h.ask(t, "officer@two", http.MethodPost, "/ru/office/register/approve", revision); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("approve: %d", res.StatusCode)
		}
		v, err := h.Privacy.Processing(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		e, _ := v.Entry(vault.PurposeMarketing)
		if e.Ground != privacy.GroundLaw || e.TermOf(vault.Email) != (privacy.Keep{Count: 90, Unit: privacy.Days, Event: privacy.EventSignIn}) || e.TermOf(vault.Name) != e.Keep {
			t.Errorf("in force: %+v", e)
		}
		to.Set("country", "1Z")
		if res, _ := h.ask(t, "officer@one", http.MethodPost, "/ru/office/register/recipient/"+added.Code, to); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("a country that is none: %d", res.StatusCode)
		}
	})
}
