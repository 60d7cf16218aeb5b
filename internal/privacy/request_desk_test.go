package privacy_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

type deskHouse struct {
	*privacytest.House
	desk    *privacy.Desk
	officer string // an actor
	second  string
}

func openDesk(t *testing.T, d *db.DB, c clock.Clock) *deskHouse {
	t.Helper()
	h := privacytest.New(t, d, c)
	if err := jobs.Migrate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	out := &deskHouse{House: h, desk: privacy.NewDesk(h.Privacy, h.People, h.Jobs, h.Mails, h.Bundle)}
	for i, actor := range []*string{&out.officer, &out.second} {
		id, _, err := h.People.MakeStaff(t.Context(), people.Contacts{Surname: "Әлиева", Name: "Дана", Email: string(rune('a'+i)) + "@office.example.kz", Phone: "+77010000001"},
			"correct horse battery", []people.Role{people.RoleOfficer})
		if err != nil {
			t.Fatal(err)
		}
		*actor = "staff:" + id
	}
	return out
}

func (h *deskHouse) enter(t *testing.T, k privacy.RequestKind, c people.Contacts) privacy.Request {
	t.Helper()
	r, err := h.desk.Enter(t.Context(), privacy.Entered{Kind: k, Channel: "paper", Lang: i18n.RU, Text: "Прошу сделать, что положено по закону.", Contacts: c, Actor: h.officer})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (h *deskHouse) again(t *testing.T, r privacy.Request) privacy.Request {
	t.Helper()
	r, err := h.Privacy.RequestByNumber(t.Context(), r.Number)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func pdfText(t *testing.T, body []byte) string {
	t.Helper()
	dir := os.Getenv("SAHNA_ARTEFACTS")
	if dir == "" {
		dir = t.TempDir()
	}
	path := filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+".pdf")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

func TestARefusalIsALetterWithItsReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := nauryz()
		h := openDesk(t, d, c)
		person := h.Guest(t, privacytest.Aigul())
		r := h.enter(t, privacy.RequestClaim, privacytest.Aigul())
		if r.Person != person {
			t.Error("the person was not found by e-mail")
		}
		if err := h.desk.Take(t.Context(), r.ID, h.officer); err != nil || h.again(t, r).State != privacy.StateWork {
			t.Errorf("take: %v", err)
		}
		c.Set(time.Date(2026, 3, 30, 23, 59, 0, 0, almaty))
		for _, bad := range []privacy.Decision{
			{},
			{Result: privacy.Refused, Text: "Without a ground it is none."},
			{Result: privacy.Refused, Ground: "claim_unfounded"},
			{Result: "maybe", Ground: "claim_unfounded", Text: "Text enough for a letter"},
			{Result: privacy.Refused, Ground: "whim", Text: "Text enough for a letter"},
		} {
			bad.Actor = h.officer
			if err := h.desk.Decide(t.Context(), r.ID, bad); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		text := "Показ состоялся, места были заняты вами."
		if err := h.desk.Decide(t.Context(), r.ID, privacy.Decision{Result: privacy.Refused, Ground: "claim_unfounded", Text: text, Actor: h.officer}); err != nil {
			t.Fatal(err)
		}
		if err := h.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		mails := h.Mails.All()
		if len(mails) != 1 || mails[0].To != privacytest.Aigul().Email || len(mails[0].Attachments) != 1 {
			t.Fatalf("letters: %d", len(mails))
		}
		got := pdfText(t, mails[0].Attachments[0].Data)
		for _, want := range []string{
			"2026-00001", "«Сахна билет» ЖШС", "ТОО «Сахна билет»", "БСН 260140012345", "БИН 260140012345", "Серікқызы Айгүл Нұрланқызы", text,
			"30 рабочих дней", "10 календарных дней", "30 жұмыс күні", "күнтізбелік 10 күн", "ЗПП 42-4", "в срок", "мерзімінде", "derek@example.kz",
			"основания претензии не подтвердились", "талаптың негізі расталмады", "Мы не можем выполнить", "статья 24",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("the letter lacks %q", want)
			}
		}
		if r = h.again(t, r); !r.InTime || r.MailedAt.IsZero() || r.Letter != "2026-00001" {
			t.Errorf("answered request: %+v", r)
		}
		if err := h.desk.Decide(t.Context(), r.ID, privacy.Decision{Result: privacy.Granted, Actor: h.officer}); !errors.Is(err, privacy.ErrRequestOver) {
			t.Errorf("answered again: %v", err)
		}
	})
}

func TestBlockAndWithdrawAreDoneWithTheAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openDesk(t, d, nauryz())
		person := h.Guest(t, privacytest.Aigul(), privacy.ScopeMarketingEmail)
		withdraw := h.enter(t, privacy.RequestWithdraw, privacytest.Aigul())
		if err := h.desk.Decide(t.Context(), withdraw.ID, privacy.Decision{Result: privacy.Partly, Ground: "obligation_open", Text: "The rest after the performance.", Actor: h.officer}); err != nil {
			t.Fatal(err)
		}
		if yes, err := h.Privacy.Consented(t.Context(), person, privacy.ScopeMarketingEmail); err != nil || yes {
			t.Errorf("news are still agreed to: %v", err)
		}
		block := h.enter(t, privacy.RequestBlock, privacytest.Aigul())
		if err := h.desk.Decide(t.Context(), block.ID, privacy.Decision{Result: privacy.Granted, Actor: h.officer}); err != nil {
			t.Fatal(err)
		}
		err := d.Transact(t.Context(), func(tx *db.DB) error {
			_, err := h.People.Contacts(t.Context(), tx, vault.Opening{Person: person, Purpose: vault.PurposeRights, Actor: h.officer, Reason: "test"})
			return err
		})
		if !errors.Is(err, vault.ErrBlocked) {
			t.Errorf("blocked data opens: %v", err)
		}
		if err := h.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(h.Mails.All()); n != 2 {
			t.Errorf("%d answers went out, although the address was given for them", n)
		}
	})
}

func TestEntriesOfStrangersAndHostileWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openDesk(t, d, nauryz())
		stranger := people.Contacts{Surname: "Ким", Name: "Лев", Email: "lev@example.kz", Phone: "+77017654321"}
		nasty := "'; DROP TABLE privacy_request; -- <script>alert(1)</script> \x00\u202e𝕏 " + strings.Repeat("ы", 900)
		r, err := h.desk.Enter(t.Context(), privacy.Entered{Kind: privacy.RequestAccess, Channel: "mail", Lang: i18n.KK, Text: nasty, Contacts: stranger, Actor: h.officer})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.desk.Decide(t.Context(), r.ID, privacy.Decision{Result: privacy.Granted, Text: nasty, Actor: h.officer}); err != nil {
			t.Fatal(err)
		}
		body, err := h.desk.Letter(t.Context(), h.again(t, r), h.officer)
		if err != nil || !strings.Contains(pdfText(t, body), "DROP TABLE") {
			t.Errorf("letter with hostile words: %v", err)
		}
		w, err := h.desk.Words(t.Context(), h.again(t, r), h.officer)
		if err != nil || strings.Contains(w.Asked, "\x00") || !strings.Contains(w.Asked, "<script>") {
			t.Errorf("words: %v", err)
		}
		for _, bad := range []privacy.Entered{
			{Text: "short"},
			{Text: strings.Repeat("ы", 2001)},
			{Text: "long enough text", Kind: "whim", Channel: "mail"},
			{Text: "long enough text", Kind: privacy.RequestAccess, Channel: "pigeon"},
			{Text: "long enough text", Kind: privacy.RequestAccess, Channel: "mail", Contacts: stranger, ReceivedAt: h.Clock.Now().Add(time.Hour)},
			{Text: "long enough text", Kind: privacy.RequestAccess, Channel: "mail", Contacts: people.Contacts{Email: "nobody"}},
		} {
			bad.Lang, bad.Actor = i18n.RU, h.officer
			if _, err := h.desk.Enter(t.Context(), bad); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%.40q was taken: %v", bad.Text, err)
			}
		}
		var n int
		if err := d.QueryRow(t.Context(), `SELECT count(*) FROM privacy_request`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d requests, %v", n, err)
		}
	})
}

func TestADecidedErasureWaitsForSomebodyElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openDesk(t, d, nauryz())
		h.Guest(t, privacytest.Aigul())
		r := h.enter(t, privacy.RequestErase, privacytest.Aigul())
		decide := func() error {
			return h.desk.Decide(t.Context(), r.ID, privacy.Decision{Result: privacy.Granted, Actor: h.officer})
		}
		if err := decide(); err != nil || h.again(t, r).State != privacy.StateApproval {
			t.Fatalf("proposed: %v", err)
		}
		if err := decide(); !errors.Is(err, privacy.ErrRequestWaits) {
			t.Errorf("decided twice: %v", err)
		}
		if err := h.desk.Approve(t.Context(), r.ID, h.officer); !errors.Is(err, privacy.ErrSamePerson) {
			t.Errorf("approved by oneself: %v", err)
		}
		if err := h.desk.Return(t.Context(), r.ID, h.second); err != nil || h.again(t, r).State != privacy.StateWork {
			t.Errorf("returned: %v", err)
		}
	})
}

func TestTheLetterOfAnErasureListsAllFourFatesInBothLanguages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openDesk(t, d, nauryz())
		h.Privacy.SetHolders(privacy.HolderOfPeople(h.People))
		h.Guest(t, privacytest.Aigul())
		brother := privacytest.Aigul()
		brother.Name, brother.Patronymic = "Дәулет", ""
		other := h.Guest(t, brother)
		r := h.enter(t, privacy.RequestErase, privacytest.Aigul())
		if n, err := h.desk.Others(t.Context(), r); err != nil || n != 1 {
			t.Errorf("%d others share the address (%v), want 1", n, err)
		}
		if err := h.desk.Decide(t.Context(), r.ID, privacy.Decision{Result: privacy.Granted, Actor: h.officer}); err != nil {
			t.Fatal(err)
		}
		if err := h.desk.Approve(t.Context(), r.ID, h.second); err != nil {
			t.Fatal(err)
		}
		if err := h.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		mails := h.Mails.All()
		if len(mails) != 1 || len(mails[0].Attachments) != 1 {
			t.Fatalf("letters: %d", len(mails))
		}
		got := strings.ToLower(pdfText(t, mails[0].Attachments[0].Data))
		for _, l := range []i18n.Lang{i18n.KK, i18n.RU} {
			p := h.Bundle.Printer(l)
			for _, f := range []privacy.Fate{privacy.FateErased, privacy.FateAnonymised, privacy.FateRestricted, privacy.FateWithheld} {
				if want := strings.ToLower(privacy.FateName(p, f)) + ":"; !strings.Contains(got, want) {
					t.Errorf("the letter lacks %q", want)
				}
			}
			if want := strings.ToLower(privacy.KindName(p, privacy.RequestErase)); !strings.Contains(got, want) {
				t.Errorf("the letter lacks %q", want)
			}
		}
		if held, err := h.People.Held(t.Context(), other); err != nil || len(held) == 0 {
			t.Errorf("who shares the mailbox was erased too: %v", err)
		}
	})
}
