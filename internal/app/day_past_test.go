package app_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

// yearsAgo makes the data folder of an office that was open years ago: the terms of those who came then are over, except where a legal
// hold, a block or a newer consent keeps data. Today's night has been; the next one has something to do.
func yearsAgo(t *testing.T, data string) {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	then := now.AddDate(-4, 0, 0)
	clk := clock.NewFake(then)
	a, err := app.Open(ctx, app.DemoConfig(data), app.Options{Clock: clk, Outbox: mail.NewOutbox(clk)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close() //nolint:errcheck // closed below
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	here := now.In(i18n.Zone("Asia/Almaty"))
	clk.Set(time.Date(here.Year(), here.Month(), here.Day(), 4, 0, 0, 0, here.Location()))
	_, err = a.Privacy.RunNight(ctx)
	must(err)
	clk.Set(then)

	h := privacytest.House{DB: a.DB, Privacy: a.Privacy, People: a.People}
	old := func(n int, more ...string) string {
		c := privacytest.Aigul()
		c.Email = fmt.Sprintf("past%d@example.kz", n)
		return h.Guest(t, c, more...)
	}
	old(1)
	old(2)
	old(3, privacy.ScopeMarketingEmail)
	held, blocked, news := old(4), old(5), old(6)
	must(a.DB.Transact(ctx, func(tx *db.DB) error {
		return a.Vault.Block(ctx, tx, vault.Act{Person: blocked, Actor: "person", Reason: "own_will"})
	}))
	_, err = a.Privacy.PutHold(ctx, privacy.Hold{Person: held, Reason: "дело № 12/2026", MadeBy: "system"})
	must(err)
	officer, _, err := a.People.MakeStaff(ctx, people.Contacts{Surname: "Ахметова", Name: "Сәуле", Email: "saule@example.kz"}, "correct horse battery", []people.Role{people.RoleOfficer})
	must(err)
	who := privacytest.Aigul()
	who.Email = "asked@example.kz"
	r, err := a.Desk.Enter(ctx, privacy.Entered{Kind: privacy.RequestAccess, Channel: "paper", Lang: i18n.RU, Contacts: who, Text: "Что вы обо мне храните?", Actor: "staff:" + officer})
	must(err)
	must(a.Desk.Decide(ctx, r.ID, privacy.Decision{Result: privacy.Granted, Text: "Копия приложена.", Actor: "staff:" + officer}))
	clk.Set(now.AddDate(-1, 0, 0))
	must(a.Privacy.Grant(ctx, news, privacytest.Given(t, a.Privacy, privacy.ScopeMarketingEmail)[0]))
	must(a.Close())
}
