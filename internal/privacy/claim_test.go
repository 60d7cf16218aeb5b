package privacy_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

func TestClaimsOnPaperAreAnsweredInTimeAndTooLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		c := clock.NewFake(beforeNauryz)
		h := privacytest.New(t, d, c)
		desk := privacy.NewDesk(h.Privacy, h.People, h.Jobs, h.Mails, h.Bundle)
		account, _, err := h.People.MakeStaff(ctx, people.Contacts{Surname: "Әлиева", Name: "Дана", Email: "dana@example.kz"}, "correct horse battery", []people.Role{people.RoleOfficer})
		if err != nil {
			t.Fatal(err)
		}
		clerk := "staff:" + account
		claim := privacy.Entered{
			Kind: privacy.RequestClaim, Channel: "paper", Lang: i18n.RU, Text: "Прошу вернуть деньги за отменённый концерт.", Actor: clerk,
			Contacts: people.Contacts{Surname: "Ким", Name: "Лев"}, ReceivedAt: time.Date(2026, 3, 14, 6, 0, 0, 0, time.UTC),
		}
		if _, err := desk.Enter(ctx, claim); !errors.Is(err, people.ErrEmailNeeded) || errors.Is(err, people.ErrPhoneNeeded) {
			t.Errorf("a claim that nobody can be answered at: %v", err)
		}
		claim.Postal = "г. Алматы, ул. Сатпаева, 5"
		enter := func() privacy.Request {
			t.Helper()
			r, err := desk.Enter(ctx, claim)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		inTime, late := enter(), enter()
		if len(inTime.Timers) != 2 || inTime.Timers[0].Clock != "claim_consumer" || inTime.Timers[1].Clock != "claim_contract" ||
			!inTime.Due.Equal(time.Date(2026, 3, 26, 19, 0, 0, 0, time.UTC)) { // law.md: 14 March and ten calendar days is the 26th
			t.Errorf("clocks from the day of receipt: %+v", inTime.Timers)
		}
		answer := func(r privacy.Request, why string) error {
			return desk.Decide(ctx, r.ID, privacy.Decision{Result: privacy.Granted, Text: "Деньги возвращены.", Late: why, Actor: clerk})
		}
		c.Set(inTime.Due.Add(-time.Second))
		if err := answer(inTime, ""); err != nil {
			t.Fatal(err)
		}
		c.Set(late.Due)
		if err := answer(late, ""); !errors.Is(err, privacy.ErrLateReason) {
			t.Errorf("late without a reason: %v", err)
		}
		if err := answer(late, "a whim"); !errors.Is(err, privacy.ErrLateReason) {
			t.Errorf("late for a whim: %v", err)
		}
		if err := answer(late, "awaited_organiser"); err != nil {
			t.Fatal(err)
		}
		for _, w := range []struct {
			number string
			inTime bool
			reason string
		}{{inTime.Number, true, ""}, {late.Number, false, "awaited_organiser"}} {
			r, err := h.Privacy.RequestByNumber(ctx, w.number)
			if err != nil {
				t.Fatal(err)
			}
			reason, err := desk.LateReason(ctx, r)
			if err != nil || r.InTime != w.inTime || reason != w.reason || r.Letter == "" {
				t.Errorf("%s: in time %v, %q, letter %q, %v", w.number, r.InTime, reason, r.Letter, err)
			}
			pdf, err := desk.Letter(ctx, r, clerk)
			if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) {
				t.Errorf("letter of %s: %v", w.number, err)
			}
			err = d.Transact(ctx, func(tx *db.DB) error {
				postal, err := desk.Postal(ctx, tx, r, clerk, "test")
				if !strings.Contains(postal, "Сатпаева") {
					t.Errorf("the address on paper is %q", postal)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		if err := h.Jobs.Drain(ctx); err != nil { // nobody to mail to: nothing is sent, and nothing breaks
			t.Fatal(err)
		}
	})
}
