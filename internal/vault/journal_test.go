package vault_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

func integrate(t testing.TB, v *vault.Vault) int {
	t.Helper()
	n, err := v.Integrate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func findings(t testing.TB, v *vault.Vault, kept []byte) []string {
	t.Helper()
	f, err := v.VerifyJournal(t.Context(), kept)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func checkpoint(t testing.TB, v *vault.Vault) []byte {
	t.Helper()
	c, err := v.LatestCheckpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// look opens a field n times, each its own entry, integrating after every third.
func look(t testing.TB, v *vault.Vault, d *db.DB, person string, n int) {
	t.Helper()
	for i := range n {
		if _, err := v.Open(t.Context(), d, opening(person, vault.Email)); err != nil {
			t.Fatal(err)
		}
		if i%3 == 2 {
			integrate(t, v)
		}
	}
	integrate(t, v)
}

func TestPersonReadsTheirJournalWithProof(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		v := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Gate: strictGate{}})
		mine := sealed(t, v, d, map[vault.Field]string{vault.Email: "a@example.kz"})
		other := sealed(t, v, d, map[vault.Field]string{vault.Email: "b@example.kz"})
		look(t, v, d, mine, 5)
		look(t, v, d, other, 2)
		refused := opening(mine, vault.Email)
		refused.Purpose, refused.Actor = vault.PurposeMarketing, "staff:42"
		err := d.Transact(ctx, func(tx *db.DB) error {
			_, err := v.Open(ctx, tx, refused)
			return err
		})
		if err == nil {
			t.Fatal("the gate let marketing in")
		}
		integrate(t, v)

		var got []string
		for page := (vault.Page{Limit: 3}); ; {
			p, err := v.EntriesOf(ctx, mine, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range p.Entries {
				got = append(got, fmt.Sprint(e.Verb, " ", e.Purpose, " ", e.Fields, " ", e.Actor))
				if err := vault.CheckEntry(v.JournalVerifier(), p.Checkpoint, e); err != nil {
					t.Errorf("entry %s is not proved: %v", e.ID, err)
				}
				e.Actor = "staff:someone"
				if err := vault.CheckEntry(v.JournalVerifier(), p.Checkpoint, e); err == nil {
					t.Error("a changed entry was proved")
				}
			}
			if page.Before = p.Next; page.Before == "" {
				break
			}
		}
		want := []string{"refuse marketing [email] staff:42"}
		for range 5 {
			want = append(want, "open service [email] system")
		}
		want = append(want, "seal  [email] system")
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("journal of the person:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if f := findings(t, v, nil); len(f) != 0 {
			t.Errorf("an untouched journal has findings: %q", f)
		}
	})
}

func TestJournalOnlyGrows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := vaulttest.New(t, d)
		look(t, v, d, sealed(t, v, d, aigerim), 3)
		for _, s := range []string{
			`UPDATE vault_journal SET actor = 'nobody'`, `DELETE FROM vault_journal`, `UPDATE vault_journal_place SET place = place + 10`,
			`DELETE FROM vault_journal_place`, `UPDATE vault_journal_hash SET hash = hash`, `DELETE FROM vault_journal_hash`,
			`DELETE FROM vault_journal_checkpoint`, `UPDATE vault_journal_checkpoint SET size = size + 1`,
		} {
			if _, err := d.Exec(t.Context(), s); err == nil || !strings.Contains(err.Error(), "only grows") {
				t.Errorf("%s: got %v, want a refusal", s, err)
			}
		}
	})
}

// disarm takes the triggers away, as somebody with the database's own rights could.
func disarm(t testing.TB, d *db.DB) {
	t.Helper()
	for _, table := range []string{"vault_journal", "vault_journal_place", "vault_journal_hash", "vault_journal_checkpoint"} {
		drops := []string{"DROP TRIGGER " + table + "_no_update", "DROP TRIGGER " + table + "_no_delete"}
		if d.Engine() == db.Postgres {
			drops = []string{"DROP TRIGGER " + table + "_only_grows ON " + table}
		}
		for _, s := range drops {
			if _, err := d.Exec(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTamperingIsNamed(t *testing.T) {
	cases := map[string]struct {
		do   []string
		want []string // each stands in one of the findings
	}{
		"entry changed":           {[]string{`UPDATE vault_journal SET actor = 'nobody' WHERE id = (SELECT entry_id FROM vault_journal_place WHERE place = 4)`}, []string{"place 4: entry", "was changed"}},
		"entry removed":           {[]string{`DELETE FROM vault_journal WHERE id = (SELECT entry_id FROM vault_journal_place WHERE place = 5)`}, []string{"place 5: entry", "was removed"}},
		"entry and place removed": {[]string{`DELETE FROM vault_journal WHERE id = (SELECT entry_id FROM vault_journal_place WHERE place = 5)`, `DELETE FROM vault_journal_place WHERE place = 5`}, []string{"place 5 is missing"}},
		"entries swapped": {
			[]string{`UPDATE vault_journal_place SET place = -1 WHERE place = 2`, `UPDATE vault_journal_place SET place = 2 WHERE place = 6`, `UPDATE vault_journal_place SET place = 6 WHERE place = -1`},
			[]string{"place 2: entry", "moved here from place 6", "moved here from place 2"},
		},
		"place taken away":  {[]string{`DELETE FROM vault_journal_place WHERE place = 3`}, []string{"place 3 is missing", "has no place and does not wait for one"}},
		"inner hash":        {[]string{`UPDATE vault_journal_hash SET hash = (SELECT hash FROM vault_journal_hash WHERE storage_index = 0) WHERE storage_index = 2`}, []string{"the stored hash 2 over places 0 to 1 does not fit"}},
		"leaf and entry":    {[]string{`UPDATE vault_journal_hash SET hash = (SELECT hash FROM vault_journal_hash WHERE storage_index = 0) WHERE storage_index = 1`}, []string{"the checkpoint over 3 entries does not fit: entries and hashes from place 0 on"}},
		"checkpoint forged": {[]string{`UPDATE vault_journal_checkpoint SET checkpoint = (SELECT checkpoint FROM vault_journal_checkpoint WHERE size = 3) WHERE size = 7`}, []string{"the checkpoint over 7 entries is not signed"}},
		"rolled back": {
			[]string{`DELETE FROM vault_journal_checkpoint WHERE size > 3`, `DELETE FROM vault_journal_hash WHERE storage_index > 3`, `DELETE FROM vault_journal WHERE id IN (SELECT entry_id FROM vault_journal_place WHERE place >= 3)`, `DELETE FROM vault_journal_place WHERE place >= 3`, `UPDATE vault_journal_head SET size = 3`},
			[]string{"rolled back: the kept checkpoint tells of 10 entries, there are 3", "rolled back: the key store's checkpoint"},
		},
		"end unsigned": {[]string{`DELETE FROM vault_journal_checkpoint WHERE size > 9`}, []string{"no checkpoint over all"}},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := vaulttest.New(t, d)
		look(t, v, d, sealed(t, v, d, aigerim), 2)
		first := checkpoint(t, v)
		look(t, v, d, sealed(t, v, d, aigerim), 5)
		sealed(t, v, d, aigerim)
		integrate(t, v)
		kept := checkpoint(t, v)
		if f := append(findings(t, v, kept), findings(t, v, first)...); len(f) != 0 {
			t.Fatalf("findings before anything was touched: %q", f)
		}
		for name, c := range cases {
			got := tamper(t, v, d, kept, c.do)
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%s: findings do not say %q:\n%s", name, want, got)
				}
			}
		}
		if f := findings(t, v, kept); len(f) != 0 {
			t.Fatalf("findings after everything was taken back: %q", f)
		}
	})
}

// tamper does what somebody with the database's own rights could, verifies, and takes it back.
func tamper(t *testing.T, v *vault.Vault, d *db.DB, kept []byte, statements []string) string {
	t.Helper()
	var found []string
	takeBack := errors.New("take it back")
	err := d.Transact(t.Context(), func(tx *db.DB) (err error) {
		disarm(t, tx)
		for _, s := range statements {
			mustExec(t, tx, s)
		}
		if found, err = v.VerifyJournalIn(t.Context(), tx, kept); err != nil {
			return err
		}
		return takeBack
	})
	if !errors.Is(err, takeBack) {
		t.Fatal(err)
	}
	return strings.Join(found, "\n")
}

func TestKeptCheckpointOfAnotherJournal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := vaulttest.New(t, d)
		look(t, v, d, sealed(t, v, d, aigerim), 1)
		other := dbtest.Open(t, d.Engine())
		ov := vaulttest.With(t, other, vaulttest.Clock(), vault.Config{Root: append([]byte{9}, vaulttest.Root()[1:]...)})
		look(t, ov, other, sealed(t, ov, other, aigerim), 1)
		for _, kept := range [][]byte{checkpoint(t, ov), []byte("nonsense"), {}} {
			if f := findings(t, v, kept); len(f) != 1 || !strings.Contains(f[0], "not signed by this journal") {
				t.Errorf("kept checkpoint %q: findings %q", kept, f)
			}
		}
		// The same key over another history, all of it signed anew, the key store's witnesses too: only the kept root tells.
		fork := dbtest.Open(t, d.Engine())
		fv := vaulttest.New(t, fork)
		look(t, fv, fork, sealed(t, fv, fork, aigerim), 1)
		if f := findings(t, v, checkpoint(t, fv)); len(f) != 1 || !strings.Contains(f[0], "the kept checkpoint does not fit") {
			t.Errorf("a fork's checkpoint: findings %q", f)
		}
	})
}

func TestIntegratorsTakeTurns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		keys := dbtest.Empty(t, d.Engine())
		vaults := make([]*vault.Vault, 3)
		for i := range vaults {
			vaults[i] = vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys})
		}
		const writers, each = 4, 12
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				v := vaults[w%len(vaults)]
				for range each {
					id, err := v.NewPerson(ctx)
					if err == nil {
						err = v.Seal(ctx, d, id, aigerim)
					}
					if err == nil {
						_, err = v.Open(ctx, d, opening(id, vault.Email))
					}
					if err == nil {
						_, err = v.Integrate(ctx)
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		integrate(t, vaults[0])
		if f := findings(t, vaults[0], nil); len(f) != 0 {
			t.Errorf("findings: %q", f)
		}
		if n := count(t, d, "vault_journal_place"); n != writers*each*2 {
			t.Errorf("%d places for %d entries", n, writers*each*2)
		}
	})
}

// rollBack takes the main database's journal back to n entries, as a restored copy would be.
func rollBack(t *testing.T, d *db.DB, n int) {
	t.Helper()
	keep := strconv.Itoa(n)
	hashes := strconv.FormatInt(tlog.StoredHashIndex(0, int64(n)), 10)
	for _, s := range []string{
		`DELETE FROM vault_journal_checkpoint WHERE size > ` + keep, `DELETE FROM vault_journal_hash WHERE storage_index >= ` + hashes,
		`DELETE FROM vault_journal WHERE id IN (SELECT entry_id FROM vault_journal_place WHERE place >= ` + keep + `)`,
		`DELETE FROM vault_journal_place WHERE place >= ` + keep, `UPDATE vault_journal_head SET size = ` + keep,
	} {
		mustExec(t, d, s)
	}
}

func TestARestoreIsToldFromARollback(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		keys := dbtest.Empty(t, d.Engine())
		v := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys})
		id := sealed(t, v, d, aigerim)
		look(t, v, d, id, 2)
		early := checkpoint(t, v)
		look(t, v, d, id, 5)
		late := checkpoint(t, v)
		disarm(t, d)
		rollBack(t, d, 3)
		if f := strings.Join(findings(t, v, late), "\n"); !strings.Contains(f, "rolled back: the kept checkpoint tells of 8 entries, there are 3") || !strings.Contains(f, "the key store's checkpoint") {
			t.Errorf("a rollback without a line: %q", f)
		}
		for n := range 4 { // stopped at any write, it is told whole or not at all
			left := n
			keys.BeforeWrite(func() error {
				if left--; left < 0 {
					return errors.New("killed")
				}
				return nil
			})
			_, err := v.TellRestore(ctx)
			keys.BeforeWrite(nil)
			if f := strings.Join(findings(t, v, nil), "\n"); err == nil || !strings.Contains(f, "rolled back: the key store's checkpoint") {
				t.Errorf("stopped at write %d: %v, %q", n, err, f)
			}
		}
		r, err := v.TellRestore(ctx)
		if err != nil || r.Seq != 1 || r.Size != 3 || r.Lost != 8 {
			t.Fatalf("the line: %+v %v", r, err)
		}
		if again, err := v.TellRestore(ctx); err != nil || again.Seq != 0 {
			t.Errorf("told twice: %+v %v", again, err)
		}
		for range 3 { // the journal goes on, past where it was
			if f := append(findings(t, v, late), findings(t, v, early)...); len(f) != 0 {
				t.Fatalf("findings after a known restore: %q", f)
			}
			if r, lost, err := v.LostBy(ctx, late); err != nil || !lost || r.Size != 3 {
				t.Errorf("the late checkpoint: %+v %v %v", r, lost, err)
			}
			look(t, v, d, id, 4)
		}
		if _, lost, err := v.LostBy(ctx, early); err != nil || lost {
			t.Errorf("the early checkpoint is said to be lost: %v", err)
		}
		newest := checkpoint(t, v)
		for name, c := range map[string]struct{ do, want string }{
			"line forged":   {`UPDATE keystore_restore SET note = (SELECT checkpoint FROM keystore_witness ORDER BY size LIMIT 1)`, "restore 1 is not signed by this journal"},
			"line removed":  {`DELETE FROM keystore_restore`, "put aside by a restore that has no line"},
			"lost replaced": {`DELETE FROM keystore_witness_lost WHERE size = 8`, "put aside are not those that it signed"},
		} {
			var note, lost []byte
			err := keys.QueryRow(ctx, `SELECT note FROM keystore_restore`).Scan(&note)
			if err == nil {
				err = keys.QueryRow(ctx, `SELECT checkpoint FROM keystore_witness_lost WHERE size = 8`).Scan(&lost)
			}
			if err != nil {
				t.Fatal(err)
			}
			mustExec(t, keys, c.do)
			if f := strings.Join(findings(t, v, nil), "\n"); !strings.Contains(f, c.want) {
				t.Errorf("%s: %q", name, f)
			}
			mustExec(t, keys, `DELETE FROM keystore_restore`)
			if _, err := keys.Exec(ctx, `INSERT INTO keystore_restore (seq, note) VALUES (1, $1)`, note); err != nil {
				t.Fatal(err)
			}
			if _, err := keys.Exec(ctx, `INSERT INTO keystore_witness_lost (restore, size, checkpoint) VALUES (1, 8, $1) ON CONFLICT (restore, size) DO NOTHING`, lost); err != nil {
				t.Fatal(err)
			}
		}
		rollBack(t, d, 9) // and now a true rollback
		f := strings.Join(findings(t, v, newest), "\n")
		if !strings.Contains(f, "rolled back: the kept checkpoint tells of 15 entries, there are 9") || !strings.Contains(f, "rolled back: the key store's checkpoint over 15") {
			t.Errorf("a rollback after a restore: %q", f)
		}
		rollBack(t, d, 2)
		if f := strings.Join(findings(t, v, nil), "\n"); !strings.Contains(f, "rolled back: the line of the restore") {
			t.Errorf("a rollback to before the restore: %q", f)
		}
	})
}
