package privacy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

// abroad moves the mail gateway to a country, and gives a partner name and e-mail for news.
func abroad(country string) func(*privacy.Processing) {
	return func(r *privacy.Processing) {
		for i := range r.Recipients {
			if r.Recipients[i].Code == privacy.MailGateway {
				r.Recipients[i].Country = country
			}
		}
		if _, ok := r.Recipient("partner"); ok {
			return
		}
		r.Recipients = append(r.Recipients, privacy.Recipient{
			Code: "partner", Kind: privacy.KindOther, Country: "KZ", Fields: []vault.Field{vault.Name, vault.Email},
			Name: i18n.Text{KK: "Театр достары", RU: "Друзья театра", EN: "Friends of the theatre"},
		})
		for i := range r.Entries {
			if e := &r.Entries[i]; e.Purpose == vault.PurposeMarketing {
				e.Recipients = append(slices.Clone(e.Recipients), "partner")
			}
		}
	}
}

// boxes are the consents that are asked now, and a given one of them.
func boxes(t *testing.T, h *privacytest.House, codes ...string) (privacy.Boxes, privacy.Given) {
	t.Helper()
	b, err := h.Privacy.Boxes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return b, privacy.Given{VersionID: b.Version.ID, Register: b.Register, Scopes: codes, Lang: i18n.RU, Channel: "site"}
}

func TestConsentForOneRecipientIsNoneForAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		guest := h.Guest(t, privacytest.Aigul(), privacy.ScopeMarketingEmail)
		send := func(to string, p vault.Purpose, want error) {
			t.Helper()
			err := d.Transact(ctx, func(tx *db.DB) error {
				return h.Privacy.Transfer(ctx, tx, privacy.TransferTo{Recipient: to, Person: guest, Purpose: p, Fields: []vault.Field{vault.Email}})
			})
			if !errors.Is(err, want) {
				t.Errorf("%s for %s: got %v, want %v", to, p, err, want)
			}
		}
		if b, _ := boxes(t, h); len(b.Choices) != 0 {
			t.Errorf("carriers within the country are asked for: %+v", b.Choices)
		}
		edited(t, h.Privacy, abroad("DE"))
		b, given := boxes(t, h, "service.mail_gateway")
		var codes []string
		for _, c := range b.Choices {
			codes = append(codes, c.Code())
		}
		if got := strings.Join(codes, " "); got != "service.mail_gateway marketing_email.mail_gateway marketing_email.partner" {
			t.Errorf("boxes: %s", got)
		}
		send(privacy.MailGateway, vault.PurposeService, privacy.ErrNoConsent)
		send(privacy.MailGateway, vault.PurposeIdentification, privacy.ErrNoConsent)
		send(privacy.MailGateway, vault.PurposeRights, nil) // the person asked
		grant := func(g privacy.Given, want error) {
			t.Helper()
			if err := h.Privacy.Grant(ctx, guest, g); !errors.Is(err, want) {
				t.Errorf("grant %v: got %v, want %v", g.Scopes, err, want)
			}
		}
		stale := given
		stale.Register = ""
		grant(stale, privacy.ErrVersionOld)
		grant(func() privacy.Given { g := given; g.Scopes = []string{"service.circus"}; return g }(), privacy.ErrConsentUnknown)
		grant(given, nil)
		send(privacy.MailGateway, vault.PurposeService, nil)
		send(privacy.MailGateway, vault.PurposeIdentification, nil)
		send(privacy.MailGateway, vault.PurposeMarketing, privacy.ErrNoConsent)
		send("partner", vault.PurposeMarketing, privacy.ErrNoConsent)

		_, given = boxes(t, h, "marketing_email.partner", "marketing_email.mail_gateway")
		grant(given, nil)
		send("partner", vault.PurposeMarketing, nil)
		if err := h.Privacy.WithdrawFor(ctx, guest, privacy.ScopeMarketingEmail, "partner", "site"); err != nil {
			t.Fatal(err)
		}
		send("partner", vault.PurposeMarketing, privacy.ErrNoConsent)
		send(privacy.MailGateway, vault.PurposeMarketing, nil)
		if err := h.Privacy.Withdraw(ctx, guest, privacy.ScopeMarketingEmail, "site"); err != nil {
			t.Fatal(err)
		}
		grant(privacy.Given{VersionID: b.Version.ID, Scopes: []string{privacy.ScopeMarketingEmail}, Lang: i18n.RU, Channel: "site"}, nil)
		send(privacy.MailGateway, vault.PurposeMarketing, privacy.ErrNoConsent) // did not come back with the news
		send(privacy.MailGateway, vault.PurposeService, nil)
	})
}

func TestAConsentForARecipientIsToWhatItWasThen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		guest := h.Guest(t, privacytest.Aigul())
		leaves := func() error {
			return d.Transact(ctx, func(tx *db.DB) error {
				return h.Privacy.Transfer(ctx, tx, privacy.TransferTo{
					Recipient: privacy.MailGateway, Person: guest, Purpose: vault.PurposeService, Fields: []vault.Field{vault.Email},
				})
			})
		}
		edited(t, h.Privacy, abroad("DE"))
		_, given := boxes(t, h, "service.mail_gateway")
		if err := h.Privacy.Grant(ctx, guest, given); err != nil {
			t.Fatal(err)
		}
		all, err := h.Privacy.Consents(ctx, guest)
		if err != nil {
			t.Fatal(err)
		}
		r, err := h.Privacy.ReceiptOf(ctx, guest, all[0].ID, false)
		if err != nil {
			t.Fatal(err)
		}
		if r.Recipient != privacy.MailGateway || !strings.Contains(r.Consent.Summary, "Почтовый сервер оператора, Германия") || !strings.Contains(r.Consent.Text, "5. Передача за границу. Да: Германия.") {
			t.Errorf("the receipt names %q: %s", r.Recipient, r.Consent.Text)
		}
		file, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if c := privacy.CheckReceipt(file, h.Vault.JournalVerifier()); len(c.Findings) > 0 {
			t.Errorf("the receipt: %q", c.Findings)
		}
		forged := strings.ReplaceAll(string(file), "Германия", "Казахстан")
		if c := privacy.CheckReceipt([]byte(forged), h.Vault.JournalVerifier()); len(c.Findings) == 0 {
			t.Error("another country in the receipt was not seen")
		}
		if err := leaves(); err != nil {
			t.Errorf("agreed to: %v", err)
		}
		state := func() privacy.Chosen {
			t.Helper()
			b, _ := boxes(t, h)
			list, err := h.Privacy.ChosenBy(ctx, guest, b)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(list, func(c privacy.Chosen) bool { return c.Code() == "service.mail_gateway" })
			if i < 0 {
				return privacy.Chosen{}
			}
			return list[i]
		}
		if c := state(); !c.Holds || c.Older || c.Gone {
			t.Errorf("after agreeing: %+v", c)
		}
		edited(t, h.Privacy, abroad("US"))
		if err := leaves(); !errors.Is(err, privacy.ErrNoConsent) {
			t.Errorf("to another country: %v", err)
		}
		if c := state(); c.Holds || !c.Older {
			t.Errorf("after the move: %+v", c)
		}
		if err := h.Privacy.Grant(ctx, guest, given); !errors.Is(err, privacy.ErrVersionOld) {
			t.Errorf("a form of before the move: %v", err)
		}
		edited(t, h.Privacy, abroad("KZ"))
		if err := leaves(); err != nil {
			t.Errorf("back in the country it is the service's again: %v", err)
		}
		if c := state(); !c.Gone {
			t.Errorf("a consent that nothing asks for any more: %+v", c)
		}
		if _, err := d.Exec(ctx, `UPDATE privacy_consent_text SET body = 'x'`); err == nil {
			t.Error("a text that was shown could be changed")
		}
	})
}

func TestAServiceThatIsConfiguredButNotRegisteredGetsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		guest := h.Guest(t, privacytest.Aigul())
		op := privacytest.Operator()
		op.Carriers = []privacy.Carrier{{Recipient: privacy.MailGateway, Name: "Brieftaube", Country: "DE"}}
		p, err := privacy.New(ctx, d, h.Clock, op)
		if err != nil {
			t.Fatal(err)
		}
		p.SetVault(h.Vault)
		leaves := func() error {
			return d.Transact(ctx, func(tx *db.DB) error {
				return p.Transfer(ctx, tx, privacy.TransferTo{
					Recipient: privacy.MailGateway, Person: guest, Purpose: vault.PurposeService, Fields: []vault.Field{vault.Email},
				})
			})
		}
		if err := leaves(); !errors.Is(err, privacy.ErrRecipient) {
			t.Errorf("a letter went by a service that the register does not name: %v", err)
		}
		if differs, err := p.Differs(ctx); err != nil || !differs {
			t.Errorf("no red light: %v %v", differs, err)
		}
		draft, err := p.Draft(ctx)
		if err != nil {
			t.Fatal(err)
		}
		to, _ := draft.Recipient(privacy.MailGateway)
		if to.Country != "DE" || !strings.Contains(to.Name.RU, "Brieftaube") {
			t.Errorf("proposed: %+v", to)
		}
		if _, err := p.ApproveDraft(ctx, draft.Revision, "staff:two"); err != nil {
			t.Fatal(err)
		}
		if err := leaves(); !errors.Is(err, privacy.ErrNoConsent) {
			t.Errorf("registered, but the person was not asked: %v", err)
		}
		b, err := p.Boxes(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Grant(ctx, guest, privacy.Given{VersionID: b.Version.ID, Register: b.Register, Scopes: []string{"service.mail_gateway"}, Lang: i18n.KK, Channel: "site"}); err != nil {
			t.Fatal(err)
		}
		if err := leaves(); err != nil {
			t.Errorf("registered and agreed to: %v", err)
		}
	})
}
