package vault

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// JournalName is the name under which checkpoints are signed.
const JournalName = "sahna-journal"

// LoadRoot reads the root key from a file, and makes one when there is no file. The directory should be of its own, outside
// the data folder and its backups; without the key nothing in the vault can ever be read again.
func LoadRoot(path string) ([]byte, error) {
	text, err := loadOrMake(path, func() string {
		k := make([]byte, keySize)
		rand.Read(k) //nolint:errcheck // never fails since Go 1.24
		return base64.StdEncoding.EncodeToString(k)
	})
	if err != nil {
		return nil, fmt.Errorf("root key: %w", err)
	}
	k, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(k) != keySize {
		return nil, fmt.Errorf("root key: %s does not hold %d bytes in base64", path, keySize)
	}
	return k, nil
}

// LoadJournalKey reads the key that signs checkpoints, and makes one when there is no file. The key that
// verifies them is written beside it, with the ending .pub, to be given to whoever wants to check.
func LoadJournalKey(path string) (string, error) {
	text, err := loadOrMake(path, func() string {
		private, _, err := note.GenerateKey(rand.Reader, JournalName)
		if err != nil {
			panic(err) // the name is ours and right
		}
		return private
	})
	if err != nil {
		return "", fmt.Errorf("journal key: %w", err)
	}
	public, err := verifierKey(text)
	if err != nil {
		return "", fmt.Errorf("journal key: %s: %w", path, err)
	}
	if err := os.WriteFile(path+".pub", []byte(public+"\n"), 0o644); err != nil { //nolint:gosec // public by purpose
		return "", fmt.Errorf("journal key: %w", err)
	}
	return text, nil
}

// loadOrMake reads a secret file. Two processes that start at once end up with the same one: the file is linked into its place whole.
func loadOrMake(path string, make func() string) (string, error) {
	for range 2 {
		b, err := os.ReadFile(path) //nolint:gosec // the operator names it
		if err == nil {
			return strings.TrimSpace(string(b)), checkPrivate(path)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if err := writeNew(path, make()); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("%s can neither be read nor made", path)
}

func writeNew(path, text string) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*") // made with 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, werr := f.WriteString(text + "\n")
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}

func checkPrivate(path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s may be read by others: run chmod 600 on it", path)
	}
	return nil
}
