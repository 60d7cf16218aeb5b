package vault_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

// spellings are the forms in which a value could stand in a file.
func spellings(s string) map[string][]byte {
	var le, be []byte
	for _, u := range utf16.Encode([]rune(s)) {
		le, be = append(le, byte(u), byte(u>>8)), append(be, byte(u>>8), byte(u))
	}
	out := map[string][]byte{
		"UTF-8": []byte(s), "UTF-16LE": le, "UTF-16BE": be,
		"hex": []byte(hex.EncodeToString([]byte(s))), "HEX": []byte(strings.ToUpper(hex.EncodeToString([]byte(s)))),
	}
	for i := range 3 { // base64 depends on where the value starts
		enc := base64.RawStdEncoding.EncodeToString([]byte("xxx"[:i] + s))
		out["base64+"+"012"[i:i+1]] = []byte(enc[4 : len(enc)-3])
	}
	return out
}

func TestValuesStandInNoFile(t *testing.T) {
	dir := t.TempDir()
	open := func(name string) *db.DB {
		d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() }) //nolint:errcheck // a test's
		return d
	}
	d, keys := open("main.db"), open("keys.db")
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys})
	id := sealed(t, v, d, aigerim)
	look(t, v, d, id, 4)
	if err := v.Seal(t.Context(), d, id, map[vault.Field]string{vault.Name: "Сәулешім"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "control"), []byte("..Сәулешім.."), 0o600); err != nil {
		t.Fatal(err)
	}
	values := []string{"Сәулешім", strings.ToLower(aigerim[vault.Email])}
	for _, value := range aigerim {
		values = append(values, value)
	}
	files, hits := 0, 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, value := range values {
			for form, b := range spellings(value) {
				if !bytes.Contains(body, b) {
					continue
				}
				if hits++; filepath.Base(path) != "control" {
					t.Errorf("%s holds a value in %s", filepath.Base(path), form)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 5 || hits == 0 {
		t.Errorf("looked into %d files, found the control %d times: the search itself is broken", files, hits)
	}
}

func TestMovedFieldDoesNotOpen(t *testing.T) {
	moves := map[string]string{
		"another column":  `UPDATE vault_field SET sealed = (SELECT f.sealed FROM vault_field f WHERE f.person_id = $1 AND f.field = 'surname') WHERE person_id = $1 AND field = 'email'`,
		"another person":  `UPDATE vault_field SET sealed = (SELECT f.sealed FROM vault_field f WHERE f.person_id <> $1 AND f.field = 'email') WHERE person_id = $1 AND field = 'email'`,
		"another version": `UPDATE vault_field SET version = version + 1 WHERE person_id = $1 AND field = 'email'`,
		"cut short":       `UPDATE vault_field SET sealed = CAST('' AS BYTEA) WHERE person_id = $1 AND field = 'email'`,
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := vaulttest.New(t, d)
		id := sealed(t, v, d, aigerim)
		sealed(t, v, d, aigerim)
		for name, move := range moves {
			err := d.Transact(t.Context(), func(tx *db.DB) error {
				mustExec(t, tx, move, id)
				_, err := v.Open(t.Context(), tx, opening(id, vault.Email))
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "the seal is broken") {
				t.Errorf("%s: got %v, want a broken seal", name, err)
			}
		}
	})
}

func TestMovedKeyDoesNotOpen(t *testing.T) {
	d, keys := dbtest.Open(t, db.SQLite), dbtest.Empty(t, db.SQLite)
	v := vaulttest.With(t, d, vaulttest.Clock(), vault.Config{Keys: keys})
	id := sealed(t, v, d, aigerim)
	sealed(t, v, d, aigerim)
	mustExec(t, keys, `UPDATE keystore_key SET wrapped = (SELECT k.wrapped FROM keystore_key k WHERE k.person_id <> $1) WHERE person_id = $1`, id)
	if _, err := v.Open(t.Context(), d, opening(id, vault.Email)); err == nil {
		t.Error("a key wrapped for another person opened")
	}
}
