package privacy_test

import (
	"slices"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

// What a page promises is what the gate does: MayCarry says yes where Transfer lets the same out, and no where it does not; asking
// writes nothing into the register of transfers.
func TestWhatMayBeCarriedIsWhatTheGateLetsOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		guest := h.Guest(t, privacytest.Aigul())
		bare, err := h.People.NewPerson(ctx) // who has agreed to nothing
		if err != nil {
			t.Fatal(err)
		}
		mail := privacy.TransferTo{Recipient: privacy.MailGateway, Person: guest, Purpose: vault.PurposeService, Fields: []vault.Field{vault.Email}}
		with := func(change func(*privacy.TransferTo)) privacy.TransferTo {
			to := mail
			change(&to)
			return to
		}
		ask := func(what string, to privacy.TransferTo, want bool) {
			t.Helper()
			before := lines(t, h, to.Person)
			may, err := h.Privacy.MayCarry(ctx, to)
			if err != nil || may != want {
				t.Errorf("%s: may be carried: %t, want %t, %v", what, may, want, err)
			}
			if after := lines(t, h, to.Person); after != before {
				t.Errorf("%s: asking wrote %d lines", what, after-before)
			}
			err = d.Transact(ctx, func(tx *db.DB) error { return h.Privacy.Transfer(ctx, tx, to) })
			if let := err == nil; let != may || !let && fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s: promised %t, but the gate says %v", what, may, err)
			}
		}
		ask("a letter within the country", mail, true)
		ask("to nobody known", with(func(to *privacy.TransferTo) { to.Recipient = "circus" }), false)
		ask("for a purpose that is not its own", with(func(to *privacy.TransferTo) { to.Purpose = vault.PurposeDisclosure }), false)
		ask("for no purpose", with(func(to *privacy.TransferTo) { to.Purpose = "fun" }), false)
		ask("no fields", with(func(to *privacy.TransferTo) { to.Fields = nil }), false)
		ask("a field that does not go there", with(func(to *privacy.TransferTo) { to.Fields = []vault.Field{vault.Email, vault.Document} }), false)
		ask("of who has agreed to nothing", with(func(to *privacy.TransferTo) { to.Person = bare }), false)
		ask("news that nobody wanted", with(func(to *privacy.TransferTo) { to.Purpose = vault.PurposeMarketing }), false)
		ask("to a state body without a case", with(func(to *privacy.TransferTo) { to.Recipient, to.Purpose = privacy.StateBody, vault.PurposeDisclosure }), false)
		ask("to a state body by a case that is none", with(func(to *privacy.TransferTo) {
			to.Recipient, to.Purpose, to.Disclosure = privacy.StateBody, vault.PurposeDisclosure, "D-2026-00001"
		}), false)

		edited(t, h.Privacy, abroad("DE"))
		ask("abroad, not agreed to", mail, false)
		_, given := boxes(t, h, "service.mail_gateway")
		if err := h.Privacy.Grant(ctx, guest, given); err != nil {
			t.Fatal(err)
		}
		ask("abroad, agreed to", mail, true)
		ask("another recipient abroad", with(func(to *privacy.TransferTo) { to.Recipient, to.Purpose = "partner", vault.PurposeMarketing }), false)
		edited(t, h.Privacy, abroad("US"))
		ask("moved since", mail, false)
		edited(t, h.Privacy, abroad("DE"))
		ask("back where it was agreed to", mail, true)
		if err := h.Privacy.WithdrawFor(ctx, guest, privacy.ScopeService, privacy.MailGateway, "site"); err != nil {
			t.Fatal(err)
		}
		ask("withdrawn", mail, false)
		edited(t, h.Privacy, abroad("KZ"))
		ask("within the country again", mail, true)
		edited(t, h.Privacy, func(r *privacy.Processing) {
			for i := range r.Recipients {
				if r.Recipients[i].Code == privacy.MailGateway {
					r.Recipients[i].Fields = slices.DeleteFunc(slices.Clone(r.Recipients[i].Fields), func(f vault.Field) bool { return f == vault.Email })
				}
			}
		})
		ask("the register took the field away", mail, false)
	})
}

func lines(t *testing.T, h *privacytest.House, person string) int {
	t.Helper()
	all, err := h.Privacy.Transfers(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}
