package office

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

// An enquiry is shown after a look that is journalled, answered from its page, and the page says whether the letter has gone.
func TestAnEnquiryIsAnsweredFromItsPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		one := h.desk(t, "one@example.kz", people.RoleSupport)
		e, err := h.office.Enquiries.Ask(t.Context(), privacy.Asked{Name: "Лев", Email: "lev@example.kz", Text: "Когда откроется касса?", Given: privacytest.Given(t, h.Privacy)[0]})
		if err != nil {
			t.Fatal(err)
		}
		at := "/en/office/enquiries/" + e.Number
		if _, page := one.get(t, at); strings.Contains(page, "lev@example.kz") || strings.Contains(page, "/answer") {
			t.Error("the words are shown before anybody opened them")
		}
		if res, page := one.post(t, at+"/read", url.Values{}); res.StatusCode != http.StatusOK || !strings.Contains(page, "lev@example.kz") || !strings.Contains(page, at+"/answer") {
			t.Errorf("read: %d", res.StatusCode)
		}
		if res, page := one.post(t, at+"/answer", url.Values{"text": {" "}}); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, at+"/answer") {
			t.Errorf("an empty answer: %d", res.StatusCode)
		}
		if res, _ := one.post(t, at+"/answer", url.Values{"text": {"Касса откроется в десять."}}); res.StatusCode != http.StatusSeeOther {
			t.Errorf("answered: %d", res.StatusCode)
		}
		if _, page := one.get(t, at); !strings.Contains(page, "The letter has not gone") {
			t.Error("the page does not say that the letter waits")
		}
		if err := h.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, page := one.get(t, at); strings.Contains(page, "The letter has not gone") {
			t.Error("the letter has gone, but the page says it waits")
		}
		if res, _ := one.post(t, "/en/office/enquiries/2026-99999/read", url.Values{}); res.StatusCode != http.StatusNotFound {
			t.Errorf("one that is not there: %d", res.StatusCode)
		}
	})
}
