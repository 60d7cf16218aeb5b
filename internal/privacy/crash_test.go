package privacy_test

import (
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

// killedEverywhere runs do again and again, stopped at its first write, at its second, and so on, and once unstopped; check sees what
// each left.
func killedEverywhere(t *testing.T, least int, ds []*db.DB, do func(n int) error, check func(n int, killed bool)) {
	t.Helper()
	for n := 0; ; n++ {
		revive := killAt(n, ds...)
		err := do(n)
		killed := revive()
		if killed != (err != nil) {
			t.Fatalf("write %d: killed %v, but %v", n, killed, err)
		}
		check(n, killed)
		if !killed {
			if n < least {
				t.Errorf("only %d writes: the test does not see them all", n)
			}
			return
		}
	}
}

func TestKilledAtEveryWriteOfAWithdrawal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		person := guest(t, h, "a@example.kz", privacy.ScopeMarketingEmail)
		end := func(int) error { return h.Privacy.Withdraw(ctx, person, privacy.ScopeMarketingEmail, "site") }
		lines := func() (withdrawals, entries int64) {
			return count(t, d, `SELECT count(*) FROM privacy_withdrawal`), count(t, d, `SELECT count(*) FROM vault_journal WHERE verb = 'withdraw'`)
		}
		killedEverywhere(t, 2, []*db.DB{d, h.Keys}, end, func(n int, killed bool) {
			stands, err := h.Privacy.Consented(ctx, person, privacy.ScopeMarketingEmail)
			withdrawals, entries := lines()
			if err != nil || stands != killed || withdrawals != entries || killed && withdrawals != 0 || !killed && withdrawals != 1 {
				t.Errorf("write %d: stands %v, %d withdrawals, %d entries, %v", n, stands, withdrawals, entries, err)
			}
		})
		if err := end(0); err != nil {
			t.Fatal(err)
		}
		if withdrawals, entries := lines(); withdrawals != 1 || entries != 1 {
			t.Errorf("pressed again: %d withdrawals, %d entries", withdrawals, entries)
		}
	})
}

func TestKilledAtEveryWriteOfARequest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := privacytest.New(t, d, nil)
		person := guest(t, h, "a@example.kz")
		ask := func(int) error {
			_, err := h.Privacy.Press(ctx, privacy.NewRequest{Person: person, Kind: privacy.RequestBlock, Channel: "site", Lang: i18n.KK},
				func(tx *db.DB) (privacy.Answer, error) {
					act := vault.Act{Person: person, Actor: "person", Reason: "own_will"}
					return privacy.Answer{Result: privacy.Granted}, h.Vault.Block(ctx, tx, act)
				})
			return err
		}
		killedEverywhere(t, 6, []*db.DB{d, h.Keys}, ask, func(n int, killed bool) {
			rs, err := h.Privacy.RequestsOf(ctx, person)
			blocked, berr := h.Vault.Blocked(ctx, d, person)
			clocks := count(t, d, `SELECT count(*) FROM privacy_request_clock`)
			switch {
			case err != nil || berr != nil:
				t.Fatal(err, berr)
			case killed && (len(rs) != 0 || blocked || clocks != 0):
				t.Errorf("write %d: half done: %+v, blocked %v, %d clocks", n, rs, blocked, clocks)
			case !killed && (len(rs) != 1 || !blocked || len(rs[0].Timers) == 0 || rs[0].Open() || rs[0].Number != rs[0].Letter):
				t.Errorf("done: %+v, blocked %v", rs, blocked) // the first request and the first letter of the year: no number was lost
			}
		})
	})
}

// TestKilledAtEveryWriteOfAPublication stops the publication at each of its writes, and then the telling at each of its own.
func TestKilledAtEveryWriteOfAPublication(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, now)
		const persons = 12
		for i := range persons {
			guest(t, h, string(rune('a'+i))+"@example.kz")
		}
		now.Advance(time.Hour)
		draft := reviewed(t, h.Privacy, "Killed", true)
		var version string
		killedEverywhere(t, 5, []*db.DB{d}, func(int) error {
			v, err := h.Privacy.Publish(ctx, edit(draft, second), time.Time{})
			version = v.ID
			return err
		}, func(n int, killed bool) {
			if whole(t, d, h.Privacy, draft) == killed {
				t.Errorf("write %d: killed %v, published %v", n, killed, !killed)
			}
		})
		box := &post{sent: map[string]int{}}
		for n := range 14 {
			revive := killAt(n, d, h.Keys)
			_, err := notices(h, box).Run(ctx)
			if revive() != (err != nil) {
				t.Fatalf("telling, write %d: %v", n, err)
			}
		}
		if _, err := notices(h, box).Run(ctx); err != nil {
			t.Fatal(err)
		}
		for to, n := range box.sent {
			if n != 1 {
				t.Errorf("%s was told %d times", to, n)
			}
		}
		got, err := h.Privacy.Notices(ctx, version)
		if err != nil || got.Due != 0 || got.Walked != persons || got.Told+got.Unsure != persons || got.Told == 0 || got.Unsure == 0 {
			t.Errorf("progress: %+v, %v; %d letters", got, err, len(box.sent))
		}
	})
}

// TestKilledAtEveryWriteOfANight destroys one person whole and fields of another; stopped anywhere, the next quarter of an hour goes on.
func TestKilledAtEveryWriteOfANight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		h := privacytest.New(t, d, now)
		whole := guest(t, h, "a@example.kz")
		now.Set(now.Now().AddDate(2, 10, 0))
		partly := guest(t, h, "b@example.kz")
		now.Set(now.Now().AddDate(0, 3, 0))
		keeps := count(t, d, `SELECT count(*) FROM vault_field WHERE person_id = $1`, partly)
		killedEverywhere(t, 8, []*db.DB{d, h.Keys}, func(int) error {
			_, err := h.Privacy.RunNight(ctx)
			return err
		}, func(n int, killed bool) {
			dead := count(t, d, `SELECT count(*) FROM vault_tombstone`)
			if lines := count(t, d, `SELECT count(*) FROM privacy_erasure`); dead > lines {
				t.Errorf("write %d: destroyed without a line", n)
			}
			if err := h.Privacy.CheckLedger(ctx); err != nil {
				t.Errorf("write %d: %v", n, err)
			}
		})
		ns, err := h.Privacy.Nights(ctx)
		if err != nil || len(ns) != 1 || ns[0].DoneAt.IsZero() || ns[0].Tally.Whole != 1 {
			t.Errorf("nights: %+v, %v", ns, err)
		}
		if n := count(t, d, `SELECT count(*) FROM vault_field WHERE person_id = $1`, partly); n != keeps {
			t.Errorf("the other has %d fields of %d", n, keeps)
		}
		if _, err := h.Privacy.FinishErasures(ctx); err != nil { // the hour after
			t.Fatal(err)
		}
		if es, err := h.Privacy.Erasures(ctx, whole); err != nil || len(es) != 1 || !es[0].Done() {
			t.Errorf("erasures: %+v, %v", es, err)
		}
	})
}

// TestAnAnswerIsMailedOnceAlsoAfterACrash ends the program while the letter leaves, and when it has left but nobody has written so.
func TestAnAnswerIsMailedOnceAlsoAfterACrash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := openDesk(t, d, nil)
		for n := range 14 {
			c := privacytest.Aigul()
			c.Email = string(rune('a'+n)) + "@example.kz"
			r := h.enter(t, privacy.RequestRectify, c)
			if err := h.desk.Decide(ctx, r.ID, privacy.Decision{Result: privacy.Granted, Text: "Corrected as you wrote.", Actor: h.officer}); err != nil {
				t.Fatal(err)
			}
			revive := killAt(n, d, h.Keys)
			if err := h.Jobs.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			killed := revive()
			if _, err := d.Exec(ctx, `UPDATE river_job SET state = 'available', scheduled_at = created_at WHERE state = 'retryable'`); err != nil {
				t.Fatal(err)
			}
			if err := h.Jobs.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			sent := 0
			for _, l := range h.Mails.All() {
				if l.To == c.Email && len(l.Attachments) > 0 {
					sent++
				}
			}
			r = h.again(t, r)
			if sent > 1 || r.MailUnsure == !r.MailedAt.IsZero() || !killed && sent != 1 || sent == 0 && !r.MailUnsure {
				t.Errorf("write %d, killed %v: %d letters, mailed %s, unsure %v", n, killed, sent, r.MailedAt, r.MailUnsure)
			}
		}
	})
}
