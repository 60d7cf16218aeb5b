package office

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

func ground(change map[string]string) url.Values {
	f := url.Values{
		"kind": {"state"}, "article": {"94-V, 9-бап, 1) тармақша"}, "words_kk": {"сот сұрауы"}, "words_ru": {"запрос суда"}, "words_en": {"a court's request"},
		"quiet": {"yes"}, "from": {"2026-03-02"}, "source": {"adilet.zan.kz, 02.03.2026"},
	}
	for k, v := range change {
		f.Set(k, v)
	}
	return f
}

func TestGroundsAreAddedConfirmedAndEndedByTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		first, second := h.officers(t)
		inForce := func(code string) (privacy.DisclosureGround, bool) {
			t.Helper()
			all, err := h.Privacy.DisclosureGrounds(t.Context(), h.office.dayNow())
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range all {
				if g.Code == code || code == "" && strings.HasPrefix(g.Code, "ground_") {
					return g, true
				}
			}
			return privacy.DisclosureGround{}, false
		}
		propose := func(code string, form url.Values) string {
			t.Helper()
			if res, body := h.ask(t, first, http.MethodPost, "/en/office/grounds/"+code, form); res.StatusCode != http.StatusSeeOther {
				t.Fatalf("propose: %d %s", res.StatusCode, body)
			}
			list, err := h.Privacy.ProposedDisclosureGrounds(t.Context())
			if err != nil || len(list) != 1 {
				t.Fatalf("%d wait, %v", len(list), err)
			}
			return list[0].ID
		}
		end := func(who, id, how string) int {
			t.Helper()
			res, _ := h.ask(t, who, http.MethodPost, "/en/office/grounds/"+id+"/"+how, url.Values{})
			return res.StatusCode
		}
		if g, _ := inForce("law_enforcement"); g.Confirmed {
			t.Fatal("nobody has confirmed what the program brought")
		}
		for field, bad := range map[string]string{"article": "", "words_kk": "x", "source": "", "from": "tomorrow", "kind": "friend", "to": "2020-01-01"} {
			if res, _ := h.ask(t, first, http.MethodPost, "/en/office/grounds/new", ground(map[string]string{field: bad})); res.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s %q: %d", field, bad, res.StatusCode)
			}
		}
		id := propose("law_enforcement", ground(nil))
		if g, _ := inForce("law_enforcement"); g.Confirmed {
			t.Error("one is enough")
		}
		if status := end(first, id, "approve"); status != http.StatusForbidden {
			t.Errorf("approved by who proposed: %d", status)
		}
		if status := end(second, id, "approve"); status != http.StatusSeeOther {
			t.Fatalf("approve: %d", status)
		}
		if g, ok := inForce("law_enforcement"); !ok || !g.Confirmed || g.Source != "adilet.zan.kz, 02.03.2026" || g.ApprovedBy == "" || g.ApprovedBy == g.AddedBy {
			t.Errorf("after two: %+v", g)
		}
		if status := end(second, id, "approve"); status != http.StatusNotFound {
			t.Errorf("approved twice: %d", status)
		}
		if status := end(second, propose("new", ground(nil)), "drop"); status != http.StatusSeeOther {
			t.Errorf("drop: %d", status)
		}
		if _, ok := inForce(""); ok {
			t.Error("a dropped ground holds")
		}
		if status := end(second, propose("new", ground(nil)), "approve"); status != http.StatusSeeOther {
			t.Errorf("a new one: %d", status)
		}
		g, ok := inForce("")
		if !ok || !g.Confirmed {
			t.Fatalf("a new one: %+v", g)
		}
		if _, body := h.ask(t, first, http.MethodGet, "/en/office/disclosures/new", nil); !strings.Contains(body, g.Code) {
			t.Error("a case cannot name the new ground")
		}
		if status := end(second, propose(g.Code, ground(map[string]string{"to": "2026-03-03"})), "approve"); status != http.StatusSeeOther {
			t.Errorf("ended: %d", status)
		}
		if _, ok := inForce(""); ok {
			t.Error("an ended ground holds")
		}
		for who, want := range map[string]int{"support": http.StatusForbidden, "auditor": http.StatusOK} {
			if res, _ := h.ask(t, who, http.MethodGet, "/en/office/grounds", nil); res.StatusCode != want {
				t.Errorf("%s: %d", who, res.StatusCode)
			}
		}
		if res, _ := h.ask(t, "auditor", http.MethodPost, "/en/office/grounds/new", ground(nil)); res.StatusCode != http.StatusForbidden {
			t.Errorf("an auditor proposes: %d", res.StatusCode)
		}
	})
}

func TestGroundsInABrowser(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	first, _ := h.officers(t)
	if res, body := h.ask(t, first, http.MethodPost, "/en/office/grounds/law_enforcement", ground(nil)); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("propose: %d %s", res.StatusCode, body)
	}
	for i, screen := range []browsertest.Screen{browsertest.Phone, browsertest.Desktop.InDark()} {
		c := h.desked(t, screen, []string{"kk", "ru"}[i], []string{"third@example.kz", "fourth@example.kz"}[i])
		for name, path := range map[string]string{"grounds": "/office/grounds", "ground": "/office/grounds/taxes"} {
			c.at(t, path)
			c.Fits()
			c.Accessible()
			c.Shot("office-" + name)
		}
	}
}
