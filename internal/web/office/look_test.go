package office

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

// What two people decide in the register is offered at once: a role that loses a purpose loses its reason to look.
func TestReasonsToLookAreTheRegistersInForce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		ctx, path := t.Context(), "/en/office/orders/"+h.order.Code
		if _, body := h.ask(t, "support", http.MethodGet, path, nil); !strings.Contains(body, `value="help"`) {
			t.Fatal("support has no reason to look before the change")
		}
		now, err := h.Privacy.Processing(ctx)
		if err != nil {
			t.Fatal(err)
		}
		r := privacy.Processing{Entries: slices.Clone(now.Entries), Recipients: slices.Clone(now.Recipients)}
		for i, e := range r.Entries {
			if e.Purpose == vault.PurposeService {
				r.Entries[i].Roles = slices.DeleteFunc(slices.Clone(e.Roles), func(r people.Role) bool { return r == people.RoleSupport })
			}
		}
		draft, err := h.Privacy.SaveDraft(ctx, r, "staff:one")
		if err == nil {
			_, err = h.Privacy.ApproveDraft(ctx, draft.Revision, "staff:two")
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, body := h.ask(t, "support", http.MethodGet, path, nil); strings.Contains(body, `value="help"`) {
			t.Error("support is still offered the purpose it lost")
		}
		if res, _ := h.ask(t, "support", http.MethodPost, path+"/contacts", url.Values{"purpose": {"help"}}); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("the lost purpose: %d", res.StatusCode)
		}
	})
}
