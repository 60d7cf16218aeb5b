package app_test

import (
	"bytes"
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/platform/db"
)

// ownTables are the tables of privacy and vault that name persons by their random id, and what an erasure does to each. The rooms
// that are Holders answer for theirs; a table that is in neither list has been forgotten.
var ownTables = map[string]string{
	"privacy_consent":         "kept three years as proof, under the random id alone",
	"privacy_withdrawal":      "kept with the consent that it ends",
	"privacy_erasure":         "the erasure itself",
	"privacy_transfer":        "the register of transfers: kept as proof, names no value",
	"privacy_hold":            "a legal hold: ends by whoever laid it",
	"privacy_night_line":      "what a night destroyed: random ids of persons who are gone",
	"privacy_request":         "kept three years as proof that it was answered",
	"privacy_download":        "ended; its file, sealed under the destroyed key, goes with the next sweep",
	"privacy_notice":          "deleted",
	"privacy_incident_person": "who was told of an incident: proof of the telling, under the random id alone",
	"vault_person":            "a revision and a flag",
	"vault_field":             "deleted, its key destroyed",
	"vault_index":             "deleted",
	"vault_tombstone":         "the destruction itself",
}

func TestEveryTableThatNamesPersonsHasSomebodyWhoAnswersForIt(t *testing.T) {
	eachEngine(t, func(t *testing.T, e db.Engine) {
		a := mustOpen(t, office(t, e))
		query := `SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'person_id'`
		if e == db.SQLite {
			query = `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'person_id'`
		}
		var tables []string
		err := a.DB.Each(t.Context(), func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			tables = append(tables, name)
			return err
		}, query)
		if err != nil || !slices.Contains(tables, "boxoffice_order") || !slices.Contains(tables, "vault_field") {
			t.Fatalf("tables %v, %v", tables, err)
		}
		rooms := a.Privacy.HolderRooms()
		for _, table := range tables {
			room, _, _ := strings.Cut(table, "_")
			if ownTables[table] == "" && !slices.Contains(rooms, room) {
				t.Errorf("table %s names persons, and its room is no privacy.Holder (%v)", table, rooms)
			}
		}
	})
}

func only(t *testing.T, a *app.App, email string) string {
	t.Helper()
	ids, err := a.People.PersonsByEmail(t.Context(), email)
	if err != nil || len(ids) != 1 {
		t.Fatalf("persons with the address: %v, %v", ids, err)
	}
	return ids[0]
}

func ledgerOf(t *testing.T, a *app.App) (sum int64) {
	t.Helper()
	err := a.DB.QueryRow(t.Context(), `SELECT COALESCE(sum(CASE WHEN amount > 0 THEN amount ELSE 0 END), 0) FROM boxoffice_ledger`).Scan(&sum)
	if err != nil || sum == 0 {
		t.Fatalf("ledger: %d, %v", sum, err)
	}
	return sum
}

// traces are the bytes by which a person's fields could be opened or the person found.
func traces(t *testing.T, a *app.App, person string) (out [][]byte) {
	t.Helper()
	for d, query := range map[*db.DB]string{
		a.Keys: `SELECT wrapped FROM keystore_key WHERE person_id = $1`,
		a.DB:   `SELECT digest FROM vault_index WHERE person_id = $1`,
	} {
		err := d.Each(t.Context(), func(scan func(...any) error) error {
			var b []byte
			err := scan(&b)
			out = append(out, b)
			return err
		}, query, person)
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(out) < 2 {
		t.Fatalf("%d traces", len(out))
	}
	return out
}

func holding(t *testing.T, root string, needles [][]byte) (hits int) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, n := range needles {
			if bytes.Contains(body, n) || bytes.Contains(body, []byte(base64.StdEncoding.EncodeToString(n))) {
				hits++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return hits
}
