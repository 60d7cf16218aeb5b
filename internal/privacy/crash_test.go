package privacy_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

// doomed is a house whose process is killed, with persons who were there before; the id of the n-th is made at its making.
type doomed struct {
	*privacytest.House
	d       *db.DB
	now     *clock.Fake
	persons []string
	draft   privacy.Draft // of a version that a colleague may publish
}

// after opens the house some time after its persons came, in whichever process.
func after(persons int, wait func(time.Time) time.Time, more ...string) func(*testing.T, dbtest.Place) doomed {
	return func(t *testing.T, p dbtest.Place) doomed {
		t.Helper()
		w := doomed{d: p.DB, now: vaulttest.Clock()}
		fresh := count(t, p.DB, `SELECT count(*) FROM vault_person`) == 0
		if !fresh {
			w.now.Set(wait(w.now.Now()))
		}
		w.House = privacytest.At(t, p, w.now)
		w.Privacy.SetHolders(privacy.HolderOfPeople(w.People))
		if fresh {
			for i := range persons {
				guest(t, w.House, "p"+strconv.Itoa(i)+"@example.kz", more...)
			}
			w.now.Set(wait(w.now.Now()))
		}
		if err := p.DB.Each(t.Context(), func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			w.persons = append(w.persons, id)
			return err
		}, `SELECT person_id FROM vault_person ORDER BY person_id`); err != nil {
			t.Fatal(err)
		}
		return w
	}
}

func hourLater(at time.Time) time.Time { return at.Add(time.Hour) }

// A withdrawal is there whole, with its line in the journal, or not at all.
func TestKilledAtEveryWriteOfAWithdrawal(t *testing.T) {
	dbtest.KillAt(t, dbtest.Doomed[doomed]{
		Least: 2,
		Open:  after(12, hourLater, privacy.ScopeMarketingEmail),
		Do: func(t *testing.T, w doomed, n int) {
			if err := w.Privacy.Withdraw(t.Context(), w.persons[n], privacy.ScopeMarketingEmail, "site"); err != nil {
				t.Fatal(err)
			}
		},
		Check: func(t *testing.T, w doomed, n int, killed bool) {
			stands, err := w.Privacy.Consented(t.Context(), w.persons[n], privacy.ScopeMarketingEmail)
			mine := count(t, w.d, `SELECT count(*) FROM privacy_withdrawal WHERE person_id = $1`, w.persons[n])
			all, entries := count(t, w.d, `SELECT count(*) FROM privacy_withdrawal`), count(t, w.d, `SELECT count(*) FROM vault_journal WHERE verb = 'withdraw'`)
			if err != nil || stands != killed || all != entries || killed && mine != 0 || !killed && mine != 1 {
				t.Errorf("write %d: stands %v, %d withdrawals, of all %d and %d entries, %v", n, stands, mine, all, entries, err)
			}
			if killed {
				return
			}
			if err := w.Privacy.Withdraw(t.Context(), w.persons[n], privacy.ScopeMarketingEmail, "site"); err != nil {
				t.Fatal(err)
			}
			if again := count(t, w.d, `SELECT count(*) FROM privacy_withdrawal`); again != all {
				t.Errorf("pressed again: %d withdrawals, before %d", again, all)
			}
		},
	})
}

// A request is there with its clocks, its answer and what it did, or not at all, and no number is lost.
func TestKilledAtEveryWriteOfARequest(t *testing.T) {
	dbtest.KillAt(t, dbtest.Doomed[doomed]{
		Least: 6,
		Open:  after(40, hourLater),
		Do: func(t *testing.T, w doomed, n int) {
			person := w.persons[n]
			_, err := w.Privacy.Press(t.Context(), privacy.NewRequest{Person: person, Kind: privacy.RequestBlock, Channel: "site", Lang: i18n.KK},
				func(tx *db.DB) (privacy.Answer, error) {
					act := vault.Act{Person: person, Actor: "person", Reason: "own_will"}
					return privacy.Answer{Result: privacy.Granted}, w.Vault.Block(t.Context(), tx, act)
				})
			if err != nil {
				t.Fatal(err)
			}
		},
		Check: func(t *testing.T, w doomed, n int, killed bool) {
			rs, err := w.Privacy.RequestsOf(t.Context(), w.persons[n])
			blocked, berr := w.Vault.Blocked(t.Context(), w.d, w.persons[n])
			clocks := count(t, w.d, `SELECT count(*) FROM privacy_request_clock`)
			switch {
			case err != nil || berr != nil:
				t.Fatal(err, berr)
			case killed && (len(rs) != 0 || blocked || clocks != 0):
				t.Errorf("write %d: half done: %+v, blocked %v, %d clocks", n, rs, blocked, clocks)
			case !killed && (len(rs) != 1 || !blocked || len(rs[0].Timers) == 0 || rs[0].Open() || rs[0].Number != rs[0].Letter):
				t.Errorf("done: %+v, blocked %v", rs, blocked) // the first request and the first letter of the year: no number was lost
			}
		},
	})
}

// A deletion writes its request with its clocks and the ledger's line together; the next start finishes what has a line.
func TestKilledAtEveryWriteOfADeletion(t *testing.T) {
	dbtest.KillAt(t, dbtest.Doomed[doomed]{
		Least: 10,
		Open:  after(80, hourLater),
		Do: func(t *testing.T, w doomed, n int) {
			own := privacy.NewRequest{Person: w.persons[n], Channel: "site", Lang: i18n.KK}
			if _, _, err := w.Privacy.EraseOwn(t.Context(), own, []string{own.Person}); err != nil {
				t.Fatal(err)
			}
		},
		Check: func(t *testing.T, w doomed, n int, _ bool) {
			ctx, person := t.Context(), w.persons[n]
			lines := count(t, w.d, `SELECT count(*) FROM privacy_erasure WHERE person_id = $1`, person)
			asked := count(t, w.d, `SELECT count(*) FROM privacy_request WHERE person_id = $1`, person)
			dead := count(t, w.d, `SELECT count(*) FROM vault_tombstone WHERE person_id = $1`, person)
			if lines != asked || dead > 0 && lines == 0 {
				t.Errorf("write %d: %d requests and %d lines, destroyed %d", n, asked, lines, dead)
			}
			if err := w.Privacy.CheckLedger(ctx); err != nil {
				t.Errorf("write %d: a crash looks like a restore: %v", n, err)
			}
			for range 2 { // the next start, and the hour after it
				if _, err := w.Privacy.FinishErasures(ctx); err != nil {
					t.Fatalf("write %d: finish: %v", n, err)
				}
			}
			rs, err := w.Privacy.RequestsOf(ctx, person)
			if err != nil || int64(len(rs)) != asked || asked == 1 && (rs[0].Open() || rs[0].Result != privacy.Partly || len(rs[0].Timers) == 0) {
				t.Errorf("write %d: requests %+v, %v", n, rs, err)
			}
			es, err := w.Privacy.Erasures(ctx, person)
			if err != nil || int64(len(es)) != lines || lines == 1 && !es[0].Done() {
				t.Errorf("write %d: erasures %+v, %v", n, es, err)
			}
			if fields := count(t, w.d, `SELECT count(*) FROM vault_field WHERE person_id = $1`, person); (fields == 0) != (asked == 1) {
				t.Errorf("write %d, %d requests: %d fields", n, asked, fields)
			}
		},
	})
}

// A publication is whole or not there; then its telling is killed at each of its own writes and letters, and tells nobody twice.
func TestKilledAtEveryWriteOfAPublication(t *testing.T) {
	const persons = 12
	house := after(persons, hourLater)
	dbtest.KillAt(t, dbtest.Doomed[doomed]{
		Least: 10,
		Open: func(t *testing.T, p dbtest.Place) doomed {
			w := house(t, p)
			var id string
			err := w.d.QueryRow(t.Context(), `SELECT id FROM privacy_draft`).Scan(&id)
			if errors.Is(err, db.ErrNoRow) {
				w.draft = reviewed(t, w.Privacy, "Killed", true)
				return w
			}
			if err == nil {
				w.draft, err = w.Privacy.TextDraft(t.Context(), id)
			}
			if err != nil {
				t.Fatal(err)
			}
			return w
		},
		Do: func(t *testing.T, w doomed, _ int) {
			if w.draft.State != privacy.DraftPublished {
				if _, err := w.Privacy.Publish(t.Context(), edit(w.draft, second), time.Time{}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := notices(w.House, w.Mails).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
		Check: func(t *testing.T, w doomed, n int, killed bool) {
			published := whole(t, w.d, w.Privacy, w.draft)
			if n < 5 && published || !killed && !published {
				t.Errorf("write %d: killed %v, published %v", n, killed, published)
			}
			sent := map[string]int{}
			for _, l := range w.Mails.Left(t) {
				if sent[l.To]++; sent[l.To] > 1 {
					t.Errorf("write %d: %s was told twice", n, l.To)
				}
			}
			if killed {
				return
			}
			v, err := w.Privacy.InForce(t.Context(), privacy.Policy)
			if err != nil {
				t.Fatal(err)
			}
			got, err := w.Privacy.Notices(t.Context(), v.ID)
			if err != nil || got.Due != 0 || got.Walked != persons || got.Told+got.Unsure != persons || got.Told == 0 || got.Unsure == 0 {
				t.Errorf("progress: %+v, %v; %d letters", got, err, len(sent))
			}
		},
	})
}

// A night takes one person whole and leaves another; killed anywhere, the next quarter of an hour goes on, and counts nobody twice.
func TestKilledAtEveryWriteOfANight(t *testing.T) {
	const old = 3
	nightLater := func(at time.Time) time.Time { return at.AddDate(3, 1, 0) }
	house := after(old, nightLater)
	dbtest.KillAt(t, dbtest.Doomed[doomed]{
		Least: 8,
		Open: func(t *testing.T, p dbtest.Place) doomed {
			w := house(t, p)
			if count(t, w.d, `SELECT count(*) FROM privacy_consent`) == old {
				guest(t, w.House, "new@example.kz")
			}
			return w
		},
		Do: func(t *testing.T, w doomed, _ int) {
			if _, err := w.Privacy.RunNight(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
		Check: func(t *testing.T, w doomed, n int, killed bool) {
			ctx := t.Context()
			dead, lines := count(t, w.d, `SELECT count(*) FROM vault_tombstone`), count(t, w.d, `SELECT count(*) FROM privacy_erasure`)
			if dead > lines {
				t.Errorf("write %d: %d destroyed, %d lines", n, dead, lines)
			}
			if err := w.Privacy.CheckLedger(ctx); err != nil {
				t.Errorf("write %d: %v", n, err)
			}
			if killed {
				return
			}
			ns, err := w.Privacy.Nights(ctx)
			if err != nil || len(ns) != 1 || ns[0].DoneAt.IsZero() || ns[0].Tally.Whole != old {
				t.Errorf("nights: %+v, %v", ns, err)
			}
			if _, err := w.Privacy.FinishErasures(ctx); err != nil { // the hour after
				t.Fatal(err)
			}
			if done := count(t, w.d, `SELECT count(*) FROM privacy_erasure_end WHERE state = 'done'`); done != old {
				t.Errorf("%d erasures are done", done)
			}
			if left := count(t, w.d, `SELECT count(DISTINCT person_id) FROM vault_field`); left != 1 {
				t.Errorf("%d persons have fields", left)
			}
		},
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
