package app_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/platform/db"
)

// search looks for the canary in everything that a program leaves behind.
type search struct {
	t       *testing.T
	data    string
	dsn     string // of PostgreSQL; "" when the database is a file in data
	roots   []string
	values  []string // what to look for; nil for the canary's
	secrets [][]byte // bytes by which a person could be opened or found; nil while they may be there
	from    string   // PostgreSQL's log file when the test began
	needles *needles
}

// nothing fails for every place that holds the canary.
func (s *search) nothing(when string, more ...string) {
	s.t.Helper()
	for _, leak := range s.leaks(more...) {
		s.t.Errorf("%s: %s", when, leak)
	}
}

// leaks searches the program's folders, what more is named, and every row of every table.
func (s *search) leaks(more ...string) (out []string) {
	s.t.Helper()
	for _, root := range append(more, s.roots...) {
		out = append(out, s.files(root)...)
	}
	if s.dsn == "" {
		return out
	}
	d, err := db.Open(s.t.Context(), s.dsn)
	if err != nil {
		s.t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // read only
	tables := 0
	err = d.Each(s.t.Context(), func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		tables++
		out = append(out, s.table(d, name)...)
		return err
	}, `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`)
	if err != nil || tables < 20 {
		s.t.Fatalf("%d tables, %v", tables, err)
	}
	return out
}

func (s *search) table(d *db.DB, table string) []string {
	s.t.Helper()
	var all bytes.Buffer
	err := d.Each(s.t.Context(), func(scan func(...any) error) error {
		var row string
		err := scan(&row)
		all.WriteString(row + "\n")
		return err
	}, `SELECT CAST(t AS TEXT) FROM `+table+` t`)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.in("table "+table, withBytes(all.Bytes()))
}

var bytesInText = regexp.MustCompile(`\\x([0-9a-f]{8,})`)

// withBytes adds to PostgreSQL's text what its columns of bytes hold, which it prints as hex.
func withBytes(text []byte) []byte {
	out := text
	for _, m := range bytesInText.FindAllSubmatch(text, -1) {
		if raw, err := hex.DecodeString(string(m[1])); err == nil {
			out = append(append(out[:len(out):len(out)], '\n'), raw...)
		}
	}
	return out
}

func (s *search) files(root string) (out []string) {
	s.t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err == nil && strings.HasSuffix(path, ".pgdump") { // packed: search what it would restore
			body, err = exec.Command("pg_restore", "--file=-", path).Output()
			body = withBytes(body)
		}
		if err != nil {
			return err
		}
		out = append(out, s.in(filepath.Base(path), body)...)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s *search) in(where string, body []byte) (out []string) {
	if s.values == nil {
		s.values = canaryValues
	}
	if s.needles == nil {
		s.needles = newNeedles(s.values)
	}
	for _, what := range s.needles.in(body) {
		out = append(out, where+" holds "+what)
	}
	for _, secret := range s.secrets {
		if bytes.Contains(body, secret) || bytes.Contains(body, []byte(base64.StdEncoding.EncodeToString(secret))) {
			out = append(out, where+" holds a wrapped key, a blind index or a piece of a file")
		}
	}
	return out
}

// begin notes where PostgreSQL's write-ahead log stands.
func (s *search) begin() {
	s.t.Helper()
	if s.dsn != "" {
		s.from = s.ask(`SELECT pg_walfile_name(pg_current_wal_lsn())`)
	}
}

func (s *search) ask(query string, args ...any) (out string) {
	s.t.Helper()
	d, err := db.Open(s.t.Context(), s.dsn)
	if err != nil {
		s.t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // read only
	if err := d.QueryRow(s.t.Context(), query, args...).Scan(&out); err != nil {
		s.t.Fatalf("PostgreSQL's own files are read by a superuser of the test's server: %v", err)
	}
	return out
}

// below searches PostgreSQL's own files: those of every table, index and overflow table of the schema, with the rows in them that were
// deleted and not yet overwritten, and the write-ahead log since begin.
func (s *search) below() (out []string) {
	s.t.Helper()
	if s.dsn == "" {
		return nil
	}
	out = s.written("PostgreSQL's log ", `SELECT name, pg_read_binary_file('pg_wal/' || name, 0, 1000000000, TRUE) FROM pg_ls_waldir()
		WHERE name ~ '^[0-9A-F]{24}$' AND name >= $1`, s.from) // files that are used again have later names and hold old bytes
	d, err := db.Open(s.t.Context(), s.dsn)
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = d.Exec(s.t.Context(), `CHECKPOINT`) // what is in memory alone is written to the tables' files
	if err = errors.Join(err, d.Close()); err != nil {
		s.t.Fatal(err)
	}
	return append(out, s.written("PostgreSQL's file of ", `SELECT c.relname, pg_read_binary_file(pg_relation_filepath(c.oid), 0, 1000000000, TRUE) FROM pg_class c
		WHERE c.relkind IN ('r', 'i', 't') AND (c.relnamespace = CAST(current_schema() AS regnamespace) OR c.oid IN (
			SELECT b.reltoastrelid FROM pg_class b WHERE b.relnamespace = CAST(current_schema() AS regnamespace)))`)...)
}

// written searches files that a query reads.
func (s *search) written(what, query string, args ...any) (out []string) {
	s.t.Helper()
	d, err := db.Open(s.t.Context(), s.dsn)
	if err != nil {
		s.t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // read only
	files := 0
	err = d.Each(s.t.Context(), func(scan func(...any) error) error {
		var name string
		var body []byte
		err := scan(&name, &body)
		files++
		for _, form := range s.needles.plainly(body) {
			out = append(out, what+name+" holds "+form)
		}
		return err
	}, query, args...)
	if err != nil || files == 0 {
		s.t.Fatalf("%d files of PostgreSQL, %v", files, err)
	}
	return out
}

// sellToCanary sells without an account, over the API.
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
