package document_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

func openDoomed(t *testing.T, p dbtest.Place) *world {
	t.Helper()
	c := clock.NewFake(vaulttest.Clock().Now())
	h := privacytest.At(t, p, c)
	w := &world{House: h, clock: c, folder: filepath.Join(p.Dir, "room")}
	w.Documents = documenttest.Room(t, h, blind, nil, w.folder, func(s files.Store) files.Store {
		w.store = &mortal{Store: s, before: p.BeforeWrite}
		return w.store
	})
	known := filepath.Join(p.Dir, "persons")
	if body, err := os.ReadFile(known); err == nil {
		w.person, w.staff, _ = strings.Cut(string(body), " ")
		return w
	}
	w.person, w.staff = h.Guest(t, privacytest.Aigul()), "staff:"+officer(t, h)
	if err := os.WriteFile(known, []byte(w.person+" "+w.staff), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestADocumentsProcessIsKilled kills the program itself at each write, from the arrival of a document to the letter after its
// destruction: what is left is either a document that waits and can be shown, or nothing, and nobody is told twice.
func TestADocumentsProcessIsKilled(t *testing.T) {
	start := vaulttest.Clock().Now()
	at := func(n int) time.Time { return start.Add(time.Duration(n) * 25 * time.Hour) } // as many files a day as wanted
	dbtest.KillAt(t, dbtest.Doomed[*world]{
		Least: 10, Open: openDoomed,
		Do: func(t *testing.T, w *world, n int) {
			w.clock.Set(at(n))
			sent, err := w.send(t, document.KindRegistration, certificate(t))
			if err == nil {
				err = w.Decide(t.Context(), sent.ID, document.BetterCopy, "", w.staff)
			}
			if err == nil {
				err = w.Tell(t.Context(), sent.ID)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		Check: func(t *testing.T, w *world, n int, killed bool) {
			ctx := t.Context()
			w.clock.Set(at(n).Add(time.Hour))
			again, err := files.OpenDir(filepath.Join(w.folder, "files")) // the next start takes away what was half written
			if err == nil {
				err = errors.Join(again.Close(), w.Sweep(ctx), w.Finish(ctx))
			}
			if err != nil {
				t.Fatalf("write %d: %v", n, err)
			}
			waiting, err := w.Queue(ctx, time.Time{}, "", 10)
			if err != nil || len(waiting) != len(w.left(t)) || len(waiting) > 1 {
				t.Fatalf("write %d: %d wait, files %v, %v", n, len(waiting), w.left(t), err)
			}
			for _, one := range waiting {
				if _, err := w.Show(ctx, one.ID, w.staff); err != nil {
					t.Errorf("write %d: it waits and cannot be shown: %v", n, err)
				}
				if err := w.Decide(ctx, one.ID, document.BetterCopy, "", w.staff); err != nil {
					t.Fatalf("write %d: %v", n, err)
				}
			}
			if left := w.left(t); len(left) > 0 {
				t.Errorf("write %d: something stays: %v", n, left)
			}
			done, err := w.Lately(ctx, 200)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range done {
				gone, err := w.House.Vault.FileDestroyed(ctx, w.House.DB, vault.File{Person: w.person, ID: one.ID})
				if err != nil || !gone || one.State != document.Done {
					t.Errorf("write %d: %s, key destroyed %v, %v", n, one.State, gone, err)
				}
				for range 2 { // as the queue does that was interrupted
					if err := w.Tell(ctx, one.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
			letters := len(w.Mails.Left(t))
			if letters > len(done) || !killed && letters == 0 {
				t.Errorf("write %d: %d letters of %d results", n, letters, len(done))
			}
		},
	})
}
