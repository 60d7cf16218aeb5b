package privacy_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

// edited drafts the version in force with a change and has it approved by somebody else.
func edited(t *testing.T, p *privacy.Privacy, change func(*privacy.Processing)) privacy.RegisterVersion {
	t.Helper()
	v, err := p.Processing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := privacy.Processing{Entries: slices.Clone(v.Entries), Recipients: slices.Clone(v.Recipients)}
	change(&r)
	d, err := p.SaveDraft(t.Context(), r, "staff:one")
	if err != nil {
		t.Fatalf("save the draft: %v", err)
	}
	out, err := p.ApproveDraft(t.Context(), d.Revision, "staff:two")
	if err != nil {
		t.Fatalf("approve the draft: %v", err)
	}
	return out
}

func without(r *privacy.Processing, p vault.Purpose, f vault.Field) {
	for i := range r.Entries {
		if p == "" || r.Entries[i].Purpose == p {
			r.Entries[i].Fields = slices.DeleteFunc(slices.Clone(r.Entries[i].Fields), func(have vault.Field) bool { return have == f })
		}
	}
}

func TestTheVaultObeysTheRegistersVersionInForce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, now)
		guest := h.Guest(t, privacytest.Aigul())
		elsewhere := open(t, d, now, privacytest.Operator()) // another process
		look := vault.Opening{Person: guest, Purpose: vault.PurposeService, Fields: []vault.Field{vault.Phone}, Actor: "system", Reason: "test"}
		if _, err := h.Vault.Open(ctx, d, look); err != nil {
			t.Fatal(err)
		}
		edited(t, h.Privacy, func(r *privacy.Processing) { without(r, vault.PurposeService, vault.Phone) })
		if _, err := h.Vault.Open(ctx, d, look); !errors.Is(err, privacy.ErrNotRegistered) {
			t.Errorf("a field that the version in force does not name opened: %v", err)
		}
		now.Advance(2 * time.Second)
		if err := elsewhere.May(ctx, d, look); !errors.Is(err, privacy.ErrNotRegistered) {
			t.Errorf("another process still obeys the old version: %v", err)
		}
		edited(t, h.Privacy, func(r *privacy.Processing) { without(r, "", vault.Phone) })
		err := d.Transact(ctx, func(tx *db.DB) error {
			return h.Vault.Seal(ctx, tx, guest, map[vault.Field]string{vault.Phone: "+77010000000"})
		})
		if !errors.Is(err, vault.ErrUnknownField) {
			t.Errorf("a field that nobody registered was stored: %v", err)
		}
		edited(t, h.Privacy, func(r *privacy.Processing) {
			r.Entries = slices.DeleteFunc(r.Entries, func(e privacy.Entry) bool { return e.Purpose == vault.PurposeService })
		})
		look.Fields = []vault.Field{vault.Name}
		if _, err := h.Vault.Open(ctx, d, look); !errors.Is(err, privacy.ErrNotRegistered) {
			t.Errorf("a purpose that nobody registered opened: %v", err)
		}
	})
}

func TestNothingLeavesToWhomTheRegisterDoesNotName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		guest := h.Guest(t, privacytest.Aigul())
		to := privacy.TransferTo{Recipient: privacy.MailGateway, Person: guest, Purpose: vault.PurposeService, Fields: []vault.Field{vault.Email}}
		send := func(change func(*privacy.TransferTo)) error {
			to := to
			change(&to)
			return d.Transact(ctx, func(tx *db.DB) error { return h.Privacy.Transfer(ctx, tx, to) })
		}
		for _, tc := range []struct {
			name   string
			change func(*privacy.TransferTo)
			want   error
		}{
			{"a letter", func(*privacy.TransferTo) {}, nil},
			{"somebody unknown", func(to *privacy.TransferTo) { to.Recipient = "friend" }, privacy.ErrRecipient},
			{"a field that the recipient does not get", func(to *privacy.TransferTo) { to.Fields = []vault.Field{vault.Phone} }, privacy.ErrRecipient},
			{"a purpose without recipients", func(to *privacy.TransferTo) { to.Purpose = vault.PurposeAdmission }, privacy.ErrRecipient},
			{"nothing named", func(to *privacy.TransferTo) { to.Fields = nil }, privacy.ErrRecipient},
			{"news without consent", func(to *privacy.TransferTo) { to.Purpose = vault.PurposeMarketing }, privacy.ErrNoConsent},
		} {
			if err := send(tc.change); !errors.Is(err, tc.want) {
				t.Errorf("%s: got %v, want %v", tc.name, err, tc.want)
			}
		}
		lines, err := h.Privacy.Transfers(ctx, guest)
		if err != nil || len(lines) != 1 || lines[0].Recipient != privacy.MailGateway || !slices.Equal(lines[0].Fields, to.Fields) {
			t.Fatalf("register of transfers: %+v %v", lines, err)
		}
		edited(t, h.Privacy, func(r *privacy.Processing) {
			for i := range r.Entries {
				r.Entries[i].Recipients = nil
			}
		})
		if err := send(func(*privacy.TransferTo) {}); !errors.Is(err, privacy.ErrRecipient) {
			t.Errorf("a recipient that the register no longer names got data: %v", err)
		}
		if _, err := d.Exec(ctx, `UPDATE privacy_transfer SET recipient = 'x'`); err == nil {
			t.Error("the register of transfers could be changed")
		}
	})
}

func TestTheRegisterIsPublishedByTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		v, err := h.Privacy.Processing(ctx)
		if err != nil || v.Number != 1 || v.ApprovedBy != "" {
			t.Fatalf("first version: %+v %v", v, err)
		}
		r := privacy.Processing{Entries: slices.Clone(v.Entries), Recipients: v.Recipients}
		r.Entries[0].Keep.Count = 2
		draft, err := h.Privacy.SaveDraft(ctx, r, "staff:one")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Privacy.ApproveDraft(ctx, draft.Revision, "staff:one"); !errors.Is(err, privacy.ErrRegisterTwoEyes) {
			t.Errorf("approved by who made it: %v", err)
		}
		if _, err := h.Privacy.ApproveDraft(ctx, "unread", "staff:two"); !errors.Is(err, privacy.ErrRegisterMoved) {
			t.Errorf("approved unread: %v", err)
		}
		second, err := h.Privacy.ApproveDraft(ctx, draft.Revision, "staff:two")
		if err != nil || second.Number != 2 || second.Previous != v.Hash || second.MadeBy != "staff:one" || second.ApprovedBy != "staff:two" {
			t.Fatalf("second version: %+v %v", second, err)
		}
		if _, err := h.Privacy.ApproveDraft(ctx, draft.Revision, "staff:two"); !errors.Is(err, privacy.ErrRegisterNoDraft) {
			t.Errorf("approved twice: %v", err)
		}
		if wrong, err := h.Privacy.Verify(ctx); err != nil || len(wrong) != 0 {
			t.Errorf("verify: %v %v", wrong, err)
		}
		for _, q := range []string{`UPDATE privacy_register_version SET made_by = 'x'`, `DELETE FROM privacy_register_version`} {
			if _, err := d.Exec(ctx, q); err == nil {
				t.Errorf("a version could be changed: %s", q)
			}
		}
	})
}

func TestARegisterWithoutItsPartsIsNotTaken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := privacytest.New(t, d, nil)
		v, err := h.Privacy.Processing(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for name, spoil := range map[string]func(*privacy.Processing){
			"no term":                func(r *privacy.Processing) { r.Entries[0].Keep = privacy.Keep{} },
			"no ground":              func(r *privacy.Processing) { r.Entries[0].Ground = "" },
			"unknown field":          func(r *privacy.Processing) { r.Entries[0].Fields = []vault.Field{"shoe_size"} },
			"unknown recipient":      func(r *privacy.Processing) { r.Entries[0].Recipients = []string{"friend"} },
			"unknown role":           func(r *privacy.Processing) { r.Entries[0].Roles = append(r.Entries[0].Roles[:0:0], "boss") },
			"a purpose twice":        func(r *privacy.Processing) { r.Entries[1].Purpose = r.Entries[0].Purpose },
			"recipient, no country":  func(r *privacy.Processing) { r.Recipients[0].Country = "" },
			"recipient, not in both": func(r *privacy.Processing) { r.Recipients[0].Name.KK = "" },
		} {
			r := privacy.Processing{Entries: slices.Clone(v.Entries), Recipients: slices.Clone(v.Recipients)}
			spoil(&r)
			if _, err := h.Privacy.SaveDraft(t.Context(), r, "staff:one"); !errors.Is(err, privacy.ErrRegisterWrong) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A release that needs more than the operator approved proposes it and lights up; it takes nothing by itself.
func TestWhatANewReleaseNeedsWaitsForApproval(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		p := open(t, d, now, privacytest.Operator())
		if differs, err := p.Differs(ctx); err != nil || differs {
			t.Fatalf("a fresh register differs: %v %v", differs, err)
		}
		// The version in force was held against an older program that knew no birth date.
		privacy.ForgeRegister(t, d, now, func(r *privacy.Processing) { r.Code = "older"; without(r, "", vault.BirthDate) })
		now.Advance(time.Minute)
		p = open(t, d, now, privacytest.Operator())
		if differs, err := p.Differs(ctx); err != nil || !differs {
			t.Errorf("no red light: %v %v", differs, err)
		}
		if p.Registered(vault.BirthDate) {
			t.Error("a new field is taken before anybody approved it")
		}
		draft, err := p.Draft(ctx)
		if err != nil || draft.MadeBy != "system" {
			t.Fatalf("draft: %+v %v", draft, err)
		}
		if _, err := p.ApproveDraft(ctx, draft.Revision, "staff:officer"); err != nil {
			t.Fatal(err)
		}
		if differs, err := p.Differs(ctx); err != nil || differs || !p.Registered(vault.BirthDate) {
			t.Errorf("after the approval: differs %v, %v", differs, err)
		}
	})
}

// Every Field and Purpose constant of the vault stands in the program's register.
func TestEveryFieldAndPurposeOfTheCodeIsRegistered(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../vault/vault.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	fields, purposes := constants(file, "Field"), constants(file, "Purpose")
	if len(fields) < 9 || len(purposes) < 7 {
		t.Fatalf("constants not found: %v %v", fields, purposes)
	}
	r := privacy.Processing{Entries: privacy.Register()}
	for _, f := range fields {
		if !slices.Contains(r.Fields(), vault.Field(f)) || !slices.Contains(privacy.VaultFields(), vault.Field(f)) {
			t.Errorf("field %s is in the code and not in the register", f)
		}
		if n := privacy.FieldName(vault.Field(f)); n.KK == "" || n.RU == "" || n.EN == "" {
			t.Errorf("field %s has no name in every language", f)
		}
	}
	for _, p := range purposes {
		if _, ok := r.Entry(vault.Purpose(p)); !ok {
			t.Errorf("purpose %s is in the code and not in the register", p)
		}
		if n := privacy.PurposeName(vault.Purpose(p)); n.KK == "" || n.RU == "" || n.EN == "" {
			t.Errorf("purpose %s has no name in every language", p)
		}
	}
}

func constants(file *ast.File, typ string) (out []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok && len(s.Values) == 1 {
			if id, ok := s.Type.(*ast.Ident); ok && id.Name == typ {
				if lit, ok := s.Values[0].(*ast.BasicLit); ok {
					v, _ := strconv.Unquote(lit.Value)
					out = append(out, v)
				}
			}
		}
		return true
	})
	return out
}

func TestTermsAreCountedAndSaid(t *testing.T) {
	almaty, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 2, 29, 23, 30, 0, 0, almaty)
	for _, tc := range []struct {
		keep privacy.Keep
		last string
		ru   string
	}{
		{privacy.Keep{Count: 3, Unit: privacy.Years, Event: privacy.EventPerformance}, "2027-02-28", "3 года после последнего мероприятия"},
		{privacy.Keep{Count: 1, Unit: privacy.Months, Event: privacy.EventOrder}, "2024-03-29", "1 месяц после последнего заказа"},
		{privacy.Keep{Count: 90, Unit: privacy.Days, Event: privacy.EventAnswer}, "2024-05-29", "90 дней после ответа на обращение"},
		{privacy.Keep{Count: 21, Unit: privacy.Years, Event: privacy.EventOrder}, "2045-02-28", "21 год после последнего заказа"},
		{privacy.Keep{Count: 12, Unit: privacy.Years, Event: privacy.EventOrder}, "2036-02-29", "12 лет после последнего заказа"},
	} {
		if got := string(tc.keep.Last(at)); got != tc.last {
			t.Errorf("%v: last day %s, want %s", tc.keep, got, tc.last)
		}
		if got := tc.keep.Words().In(i18n.RU); got != tc.ru {
			t.Errorf("%v: says %q, want %q", tc.keep, got, tc.ru)
		}
		if kk := tc.keep.Words().In(i18n.KK); kk == "" || strings.Contains(kk, "%") {
			t.Errorf("%v: Kazakh %q", tc.keep, kk)
		}
	}
}
