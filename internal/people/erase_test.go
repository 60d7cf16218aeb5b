package people_test

import (
	"errors"
	"testing"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

// TestAnErasedAccountDoesNotComeBackBySigningIn: the session is over, the password opens nothing, and who registers with the same
// address is somebody else, who does not see what was.
func TestAnErasedAccountDoesNotComeBackBySigningIn(t *testing.T) {
	each(t, func(t *testing.T, h rooms) {
		ctx := t.Context()
		h.Privacy.SetHolders(privacy.HolderOfPeople(h.People))
		token, s := h.register(t)
		e, err := h.Privacy.Erase(ctx, privacy.EraseOrder{Person: s.PersonID, Actor: "person", Reason: "account_deleted"})
		if err != nil || !e.Done() {
			t.Fatalf("erase: %+v, %v", e, err)
		}
		kinds := map[string]privacy.Fate{}
		for _, o := range e.Outcomes {
			kinds[o.Kind] = o.Fate
		}
		if kinds["account"] != privacy.FateErased || kinds["session"] != privacy.FateErased || kinds["fields"] != privacy.FateErased {
			t.Errorf("fates: %v", kinds)
		}
		if _, err := h.People.SessionByToken(ctx, token); !errors.Is(err, people.ErrNoSession) {
			t.Errorf("the session goes on: %v", err)
		}
		if _, _, err := h.People.SignIn(ctx, "aigul@example.kz", password, phone); !errors.Is(err, people.ErrSignIn) {
			t.Errorf("signed in: %v", err)
		}
		if _, err := h.People.Held(ctx, s.PersonID); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("held: %v", err)
		}
		_, again := h.register(t)
		if again.PersonID == s.PersonID || again.AccountID == s.AccountID {
			t.Error("the same address brought the erased person back")
		}
		if persons, err := h.People.PersonsOf(ctx, again); err != nil || len(persons) != 1 {
			t.Errorf("the new person sees %v, %v", persons, err)
		}
	})
}
