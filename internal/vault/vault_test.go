package vault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

var aigerim = map[vault.Field]string{vault.Surname: "Қанарейқызы", vault.Name: "Әйгерім", vault.Email: "Aigerim@Пошта.kz", vault.Phone: "+77015550142"}

func newPerson(t testing.TB, v *vault.Vault) string {
	t.Helper()
	id, err := v.NewPerson(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func sealed(t testing.TB, v *vault.Vault, d *db.DB, values map[vault.Field]string) string {
	t.Helper()
	id := newPerson(t, v)
	if err := v.Seal(t.Context(), d, id, values); err != nil {
		t.Fatal(err)
	}
	return id
}

func opening(person string, fields ...vault.Field) vault.Opening {
	return vault.Opening{Person: person, Purpose: vault.PurposeService, Fields: fields, Actor: "system", Reason: "test"}
}

func reveal(m map[vault.Field]vault.Secret) map[vault.Field]string {
	out := map[vault.Field]string{}
	for f, s := range m {
		out[f] = s.Reveal()
	}
	return out
}

func TestSealedFieldsOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		v := vaulttest.New(t, d)
		id := sealed(t, v, d, aigerim)
		got, err := v.Open(ctx, d, opening(id, vault.Name, vault.Email, vault.BirthDate))
		if err != nil {
			t.Fatal(err)
		}
		want := map[vault.Field]string{vault.Name: "Әйгерім", vault.Email: "Aigerim@Пошта.kz"}
		if diff := cmp.Diff(want, reveal(got)); diff != "" {
			t.Errorf("opened fields differ (-want +got):\n%s", diff)
		}
		if err := v.Seal(ctx, d, id, map[vault.Field]string{vault.Name: "", vault.Surname: "Басқа"}); err != nil {
			t.Fatal(err)
		}
		got, err = v.Open(ctx, d, opening(id, vault.Surname, vault.Name, vault.Phone))
		if err != nil {
			t.Fatal(err)
		}
		want = map[vault.Field]string{vault.Surname: "Басқа", vault.Phone: "+77015550142"}
		if diff := cmp.Diff(want, reveal(got)); diff != "" {
			t.Errorf("after replacing (-want +got):\n%s", diff)
		}
	})
}

func TestFindByBlindIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		v := vaulttest.New(t, d)
		a, b := sealed(t, v, d, aigerim), sealed(t, v, d, map[vault.Field]string{vault.Email: " aigerim@xn--80a1acn3a.kz"})
		find := func(f vault.Field, value string) []string {
			t.Helper()
			ids, err := v.Find(ctx, d, f, value)
			if err != nil {
				t.Fatal(err)
			}
			return ids
		}
		if diff := cmp.Diff([]string{a, b}, find(vault.Email, "AIGERIM@пошта.KZ ")); diff != "" {
			t.Errorf("by e-mail (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{a}, find(vault.Phone, "+7 701 555-01-42")); diff != "" {
			t.Errorf("by phone (-want +got):\n%s", diff)
		}
		if ids := find(vault.Email, "nobody@example.kz"); len(ids) != 0 {
			t.Errorf("found %v by an address of nobody", ids)
		}
		if ids := find(vault.Surname, aigerim[vault.Surname]); len(ids) != 0 {
			t.Errorf("surnames are not indexed, found %v", ids)
		}
		if err := v.Seal(ctx, d, a, map[vault.Field]string{vault.Email: "new@example.kz"}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{b}, find(vault.Email, "aigerim@пошта.kz")); diff != "" {
			t.Errorf("after the address changed (-want +got):\n%s", diff)
		}
	})
}

type strictGate struct{}

var errNotAllowed = fault.New(fault.Forbidden, "vault.test_refusal")

func (strictGate) May(_ context.Context, _ *db.DB, o vault.Opening) error {
	if o.Purpose == vault.PurposeMarketing {
		return errNotAllowed
	}
	return nil
}

func (strictGate) Registered(f vault.Field) bool { return f == vault.Email || f == vault.Name }

func TestRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		v := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Gate: strictGate{}})
		id := sealed(t, v, d, map[vault.Field]string{vault.Email: "a@example.kz"})
		marketing, strange := opening(id, vault.Email), opening(id, vault.Email)
		marketing.Purpose, strange.Purpose = vault.PurposeMarketing, "curiosity"
		cases := map[string]struct {
			o    vault.Opening
			want error
		}{
			"purpose the gate forbids": {marketing, errNotAllowed},
			"purpose nobody knows":     {strange, vault.ErrUnknownPurpose},
			"field of no register":     {opening(id, vault.Phone), vault.ErrUnknownField},
			"nobody":                   {opening(db.NewID(), vault.Email), vault.ErrNoPerson},
		}
		for name, c := range cases {
			if got, err := v.Open(ctx, d, c.o); !errors.Is(err, c.want) || got != nil {
				t.Errorf("%s: got %v, %v; want %v", name, got, err, c.want)
			}
		}
		if err := v.Seal(ctx, d, id, map[vault.Field]string{vault.Surname: "X"}); !errors.Is(err, vault.ErrUnknownField) {
			t.Errorf("sealing a field of no register: got %v", err)
		}
		if err := v.Seal(ctx, d, db.NewID(), map[vault.Field]string{vault.Name: "X"}); !errors.Is(err, vault.ErrNoPerson) {
			t.Errorf("sealing for nobody: got %v", err)
		}
		if err := v.Seal(ctx, d, id, map[vault.Field]string{vault.Name: strings.Repeat("x", 5000)}); !errors.Is(err, vault.ErrTooLong) {
			t.Errorf("sealing a very long value: got %v", err)
		}
	})
}

func TestRollbackLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		v := vaulttest.New(t, d)
		id := newPerson(t, v)
		boom := errors.New("boom")
		err := d.Transact(ctx, func(tx *db.DB) error {
			if err := v.Seal(ctx, tx, id, aigerim); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		for _, table := range []string{"vault_person", "vault_field", "vault_index", "vault_journal", "vault_journal_pending"} {
			if n := count(t, d, table); n != 0 {
				t.Errorf("%d rows in %s after a rollback", n, table)
			}
		}
	})
}

func TestWrongRootKeyIsNamed(t *testing.T) {
	d, keys := dbtest.Open(t, db.SQLite), dbtest.Empty(t, db.SQLite)
	vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys})
	wrong := append([]byte{1}, vaulttest.Root()[1:]...)
	_, err := vault.New(t.Context(), d, clock.System(), vault.Config{Keys: keys, Root: wrong, Gate: vaulttest.OpenGate{}})
	if err == nil || !strings.Contains(err.Error(), "wrong root key") {
		t.Errorf("got %v, want an error that names the wrong root key", err)
	}
	_, err = vault.New(t.Context(), d, clock.System(), vault.Config{Keys: keys, Root: []byte("short"), Gate: vaulttest.OpenGate{}})
	if err == nil || !strings.Contains(err.Error(), "5 bytes") {
		t.Errorf("got %v, want an error that names the length", err)
	}
}

func TestSecretsPrintMasked(t *testing.T) {
	s := vault.NewSecret("Canary")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T%v"} {
		args := []any{s}
		if verb == "%T%v" {
			args = append(args, struct{ S vault.Secret }{s})
		}
		if out := fmt.Sprintf(verb, args...); strings.Contains(out, "anar") || strings.Contains(out, "43616e") {
			t.Errorf("%s prints %q", verb, out)
		}
	}
}

func count(t testing.TB, d *db.DB, table string) (n int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
