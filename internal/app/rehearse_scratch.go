package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/sahna/sahna/internal/platform/db"
)

const (
	scratchFolder = "sahna-rehearsal-"
	scratchSchema = "rehearsal_"
	scratchLock   = "lock"   // held as long as the rehearsal lives
	scratchNote   = "schema" // names the schema and a hash of the server that it lies on
)

// openScratch makes a rehearsal's folder below parent ("" for the system's). Its lock dies with the process, so that the next
// rehearsal knows what a killed one has left behind, and removes it.
func openScratch(parent string) (dir string, remove func() error, err error) {
	if dir, err = os.MkdirTemp(parent, scratchFolder); err != nil {
		return "", nil, err
	}
	lock, err := lockScratch(dir)
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, func() error { return errors.Join(os.RemoveAll(dir), lock.Close()) }, nil
}

func lockScratch(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, scratchLock), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // a folder of ours
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// sweepScratch removes what rehearsals left that were killed: their folders, and their schemas on the server that is used now.
func sweepScratch(ctx context.Context, parent string, admin *db.DB, server string) error {
	if parent == "" {
		parent = os.TempDir()
	}
	dirs, err := filepath.Glob(filepath.Join(parent, scratchFolder+"*"))
	if err != nil {
		return err
	}
	var all error
	for _, dir := range dirs {
		lock, err := lockScratch(dir)
		if err != nil {
			continue // it lives, or is somebody else's
		}
		all = errors.Join(all, sweepOne(ctx, dir, admin, server), lock.Close())
	}
	return all
}

func sweepOne(ctx context.Context, dir string, admin *db.DB, server string) error {
	note, err := os.ReadFile(filepath.Join(dir, scratchNote)) //nolint:gosec // a folder of ours
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if schema, where, ok := strings.Cut(string(note), "\n"); ok {
		if admin == nil || where != server {
			return nil // a rehearsal on that server will remove both
		}
		if id := strings.TrimPrefix(schema, scratchSchema); len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
			return fmt.Errorf("%s does not name a rehearsal's schema", filepath.Join(dir, scratchNote))
		}
		if _, err := admin.Exec(ctx, `DROP SCHEMA IF EXISTS `+schema+` CASCADE`); err != nil {
			return err
		}
	}
	return os.RemoveAll(dir)
}

// scratchDatabase is where a rehearsal plays, and what removes it. It removes what killed rehearsals have left, too.
func scratchDatabase(ctx context.Context, address, parent, dir string) (string, func() error, error) {
	if engineOf(address) != string(db.Postgres) {
		return "", func() error { return nil }, sweepScratch(ctx, parent, nil, "") // a file in the scratch folder
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", nil, errors.New("the postgres:// address cannot be read")
	}
	schema := scratchSchema + strings.ReplaceAll(db.NewID(), "-", "")
	admin, err := db.Open(ctx, address)
	if err != nil {
		return "", nil, err
	}
	server := serverOf(address)
	if err := errors.Join(sweepScratch(ctx, parent, admin, server),
		os.WriteFile(filepath.Join(dir, scratchNote), []byte(schema+"\n"+server), 0o600)); err != nil {
		return "", nil, errors.Join(err, admin.Close())
	}
	if _, err := admin.Exec(ctx, `CREATE SCHEMA `+schema); err != nil {
		return "", nil, errors.Join(fmt.Errorf("a rehearsal needs a schema of its own: %w", err), admin.Close())
	}
	q := u.Query()
	q.Set("search_path", schema)
	if q.Get("pool_max_conns") == "" {
		q.Set("pool_max_conns", "16")
	}
	u.RawQuery = q.Encode()
	drop := func() error {
		_, err := admin.Exec(context.WithoutCancel(ctx), `DROP SCHEMA `+schema+` CASCADE`)
		return errors.Join(err, admin.Close())
	}
	return u.String(), drop, nil
}

// serverOf tells PostgreSQL databases apart without keeping their addresses, which have passwords; "" for anything else.
func serverOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || engineOf(address) != string(db.Postgres) {
		return ""
	}
	host, port := u.Hostname(), u.Port()
	if host == "localhost" || host == "" {
		host = "127.0.0.1"
	}
	if port == "" {
		port = "5432"
	}
	sum := sha256.Sum256([]byte(net.JoinHostPort(host, port) + u.Path))
	return hex.EncodeToString(sum[:16])
}
