package account_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

// mailAbroad puts the mail server in Germany and gives a partner name and e-mail for news.
func (h *house) mailAbroad() {
	h.t.Helper()
	ctx := h.t.Context()
	v, err := h.Privacy.Processing(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	r := privacy.Processing{Entries: slices.Clone(v.Entries), Recipients: slices.Clone(v.Recipients)}
	for i := range r.Recipients {
		if r.Recipients[i].Code == privacy.MailGateway {
			r.Recipients[i].Country = "DE"
		}
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
	d, err := h.Privacy.SaveDraft(ctx, r, "staff:one")
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.Privacy.ApproveDraft(ctx, d.Revision, "staff:two"); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) boxes() privacy.Boxes {
	h.t.Helper()
	b, err := h.Privacy.Boxes(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return b
}

func TestEachRecipientIsGivenAndWithdrawnOnThePage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.mailAbroad()
		b, v := h.boxes(), h.visitor()
		register := func(consents ...string) (int, string) {
			kv := []string{"surname", "Серікқызы", "name", "Айгүл", "email", "aigul@example.kz", "password", password, "version", b.Version.ID, "register", b.Register}
			for _, c := range consents {
				kv = append(kv, "consents", c)
			}
			status, _, body := v.post("/ru/account/register", kv...)
			return status, body
		}
		if status, body := register("service"); status != 422 || !strings.Contains(body, "Почтовый сервер оператора, Германия") || len(h.Mails.All()) > 0 {
			t.Errorf("an account without leave to mail its code: %d", status)
		}
		register("service", "service.mail_gateway")
		v.post("/ru/account/code", "code", h.newestCode())
		_, _, body := v.get("/ru/account/data")
		expect(t, "the boxes", body, "Кому ещё передаются данные", "Друзья театра", "Страна: Германия. Что передаётся: фамилия, имя, адрес электронной почты", "consents/service.mail_gateway/withdraw", "consents/marketing_email.partner/give")

		_, _, body = v.post("/ru/account/data/consents/service.mail_gateway/withdraw")
		expect(t, "after withdrawing", body, "Этому получателю больше ничего не уходит", "consents/service.mail_gateway/give")
		sent := len(h.Mails.All())
		h.visitor().post("/ru/account/forgotten", "email", "aigul@example.kz")
		if err := h.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(h.Mails.All()); n != sent {
			t.Error("a letter went abroad after the consent was withdrawn")
		}
		v.post("/ru/account/data/consents/service.mail_gateway/give", "version", b.Version.ID, "register", b.Register)
		if ok, err := h.Privacy.ConsentedFor(t.Context(), h.account(), privacy.ScopeService, privacy.MailGateway); err != nil || ok {
			t.Errorf("the button alone was a consent: %v %v", ok, err)
		}
		h.Clock.Advance(time.Second) // what is given in the instant of a withdrawal does not outlive it
		_, _, body = v.post("/ru/account/data/consents/service.mail_gateway/give", "version", b.Version.ID, "register", b.Register, "consents", "service.mail_gateway")
		expect(t, "given again", body, "consents/service.mail_gateway/withdraw")
		named := false
		for _, l := range receiptLink.FindAllString(body, -1) {
			_, _, page := v.get(l)
			named = named || strings.Contains(page, "Почтовый сервер оператора, Германия")
			_, _, file := v.get(strings.Split(l, "?")[0] + "/receipt.json" + strings.TrimPrefix(l, strings.Split(l, "?")[0]))
			h.checks("the receipt", file)
		}
		if !named {
			t.Error("no receipt names the recipient")
		}
	})
}

// account is the person of the only account.
func (h *house) account() (person string) {
	h.t.Helper()
	if err := h.DB.QueryRow(h.t.Context(), `SELECT person_id FROM people_account LIMIT 1`).Scan(&person); err != nil {
		h.t.Fatal(err)
	}
	return person
}
