package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
)

// Manifest tells what a backup holds. It is written last: a folder without one is no backup.
type Manifest struct {
	What     string         `json:"what"` // "data" or "keys"
	Version  string         `json:"version"`
	MadeAt   time.Time      `json:"made_at"`
	DeleteBy time.Time      `json:"delete_by,omitzero"` // of keys: a destroyed key that lives on in a copy destroys nothing
	Engine   db.Engine      `json:"engine"`
	Erasures int64          `json:"erasures"` // the erasure ledger's last line when the copy was begun
	Files    []ManifestFile `json:"files"`
}

// ManifestFile is a file of a backup.
type ManifestFile struct {
	Name   string `json:"name"` // with slashes, below the backup's folder
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

const (
	manifestName = "manifest.json"
	sqliteCopy   = "sahna.db"
	postgresCopy = "sahna.pgdump"
	filesCopy    = "files"

	// keysLive is how long a copy of the keys is kept: what is erased stays readable for as long to who has both copies.
	keysLive = 14 * 24 * time.Hour
)

// Backup copies database and files into a new folder while the office serves. Keys are not in it.
func Backup(ctx context.Context, cfg Config, dir string, out io.Writer) error {
	if err := makeEmpty(dir); err != nil {
		return err
	}
	return within(ctx, cfg, func(a *App) error {
		seq, err := a.Privacy.LedgerLength(ctx)
		if err != nil {
			return err
		}
		name, engine := sqliteCopy, a.DB.Engine()
		if engine == db.Postgres {
			name = postgresCopy
			err = dumpPostgres(ctx, string(cfg.Database), filepath.Join(dir, name))
		} else {
			err = copySQLite(ctx, a.DB, filepath.Join(dir, name))
		}
		if err != nil {
			return err
		}
		if err := copyTree(filepath.Join(cfg.Data, "files"), filepath.Join(dir, filesCopy)); err != nil {
			return err
		}
		m := Manifest{What: "data", Version: Version(), MadeAt: a.clock.Now(), Engine: engine, Erasures: seq}
		if err := m.seal(dir); err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%d files, %d erasures known; the keys are not in it: sahna backup-keys\n", len(m.Files), seq)
		return err
	})
}

// BackupKeys copies the keys into a folder of its own below dir, and deletes the copies there that have had their time.
func BackupKeys(ctx context.Context, cfg Config, dir string, out io.Writer) error {
	return within(ctx, cfg, func(a *App) error {
		now := a.clock.Now()
		if err := dropOldKeys(dir, now); err != nil {
			return err
		}
		to := filepath.Join(dir, "keys-"+now.Format("20060102-150405"))
		if err := makeEmpty(to); err != nil {
			return err
		}
		var err error
		engine := a.Keys.Engine()
		if engine == db.Postgres {
			err = dumpPostgres(ctx, string(cfg.KeyStore), filepath.Join(to, "keystore.pgdump"))
		} else {
			err = copySQLite(ctx, a.Keys, filepath.Join(to, "keystore.db"))
		}
		if err != nil {
			return err
		}
		names, err := filepath.Glob(filepath.Join(cfg.Keys, "*.key"))
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := copyFile(name, filepath.Join(to, filepath.Base(name))); err != nil {
				return err
			}
		}
		seq, err := a.Privacy.LedgerLength(ctx)
		if err != nil {
			return err
		}
		m := Manifest{What: "keys", Version: Version(), MadeAt: now, DeleteBy: now.Add(keysLive), Engine: engine, Erasures: seq}
		if err := m.seal(to); err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s: delete it by %s\n", to, m.DeleteBy.Format(time.DateOnly))
		return err
	})
}

// dropOldKeys deletes copies of keys whose day has come. It touches nothing that has no manifest of keys.
func dropOldKeys(dir string, now time.Time) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		m, err := readManifest(path)
		if err != nil || m.What != "keys" || m.DeleteBy.After(now) {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// copySQLite writes a consistent copy beside a database that goes on serving; what was deleted is not in it.
func copySQLite(ctx context.Context, d *db.DB, to string) error {
	if _, err := d.Exec(ctx, `VACUUM INTO $1`, to); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return syncFile(to)
}

// dumpPostgres leaves the copy to PostgreSQL's own tool, which is of the server's version or newer.
func dumpPostgres(ctx context.Context, dsn, to string) error {
	address, schema, err := toolAddress(dsn)
	if err != nil {
		return err
	}
	args := []string{"--format=custom", "--no-owner", "--no-privileges", "--file=" + to}
	if schema != "" {
		args = append(args, "--schema="+schema)
	}
	if err := runTool(ctx, "pg_dump", address, args...); err != nil {
		return err
	}
	return syncFile(to)
}

func restorePostgres(ctx context.Context, dsn, from string) error {
	address, _, err := toolAddress(dsn)
	if err != nil {
		return err
	}
	return runTool(ctx, "pg_restore", address, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--clean", "--if-exists", "--dbname="+address.db, from)
}

// pgAddress goes to PostgreSQL's tools by the environment: arguments can be read by everybody on the machine.
type pgAddress struct {
	env []string
	db  string
}

func toolAddress(dsn string) (a pgAddress, schema string, err error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return a, "", errors.New("the postgres:// address cannot be read") // the parser's own error would print the password
	}
	set := func(k, v string) {
		if v != "" {
			a.env = append(a.env, k+"="+v)
		}
	}
	a.db = strings.TrimPrefix(u.Path, "/")
	set("PGHOST", u.Hostname())
	set("PGPORT", u.Port())
	set("PGUSER", u.User.Username())
	set("PGDATABASE", a.db)
	set("PGSSLMODE", u.Query().Get("sslmode"))
	if p, ok := u.User.Password(); ok {
		set("PGPASSWORD", p)
	}
	return a, u.Query().Get("search_path"), nil
}

func runTool(ctx context.Context, name string, a pgAddress, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("a PostgreSQL database is copied by PostgreSQL's own %s, which is not on this machine: install the client tools of the server's version", name)
	}
	cmd := exec.CommandContext(ctx, path, args...) //nolint:gosec // a fixed tool; the operator names the files
	cmd.Env = append(os.Environ(), a.env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, text)
	}
	return nil
}

// seal lists the folder's files with their hashes and writes the manifest.
func (m *Manifest) seal(dir string) error {
	m.Files = nil
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == manifestName {
			return err
		}
		f, err := describeFile(dir, path)
		m.Files = append(m.Files, f)
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(m.Files, func(a, b ManifestFile) int { return strings.Compare(a.Name, b.Name) })
	body, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(dir, manifestName), append(body, '\n'))
}

func describeFile(dir, path string) (ManifestFile, error) {
	rel, err := filepath.Rel(dir, path)
	if err != nil {
		return ManifestFile{}, err
	}
	f, err := os.Open(path) //nolint:gosec // below the backup's folder
	if err != nil {
		return ManifestFile{}, err
	}
	defer f.Close() //nolint:errcheck // read only
	h := sha256.New()
	n, err := io.Copy(h, f)
	return ManifestFile{Name: filepath.ToSlash(rel), Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

func readManifest(dir string) (m Manifest, err error) {
	body, err := os.ReadFile(filepath.Join(dir, manifestName)) //nolint:gosec // the operator names the folder
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("%s is no whole backup: it has no %s", dir, manifestName)
	}
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(body, &m)
}

// check compares every file with the manifest.
func (m Manifest) check(dir string) error {
	for _, want := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(want.Name)) {
			return fmt.Errorf("%s names a file outside the backup: %s", manifestName, want.Name)
		}
		got, err := describeFile(dir, filepath.Join(dir, filepath.FromSlash(want.Name)))
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("%s was changed after the backup was made", want.Name)
		}
	}
	return nil
}

func makeEmpty(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%s is not empty", dir)
	}
	return err
}

func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile, or never made
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if e.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		if !e.Type().IsRegular() {
			return nil
		}
		if err := copyFile(path, target); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// copyFile makes a copy that is there whole or not at all.
func copyFile(from, to string) error {
	src, err := os.Open(from) //nolint:gosec // below a folder of the operator's
	if err != nil {
		return err
	}
	defer src.Close() //nolint:errcheck // read only
	return writeFrom(to, src)
}

func writeWhole(path string, body []byte) error {
	return writeFrom(path, strings.NewReader(string(body)))
}

func writeFrom(path string, r io.Reader) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".part-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone already when all went well
	if _, err := io.Copy(f, r); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // just written
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Sync(), f.Close())
}
