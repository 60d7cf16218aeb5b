package account_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
)

// publishPolicy publishes a version whose clause 7.4 says something else.
func (h *house) publishPolicy(words string, material bool) privacy.Version {
	h.t.Helper()
	ctx := h.t.Context()
	must := func(err error) {
		h.t.Helper()
		if err != nil {
			h.t.Fatal(err)
		}
	}
	d, err := h.Privacy.NewDraft(ctx, privacy.Policy, privacy.OriginVersion, "staff:one")
	must(err)
	edit := func(actor string) privacy.Edit {
		h.t.Helper()
		d, err = h.Privacy.TextDraft(ctx, d.ID)
		must(err)
		return privacy.Edit{Draft: d.ID, Revision: d.Revision, Actor: actor}
	}
	for i, c := range d.Documents[i18n.KK].Clauses {
		if c.Number == "7.4" {
			must(h.Privacy.EditClause(ctx, edit("staff:one"), i, i18n.Text{KK: words, RU: words, EN: words}))
		}
	}
	must(h.Privacy.SetMaterial(ctx, edit("staff:one"), material))
	must(h.Privacy.Submit(ctx, edit("staff:one")))
	v, err := h.Privacy.Publish(ctx, edit("staff:two"), time.Time{})
	must(err)
	return v
}

func TestAMaterialChangeLeadsToTheQuestionAndNothingOwedWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		b := h.signedIn("ru")
		if _, at, _ := b.get("/ru/account"); at != "/ru/account" {
			t.Fatalf("asked before anything changed: %s", at)
		}
		h.Clock.Advance(time.Hour)
		small := h.publishPolicy("Small", false)
		if _, at, body := b.get("/ru/account"); at != "/ru/account" || !strings.Contains(body, small.ID) {
			t.Errorf("a small change is told and no more: %s", at)
		}
		b.post("/ru/account/policy/seen", "version", small.ID, "next", "/ru/account")
		if _, _, body := b.get("/ru/account"); strings.Contains(body, small.ID) {
			t.Error("told again after it was put aside")
		}
		h.Clock.Advance(time.Hour)
		v := h.publishPolicy("Material", true)
		for _, path := range []string{"/ru/account", "/ru/"} {
			if _, at, body := b.get(path); !strings.HasPrefix(at, "/ru/account/policy?") || !strings.Contains(body, "Material") || strings.Contains(body, " checked") {
				t.Errorf("%s leads to %s", path, at)
			}
		}
		for _, path := range []string{"/ru/account/data", "/ru/account/devices", "/ru/account/data/correct", "/ru/page/privacy", "/ru/page/privacy/versions/1"} {
			if status, at, _ := b.get(path); at != path || status != http.StatusOK {
				t.Errorf("%s behind the gate: %d %s", path, status, at)
			}
		}
		if status, _, body := b.post("/ru/account/policy", "version", small.ID, "consents", "service"); status == http.StatusOK || strings.Contains(body, " checked") {
			t.Errorf("an answer to the text before: %d", status)
		}
		if status, _, _ := b.post("/ru/account/policy", "version", v.ID); status == http.StatusOK {
			t.Error("accepted without a tick")
		}
		if status, at, body := b.post("/ru/account/policy", "version", v.ID, "consents", "service", "next", "/ru/account"); at != "/ru/account" || status != http.StatusOK || strings.Contains(body, v.ID) {
			t.Errorf("after the answer: %d %s", status, at)
		}
		if _, at, _ := b.post("/ru/account/sign-out"); at != "/ru/" {
			t.Errorf("signing out: %s", at)
		}
	})
}
