package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

// replayMark is a file in the data folder that stands from the first byte of a restore until its erasures are replayed.
const replayMark = "replay-needed"

// ErrReplayNeeded is a data folder that was restored and does not know yet whom to erase again. Nothing serves it, and no option
// says otherwise: without the mark's file the erasure ledger itself tells.
var ErrReplayNeeded = errors.New("this data was restored from a backup, and erasures made since then are not replayed: run sahna restore with the same backup again, or sahna replay")

func (a *App) markPath() string { return filepath.Join(a.cfg.Data, replayMark) }

func (a *App) checkMark(context.Context) error {
	if a.opts.replaying {
		return nil
	}
	_, err := os.Stat(a.markPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return ErrReplayNeeded
}

// checkLedger refuses a database that does not know of every erasure, however it came there.
func (a *App) checkLedger(ctx context.Context) error {
	if a.opts.replaying {
		return nil
	}
	err := a.Privacy.CheckLedger(ctx)
	if errors.Is(err, privacy.ErrBehind) {
		return fmt.Errorf("%w: %w", ErrReplayNeeded, err)
	}
	return err
}

// Restore puts a backup into an empty data folder and carries out again every erasure made since, as the key store tells. Until that
// has ended nothing serves the folder. After a crash the same command goes on.
func Restore(ctx context.Context, cfg Config, dir string, out io.Writer) error {
	m, err := readManifest(dir)
	if err != nil {
		return err
	}
	if m.What != "data" {
		return fmt.Errorf("%s holds %s: copy them into the keys' folder by hand", dir, m.What)
	}
	if err := m.check(dir); err != nil {
		return err
	}
	if err := mayRestore(ctx, cfg, m); err != nil {
		return err
	}
	if err := keysInPlace(ctx, cfg); err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return err
	}
	mark := filepath.Join(cfg.Data, replayMark)
	if err := writeWhole(mark, []byte(m.id()+copying)); err != nil {
		return err
	}
	if err := putBack(ctx, cfg, dir, m); err != nil {
		return err
	}
	if err := writeWhole(mark, []byte(m.id()+copied)); err != nil {
		return err
	}
	return Replay(ctx, cfg, out)
}

// Replay ends a restore: it carries out again every erasure that the database does not know of, and then lets it serve.
func Replay(ctx context.Context, cfg Config, out io.Writer) error {
	mark, err := readMark(cfg)
	if err != nil {
		return err
	}
	if mark != "" && !strings.HasSuffix(mark, copied) {
		return errors.New("the restore ended before its database was whole: run sahna restore with the same backup again")
	}
	a, err := Open(ctx, cfg, Options{Look: true, replaying: true})
	if err != nil {
		return err
	}
	r, lost, err := a.replay(ctx, mark != "")
	if err = errors.Join(err, a.Close()); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(cfg.Data, replayMark)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := syncDir(cfg.Data); err != nil {
		return err
	}
	if mark == "" && lost.Seq == 0 && r.Lines == 0 && r.Keys == 0 {
		_, err = fmt.Fprintln(out, "nothing was restored here, and no erasure is missing")
		return err
	}
	_, err = fmt.Fprintf(out, "restored; %d erasures replayed that the backup did not know of, %d destroyed keys or persons had come back\n", r.Lines, r.Keys)
	if err == nil && lost.Seq > 0 {
		_, err = fmt.Fprintln(out, restoreWords(lost))
	}
	return err
}

// replay carries out the erasures and then writes the restore's own line: from then on the journal's end is known to be a restore's.
// A database that was behind without a mark was restored too; one that was not is left as it is, so that a rollback stays one.
func (a *App) replay(ctx context.Context, marked bool) (r privacy.Replayed, lost vault.Restore, err error) {
	behind := a.Privacy.CheckLedger(ctx)
	if behind != nil && !errors.Is(behind, privacy.ErrBehind) {
		return r, lost, behind
	}
	if r, err = a.Privacy.Replay(ctx); err != nil || !marked && behind == nil {
		return r, lost, err
	}
	lost, err = a.Vault.TellRestore(ctx)
	return r, lost, err
}

func restoreWords(r vault.Restore) string {
	return fmt.Sprintf("restored on %s: the journal goes on from its entry %d; its entries up to %d, made after the backup, are lost",
		r.At.UTC().Format(time.DateTime), r.Size, r.Lost)
}

// What a mark tells after the backup's id.
const (
	copying = " is being copied\n"
	copied  = " is copied, erasures are to be replayed\n"
)

// readMark returns "" when no restore is under way.
func readMark(cfg Config) (string, error) {
	body, err := os.ReadFile(filepath.Join(cfg.Data, replayMark)) //nolint:gosec // below the operator's folder
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(body), err
}

// id names a backup by what is in it.
func (m Manifest) id() string {
	h := sha256.New()
	for _, f := range m.Files {
		fmt.Fprintln(h, f.Name, f.SHA256) //nolint:errcheck // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}

// mayRestore refuses to write over an office: the data folder is empty, or holds a restore of the same backup that did not end.
func mayRestore(ctx context.Context, cfg Config, m Manifest) error {
	mark, err := readMark(cfg)
	if err != nil || strings.HasPrefix(mark, m.id()+" ") {
		return err
	}
	if mark != "" {
		return fmt.Errorf("%s holds an unfinished restore of another backup: finish that one, or empty the folder", cfg.Data)
	}
	if path, ok := strings.CutPrefix(string(cfg.Database), "sqlite:"); ok {
		if m.Engine != db.SQLite {
			return fmt.Errorf("the backup is of %s, and the configured database is SQLite", m.Engine)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already: a backup is restored into an empty folder", path)
		}
	} else if err := emptyPostgres(ctx, cfg, m); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(cfg.Data, "files"))
	if err == nil && len(entries) > 0 {
		return fmt.Errorf("%s holds files already: a backup is restored into an empty folder", cfg.Data)
	}
	return nil
}

// ErrKeysLost is a folder of keys that is not the data's: what is sealed cannot be read by new ones, and the erasures are not known.
var ErrKeysLost = errors.New("put the newest copy that sahna backup-keys made into the keys' folder first: new keys open nothing, and do not know who was erased")

// keysInPlace wants the keys before a byte is restored: a start without them would make new ones.
func keysInPlace(ctx context.Context, cfg Config) error {
	if err := rootThere(cfg); err != nil {
		return err
	}
	if path, ok := strings.CutPrefix(string(cfg.KeyStore), "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no key store at %s: %w", path, ErrKeysLost)
		}
		return nil
	}
	d, err := db.Open(ctx, string(cfg.KeyStore))
	if err != nil {
		return fmt.Errorf("key store: %w", err)
	}
	n, err := tablesOf(ctx, d)
	if err == nil && n == 0 {
		err = fmt.Errorf("the key store's database is empty: %w", ErrKeysLost)
	}
	return errors.Join(err, d.Close())
}

func rootThere(cfg Config) error {
	path := filepath.Join(cfg.Keys, "root.key")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no root key at %s: %w", path, ErrKeysLost)
	}
	return nil
}

// sealed tells whether the database holds anything that keys of its own open.
func (a *App) sealed(ctx context.Context) (bool, error) {
	n := 0
	err := a.DB.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 AS one FROM vault_field LIMIT 1) f`).Scan(&n)
	return n > 0, err
}

// checkRoot refuses to make a new root key over data that another one sealed.
func (a *App) checkRoot(ctx context.Context) error {
	if has, err := a.sealed(ctx); err != nil || !has {
		return err
	}
	return rootThere(a.cfg)
}

// checkStore refuses a key store that knows nobody over data that holds somebody.
func (a *App) checkStore(ctx context.Context) error {
	has, err := a.sealed(ctx)
	if err != nil || !has {
		return err
	}
	n := 0
	err = a.Keys.QueryRow(ctx, `SELECT (SELECT count(*) FROM (SELECT person_id FROM keystore_key LIMIT 1) k)
		+ (SELECT count(*) FROM (SELECT person_id FROM keystore_tombstone LIMIT 1) t)`).Scan(&n)
	if err == nil && n == 0 {
		err = fmt.Errorf("the key store knows nobody, and the database holds persons: %w", ErrKeysLost)
	}
	return err
}

func emptyPostgres(ctx context.Context, cfg Config, m Manifest) error {
	if m.Engine != db.Postgres {
		return fmt.Errorf("the backup is of %s, and the configured database is PostgreSQL", m.Engine)
	}
	d, err := db.Open(ctx, string(cfg.Database))
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // read only
	n, err := tablesOf(ctx, d)
	if err == nil && n > 0 {
		err = fmt.Errorf("the database has %d tables already: a backup is restored into an empty one", n)
	}
	return err
}

// putBack copies the files and then the database, which comes whole or not at all.
func putBack(ctx context.Context, cfg Config, dir string, m Manifest) error {
	if err := copyTree(filepath.Join(dir, filesCopy), filepath.Join(cfg.Data, "files")); err != nil {
		return err
	}
	if m.Engine == db.Postgres {
		return restorePostgres(ctx, string(cfg.Database), filepath.Join(dir, postgresCopy))
	}
	path := strings.TrimPrefix(string(cfg.Database), "sqlite:")
	for _, rest := range []string{path + "-wal", path + "-shm"} { // of a replay that was cut off: it begins anew
		if err := os.Remove(rest); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return copyFile(filepath.Join(dir, sqliteCopy), path)
}
