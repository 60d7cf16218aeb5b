package app_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

// ownTables are the tables of privacy and vault that name persons by their random id, and what an erasure does to each. The rooms
// that are Holders answer for theirs; a table that is in neither list has been forgotten.
var ownTables = map[string]string{
	"privacy_consent":           "kept as proof under the random id alone, destroyed by the night three years later",
	"privacy_withdrawal":        "goes with the consent that it ends",
	"privacy_erasure":           "the erasure itself",
	"privacy_transfer":          "the register of transfers: names no value, goes with the consents",
	"privacy_hold":              "a legal hold: ends by whoever laid it",
	"privacy_night_line":        "what a night destroyed: random ids of persons who are gone",
	"privacy_request":           "kept three years as proof that it was answered",
	"privacy_download":          "ended; its file, sealed under the destroyed key, goes with the next sweep",
	"privacy_notice":            "deleted",
	"privacy_unconfirmed":       "deleted",
	"privacy_disclosure_person": "what a state body was given: kept as proof, under the random id alone",
	"privacy_enquiry":           "the enquiry's own id takes the person's place; its words are sealed under the destroyed key",
	"privacy_incident_person":   "who was told of an incident: proof of the telling, under the random id alone",
	"vault_person":              "a revision and a flag",
	"vault_field":               "deleted, its key destroyed",
	"vault_index":               "deleted",
	"vault_tombstone":           "the destruction itself",
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

// TestBulkIsDecidedByTwo exports and erases by the commands' own functions: two officers, or nobody.
func TestBulkIsDecidedByTwo(t *testing.T) {
	eachEngine(t, func(t *testing.T, e db.Engine) {
		ctx, cfg := t.Context(), office(t, e)
		a := mustOpen(t, cfg)
		var persons []string
		for _, address := range []string{"one@example.kz", "two@example.kz", "three@example.kz"} {
			c := privacytest.Aigul()
			c.Email = address
			persons = append(persons, guest(t, a, c))
		}
		secrets := map[string]string{}
		for address, role := range map[string]people.Role{"officer@example.kz": people.RoleOfficer, "admin@example.kz": people.RoleAdmin, "door@example.kz": people.RoleDoor} {
			_, secret, err := a.People.MakeStaff(ctx, people.Contacts{Surname: "Әлиева", Name: "Дана", Email: address}, "correct horse battery", []people.Role{role})
			if err != nil {
				t.Fatal(err)
			}
			secrets[address] = secret
		}
		sign := func(two app.Two, ahead time.Duration) io.Reader { // each digits work once
			var lines strings.Builder
			for _, address := range []string{two.Decides, two.Approves} {
				digits, err := totp.GenerateCode(secrets[address], time.Now().Add(ahead))
				if err != nil {
					t.Fatal(err)
				}
				lines.WriteString("correct horse battery\n" + digits + "\n")
			}
			return strings.NewReader(lines.String())
		}
		both := app.Two{Decides: "officer@example.kz", Approves: "admin@example.kz"}
		same := app.Two{Decides: "officer@example.kz", Approves: "Officer@example.kz"}
		if err := app.ExportPersons(ctx, cfg, t.TempDir(), "", same, strings.NewReader(""), io.Discard); !errors.Is(err, privacy.ErrApprover) {
			t.Errorf("one officer alone: %v", err)
		}
		door := app.Two{Decides: "door@example.kz", Approves: "officer@example.kz"}
		if err := app.ExportPersons(ctx, cfg, t.TempDir(), "", door, sign(door, 0), io.Discard); !errors.Is(err, app.ErrBulkRole) {
			t.Errorf("somebody from the door: %v", err)
		}
		dir, list := t.TempDir(), filepath.Join(t.TempDir(), "list")
		var out bytes.Buffer
		if err := app.ExportPersons(ctx, cfg, dir, "", both, sign(both, 0), &out); err != nil {
			t.Fatal(err)
		}
		body := read(t, filepath.Join(dir, "persons-00001.jsonl"))
		for i, address := range []string{"one@example.kz", "two@example.kz", "three@example.kz"} {
			if !strings.Contains(body, address) || !strings.Contains(body, persons[i]) {
				t.Errorf("the export lacks %s", address)
			}
		}
		if err := os.WriteFile(list, []byte(persons[0]+"\n"+persons[2]+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := app.ErasePersons(ctx, cfg, list, both, sign(both, 30*time.Second), &out); err != nil || !strings.Contains(out.String(), "2 persons erased; 0 of them") {
			t.Fatalf("erase: %v\n%s", err, out.String())
		}
		for i, id := range persons {
			es, err := a.Privacy.Erasures(ctx, id)
			if erased := i != 1; err != nil || erased != errors.Is(reads(t, a, id), vault.ErrDestroyed) || erased != (len(es) == 1 && es[0].Order.Approver != "" && es[0].Order.Reason == "bulk") {
				t.Errorf("person %d: %+v, %v", i, es, err)
			}
		}
		looks, err := a.Vault.EntriesOf(ctx, persons[1], vault.Page{Limit: 50})
		if err != nil || !slices.ContainsFunc(looks.Entries, func(e vault.ProvedEntry) bool {
			return e.Verb == vault.VerbExport && strings.HasPrefix(e.Actor, "staff:") && strings.HasPrefix(e.Reason, "bulk_export:staff:")
		}) {
			t.Errorf("who exported stands in nobody's journal: %v", err)
		}
	})
}
