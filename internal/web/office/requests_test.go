package office

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

// officers are two accounts as asStaff reads them.
func (h *house) officers(t *testing.T) (first, second string) {
	t.Helper()
	make := func(email string) string {
		id, _, err := h.People.MakeStaff(t.Context(), people.Contacts{Surname: "Әлиева", Name: "Дана", Email: email, Phone: "+77010000001"},
			"correct horse battery", []people.Role{people.RoleOfficer})
		if err != nil {
			t.Fatal(err)
		}
		return "officer@" + id
	}
	return make("dana@example.kz"), make("erlan@example.kz")
}

func entry(kind string) url.Values {
	a := privacytest.Aigul()
	return url.Values{
		"kind": {kind}, "channel": {"paper"}, "lang": {"kk"}, "surname": {a.Surname}, "name": {a.Name}, "email": {a.Email}, "phone": {a.Phone},
		"text": {"Деректерімді жоюды сұраймын."},
	}
}

func (h *house) enter(t *testing.T, who, kind string) string {
	t.Helper()
	res, _ := h.ask(t, who, http.MethodPost, "/en/office/requests/new", entry(kind))
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("enter a request: %d", res.StatusCode)
	}
	return res.Header.Get("Location")
}

func TestAnErasureAtTheDeskTakesTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		if err := jobs.Migrate(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		h.Privacy.SetHolders(privacy.HolderOfPeople(h.People), h.Office)
		first, second := h.officers(t)
		at := h.enter(t, first, "erase")
		res, body := h.ask(t, first, http.MethodGet, at, nil)
		if res.StatusCode != http.StatusOK || strings.Contains(body, privacytest.Aigul().Email) || !strings.Contains(body, "What an erasure would do") ||
			!strings.Contains(body, "Kept until an obligation is met") || !strings.Contains(body, "15 working days") {
			t.Errorf("the request's page: %d", res.StatusCode)
		}
		res, body = h.ask(t, first, http.MethodPost, at+"/contacts", url.Values{"purpose": {"request_answering"}})
		if res.StatusCode != http.StatusOK || !strings.Contains(body, privacytest.Aigul().Email) || !strings.Contains(body, "Деректерімді") {
			t.Errorf("contacts for a purpose: %d", res.StatusCode)
		}
		if res, _ = h.ask(t, first, http.MethodPost, at+"/contacts", url.Values{"purpose": {"whim"}}); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("contacts for a whim: %d", res.StatusCode)
		}
		if res, _ = h.ask(t, first, http.MethodPost, at+"/take", nil); res.StatusCode != http.StatusSeeOther {
			t.Errorf("take: %d", res.StatusCode)
		}
		if res, _ = h.ask(t, first, http.MethodPost, at+"/answer", url.Values{"result": {"granted"}}); res.StatusCode != http.StatusSeeOther {
			t.Errorf("decide: %d", res.StatusCode)
		}
		if res, _ = h.ask(t, first, http.MethodPost, at+"/approve", url.Values{"sure": {"yes"}}); res.StatusCode != http.StatusForbidden {
			t.Errorf("approved alone: %d", res.StatusCode)
		}
		if res, _ = h.ask(t, second, http.MethodPost, at+"/approve", nil); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("approved unseen: %d", res.StatusCode)
		}
		if res, _ = h.ask(t, second, http.MethodPost, at+"/approve", url.Values{"sure": {"yes"}}); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("approve: %d\n%s", res.StatusCode, h.log)
		}
		_, body = h.ask(t, second, http.MethodGet, at, nil)
		if !strings.Contains(body, "Answered") || !strings.Contains(body, "What became of the records") {
			t.Error("the erased request does not tell the fates")
		}
		res, body = h.ask(t, second, http.MethodGet, at+"/letter", nil)
		if res.StatusCode != http.StatusOK || !strings.HasPrefix(body, "%PDF") || strings.Contains(res.Header.Get("Content-Disposition"), "Сер") {
			t.Errorf("letter: %d", res.StatusCode)
		}
		if err := h.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		var sent int
		for _, m := range h.Mails.All() {
			if m.To == privacytest.Aigul().Email && len(m.Attachments) == 1 && strings.HasPrefix(m.Attachments[0].Name, "sahna-") {
				sent++
			}
		}
		if sent != 1 {
			t.Errorf("%d letters went to the erased person", sent)
		}
		if strings.Contains(h.log.String(), privacytest.Aigul().Email) {
			t.Error("the log knows the address")
		}
	})
}

func TestTheDeskShowsTheEarliestClockFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		first, _ := h.officers(t)
		claim, fix := h.enter(t, first, "claim"), h.enter(t, first, "rectify")
		_, body := h.ask(t, first, http.MethodGet, "/en/office/requests", nil)
		a, b := strings.Index(body, fix[len(fix)-10:]), strings.Index(body, claim[len(claim)-10:])
		if a < 0 || b < 0 || a > b {
			t.Errorf("order of the desk: %d, %d", a, b)
		}
		if _, body = h.ask(t, first, http.MethodGet, "/en/office/requests?kind=claim", nil); strings.Contains(body, fix[len(fix)-10:]) {
			t.Error("the filter lets another kind through")
		}
		_, body = h.ask(t, first, http.MethodGet, claim, nil)
		for _, want := range []string{"30 working days", "10 calendar days", "These terms cannot be extended"} {
			if !strings.Contains(body, want) {
				t.Errorf("the claim lacks %q", want)
			}
		}
		r, err := h.Privacy.RequestByNumber(t.Context(), fix[len(fix)-10:])
		if err != nil {
			t.Fatal(err)
		}
		h.Clock.Set(r.Due.Add(-time.Hour))
		if _, body = h.ask(t, first, http.MethodGet, "/en/office/requests", nil); !strings.Contains(body, "badge-warn") || strings.Contains(body, "badge-danger") {
			t.Error("the last day is not amber")
		}
		h.Clock.Set(r.Due)
		if _, body = h.ask(t, first, http.MethodGet, "/en/office/requests", nil); !strings.Contains(body, "badge-danger") {
			t.Error("what is late is not red")
		}
		for range requestsPage + 1 {
			h.enter(t, first, "access")
		}
		_, body = h.ask(t, first, http.MethodGet, "/en/office/requests", nil)
		_, next, found := strings.Cut(body, `rel="next" href="`)
		next, _, _ = strings.Cut(next, `"`)
		if !found || !strings.Contains(next, "after=") {
			t.Fatal("there is no next page")
		}
		if _, body = h.ask(t, first, http.MethodGet, strings.ReplaceAll(next, "&amp;", "&"), nil); strings.Contains(body, fix[len(fix)-10:]) || strings.Count(body, "data-row") != 3 {
			t.Errorf("the next page has %d rows", strings.Count(body, "data-row"))
		}
	})
}

func TestTermsAndCalendarAreEdited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		first, _ := h.officers(t)
		res, _ := h.ask(t, first, http.MethodPost, "/en/office/terms", url.Values{"clock": {"access"}, "term": {"5wd"}, "from": {"2026-11-20"}, "source": {"Law 326-VIII"}})
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("add a term: %d", res.StatusCode)
		}
		_, body := h.ask(t, first, http.MethodGet, "/en/office/terms", nil)
		for _, want := range []string{"5 working days", "3 working days", "to 20 November 2026", "Law 326-VIII", "2028", "version 1"} {
			if !strings.Contains(body, want) {
				t.Errorf("terms lack %q", want)
			}
		}
		if res, _ = h.ask(t, first, http.MethodPost, "/en/office/terms/year", url.Values{"number": {"2029"}, "body": {"holidays = [\"01-01\"]\r\noff = []\r\n"}}); res.StatusCode != http.StatusSeeOther {
			t.Errorf("a new year: %d", res.StatusCode)
		}
		if cal, err := h.Privacy.Calendar(t.Context(), d); err != nil {
			t.Error(err)
		} else if worked, err := cal.Working("2029-01-01"); err != nil || worked {
			t.Errorf("the new year's day: %v %v", worked, err)
		}
		for _, bad := range []url.Values{{"number": {"2029"}, "body": {"holidays = 5"}}, {"number": {"x"}, "body": {""}}, {"number": {"2029"}, "body": {"\x00"}}} {
			if res, _ := h.ask(t, first, http.MethodPost, "/en/office/terms/year", bad); res.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("a bad year %q: %d", bad, res.StatusCode)
			}
		}
	})
}

func TestHostileRequests(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		first, _ := h.officers(t)
		at := h.enter(t, first, "access")
		for _, s := range []string{"'; DROP TABLE privacy_request; --", "<script>alert(1)</script>", "\x00", "\xff\xfe", strings.Repeat("я", 5000), "%", "9999999999999999999.x", "{{.}}", "𝕏\u202e"} {
			q := url.QueryEscape(s)
			for _, path := range []string{"/en/office/requests?after=" + q, "/en/office/requests?state=" + q, "/en/office/requests?kind=" + q, "/en/office/requests/" + url.PathEscape(s)} {
				if res, body := h.ask(t, first, http.MethodGet, path, nil); res.StatusCode >= 500 || strings.Contains(body, "<script>alert") {
					t.Errorf("GET %.60s: %d", path, res.StatusCode)
				}
			}
			form := url.Values{}
			for _, f := range strings.Fields("kind channel lang received surname name email phone text result ground purpose clock term from source number body") {
				form.Set(f, s)
			}
			for _, path := range []string{"/en/office/requests/new", at + "/contacts", at + "/answer", at + "/approve", "/en/office/terms", "/en/office/terms/year"} {
				if res, body := h.ask(t, first, http.MethodPost, path, form); res.StatusCode >= 500 || strings.Contains(body, "<script>alert") {
					t.Errorf("POST %s with %.30q: %d", path, s, res.StatusCode)
				}
			}
			whole := entry("claim")
			whole.Set("text", "long enough "+s)
			if res, _ := h.ask(t, first, http.MethodPost, "/en/office/requests/new", whole); res.StatusCode >= 500 {
				t.Errorf("text %.30q: %d", s, res.StatusCode)
			}
		}
		if _, err := h.Privacy.RequestByNumber(t.Context(), i18n.Zone(Zone).String()); err == nil {
			t.Error("a zone is no number")
		}
	})
}

func TestSomebodyAtTheCounterGetsACode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		first, _ := h.officers(t)
		a := privacytest.Aigul()
		h.Guest(t, a)
		ask := func(find, surname, sure string) (int, string) {
			t.Helper()
			res, body := h.ask(t, first, http.MethodPost, "/en/office/counter", url.Values{"find": {find}, "surname": {surname}, "name": {a.Name}, "sure": {sure}})
			return res.StatusCode, body
		}
		if status, body := ask(a.Email, a.Surname, ""); status != http.StatusUnprocessableEntity || strings.Contains(body, "code-large") {
			t.Errorf("without a look at the document: %d", status)
		}
		for _, x := range [][2]string{{a.Email, "Омарова"}, {"nobody@example.kz", a.Surname}, {"", a.Surname}, {"\x00'; --", a.Surname}, {strings.Repeat("я", 300), a.Surname}} {
			if status, body := ask(x[0], x[1], "yes"); status != http.StatusUnprocessableEntity || strings.Contains(body, "code-large") {
				t.Errorf("%.20q and %s: %d", x[0], x[1], status)
			}
		}
		for _, find := range []string{a.Email, a.Phone} {
			status, body := ask(find, strings.ToUpper(a.Surname), "yes")
			_, shown, found := strings.Cut(body, `class="code-large">`)
			shown, _, _ = strings.Cut(shown, "<")
			if status != http.StatusOK || !found {
				t.Fatalf("at the counter: %d", status)
			}
			if _, err := h.People.EnterAtCounter(t.Context(), shown); err != nil {
				t.Errorf("the shown code: %v", err)
			}
		}
	})
}
