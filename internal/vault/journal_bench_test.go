package vault_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
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

// entriesEnv says how many entries the journal of BenchmarkPersonsPage has beside the person's own.
const entriesEnv = "SAHNA_BENCH_ENTRIES"

// BenchmarkPersonsPage reads what a person's page shows of the journal (the newest 200 lines), a proof of one line, and the page with
// proofs, in a journal of many entries: SAHNA_BENCH_ENTRIES=10000000 -benchtime 20x.
func BenchmarkPersonsPage(b *testing.B) {
	others := 20_000
	if n, err := strconv.Atoi(os.Getenv(entriesEnv)); err == nil {
		others = n
	}
	each(b, func(b *testing.B, d *db.DB, _ *vault.Vault) {
		signer, verifier, err := note.GenerateKey(nil, vault.JournalName)
		if err != nil {
			b.Fatal(err)
		}
		v := vaulttest.With(b, d, clock.System(), vault.Config{JournalKey: signer})
		start := time.Now()
		fillJournal(b, d, signer, others)
		b.Logf("%d entries written in %s", others, time.Since(start).Round(time.Second))
		id := sealed(b, v, d, aigerim)
		look(b, v, d, id, 250)
		page := func(b *testing.B, p vault.Page) vault.EntryPage {
			got, err := v.EntriesOf(b.Context(), id, p)
			if err != nil || len(got.Entries) != 200 {
				b.Fatalf("%d entries, %v", len(got.Entries), err)
			}
			return got
		}
		got := page(b, vault.Page{Limit: 200})
		for _, e := range got.Entries {
			if err := vault.CheckEntry(verifier, got.Checkpoint, e); err != nil {
				b.Fatalf("the generator's tree is none: %v", err)
			}
		}
		b.Run("page", func(b *testing.B) {
			for b.Loop() {
				page(b, vault.Page{Limit: 200, Unproved: true})
			}
		})
		b.Run("proof", func(b *testing.B) {
			for b.Loop() {
				if _, err := v.Prove(b.Context(), got.Entries[100].ID); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("proved-page", func(b *testing.B) {
			for b.Loop() {
				page(b, vault.Page{Limit: 200})
			}
		})
	})
}

// fillJournal writes entries of nobody in particular straight into the tables, as the integrator would have: places, the tree's
// stored hashes, a signed checkpoint.
func fillJournal(b *testing.B, d *db.DB, signer string, n int) {
	b.Helper()
	disarm(b, d)
	mustExec(b, d, `DROP INDEX vault_journal_pseudonym`)
	var stack []tlog.Hash // of complete subtrees, the largest first
	var levels []int
	stored := int64(0)
	const page = 1000
	for from := 0; from < n; from += page {
		err := d.Transact(b.Context(), func(tx *db.DB) error {
			var entries, places, hashes []any
			for i := from; i < min(from+page, n); i++ {
				who := sha256.Sum256([]byte(strconv.Itoa(i % (n/50 + 1)))) // some fifty entries each
				id := fmt.Sprintf("00000000-0000-7000-8000-%012x", i)
				at := int64(1_700_000_000_000_000) + int64(i)*1000
				pseudonym := hex.EncodeToString(who[:16])
				entries = append(entries, id, pseudonym, "open", "service", "person", "email,name", "system", "order_mail", at)
				places = append(places, i, id)
				record := strings.Join([]string{"sahna journal 1", id, pseudonym, "open", "service", "person", "email,name", "system", "order_mail", strconv.FormatInt(at, 10), ""}, "\n")
				h, level := tlog.RecordHash([]byte(record)), 0
				for {
					hashes = append(hashes, stored, append([]byte(nil), h[:]...))
					stored++
					if len(levels) == 0 || levels[len(levels)-1] != level {
						break
					}
					h, level = tlog.NodeHash(stack[len(stack)-1], h), level+1
					stack, levels = stack[:len(stack)-1], levels[:len(levels)-1]
				}
				stack, levels = append(stack, h), append(levels, level)
			}
			return bulkInsert(b, tx, entries, places, hashes)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	root := stack[len(stack)-1]
	for i := len(stack) - 2; i >= 0; i-- {
		root = tlog.NodeHash(stack[i], root)
	}
	s, err := note.NewSigner(signer)
	if err != nil {
		b.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", vault.JournalName, n, base64.StdEncoding.EncodeToString(root[:]))}, s)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := d.Exec(b.Context(), `INSERT INTO vault_journal_checkpoint (size, checkpoint, signed_at) VALUES ($1, $2, 1)`, n, signed); err != nil {
		b.Fatal(err)
	}
	mustExec(b, d, `UPDATE vault_journal_head SET size = `+strconv.Itoa(n))
	mustExec(b, d, `DELETE FROM vault_journal_pending`)
	mustExec(b, d, `CREATE INDEX vault_journal_pseudonym ON vault_journal (pseudonym, id)`)
	mustExec(b, d, `ANALYZE`)
}

func bulkInsert(b *testing.B, tx *db.DB, entries, places, hashes []any) error {
	b.Helper()
	for _, x := range []struct {
		into  string
		width int
		args  []any
	}{
		{`vault_journal (id, pseudonym, verb, purpose, class, fields, actor, reason, at)`, 9, entries},
		{`vault_journal_place (place, entry_id)`, 2, places},
		{`vault_journal_hash (storage_index, hash)`, 2, hashes},
	} {
		for len(x.args) > 0 {
			n := min(len(x.args), 500*x.width)
			if _, err := tx.Exec(b.Context(), `INSERT INTO `+x.into+` VALUES `+db.Values(1, n/x.width, x.width), x.args[:n]...); err != nil {
				return err
			}
			x.args = x.args[n:]
		}
	}
	return nil
}
