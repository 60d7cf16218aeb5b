package privacy_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

func open(t *testing.T, d *db.DB, c clock.Clock, op privacy.Operator) *privacy.Privacy {
	t.Helper()
	p, err := privacy.New(t.Context(), d, c, op)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The clauses of the policy that later work points at by number.
var policyClauses = strings.Fields(`1 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 1.10 1.11 2 2.1 2.2 2.3 3 3.1 3.2 3.2.1 3.2.2 3.2.3 3.2.4
	3.3 3.3.1 3.3.2 3.3.3 3.3.4 3.4 3.5 3.6 4 4.1 4.2 4.2.1 4.2.2 4.2.3 4.2.4 4.2.5 4.3 5 5.1 5.1.1 5.1.2 5.1.3 5.1.4 5.1.5 5.1.6
	5.1.7 5.1.8 5.1.9 5.2 5.3 5.3.1 5.3.2 5.4 5.4.1 5.4.2 5.5 5.5.1 5.5.2 5.5.3 5.5.4 5.5.5 5.5.6 5.5.7 6 6.1 6.2 6.3 6.4 7 7.1 7.2 7.3
	7.4 7.5 7.6`)

func TestPolicyAndOfferAreWholeInThreeLanguages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := open(t, d, vaulttest.Clock(), privacytest.Operator())
		for _, k := range []privacy.Kind{privacy.Policy, privacy.Offer} {
			v, err := p.InForce(t.Context(), k)
			if err != nil {
				t.Fatal(err)
			}
			if v.Number != 1 || v.Previous != "" || len(v.Hash) != 64 {
				t.Errorf("%s: first version is %d, hash %q after %q", k, v.Number, v.Hash, v.Previous)
			}
			for _, l := range i18n.Langs {
				text := ""
				var numbers []string
				for _, c := range v.Documents[l].Clauses {
					text += c.Text + "\n"
					if c.Number != "" {
						numbers = append(numbers, c.Number)
					}
				}
				for _, want := range []string{privacytest.Operator().BIN, privacytest.Operator().Name.In(l), privacytest.Operator().Address.In(l), "bilet@example.kz", "+7 727"} {
					if !strings.Contains(text, want) {
						t.Errorf("%s in %s does not name %q", k, l, want)
					}
				}
				if strings.Contains(text, "{{") || strings.Contains(text, "<no value>") {
					t.Errorf("%s in %s has an unfilled mark", k, l)
				}
				if k == privacy.Policy {
					if diff := cmp.Diff(policyClauses, numbers); diff != "" {
						t.Errorf("clauses in %s (-want +got):\n%s", l, diff)
					}
				}
			}
		}
	})
}

func TestVersionsAreChainedAndPublishedOnlyWhenTheTextDiffers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		op := privacytest.Operator()
		first, err := open(t, d, now, op).InForce(ctx, privacy.Policy)
		if err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Hour)
		same, err := open(t, d, now, op).InForce(ctx, privacy.Policy)
		if err != nil {
			t.Fatal(err)
		}
		if same.ID != first.ID {
			t.Error("the same text was published twice")
		}
		op.Phones = []string{"+7 727 111 11 11"}
		p := open(t, d, now, op)
		second, err := p.InForce(ctx, privacy.Policy)
		if err != nil {
			t.Fatal(err)
		}
		if second.Number != 2 || second.Previous != first.Hash || second.Hash == first.Hash || !second.InForce.After(first.InForce) {
			t.Errorf("second version is %d of %s, after %s", second.Number, second.InForce, second.Previous)
		}
		for _, key := range []string{first.ID, first.Hash} {
			got, err := p.Version(ctx, key)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(first, got); diff != "" {
				t.Errorf("the first version has changed:\n%s", diff)
			}
		}
		all, err := p.Versions(ctx, privacy.Policy)
		if err != nil || len(all) != 2 || all[0].Number != 2 {
			t.Errorf("versions: %v, %v", len(all), err)
		}
		if _, err := p.Version(ctx, "nonsense"); !errors.Is(err, privacy.ErrNoVersion) {
			t.Errorf("an unknown version gives %v", err)
		}
		changes := privacy.Diff(first.Documents[i18n.RU], second.Documents[i18n.RU])
		if len(changes) != 1 || changes[0].Number != "7.6" || !strings.Contains(changes[0].New, "111 11 11") || !strings.Contains(changes[0].Old, "000 00 00") {
			t.Errorf("the diff says %+v", changes)
		}
		if wrong, err := p.Verify(ctx); err != nil || len(wrong) != 0 {
			t.Errorf("verify: %v %v", wrong, err)
		}
		if _, err := d.Exec(ctx, `UPDATE privacy_version SET content = '{}' WHERE number = 1`); err == nil {
			t.Error("a published version could be changed")
		}
		if _, err := d.Exec(ctx, `DELETE FROM privacy_version WHERE number = 1`); err == nil {
			t.Error("a published version could be deleted")
		}
	})
}

func TestVerifySeesAForgedVersion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := open(t, d, vaulttest.Clock(), privacytest.Operator())
		if _, err := d.Exec(t.Context(), `INSERT INTO privacy_version (id, kind, number, hash, previous, content, in_force)
			VALUES ('forged', 'privacy', 2, 'ff', 'ee', '{}', 1)`); err != nil {
			t.Fatal(err)
		}
		wrong, err := p.Verify(t.Context())
		if err != nil || len(wrong) != 1 {
			t.Errorf("verify says %v, %v; want the forged version", wrong, err)
		}
	})
}

func TestAProfileWithoutItsPartsPublishesNothing(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	op := privacytest.Operator()
	op.BIN = "12"
	op.Name.KK = ""
	_, err := privacy.New(t.Context(), d, vaulttest.Clock(), op)
	if !errors.Is(err, privacy.ErrOperator) || !strings.Contains(err.Error(), "bin") || !strings.Contains(err.Error(), "name") {
		t.Errorf("got %v, want both wrong keys named", err)
	}
}

func TestAConsentHasItsEightPartsInEveryLanguage(t *testing.T) {
	p := open(t, dbtest.Open(t, db.SQLite), vaulttest.Clock(), privacytest.Operator())
	v, err := p.InForce(t.Context(), privacy.Policy)
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[string]bool{}
	for _, s := range v.Scopes {
		if s.Required != (s.Code == privacy.ScopeService) {
			t.Errorf("%s: required is %v", s.Code, s.Required)
		}
		for _, l := range i18n.Langs {
			if lines := strings.Split(s.Text.In(l), "\n"); len(lines) != 8 {
				t.Errorf("%s in %s has %d parts", s.Code, l, len(lines))
			}
			if strings.Contains(s.Text.In(l), "{{") || strings.Contains(s.Summary.In(l), "\n") {
				t.Errorf("%s in %s is not a finished text", s.Code, l)
			}
			hashes[s.TextHash(l)] = true
		}
	}
	if len(v.Scopes) != 3 || len(hashes) != 9 {
		t.Errorf("%d scopes with %d different texts", len(v.Scopes), len(hashes))
	}
}

func TestCheckRefusesWhatIsNoConsent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		old, err := open(t, d, now, privacytest.Operator()).InForce(ctx, privacy.Policy)
		if err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Minute)
		op := privacytest.Operator()
		op.Email = "new@example.kz"
		p := open(t, d, now, op)
		v, err := p.InForce(ctx, privacy.Policy)
		if err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name  string
			given []privacy.Given
			want  error
		}{
			{"whole", []privacy.Given{{VersionID: v.ID, Scopes: []string{"service"}, Lang: i18n.RU, Channel: "api"}}, nil},
			{"by hash", []privacy.Given{{VersionID: v.Hash, Scopes: []string{"service", "marketing_sms"}, Lang: i18n.EN, Channel: "site"}}, nil},
			{"nothing ticked", nil, privacy.ErrConsentMissing},
			{"only the optional one", []privacy.Given{{VersionID: v.ID, Scopes: []string{"marketing_email"}, Lang: i18n.RU, Channel: "site"}}, privacy.ErrConsentMissing},
			{"unknown scope", []privacy.Given{{VersionID: v.ID, Scopes: []string{"service", "soul"}, Lang: i18n.RU, Channel: "site"}}, privacy.ErrConsentUnknown},
			{"unknown version", []privacy.Given{{VersionID: "x", Scopes: []string{"service"}, Lang: i18n.RU, Channel: "site"}}, privacy.ErrConsentUnknown},
			{"old version", []privacy.Given{{VersionID: old.ID, Scopes: []string{"service"}, Lang: i18n.RU, Channel: "site"}}, privacy.ErrVersionOld},
			{"unknown language", []privacy.Given{{VersionID: v.ID, Scopes: []string{"service"}, Lang: "de", Channel: "site"}}, privacy.ErrConsentUnknown},
			{"unknown channel", []privacy.Given{{VersionID: v.ID, Scopes: []string{"service"}, Lang: i18n.RU, Channel: "rumour"}}, privacy.ErrConsentUnknown},
		} {
			if err := p.Check(ctx, tc.given); !errors.Is(err, tc.want) {
				t.Errorf("%s: got %v, want %v", tc.name, err, tc.want)
			}
		}
	})
}

func TestTheRegisterAndTheConsentsDecideWhatOpens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, now)
		guest := h.Guest(t, privacytest.Aigul(), privacy.ScopeMarketingEmail)
		stranger, err := h.People.NewPerson(ctx)
		if err != nil {
			t.Fatal(err)
		}
		may := func(person string, p vault.Purpose, actor string, f ...vault.Field) error {
			return h.Privacy.May(ctx, d, vault.Opening{Person: person, Purpose: p, Fields: f, Actor: actor, Reason: "test"})
		}
		for _, tc := range []struct {
			name string
			got  error
			want error
		}{
			{"tickets to a guest", may(guest, vault.PurposeService, "system", vault.Name, vault.Email), nil},
			{"a field that the purpose does not have", may(guest, vault.PurposeService, "system", vault.BirthDate), privacy.ErrNotRegistered},
			{"a purpose that nobody knows", may(guest, "curiosity", "system", vault.Name), privacy.ErrNotRegistered},
			{"statistics", may(guest, "statistics", "system", vault.Name), privacy.ErrNotRegistered},
			{"a membership, which nobody sells yet", may(guest, vault.PurposeMembership, "system", vault.Name), privacy.ErrNotRegistered},
			{"no fields", may(guest, vault.PurposeService, "system"), privacy.ErrNotRegistered},
			{"without consent", may(stranger, vault.PurposeService, "system", vault.Name), privacy.ErrNoConsent},
			{"news by e-mail, ticked", may(guest, vault.PurposeMarketing, "system", vault.Name, vault.Email), nil},
			{"news by message, not ticked", may(guest, vault.PurposeMarketing, "system", vault.Phone), privacy.ErrNoConsent},
			{"news to a bare name", may(guest, vault.PurposeMarketing, "system", vault.Name), privacy.ErrNoConsent},
			{"staff that is none", may(guest, vault.PurposeService, "staff:nobody", vault.Name), privacy.ErrActor},
			{"the person's own rights", may(stranger, vault.PurposeRights, "person", vault.Name), nil},
			{"an answer by the program", may(guest, vault.PurposeRights, "system", vault.Name), nil},
			{"identification", may(stranger, vault.PurposeIdentification, "system", vault.Email), nil},
			{"admission by the program", may(guest, vault.PurposeAdmission, "system", vault.Name), privacy.ErrActor},
		} {
			if !errors.Is(tc.got, tc.want) {
				t.Errorf("%s: got %v, want %v", tc.name, tc.got, tc.want)
			}
		}
		if h.Privacy.Registered("shoe_size") || !h.Privacy.Registered(vault.Phone) {
			t.Error("only fields of the register may be stored")
		}
	})
}

func TestAWithdrawnConsentStopsAtOnceAndStaysEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, now)
		guest := h.Guest(t, privacytest.Aigul(), privacy.ScopeMarketingEmail)
		letter := vault.Opening{Person: guest, Purpose: vault.PurposeMarketing, Fields: []vault.Field{vault.Email}, Actor: "system", Reason: "news"}
		if _, err := h.Vault.Open(ctx, d, letter); err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Hour)
		if err := h.Privacy.Withdraw(ctx, guest, privacy.ScopeMarketingEmail, "site"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Vault.Open(ctx, d, letter); !errors.Is(err, privacy.ErrNoConsent) {
			t.Errorf("after the withdrawal: %v", err)
		}
		if err := h.Privacy.Withdraw(ctx, guest, privacy.ScopeService, "site"); !errors.Is(err, privacy.ErrKeepsScope) {
			t.Errorf("withdrawing what open orders need: %v", err)
		}
		all, err := h.Privacy.Consents(ctx, guest)
		if err != nil || len(all) != 2 {
			t.Fatalf("consents: %v %v", all, err)
		}
		v, _ := h.Privacy.InForce(ctx, privacy.Policy)
		for _, c := range all {
			s, _ := v.Scope(c.Scope)
			if c.TextHash != s.TextHash(i18n.KK) || c.VersionID != v.ID || c.Channel != "site" || c.Lang != i18n.KK {
				t.Errorf("evidence does not say what was shown: %+v", c)
			}
			if c.Stands() == (c.Scope == privacy.ScopeMarketingEmail) {
				t.Errorf("%s stands: %v", c.Scope, c.Stands())
			}
		}
		now.Advance(time.Hour)
		if err := h.Privacy.Grant(ctx, guest, privacy.Given{VersionID: v.ID, Scopes: []string{privacy.ScopeMarketingEmail}, Lang: i18n.RU, Channel: "site"}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Vault.Open(ctx, d, letter); err != nil {
			t.Errorf("after consenting again: %v", err)
		}
		if _, err := d.Exec(ctx, `UPDATE privacy_consent SET scope = 'service'`); err == nil {
			t.Error("evidence of consent could be changed")
		}
	})
}
