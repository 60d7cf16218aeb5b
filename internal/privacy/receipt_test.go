package privacy_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

func receipt(t *testing.T, h *privacytest.House, person, scope string, ended bool) []byte {
	t.Helper()
	all, err := h.Privacy.Consents(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Scope != scope {
			continue
		}
		r, err := h.Privacy.ReceiptOf(t.Context(), person, c.ID, ended)
		if err != nil {
			t.Fatal(err)
		}
		b, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	t.Fatalf("no consent to %s", scope)
	return nil
}

func TestReceiptVerifiesOfflineAndNamesWhatWasChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, nil)
		guest := h.Guest(t, privacytest.Aigul(), privacy.ScopeMarketingEmail)
		key := h.Vault.JournalVerifier()
		file := receipt(t, h, guest, privacy.ScopeService, false)
		if c := privacy.CheckReceipt(file, key); len(c.Findings) > 0 || c.Receipt.Consent.Confirmed != privacy.ByTick || c.Receipt.Channel != "site" {
			t.Fatalf("a true receipt: %q, %+v", c.Findings, c.Receipt)
		}
		for _, value := range []string{privacytest.Aigul().Email, privacytest.Aigul().Surname, privacytest.Aigul().Phone, guest} {
			if strings.Contains(string(file), value) {
				t.Errorf("the receipt holds %q", value)
			}
		}
		other := receipt(t, h, h.Guest(t, privacytest.Aigul()), privacy.ScopeService, false)
		for _, forged := range []struct {
			what   string
			change func(r *privacy.Receipt)
			want   string
		}{
			{"the text", func(r *privacy.Receipt) { r.Consent.Text += " And more." }, "the text is not the one"},
			{"the text with its hash", func(r *privacy.Receipt) { r.Consent.TextHash = strings.Repeat("0", 64) }, "vouches for"},
			{"the date", func(r *privacy.Receipt) { r.At = r.At.Add(-24 * time.Hour) }, "another time"},
			{"the version", func(r *privacy.Receipt) { r.Consent.Version = 7 }, "vouches for"},
			{"the version's hash", func(r *privacy.Receipt) { r.Consent.VersionHash = strings.Repeat("a", 64) }, "vouches for"},
			{"the term", func(r *privacy.Receipt) { r.Consent.Expires = r.At.AddDate(9, 0, 0) }, "vouches for"},
			{"how it was confirmed", func(r *privacy.Receipt) { r.Consent.Confirmed = privacy.ByPaper }, "vouches for"},
			{"the channel", func(r *privacy.Receipt) { r.Channel = "counter" }, "vouches for"},
			{"the recipient", func(r *privacy.Receipt) { r.Recipient = "somebody" }, "vouches for"},
			{"the scope", func(r *privacy.Receipt) { r.Scope = privacy.ScopeMarketingSMS }, "another scope"},
			{"the id", func(r *privacy.Receipt) { r.ID = db.NewID() }, "vouches for"},
			{"the act", func(r *privacy.Receipt) { r.Act, r.Consent = "withdrawal", nil }, "something else"},
			{"the entry", func(r *privacy.Receipt) {
				r.Journal.Entry = strings.Replace(r.Journal.Entry, "\nperson\n", "\nsystem\n", 1)
			}, "does not hold this entry"},
			{"another's entry", func(r *privacy.Receipt) { r.Journal = privacy.CheckReceipt(other, key).Receipt.Journal }, "vouches for"},
			{"the place", func(r *privacy.Receipt) { r.Journal.Place++ }, "does not hold this entry"},
			{"the proof", func(r *privacy.Receipt) {
				r.Journal.Proof = append([][]byte{make([]byte, 32)}, r.Journal.Proof...)
			}, "does not hold this entry"},
			{"the proof's form", func(r *privacy.Receipt) { r.Journal.Proof = [][]byte{{1}} }, "proof cannot be read"},
			{"the checkpoint", func(r *privacy.Receipt) {
				r.Journal.Checkpoint = strings.Replace(r.Journal.Checkpoint, "\n", "\n1", 1)
			}, "not signed"},
		} {
			var r privacy.Receipt
			if err := json.Unmarshal(file, &r); err != nil {
				t.Fatal(err)
			}
			forged.change(&r)
			b, err := r.JSON()
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(privacy.CheckReceipt(b, key).Findings, "; ")
			if !strings.Contains(got, forged.want) {
				t.Errorf("changed %s: found %q, want %q", forged.what, got, forged.want)
			}
		}
	})
}

func TestReceiptOfAnotherJournalOrNoReceiptAtAllIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, nil)
		guest := h.Guest(t, privacytest.Aigul())
		file := receipt(t, h, guest, privacy.ScopeService, false)
		const stranger = "sahna journal+6cb4d8f0+AYwOfvLSqIMGsnu3xxl95Rs0u0dfXIjJdgGgxQHkUcd9"
		if c := privacy.CheckReceipt(file, stranger); len(c.Findings) == 0 {
			t.Error("a receipt verifies with a stranger's key")
		}
		for _, junk := range []string{"", "{}", "[]", "null", string(file) + "{}", strings.Replace(string(file), `"act"`, `"deed"`, 1), strings.Repeat(" ", 2<<20)} {
			if c := privacy.CheckReceipt([]byte(junk), ""); len(c.Findings) == 0 {
				t.Errorf("%.30q is taken for a receipt", junk)
			}
		}
		all, err := h.Privacy.Consents(t.Context(), guest)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Privacy.ReceiptOf(t.Context(), h.Guest(t, privacytest.Aigul()), all[0].ID, false); !errors.Is(err, privacy.ErrNoReceipt) {
			t.Errorf("another person gets the receipt: %v", err)
		}
		if _, err := h.Privacy.ReceiptOf(t.Context(), guest, all[0].ID, true); !errors.Is(err, privacy.ErrNoReceipt) {
			t.Errorf("a receipt of a withdrawal that never was: %v", err)
		}
	})
}

func TestWithdrawalHasItsOwnReceiptAndStopsUseAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		guest := h.Guest(t, privacytest.Aigul(), privacy.ScopeMarketingEmail)
		h.Clock.(*clock.Fake).Advance(time.Minute)
		if err := h.Privacy.Withdraw(ctx, guest, privacy.ScopeMarketingEmail, "site"); err != nil {
			t.Fatal(err)
		}
		if c := privacy.CheckReceipt(receipt(t, h, guest, privacy.ScopeMarketingEmail, true), h.Vault.JournalVerifier()); len(c.Findings) > 0 || c.Receipt.Act != "withdrawal" {
			t.Errorf("receipt of the withdrawal: %q", c.Findings)
		}
		if _, err := openEmail(t, h, guest); !errors.Is(err, privacy.ErrNoConsent) {
			t.Errorf("opened for marketing after the withdrawal: %v", err)
		}
		page, err := h.Vault.EntriesOf(ctx, guest, vault.Page{Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		verbs := map[vault.Verb]int{}
		for _, e := range page.Entries {
			verbs[e.Verb]++
		}
		if verbs[vault.VerbConsent] != 2 || verbs[vault.VerbWithdraw] != 1 {
			t.Errorf("the person's journal has %v", verbs)
		}
		if found, err := h.Vault.VerifyJournal(ctx, nil); err != nil || len(found) > 0 {
			t.Errorf("the journal: %v %v", found, err)
		}
	})
}

func openEmail(t *testing.T, h *privacytest.House, person string) (out map[vault.Field]vault.Secret, err error) {
	t.Helper()
	err = h.DB.Transact(t.Context(), func(tx *db.DB) error {
		out, err = h.Vault.Open(t.Context(), tx, vault.Opening{
			Person: person, Purpose: vault.PurposeMarketing,
			Fields: []vault.Field{vault.Email}, Actor: "system", Reason: "campaign",
		})
		return err
	})
	return out, err
}

func TestConsentEndsWithItsTermAtEveryUse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewFake(time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC))
		h := privacytest.New(t, d, now)
		guest := h.Guest(t, privacytest.Aigul(), privacy.ScopeMarketingEmail)
		all, err := h.Privacy.Consents(t.Context(), guest)
		if err != nil {
			t.Fatal(err)
		}
		terms := map[string]time.Time{}
		for _, c := range all {
			terms[c.Scope] = c.ExpiresAt
		}
		if diff := cmp.Diff(map[string]time.Time{privacy.ScopeService: {}, privacy.ScopeMarketingEmail: time.Date(2029, 11, 23, 7, 0, 0, 0, time.UTC)}, terms); diff != "" {
			t.Errorf("terms (-want +got):\n%s", diff)
		}
		now.Set(time.Date(2029, 11, 23, 6, 59, 59, 0, time.UTC))
		if _, err := openEmail(t, h, guest); err != nil {
			t.Errorf("a second before its end: %v", err)
		}
		now.Advance(time.Second)
		if _, err := openEmail(t, h, guest); !errors.Is(err, privacy.ErrNoConsent) {
			t.Errorf("at its end: %v", err)
		}
		if ok, err := h.Privacy.Consented(t.Context(), guest, privacy.ScopeService); err != nil || !ok {
			t.Errorf("the consent to the service ended too: %v", err)
		}
	})
}

// owing is a room with one obligation, open or not.
type owing struct{ open bool }

func (*owing) Room() string { return "boxoffice" }

func (*owing) Export(context.Context, string) ([]privacy.Record, error) { return nil, nil }

func (o *owing) Erase(context.Context, *db.DB, string, bool) ([]privacy.Outcome, error) {
	out := privacy.Outcome{Record: privacy.Record{Room: "boxoffice", Kind: "order", ID: "o1"}, Fate: privacy.FateErased}
	if o.open {
		out.Fate, out.Ground = privacy.FateWithheld, "order_open"
	}
	return []privacy.Outcome{out}, nil
}

func TestTheServiceIsWithdrawnOnceNoObligationNeedsIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		room := &owing{open: true}
		h.Privacy.SetHolders(room)
		guest := h.Guest(t, privacytest.Aigul())
		if err := h.Privacy.Withdraw(ctx, guest, privacy.ScopeService, "site"); !errors.Is(err, privacy.ErrKeepsScope) {
			t.Errorf("with an open order: %v", err)
		}
		owed, err := h.Privacy.Obligations(ctx, guest)
		if err != nil || len(owed) != 1 || owed[0].Ground != "order_open" {
			t.Errorf("the reason: %+v %v", owed, err)
		}
		if ok, _ := h.Privacy.Consented(ctx, guest, privacy.ScopeService); !ok {
			t.Error("the refused withdrawal ended the consent")
		}
		room.open = false
		if err := h.Privacy.Withdraw(ctx, guest, privacy.ScopeService, "site"); err != nil {
			t.Fatal(err)
		}
		if ok, _ := h.Privacy.Consented(ctx, guest, privacy.ScopeService); ok {
			t.Error("the consent stands after its withdrawal")
		}
	})
}
