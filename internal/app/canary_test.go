package app_test

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

	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

var canary = apptest.Buyer{
	Surname: "Құтқарғұланбаева", Name: "Жүзімгүлжан",
	Email: "zhuzimgul.canary.7741@sahna.example", Phone: "+77057741774",
}

// canaryValues are what must stand readable nowhere; the phone also as people write it.
var canaryValues = []string{canary.Surname, canary.Name, canary.Email, "zhuzimgul.canary.7741", canary.Phone, "77057741774", "7057741774"}

// TestNothingReadableAboutABuyer sells to a person whose name cannot be there by chance and searches everything that is left behind.
func TestNothingReadableAboutABuyer(t *testing.T) {
	data := filepath.Join(t.TempDir(), "demo")
	p := apptest.StartDemo(t, data, "", "")
	sellToCanary(t, p)
	check := func(when string) {
		t.Helper()
		for _, root := range []string{data, p.Log} {
			for _, leak := range leaks(t, root) {
				t.Errorf("%s: %s", when, leak)
			}
		}
	}
	check("while it serves")
	p.Kill()
	check("after a kill")

	planted := filepath.Join(data, "planted")
	if err := os.WriteFile(planted, []byte("x"+base64.StdEncoding.EncodeToString([]byte("ab"+canary.Email))), 0o600); err != nil {
		t.Fatal(err)
	}
	if len(leaks(t, data)) == 0 {
		t.Error("a leak planted on purpose was not found")
	}
}

// TestNothingReadableInPostgreSQL looks into every table instead of files.
func TestNothingReadableInPostgreSQL(t *testing.T) {
	data, dsn := filepath.Join(t.TempDir(), "demo"), dbtest.DSN(t, db.Postgres)
	p := apptest.StartDemo(t, data, dsn, "")
	sellToCanary(t, p)
	p.Kill()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // read only
	var tables []string
	err = d.Each(t.Context(), func(scan func(...any) error) error {
		var name string
		if err := scan(&name); err != nil {
			return err
		}
		tables = append(tables, name)
		return nil
	}, `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`)
	if err != nil || len(tables) < 20 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	for _, table := range tables {
		var all bytes.Buffer
		err := d.Each(t.Context(), func(scan func(...any) error) error {
			var row string
			err := scan(&row)
			all.WriteString(row)
			return err
		}, `SELECT CAST(t AS TEXT) FROM `+table+` t`)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range canaryValues {
			for form, needle := range forms(v) {
				if bytes.Contains(bytes.ToLower(all.Bytes()), bytes.ToLower(needle)) {
					t.Errorf("table %s holds %q as %s", table, v, form)
				}
			}
		}
	}
}

func sellToCanary(t *testing.T, p *apptest.Program) {
	t.Helper()
	c := apptest.NewClient(p.URL)
	policy, err := c.Policy()
	if err != nil {
		t.Fatal(err)
	}
	performance := p.Performances["theatre"]
	seats, err := c.SeatIDs(performance)
	if err != nil || len(seats) == 0 {
		t.Fatalf("%d seats, %v", len(seats), err)
	}
	h, status, err := c.Hold(performance, seats[0])
	if err != nil || status != 201 {
		t.Fatalf("hold: %d, %v", status, err)
	}
	o, status, err := c.Order(h, policy, canary)
	if err != nil || status != 201 {
		t.Fatalf("order: %d, %v", status, err)
	}
	if strings.Contains(o.Payment.URL, "canary") {
		t.Errorf("an address tells who: %s", o.Payment.URL)
	}
	if status, err := c.Pay(o.Payment.ID, "paid"); err != nil || status >= 400 {
		t.Fatalf("pay: %d, %v", status, err)
	}
	if o, _, err := c.FindOrder(o.Code, o.Secret); err != nil || o.Status != "paid" {
		t.Fatalf("order is %q, %v", o.Status, err)
	}
	// The mail must have gone, so that whatever mailing leaves behind is there to be found.
	eventually(t, "the ticket mail in the outbox", func() bool {
		a, err := c.Do("GET", "/ru/outbox", nil, "")
		return err == nil && bytes.Contains(a.Body, []byte(canary.Email))
	})
}

// leaks searches a file or every file below a folder.
func leaks(t *testing.T, root string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		lower := bytes.ToLower(body)
		for _, v := range canaryValues {
			for form, needle := range forms(v) {
				if bytes.Contains(body, needle) || bytes.Contains(lower, bytes.ToLower(needle)) {
					out = append(out, filepath.Base(path)+" holds "+v+" as "+form)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// forms are the ways in which a value could stand in a file. Base64 has three, by where in the text it begins; the
// ends, which depend on neighbours, are cut off.
func forms(v string) map[string][]byte {
	b := []byte(v)
	out := map[string][]byte{
		"UTF-8":     b,
		"UTF-16 LE": utf16Bytes(v, false),
		"UTF-16 BE": utf16Bytes(v, true),
		"hex":       []byte(hex.EncodeToString(b)),
	}
	for shift := range 3 {
		enc := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), b...))
		if inner := enc[(shift*8+5)/6+1 : len(enc)-2]; len(inner) >= 8 {
			out["base64, shift "+string(rune('0'+shift))] = []byte(inner)
		}
	}
	return out
}

func utf16Bytes(s string, big bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}
