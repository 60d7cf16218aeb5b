package privacy_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

// post counts letters, and does to the nth what a bad day does.
type post struct {
	sent map[string]int
	at   int
	bad  func(n int) error
}

func (p *post) Send(_ context.Context, pass outgoing.Pass, l mail.Letter) error {
	if err := pass.Take(outgoing.MailGateway); err != nil {
		return err
	}
	p.at++
	if p.bad != nil {
		if err := p.bad(p.at); err != nil {
			return err
		}
	}
	p.sent[l.To]++
	return nil
}

func notices(h *privacytest.House, m mail.Sender) *privacy.Notices {
	return &privacy.Notices{Privacy: h.Privacy, Vault: h.Vault, Mail: m, Bundle: h.Bundle, BaseURL: "https://bilet.example.kz"}
}

func guest(t *testing.T, h *privacytest.House, email string, more ...string) string {
	t.Helper()
	c := privacytest.Aigul()
	c.Email = email
	return h.Guest(t, c, more...)
}

func publish(t *testing.T, p *privacy.Privacy, words string, material bool, at time.Time) privacy.Version {
	t.Helper()
	v, err := p.Publish(t.Context(), edit(reviewed(t, p, words, material), second), at)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEverybodyIsToldOncePerVersionAlsoAfterACrash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, now)
		var persons []string
		for _, e := range []string{"a@example.kz", "b@example.kz", "c@example.kz", "d@example.kz"} {
			persons = append(persons, guest(t, h, e))
		}
		now.Advance(time.Hour)
		v := publish(t, h.Privacy, "News", true, now.Now().Add(24*time.Hour))
		now.Advance(time.Minute)
		guest(t, h, "later@example.kz") // came after: nothing to tell
		box := &post{sent: map[string]int{}, bad: func(n int) error {
			switch n {
			case 2:
				return errors.New("the mail server is away")
			case 4:
				panic("the machine is switched off")
			}
			return nil
		}}
		crash := func() (err error) {
			defer func() {
				if recover() != nil {
					err = errors.New("crashed")
				}
			}()
			_, err = notices(h, box).Run(ctx)
			return err
		}
		for range 2 {
			if crash() == nil {
				t.Fatal("the bad day did not come")
			}
		}
		for range 3 {
			if err := crash(); err != nil {
				t.Fatal(err)
			}
		}
		total := 0
		for to, n := range box.sent {
			total += n
			if n != 1 || to == "later@example.kz" {
				t.Errorf("%s was told %d times", to, n)
			}
		}
		got, err := h.Privacy.Notices(ctx, v.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Walked != len(persons) || got.WalkedAt.IsZero() || got.Told != 3 || got.Unsure != 1 || got.Due != 0 || total != 3 {
			t.Errorf("progress: %+v, letters %d", got, total)
		}
		for _, person := range persons { // whoever's letter was lost reads it on the site
			if unseen, err := h.Privacy.Unseen(ctx, person); err != nil || len(unseen) != 1 {
				t.Errorf("on the site: %v %v", unseen, err)
			}
		}
	})
}

func TestALetterGoesOnlyToWhomWeMayWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, now)
		guest(t, h, "free@example.kz")
		blocked := guest(t, h, "blocked@example.kz")
		if err := h.Vault.Block(ctx, d, vault.Act{Person: blocked, Actor: officer, Reason: "test"}); err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Hour)
		v := publish(t, h.Privacy, "News", false, time.Time{})
		if _, err := notices(h, h.Mails).Run(ctx); err != nil {
			t.Fatal(err)
		}
		letters := h.Mails.All()
		if len(letters) != 1 || letters[0].To != "free@example.kz" || !strings.Contains(letters[0].Text, "/kk/page/privacy/versions/2#changes") ||
			strings.Contains(letters[0].Text+letters[0].Subject, "[privacy.") {
			t.Errorf("letters: %+v", letters)
		}
		if got, err := h.Privacy.Notices(ctx, v.ID); err != nil || got.Told != 1 || got.Skipped != 1 {
			t.Errorf("progress: %+v %v", got, err)
		}
	})
}

func TestAMaterialChangeAsksAgainAndASmallOneOnlyTells(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, now)
		person := guest(t, h, "a@example.kz", privacy.ScopeMarketingEmail)
		asks := func() bool {
			t.Helper()
			_, _, yes, err := h.Privacy.Asks(ctx, person)
			if err != nil {
				t.Fatal(err)
			}
			return yes
		}
		unseen := func() int {
			t.Helper()
			out, err := h.Privacy.Unseen(ctx, person)
			if err != nil {
				t.Fatal(err)
			}
			return len(out)
		}
		now.Advance(time.Hour)
		small := publish(t, h.Privacy, "Small", false, time.Time{})
		if asks() || unseen() != 1 {
			t.Errorf("after a small change: asked %v, told of %d", asks(), unseen())
		}
		for range 2 {
			if err := h.Privacy.Seen(ctx, person, small.ID); err != nil {
				t.Fatal(err)
			}
		}
		if unseen() != 0 {
			t.Error("still told after it was put aside")
		}
		now.Advance(time.Hour)
		v := publish(t, h.Privacy, "Big", true, now.Now().Add(time.Hour))
		if asks() || unseen() != 1 {
			t.Errorf("before it is in force: asked %v, told of %d", asks(), unseen())
		}
		now.Advance(time.Hour)
		if !asks() {
			t.Error("not asked at the instant")
		}
		now.Advance(time.Hour)
		publish(t, h.Privacy, "Small again", false, time.Time{})
		given, latest, yes, err := h.Privacy.Asks(ctx, person)
		if err != nil || !yes || given.Number != 1 || latest.Number != 4 {
			t.Errorf("a small version after it: asked %v from %d to %d, %v", yes, given.Number, latest.Number, err)
		}
		if err := h.Privacy.Again(ctx, person, privacy.Given{VersionID: v.ID, Scopes: []string{"service"}, Lang: i18n.RU, Channel: "site"}); !errors.Is(err, privacy.ErrVersionOld) {
			t.Errorf("an answer to a version that is over: %v", err)
		}
		if err := h.Privacy.Again(ctx, person, privacy.Given{VersionID: latest.ID, Lang: i18n.RU, Channel: "site"}); !errors.Is(err, privacy.ErrConsentMissing) {
			t.Errorf("an answer without the box: %v", err)
		}
		if err := h.Privacy.Again(ctx, person, privacy.Given{VersionID: latest.ID, Scopes: []string{"service"}, Lang: i18n.RU, Channel: "site"}); err != nil {
			t.Fatal(err)
		}
		if asks() || unseen() != 0 {
			t.Error("asked or told after the answer")
		}
		if on, err := h.Privacy.Consented(ctx, person, privacy.ScopeMarketingEmail); err != nil || !on {
			t.Errorf("a consent whose text is the same has ended: %v", err)
		}
	})
}

func TestAnOptionalConsentWhoseTextChangedIsGivenAnewOrEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, now)
		yes, no := guest(t, h, "yes@example.kz", privacy.ScopeMarketingEmail), guest(t, h, "no@example.kz", privacy.ScopeMarketingEmail)
		now.Advance(time.Hour)
		draft := draftOf(t, h.Privacy, "Big", true)
		s := draft.Scopes[1]
		s.Parts.Term = i18n.Text{KK: "бес жыл", RU: "пять лет", EN: "five years"}
		if err := h.Privacy.EditScope(ctx, edit(draft, officer), s.Code, s.Summary, s.Parts); err != nil {
			t.Fatal(err)
		}
		if err := h.Privacy.Submit(ctx, edit(again(t, h.Privacy, draft), officer)); err != nil {
			t.Fatal(err)
		}
		v, err := h.Privacy.Publish(ctx, edit(again(t, h.Privacy, draft), second), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Hour)
		for person, scopes := range map[string][]string{yes: {"service", s.Code}, no: {"service"}} {
			if open, err := h.Privacy.Reopened(ctx, person); err != nil || len(open) != 1 || open[0].Code != s.Code {
				t.Errorf("asked anew: %v %v", open, err)
			}
			if err := h.Privacy.Again(ctx, person, privacy.Given{VersionID: v.ID, Scopes: scopes, Lang: i18n.RU, Channel: "site"}); err != nil {
				t.Fatal(err)
			}
			on, err := h.Privacy.Consented(ctx, person, s.Code)
			if err != nil || on != (person == yes) {
				t.Errorf("ticked %v, stands %v, %v", scopes, on, err)
			}
		}
	})
}
