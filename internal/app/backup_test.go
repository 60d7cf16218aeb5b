package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
)

// office is a configuration over a folder of its own.
func office(t *testing.T, e db.Engine) app.Config {
	t.Helper()
	dsn := ""
	if e == db.Postgres {
		dsn = dbtest.DSN(t, e)
	}
	return officeAt(filepath.Join(t.TempDir(), "data"), dsn)
}

func officeAt(data, dsn string) app.Config {
	cfg := app.Defaults().At(data, dsn)
	cfg.Operator, cfg.LogLevel, cfg.BaseURL = privacytest.Operator(), "error", "http://127.0.0.1:1"
	return cfg
}

func open(t *testing.T, cfg app.Config) (*app.App, error) {
	t.Helper()
	a, err := app.Open(t.Context(), cfg, app.Options{Outbox: mail.NewOutbox(clock.System())})
	if err == nil {
		t.Cleanup(func() { a.Close() }) //nolint:errcheck // closed twice at worst
	}
	return a, err
}

func mustOpen(t *testing.T, cfg app.Config) *app.App {
	t.Helper()
	a, err := open(t, cfg)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return a
}

func guest(t *testing.T, a *app.App, c people.Contacts) string {
	t.Helper()
	h := privacytest.House{DB: a.DB, Privacy: a.Privacy, People: a.People}
	return h.Guest(t, c)
}

func reads(t *testing.T, a *app.App, person string) error {
	t.Helper()
	return a.DB.Transact(t.Context(), func(tx *db.DB) error {
		_, err := a.People.Contacts(t.Context(), tx, vault.Opening{Person: person, Purpose: vault.PurposeService, Actor: "system", Reason: "test"})
		return err
	})
}

// lose throws the main database away, as a broken disk would; the keys are elsewhere.
func lose(t *testing.T, cfg app.Config) {
	t.Helper()
	if path, ok := strings.CutPrefix(string(cfg.Database), "sqlite:"); ok {
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
		return
	}
	u, err := url.Parse(string(cfg.Database))
	if err != nil {
		t.Fatal(err)
	}
	schema := u.Query().Get("search_path")
	d, err := db.Open(t.Context(), string(cfg.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // a test's
	if _, err := d.Exec(t.Context(), `DROP SCHEMA `+schema+` CASCADE`); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Exec(t.Context(), `CREATE SCHEMA `+schema); err != nil {
		t.Fatal(err)
	}
}

func eachEngine(t *testing.T, fn func(t *testing.T, e db.Engine)) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			fn(t, e)
		})
	}
}

// backedUp makes an office with two persons, backs it up while it is open, and then erases the first.
func backedUp(t *testing.T, cfg app.Config) (dir, erased, other string) {
	t.Helper()
	a := mustOpen(t, cfg)
	erased = guest(t, a, privacytest.Aigul())
	c := privacytest.Aigul()
	c.Email = "other@example.kz"
	other = guest(t, a, c)
	dir = filepath.Join(t.TempDir(), "backup")
	if err := app.Backup(t.Context(), cfg, dir, io.Discard); err != nil {
		t.Fatalf("back up: %v", err)
	}
	if _, err := a.Privacy.Erase(t.Context(), privacy.EraseOrder{Person: erased, Actor: "person", Reason: "account_deleted"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, erased, other
}

func TestRestoreReplaysErasures(t *testing.T) {
	eachEngine(t, func(t *testing.T, e db.Engine) {
		cfg := office(t, e)
		dir, erased, other := backedUp(t, cfg)
		if err := app.Restore(t.Context(), cfg, dir, io.Discard); err == nil {
			t.Fatal("restored over an office that is there")
		}
		lose(t, cfg)
		var out bytes.Buffer
		if err := app.Restore(t.Context(), cfg, dir, &out); err != nil {
			t.Fatalf("restore: %v", err)
		}
		if !strings.Contains(out.String(), "1 erasures replayed") {
			t.Errorf("restore says %q", out.String())
		}
		a := mustOpen(t, cfg)
		if err := reads(t, a, erased); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("an erased person came back by a restore: %v", err)
		}
		if err := reads(t, a, other); err != nil {
			t.Errorf("another person: %v", err)
		}
		if n, err := a.Vault.Inventory(t.Context(), a.DB, erased); err != nil || len(n) > 0 {
			t.Errorf("fields of the erased person: %v, %v", n, err)
		}
		if es, err := a.Privacy.Erasures(t.Context(), erased); err != nil || len(es) != 1 || !es[0].Done() {
			t.Errorf("ledger: %+v, %v", es, err)
		}
	})
}

func TestRestoreThatSkipsTheReplayCannotServe(t *testing.T) {
	eachEngine(t, func(t *testing.T, e db.Engine) {
		cfg := office(t, e)
		dir, erased, _ := backedUp(t, cfg)
		lose(t, cfg)
		m, err := app.ReadManifest(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := app.PutBack(t.Context(), cfg, dir, m); err != nil { // without the mark, as if somebody had removed it
			t.Fatal(err)
		}
		for _, opts := range []app.Options{{}, {Look: true}, {Demo: true}} {
			opts.Outbox = mail.NewOutbox(clock.System())
			if a, err := app.Open(t.Context(), cfg, opts); !errors.Is(err, app.ErrReplayNeeded) {
				t.Fatalf("opened with %+v: %v, %v", opts, a, err)
			}
		}
		talkOut(t, cfg, erased)
		mark := filepath.Join(cfg.Data, "replay-needed")
		for _, edited := range []string{"", "done\n", "x is copied, erasures are replayed\n"} {
			if err := os.WriteFile(mark, []byte(edited), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := open(t, cfg); !errors.Is(err, app.ErrReplayNeeded) {
				t.Errorf("opened under the mark %q: %v", edited, err)
			}
		}
		if err := os.WriteFile(mark, []byte("x is being copied\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := open(t, cfg); !errors.Is(err, app.ErrReplayNeeded) {
			t.Errorf("opened under the mark: %v", err)
		}
		if err := app.Replay(t.Context(), cfg, io.Discard); err == nil {
			t.Error("replayed over a database that is not whole")
		}
		if err := os.Remove(mark); err != nil {
			t.Fatal(err)
		}
		if err := app.Replay(t.Context(), cfg, io.Discard); err != nil {
			t.Fatalf("replay: %v", err)
		}
		if err := reads(t, mustOpen(t, cfg), erased); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("after the replay: %v", err)
		}
	})
}

// talkOut tries to make a database that was restored without its replay be served: with an older ledger, with another one, with the
// missing lines and tombstones entered by hand.
func talkOut(t *testing.T, cfg app.Config, erased string) {
	t.Helper()
	ctx := t.Context()
	keys, err := db.Open(ctx, string(cfg.KeyStore))
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close() //nolint:errcheck // a test's
	main, err := db.Open(ctx, string(cfg.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer main.Close() //nolint:errcheck // a test's
	do := func(d *db.DB, query string, args ...any) {
		t.Helper()
		if _, err := d.Exec(ctx, query, args...); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(what string) {
		t.Helper()
		if _, err := open(t, cfg); !errors.Is(err, app.ErrReplayNeeded) {
			t.Errorf("opened with %s: %v", what, err)
		}
	}
	var id, hash string
	var line []byte
	if err := keys.QueryRow(ctx, `SELECT id, hash, line FROM keystore_erasure WHERE seq = 1`).Scan(&id, &hash, &line); err != nil {
		t.Fatal(err)
	}
	do(keys, `DELETE FROM keystore_erasure`)
	refused("an older ledger in the key store")
	do(keys, `INSERT INTO keystore_erasure (seq, id, person_id, hash, line) VALUES (1, 'other', 'other', 'other', $1)`, line)
	refused("another ledger in the key store")
	if err := app.Replay(ctx, cfg, io.Discard); err == nil || !strings.Contains(err.Error(), "does not follow") {
		t.Errorf("replayed another installation's ledger: %v", err)
	}
	do(keys, `DELETE FROM keystore_erasure`)
	do(keys, `INSERT INTO keystore_erasure (seq, id, person_id, hash, line) VALUES (1, $1, $2, $3, $4)`, id, erased, hash, line)
	refused("the key store as it was")
	do(main, `UPDATE privacy_erasure_head SET seq = 1, hash = $1`, hash)
	refused("the ledger's end moved by hand")
	do(main, `UPDATE privacy_erasure_head SET seq = 0, hash = ''`)
}

// TestKilledAtEveryWriteOfARestore kills a restore at each write of its replay: nothing opens what it left, and the next try goes on.
func TestKilledAtEveryWriteOfARestore(t *testing.T) {
	type restored struct {
		dbtest.Place                     `json:"-"`
		DSN, Data, Backup, Erased, Other string
	}
	config := func(w restored) app.Config { return officeAt(w.Data, w.DSN) }
	dbtest.KillAt(t, dbtest.Doomed[restored]{
		Least: 8,
		Open: func(t *testing.T, p dbtest.Place) restored {
			path := filepath.Join(p.Dir, "restored.json")
			w := restored{Place: p}
			if body, err := os.ReadFile(path); err == nil {
				if err := json.Unmarshal(body, &w); err != nil {
					t.Fatal(err)
				}
				w.Place = p
				return w
			}
			w.Data = filepath.Join(p.Dir, "data")
			if p.DB.Engine() == db.Postgres {
				w.DSN = dbtest.DSN(t, db.Postgres)
			}
			w.Backup, w.Erased, w.Other = backedUp(t, config(w))
			lose(t, config(w))
			body, err := json.Marshal(w)
			if err == nil {
				err = os.WriteFile(path, body, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			return w
		},
		Do: func(t *testing.T, w restored, n int) {
			ctx := w.Doom(t.Context())
			mark, err := os.ReadFile(filepath.Join(w.Data, "replay-needed"))
			if err == nil && strings.Contains(string(mark), "is copied") && n%8 != 0 { // copying it all again now and then is enough
				err = app.Replay(ctx, config(w), io.Discard)
			} else {
				err = app.Restore(ctx, config(w), w.Backup, io.Discard)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		Check: func(t *testing.T, w restored, n int, killed bool) {
			a, err := app.Open(t.Context(), config(w), app.Options{Outbox: mail.NewOutbox(clock.System())})
			if killed {
				if !errors.Is(err, app.ErrReplayNeeded) {
					t.Errorf("write %d: opened in the middle of a restore: %v", n, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d writes", n)
			defer a.Close() //nolint:errcheck // a test's
			if err := reads(t, a, w.Erased); !errors.Is(err, vault.ErrDestroyed) {
				t.Errorf("the erased person: %v", err)
			}
			if err := reads(t, a, w.Other); err != nil {
				t.Errorf("another person: %v", err)
			}
			if es, err := a.Privacy.Erasures(t.Context(), w.Erased); err != nil || len(es) != 1 || !es[0].Done() {
				t.Errorf("ledger: %+v, %v", es, err)
			}
		},
	})
}

// TestRestoreKilledAnywhere kills the true program in the middle of restoring, at times that nobody chose.
func TestRestoreKilledAnywhere(t *testing.T) {
	eachEngine(t, func(t *testing.T, e db.Engine) {
		cfg := office(t, e)
		dir, erased, _ := backedUp(t, cfg)
		lose(t, cfg)
		binary := apptest.Binary(t)
		args := []string{"restore", "--data", cfg.Data, dir}
		if e == db.Postgres {
			args = append(args, "--db", string(cfg.Database))
		}
		refused := 0
		for try := range 12 {
			cmd := exec.Command(binary, args...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			wait := time.AfterFunc(time.Duration(rand.IntN(60*(try+1)))*time.Millisecond, func() { cmd.Process.Kill() }) //nolint:errcheck // ended
			ended := cmd.Wait() == nil
			wait.Stop()
			if ended {
				break
			}
			if _, err := os.Stat(filepath.Join(cfg.Data, "replay-needed")); err == nil {
				if _, err := open(t, cfg); !errors.Is(err, app.ErrReplayNeeded) {
					t.Fatalf("try %d: opened in the middle of a restore: %v", try, err)
				}
				refused++
			}
		}
		t.Logf("killed in the middle %d times", refused)
		// It has ended, or goes on now.
		if err := app.Restore(t.Context(), cfg, dir, io.Discard); err != nil && !strings.Contains(err.Error(), "already") {
			t.Fatalf("restore after the kills: %v", err)
		}
		if err := reads(t, mustOpen(t, cfg), erased); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("after the restore: %v", err)
		}
	})
}

// TestCopiesPutBackByHandDoNotServe puts folders of before an erasure back without any command of ours: the data, the keys, and both.
func TestCopiesPutBackByHandDoNotServe(t *testing.T) {
	ctx, cfg := t.Context(), office(t, db.SQLite)
	a := mustOpen(t, cfg)
	erased := guest(t, a, privacytest.Aigul())
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	old, now := t.TempDir(), t.TempDir()
	copyAll := func(to, from string) {
		t.Helper()
		if err := os.RemoveAll(to); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(ctx, "cp", "-a", from, to).CombinedOutput(); err != nil { //nolint:gosec // as an operator would
			t.Fatalf("%v\n%s", err, out)
		}
	}
	keys, err := filepath.Rel(cfg.Data, cfg.Keys) // they stand below the data here
	if err != nil {
		t.Fatal(err)
	}
	put := func(data, keysOf string) {
		t.Helper()
		copyAll(cfg.Data, data)
		copyAll(cfg.Keys, filepath.Join(keysOf, keys))
	}
	copyAll(old, cfg.Data)
	a = mustOpen(t, cfg)
	if _, err := a.Privacy.Erase(ctx, privacy.EraseOrder{Person: erased, Actor: "person", Reason: "account_deleted"}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Vault.Integrate(ctx); err != nil {
		t.Fatal(err)
	}
	checkpoint, err := a.Vault.LatestCheckpoint(ctx)
	kept := filepath.Join(t.TempDir(), "checkpoint")
	if err = errors.Join(err, os.WriteFile(kept, checkpoint, 0o600), a.Close()); err != nil {
		t.Fatal(err)
	}
	copyAll(now, cfg.Data)

	put(old, now) // the data: nothing opens it, whatever is said
	if _, err := open(t, cfg); !errors.Is(err, app.ErrReplayNeeded) {
		t.Errorf("opened with the data of before: %v", err)
	}
	for _, args := range [][]string{{"demo", "--addr", "127.0.0.1:0"}, {"staff", "add", "--email", "a@example.kz", "--surname", "A", "--name", "B", "--role", "officer"}, {"verify"}} {
		cmd := exec.CommandContext(ctx, apptest.Binary(t), append(args, "--data", cfg.Data)...) //nolint:gosec // our own program
		cmd.Env = append(os.Environ(), "SAHNA_LOG_LEVEL=error")
		cmd.Stdin = strings.NewReader("correct horse battery\n")
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "are not replayed") {
			t.Errorf("sahna %s: %v\n%s", args[0], err, out)
		}
	}

	put(now, old) // the keys: they come back and open nothing, and go again
	a = mustOpen(t, cfg)
	if err := reads(t, a, erased); !errors.Is(err, vault.ErrDestroyed) {
		t.Errorf("read with the keys of before: %v", err)
	}
	if _, err := a.Privacy.FinishErasures(ctx); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := a.Keys.QueryRow(ctx, `SELECT count(*) FROM keystore_key WHERE person_id = $1`, erased).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d keys came back, %v", left, err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}

	put(old, old) // both: nothing inside knows; a checkpoint kept elsewhere does (decision 12)
	var out bytes.Buffer
	if err := app.VerifyJournal(ctx, cfg, kept, &out); err == nil || !strings.Contains(out.String(), "rolled back") {
		t.Errorf("a checkpoint kept apart: %v\n%s", err, out.String())
	}
}

func TestKeysAreInTheirOwnBackupAndDieYoung(t *testing.T) {
	cfg := office(t, db.SQLite)
	dir, _, _ := backedUp(t, cfg)
	m, err := app.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range m.Files {
		if strings.Contains(f.Name, "key") {
			t.Errorf("the data's backup holds %s", f.Name)
		}
	}
	keys := t.TempDir()
	if err := app.BackupKeys(t.Context(), cfg, keys, io.Discard); err != nil {
		t.Fatal(err)
	}
	made, err := filepath.Glob(filepath.Join(keys, "*", "manifest.json"))
	if err != nil || len(made) != 1 {
		t.Fatalf("backups of keys: %v, %v", made, err)
	}
	old := strings.Replace(read(t, made[0]), `"delete_by": "`+time.Now().UTC().Format("2006"), `"delete_by": "2001`, 1)
	if err := os.WriteFile(made[0], []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Dir(made[0]), filepath.Join(keys, "keys-old")); err != nil {
		t.Fatal(err)
	}
	if err := app.BackupKeys(t.Context(), cfg, keys, io.Discard); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(keys, "keys-old")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a copy of the keys outlived its day")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestChangedBackupIsRefused(t *testing.T) {
	cfg := office(t, db.SQLite)
	dir, _, _ := backedUp(t, cfg)
	lose(t, cfg)
	f, err := os.OpenFile(filepath.Join(dir, "sahna.db"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("x"), 5000); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := app.Restore(t.Context(), cfg, dir, io.Discard); err == nil || !strings.Contains(err.Error(), "was changed") {
		t.Errorf("restored a changed backup: %v", err)
	}
}

// New keys open nothing and know of no erasure: neither a restore nor a start makes them over data that others sealed.
func TestWithoutItsKeysNothingOpens(t *testing.T) {
	eachEngine(t, func(t *testing.T, e db.Engine) {
		ctx, cfg := t.Context(), office(t, e)
		dir, erased, other := backedUp(t, cfg)
		away := cfg.Keys + "-away"
		move := func(from, to string) {
			t.Helper()
			if err := os.Rename(from, to); err != nil {
				t.Fatal(err)
			}
		}
		move(cfg.Keys, away)
		if _, err := open(t, cfg); !errors.Is(err, app.ErrKeysLost) {
			t.Errorf("a start over the data without its keys: %v", err)
		}
		if _, err := os.Stat(filepath.Join(cfg.Keys, "root.key")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a new root key was made: %v", err)
		}
		lose(t, cfg)
		if err := app.Restore(ctx, cfg, dir, io.Discard); !errors.Is(err, app.ErrKeysLost) {
			t.Errorf("a restore without the keys: %v", err)
		}
		if err := os.RemoveAll(cfg.Keys); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(cfg.Keys, 0o700); err != nil {
			t.Fatal(err)
		}
		move(filepath.Join(away, "root.key"), filepath.Join(cfg.Keys, "root.key"))
		if err := app.Restore(ctx, cfg, dir, io.Discard); !errors.Is(err, app.ErrKeysLost) {
			t.Errorf("a restore with the root key and without the key store: %v", err)
		}
		move(filepath.Join(cfg.Keys, "root.key"), filepath.Join(away, "root.key"))
		if err := os.RemoveAll(cfg.Keys); err != nil {
			t.Fatal(err)
		}
		move(away, cfg.Keys)
		if err := app.Restore(ctx, cfg, dir, io.Discard); err != nil {
			t.Fatalf("a restore with the keys: %v", err)
		}
		a := mustOpen(t, cfg)
		if err := reads(t, a, erased); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("the erased person: %v", err)
		}
		if err := reads(t, a, other); err != nil {
			t.Errorf("the other person: %v", err)
		}
	})
}

// A mistyped folder is no office that adds up, and a checkpoint that the command prints proves what it was over.
func TestCommandsThatLookAfterAnOfficeMakeNone(t *testing.T) {
	eachEngine(t, func(t *testing.T, e db.Engine) {
		ctx, cfg := t.Context(), office(t, e)
		for name, run := range map[string]func() error{
			"verify":     func() error { return app.Verify(ctx, cfg, io.Discard) },
			"journal":    func() error { return app.VerifyJournal(ctx, cfg, "", io.Discard) },
			"checkpoint": func() error { return app.JournalCheckpoint(ctx, cfg, io.Discard) },
			"backup":     func() error { return app.Backup(ctx, cfg, t.TempDir(), io.Discard) },
			"keys":       func() error { return app.BackupKeys(ctx, cfg, t.TempDir(), io.Discard) },
		} {
			if err := run(); err == nil || !strings.Contains(err.Error(), "there is no office here") {
				t.Errorf("%s where nothing is: %v", name, err)
			}
		}
		if _, err := os.Stat(cfg.Keys); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a look made a folder of keys: %v", err)
		}
		a := mustOpen(t, cfg)
		guest(t, a, privacytest.Aigul())
		var kept, out bytes.Buffer
		if err := app.JournalCheckpoint(ctx, cfg, &kept); err != nil {
			t.Fatal(err)
		}
		guest(t, a, privacytest.Aigul())
		file := filepath.Join(t.TempDir(), "checkpoint")
		if err := os.WriteFile(file, kept.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := app.VerifyJournal(ctx, cfg, file, &out); err != nil || !strings.Contains(out.String(), "the journal is whole") {
			t.Errorf("with the kept checkpoint: %v\n%s", err, out.String())
		}
	})
}
