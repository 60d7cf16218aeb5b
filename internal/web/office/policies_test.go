package office

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
)

func TestAVersionIsWrittenByOneAndPublishedByAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.Clock.Advance(time.Hour)
		writer, other := "officer@one", "administrator@two"
		res, _ := h.ask(t, writer, http.MethodPost, "/ru/office/policies/drafts", url.Values{"kind": {"privacy"}, "from": {"version"}})
		at := res.Header.Get("Location")
		if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(at, "/ru/office/policies/drafts/") {
			t.Fatalf("new draft: %d to %q", res.StatusCode, at)
		}
		id := at[strings.LastIndex(at, "/")+1:]
		form := func(kv ...string) url.Values {
			t.Helper()
			draft, err := h.Privacy.TextDraft(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			out := url.Values{"revision": {fmt.Sprint(draft.Revision)}}
			for i := 0; i+1 < len(kv); i += 2 {
				out.Set(kv[i], kv[i+1])
			}
			return out
		}
		do := func(who, path string, want int, f url.Values) string {
			t.Helper()
			res, body := h.ask(t, who, http.MethodPost, at+path, f)
			if res.StatusCode != want {
				t.Errorf("%s by %s: %d, want %d", path, who, res.StatusCode, want)
			}
			if m := missingMessage.FindString(body); m != "" {
				t.Errorf("%s: message %s is missing", path, m)
			}
			return body
		}
		old := form()
		if body := do(writer, "/clauses/5", http.StatusUnprocessableEntity, form("text.kk", "", "text.ru", "По-русски", "text.en", "English")); !strings.Contains(body, "По-русски") {
			t.Error("a refused clause does not come back as it was typed")
		}
		do(writer, "/clauses/5", http.StatusSeeOther, form("text.kk", "Қазақша", "text.ru", "По-русски", "text.en", "English"))
		do(writer, "/material", http.StatusConflict, old)
		do(writer, "/material", http.StatusSeeOther, form("material", "yes"))
		if body := do(writer, "/consents/service", http.StatusUnprocessableEntity, form("summary.kk", "с", "summary.ru", "с", "summary.en", "s")); !strings.Contains(body, "часть 7") {
			t.Error("an empty part is not named")
		}
		for _, path := range []string{at, at + "/clauses/5", at + "/clauses/5/new", at + "/consents/service", at + "?text=kk", "/ru/office/policies"} {
			res, body := h.ask(t, writer, http.MethodGet, path, nil)
			if m := missingMessage.FindString(body); res.StatusCode != http.StatusOK || m != "" {
				t.Errorf("%s: %d %s", path, res.StatusCode, m)
			}
		}
		do(writer, "/submit", http.StatusSeeOther, form())
		do(writer, "/publish", http.StatusForbidden, form())
		do(other, "/publish", http.StatusUnprocessableEntity, form("in_force", "2020-01-01T10:00"))
		do(other, "/publish", http.StatusSeeOther, form("in_force", h.Clock.Now().Add(24*time.Hour).In(i18n.Zone(Zone)).Format("2006-01-02T15:04")))
		do(other, "/publish", http.StatusConflict, form())
		pubs, err := h.Privacy.Publications(t.Context(), privacy.Policy)
		if err != nil || len(pubs) != 1 || pubs[0].Writer != "staff:one" || pubs[0].Reviewer != "staff:two" || !pubs[0].Material {
			t.Errorf("published: %+v %v", pubs, err)
		}
		_, body := h.ask(t, writer, http.MethodGet, "/ru/office/policies", nil)
		if !strings.Contains(body, "/ru/page/privacy/versions/2") {
			t.Error("the version to come is not shown")
		}
	})
}

func TestAClauseIsSuspendedByTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		post := func(who, path string, want int, f url.Values) {
			t.Helper()
			if res, _ := h.ask(t, who, http.MethodPost, "/ru/office/policies/suspensions"+path, f); res.StatusCode != want {
				t.Errorf("%q by %s: %d, want %d", path, who, res.StatusCode, want)
			}
		}
		post("officer@one", "", http.StatusUnprocessableEntity, url.Values{"kind": {"privacy"}, "clause": {"7.2"}, "reason.kk": {"Сот"}})
		post("officer@one", "", http.StatusSeeOther, url.Values{"kind": {"privacy"}, "clause": {"7.2"}, "reason.kk": {"Сот"}, "reason.ru": {"Суд"}})
		list, err := h.Privacy.Suspensions(t.Context(), privacy.Policy)
		if err != nil || len(list) != 1 {
			t.Fatalf("%v %v", list, err)
		}
		post("officer@one", "/"+list[0].ID+"/approve", http.StatusForbidden, nil)
		post("officer@two", "/"+list[0].ID+"/approve", http.StatusSeeOther, nil)
		v, err := h.Privacy.InForce(t.Context(), privacy.Policy)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := h.Privacy.Suspended(t.Context(), v); err != nil || got["7.2"].Reason.RU != "Суд" {
			t.Errorf("suspended: %v %v", got, err)
		}
		post("officer@two", "/"+list[0].ID+"/lift", http.StatusSeeOther, nil)
	})
}
