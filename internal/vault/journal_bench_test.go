package vault_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

// entriesEnv says how many entries the journal of BenchmarkPersonsPage has.
const entriesEnv = "SAHNA_BENCH_ENTRIES"

// BenchmarkPersonsPage reads what a person's page shows of the journal (the newest 200 lines), the proof of one line, and the page with
// all its proofs, in a journal of many entries through which the person's own are spread evenly:
// SAHNA_BENCH_ENTRIES=10000000 -benchtime 20x.
func BenchmarkPersonsPage(b *testing.B) {
	entries := 25_000
	if n, err := strconv.Atoi(os.Getenv(entriesEnv)); err == nil {
		entries = n
	}
	each(b, func(b *testing.B, d *db.DB, _ *vault.Vault) {
		signer, _, err := note.GenerateKey(nil, vault.JournalName)
		if err != nil {
			b.Fatal(err)
		}
		v := vaulttest.With(b, d, clock.System(), vault.Config{JournalKey: signer})
		id, err := v.NewPerson(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		fillJournal(b, d, signer, v.PseudonymOf(b, id), entries)
		b.Logf("%d entries written in %s", entries, time.Since(start).Round(time.Second))
		page := func(b *testing.B, p vault.Page) vault.EntryPage {
			got, err := v.EntriesOf(b.Context(), id, p)
			if err != nil || len(got.Entries) != 200 {
				b.Fatalf("%d entries, %v", len(got.Entries), err)
			}
			return got
		}
		start = time.Now()
		got := page(b, vault.Page{Limit: 200, Unproved: true})
		b.Logf("the first look took %s", time.Since(start))
		for _, e := range page(b, vault.Page{Limit: 200}).Entries {
			if err := vault.CheckEntry(v.JournalVerifier(), got.Checkpoint, e); err != nil {
				b.Fatalf("the generator's tree is none: %v", err)
			}
		}
		for name, do := range map[string]func(){
			"page":        func() { page(b, vault.Page{Limit: 200, Unproved: true}) },
			"proved-page": func() { page(b, vault.Page{Limit: 200}) },
			"proof": func() {
				if _, err := v.Prove(b.Context(), got.Entries[100].ID); err != nil {
					b.Fatal(err)
				}
			},
		} {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					do()
				}
			})
		}
	})
}

const (
	eachPersons = 250    // entries of one person
	fillPage    = 50_000 // rows of a transaction
)

// fillJournal lets the engine write entries straight into the tables, as the integrator would have: places, the tree's stored
// hashes, a signed checkpoint over all. Every n/250th entry is the person's.
func fillJournal(b *testing.B, d *db.DB, signer, pseudonym string, n int) {
	b.Helper()
	hex := map[db.Engine]string{db.SQLite: `printf('%%0%dx', %s)`, db.Postgres: `lpad(to_hex(%[2]s), %[1]d, '0')`}[d.Engine()]
	blob := map[db.Engine]string{db.SQLite: `$4`, db.Postgres: `CAST($4 AS BYTEA)`}[d.Engine()]
	groups := max(n/eachPersons, 8)
	id := `'00000000-0000-7000-8000-' || ` + fmt.Sprintf(hex, 12, "i")
	rows := `WITH RECURSIVE seq(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM seq WHERE i + 1 < $2) `
	disarm(b, d)
	triggers := dropQueueing(b, d)
	mustExec(b, d, `DROP INDEX vault_journal_pseudonym`)
	mustExec(b, d, `DROP INDEX vault_journal_place_entry`)
	tree := &growing{}
	for from := 0; from < n; from += fillPage {
		to := min(from+fillPage, n)
		hashes, first := tree.grow(from, to, groups, pseudonym)
		err := d.Transact(b.Context(), func(tx *db.DB) error {
			mustExec(b, tx, rows+`INSERT INTO vault_journal (id, pseudonym, verb, purpose, class, fields, actor, reason, at) SELECT `+id+`,
				CASE WHEN i % `+strconv.Itoa(groups)+` = 7 THEN $3 ELSE `+fmt.Sprintf(hex, 32, `(i % `+strconv.Itoa(groups)+`) * 2654435761 % 4294967296`)+` END,
				'open', 'service', 'person', 'email,name', 'system', 'order_mail', 1700000000000000 + i * 1000 FROM seq`, from, to, pseudonym)
			mustExec(b, tx, rows+`INSERT INTO vault_journal_place (place, entry_id) SELECT i, `+id+` FROM seq`, from, to)
			mustExec(b, tx, rows+`INSERT INTO vault_journal_hash (storage_index, hash) SELECT CAST($3 AS BIGINT) + i, substr(`+blob+`, CAST(1 + 32 * i AS INTEGER), 32) FROM seq`,
				0, len(hashes)/tlog.HashSize, first, hashes)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	signed := tree.sign(b, signer, n)
	if _, err := d.Exec(b.Context(), `INSERT INTO vault_journal_checkpoint (size, checkpoint, signed_at) VALUES ($1, $2, 1)`, n, signed); err != nil {
		b.Fatal(err)
	}
	mustExec(b, d, `UPDATE vault_journal_head SET size = `+strconv.Itoa(n))
	mustExec(b, d, `CREATE UNIQUE INDEX vault_journal_place_entry ON vault_journal_place (entry_id)`)
	mustExec(b, d, `CREATE INDEX vault_journal_pseudonym ON vault_journal (pseudonym, id)`)
	if triggers != "" {
		mustExec(b, d, triggers)
	}
	mustExec(b, d, `ANALYZE`)
}

// dropQueueing lets entries be written without waiting for a place, and returns what brings that back.
func dropQueueing(b *testing.B, d *db.DB) (create string) {
	b.Helper()
	if d.Engine() == db.Postgres {
		mustExec(b, d, `ALTER TABLE vault_journal DISABLE TRIGGER USER`)
		return `ALTER TABLE vault_journal ENABLE TRIGGER USER`
	}
	var name string
	if err := d.QueryRow(b.Context(), `SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%INSERT INTO vault_journal_pending%'`).Scan(&name, &create); err != nil {
		b.Fatal(err)
	}
	mustExec(b, d, `DROP TRIGGER `+name)
	return create
}

// growing is the tree's right edge: the hashes of its complete subtrees, the largest first.
type growing struct {
	stack  []tlog.Hash
	levels []int
	stored int64
}

// grow adds the generator's entries and returns the stored hashes that they make, and the storage index of the first.
func (g *growing) grow(from, to, groups int, pseudonym string) (out []byte, first int64) {
	first = g.stored
	for i := from; i < to; i++ {
		who := fmt.Sprintf("%032x", i%groups*2654435761%4294967296)
		if i%groups == 7 {
			who = pseudonym
		}
		h, level := tlog.RecordHash([]byte(strings.Join([]string{
			"sahna journal 1", fmt.Sprintf("00000000-0000-7000-8000-%012x", i), who, "open", "service", "person", "email,name", "system", "order_mail",
			strconv.Itoa(1_700_000_000_000_000 + i*1000), "",
		}, "\n"))), 0
		for {
			out = append(out, h[:]...)
			g.stored++
			last := len(g.levels) - 1
			if last < 0 || g.levels[last] != level {
				break
			}
			h, level = tlog.NodeHash(g.stack[last], h), level+1
			g.stack, g.levels = g.stack[:last], g.levels[:last]
		}
		g.stack, g.levels = append(g.stack, h), append(g.levels, level)
	}
	return out, first
}

func (g *growing) sign(b *testing.B, signer string, n int) []byte {
	b.Helper()
	root := g.stack[len(g.stack)-1]
	for i := len(g.stack) - 2; i >= 0; i-- {
		root = tlog.NodeHash(g.stack[i], root)
	}
	s, err := note.NewSigner(signer)
	if err != nil {
		b.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", vault.JournalName, n, base64.StdEncoding.EncodeToString(root[:]))}, s)
	if err != nil {
		b.Fatal(err)
	}
	return signed
}
