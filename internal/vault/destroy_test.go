package vault_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

func act(person string) vault.Act {
	return vault.Act{Person: person, Actor: "person", Reason: "erasure"}
}

func TestDestroyedPersonDoesNotComeBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		keys := dbtest.Empty(t, d.Engine())
		v := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys})
		id, other := sealed(t, v, d, aigerim), sealed(t, v, d, aigerim)
		for range 2 {
			if err := v.Destroy(ctx, act(id)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := v.Open(ctx, d, opening(id, vault.Email)); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("opening: got %v", err)
		}
		if err := v.Seal(ctx, d, id, aigerim); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("sealing: got %v", err)
		}
		if err := v.AddKey(ctx, id, vault.ClassPerson); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("a new key: got %v", err)
		}
		if found, err := v.Find(ctx, d, vault.Email, aigerim[vault.Email]); err != nil || len(found) != 1 || found[0] != other {
			t.Errorf("found %v, %v; want the other person alone", found, err)
		}
		for table, where := range map[string]*db.DB{"vault_field": d, "vault_index": d, "keystore_key": keys} {
			var n int
			if err := where.QueryRow(ctx, `SELECT count(*) FROM `+table+` WHERE person_id = $1`, id).Scan(&n); err != nil || n != 0 {
				t.Errorf("%d rows in %s (%v)", n, table, err)
			}
		}
		integrate(t, v)
		if p, err := v.EntriesOf(ctx, id, vault.Page{Limit: 10}); err != nil || len(p.Entries) != 0 {
			t.Errorf("a destroyed person's journal still names them: %v, %v", p.Entries, err)
		}
		if _, err := v.Open(ctx, d, opening(other, vault.Email)); err != nil {
			t.Errorf("the other person: %v", err)
		}
	})
}

func TestClassesAreDestroyedSeparately(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		v := vaulttest.New(t, d)
		id := sealed(t, v, d, aigerim)
		if err := v.AddKey(ctx, id, vault.ClassInvoice); err != nil {
			t.Fatal(err)
		}
		err := v.SealAs(ctx, d, vault.Sealing{Person: id, Class: vault.ClassInvoice, Values: map[vault.Field]string{vault.Name: "Әйгерім"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Destroy(ctx, act(id)); err != nil {
			t.Fatal(err)
		}
		o := opening(id, vault.Name)
		o.Class, o.Purpose = vault.ClassInvoice, vault.PurposeAccounting
		got, err := v.Open(ctx, d, o)
		if err != nil || got[vault.Name].Reveal() != "Әйгерім" {
			t.Errorf("invoice identity: %v, %v", got, err)
		}
	})
}

func TestRestoredCopiesAreReplayed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		keys := dbtest.Empty(t, d.Engine())
		v := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys})
		a, b := sealed(t, v, d, aigerim), sealed(t, v, d, aigerim)

		var root string
		var wrapped, field []byte
		if err := keys.QueryRow(ctx, `SELECT root, wrapped FROM keystore_key WHERE person_id = $1`, a).Scan(&root, &wrapped); err != nil {
			t.Fatal(err)
		}
		if err := d.QueryRow(ctx, `SELECT sealed FROM vault_field WHERE person_id = $1 AND field = 'email'`, b).Scan(&field); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{a, b} {
			if err := v.Destroy(ctx, act(id)); err != nil {
				t.Fatal(err)
			}
		}
		// A restored key store has a's key again and knows of no destruction.
		mustExec(t, keys, `INSERT INTO keystore_key (person_id, class, root, wrapped, made_at, used) VALUES ($1, 'person', $2, $3, 1, TRUE)`, a, root, wrapped)
		mustExec(t, keys, `DELETE FROM keystore_tombstone WHERE person_id = $1`, a)
		// A restored main database has b's field again and knows of no destruction.
		if d.Engine() == db.SQLite {
			mustExec(t, d, `DROP TRIGGER vault_tombstone_stays`)
		} else {
			mustExec(t, d, `DROP TRIGGER vault_tombstone_stays ON vault_tombstone`)
		}
		mustExec(t, d, `DELETE FROM vault_tombstone WHERE person_id = $1`, b)
		mustExec(t, d, `INSERT INTO vault_field (person_id, class, field, version, sealed, sealed_at) VALUES ($1, 'person', 'email', 1, $2, 1)`, b, field)

		if f, err := v.Verify(ctx, nil); err != nil || len(f) != 2 {
			t.Errorf("verify names %q, %v; want both", f, err)
		}
		if n, err := v.Replay(ctx); err != nil || n != 2 {
			t.Fatalf("replayed %d, %v; want 2", n, err)
		}
		for _, id := range []string{a, b} {
			if _, err := v.Open(ctx, d, opening(id, vault.Email)); !errors.Is(err, vault.ErrDestroyed) {
				t.Errorf("opening after the replay: got %v", err)
			}
		}
		if n := count(t, d, "vault_field"); n != 0 {
			t.Errorf("%d fields after the replay", n)
		}
		if n := count(t, keys, "keystore_key"); n != 0 {
			t.Errorf("%d keys after the replay", n)
		}
		if f, err := v.Verify(ctx, nil); err != nil || len(f) != 0 {
			t.Errorf("after the replay verify names %q, %v", f, err)
		}
	})
}

func TestBlockedPersonIsLeftAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		v := vaulttest.New(t, d)
		id := sealed(t, v, d, aigerim)
		if err := v.Block(ctx, d, act(id)); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Open(ctx, d, opening(id, vault.Email)); !errors.Is(err, vault.ErrBlocked) {
			t.Errorf("opening: got %v", err)
		}
		if err := v.Seal(ctx, d, id, aigerim); !errors.Is(err, vault.ErrBlocked) {
			t.Errorf("sealing: got %v", err)
		}
		if err := v.Destroy(ctx, act(id)); !errors.Is(err, vault.ErrBlocked) {
			t.Errorf("destroying: got %v", err)
		}
		if err := v.Unblock(ctx, d, act(id)); err != nil {
			t.Fatal(err)
		}
		if got, err := v.Open(ctx, d, opening(id, vault.Email)); err != nil || got[vault.Email].Empty() {
			t.Errorf("after unblocking: got %v, %v", got, err)
		}
	})
}

func TestRootKeyTurns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		keys := dbtest.Empty(t, d.Engine())
		old := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys})
		id := sealed(t, old, d, aigerim)
		next := append([]byte{8}, vaulttest.Root()[1:]...)
		both := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys, Root: next, OldRoots: [][]byte{vaulttest.Root()}})
		if found, err := both.Find(ctx, d, vault.Email, aigerim[vault.Email]); err != nil || len(found) != 1 {
			t.Fatalf("while turning: found %v, %v", found, err)
		}
		if n, err := both.TurnRoot(ctx); err != nil || n != 3 {
			t.Fatalf("turned %d, %v; want a key and two index entries", n, err)
		}
		v := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys, Root: next})
		if found, err := v.Find(ctx, d, vault.Phone, aigerim[vault.Phone]); err != nil || len(found) != 1 || found[0] != id {
			t.Errorf("after turning: found %v, %v", found, err)
		}
		if got, err := v.Open(ctx, d, opening(id, vault.Surname)); err != nil || got[vault.Surname].Reveal() != aigerim[vault.Surname] {
			t.Errorf("after turning: %v, %v", got, err)
		}
		_, err := vault.New(ctx, d, vaulttest.Clock(), vault.Config{Keys: keys, Root: vaulttest.Root(), Gate: vaulttest.OpenGate{}})
		if err == nil || !strings.Contains(err.Error(), "wrong root key") {
			t.Errorf("the old root key alone: got %v", err)
		}
	})
}

// Marks are made anew under the next root key, also when the turning is stopped in the middle; nobody else becomes marked.
func TestMarksTurnWithTheRootKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		keys := dbtest.Empty(t, d.Engine())
		old := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys})
		var persons []string
		for i := range 5 {
			id := sealed(t, old, d, map[vault.Field]string{vault.Name: "Айгерім", vault.Email: strconv.Itoa(i) + "@example.kz"})
			persons = append(persons, id)
			if i%2 == 0 {
				if err := old.Mark(ctx, d, id); err != nil {
					t.Fatal(err)
				}
			}
		}
		next := append([]byte{8}, vaulttest.Root()[1:]...)
		both := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys, Root: next, OldRoots: [][]byte{vaulttest.Root()}})
		are := func(v *vault.Vault, when string) {
			t.Helper()
			for i, id := range persons {
				if is, err := v.Marked(ctx, d, id); err != nil || is != (i%2 == 0) {
					t.Errorf("%s: person %d is marked: %v, %v", when, i, is, err)
				}
			}
			if n, err := v.Marks(ctx); err != nil || n != 3 {
				t.Errorf("%s: %d marks, %v", when, n, err)
			}
		}
		are(both, "before turning")
		for n := 0; ; n++ {
			left, stop := n, errors.New("stopped")
			d.BeforeWrite(func() error {
				if left--; left < 0 {
					return stop
				}
				return nil
			})
			_, err := both.TurnRoot(ctx)
			d.BeforeWrite(nil)
			are(both, "stopped at write "+strconv.Itoa(n))
			if err == nil {
				break
			}
			if !errors.Is(err, stop) || n > 50 {
				t.Fatal(n, err)
			}
		}
		are(vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys, Root: next}), "under the new key alone")
	})
}

func TestUnusedKeysAreSwept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), vaulttest.Clock()
		v := vaulttest.With(t, d, now, vault.Config{})
		used, unused := sealed(t, v, d, aigerim), newPerson(t, v)
		now.Advance(48 * time.Hour)
		fresh := newPerson(t, v)
		if n, err := v.SweepUnused(ctx, now.Now().Add(-24*time.Hour)); err != nil || n != 1 {
			t.Fatalf("swept %d, %v; want 1", n, err)
		}
		for id, want := range map[string]error{used: nil, unused: vault.ErrNoPerson, fresh: nil} {
			if err := v.Seal(ctx, d, id, aigerim); !errors.Is(err, want) {
				t.Errorf("sealing: got %v, want %v", err, want)
			}
		}
	})
}

func mustExec(t testing.TB, d *db.DB, query string, args ...any) {
	t.Helper()
	if _, err := d.Exec(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func TestDestructionsAreFinishedAfterACrash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		v := vaulttest.New(t, d)
		id := sealed(t, v, d, aigerim)
		if err := d.Transact(ctx, func(tx *db.DB) error { return v.Condemn(ctx, tx, act(id)) }); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Open(ctx, d, opening(id, vault.Email)); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("opening what is condemned: got %v", err)
		}
		if n, err := v.FinishDestructions(ctx); err != nil || n != 1 {
			t.Fatalf("finished %d, %v; want 1", n, err)
		}
		if n := count(t, d, "vault_field"); n != 0 {
			t.Errorf("%d fields are left", n)
		}
		if f, err := v.Verify(ctx, nil); err != nil || len(f) != 0 {
			t.Errorf("verify names %q, %v", f, err)
		}
	})
}

func TestSealingsOfOnePersonTakeTurns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		v := vaulttest.New(t, d)
		id := newPerson(t, v)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				name := strings.Repeat("x", i+1)
				if err := v.Seal(ctx, d, id, map[vault.Field]string{vault.Name: name, vault.Email: name + "@example.kz"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got, err := v.Open(ctx, d, opening(id, vault.Name, vault.Email))
		if err != nil || got[vault.Email].Reveal() != got[vault.Name].Reveal()+"@example.kz" {
			t.Errorf("a mixture of two sealings: %v, %v", reveal(got), err)
		}
		if n := count(t, d, "vault_index"); n != 1 {
			t.Errorf("%d index entries for one address", n)
		}
	})
}

// TestPostgreSQLLetsGoOfDestroyedKeys reads the files in which PostgreSQL keeps the key store: a deleted row's bytes stay in its page.
func TestPostgreSQLLetsGoOfDestroyedKeys(t *testing.T) {
	d, keys := dbtest.Open(t, db.Postgres), dbtest.Empty(t, db.Postgres)
	v := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys})
	gone, stays := sealed(t, v, d, aigerim), sealed(t, v, d, aigerim)
	key := func(id string) (wrapped []byte) {
		t.Helper()
		if err := keys.QueryRow(t.Context(), `SELECT wrapped FROM keystore_key WHERE person_id = $1`, id).Scan(&wrapped); err != nil {
			t.Fatal(err)
		}
		return wrapped
	}
	first, second := key(gone), key(stays)
	path := ""
	file := func() (body []byte) {
		t.Helper()
		mustExec(t, keys, `CHECKPOINT`)
		if path == "" {
			if err := keys.QueryRow(t.Context(), `SELECT pg_relation_filepath('keystore_key')`).Scan(&path); err != nil {
				t.Fatal(err)
			}
		}
		if err := keys.QueryRow(t.Context(), `SELECT COALESCE(pg_read_binary_file($1, 0, 10000000, TRUE), '')`, path).Scan(&body); err != nil {
			t.Fatal(err)
		}
		return body
	}
	if err := v.Destroy(t.Context(), vault.Act{Person: gone, Actor: "system", Reason: "test"}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(file(), first) {
		t.Error("a deleted row goes at once: the test looks into the wrong file")
	}
	if err := v.ForgetLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file(), first) {
		t.Error("the old file still holds the destroyed key")
	}
	path = ""
	if body := file(); bytes.Contains(body, first) || !bytes.Contains(body, second) {
		t.Error("the new file holds the destroyed key, or not the other")
	}
}
