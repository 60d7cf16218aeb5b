package vault

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"
)

func FuzzOpenSealed(f *testing.F) {
	key := bytes.Repeat([]byte{3}, keySize)
	good, err := seal(key, []byte("value"), "here")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{})
	f.Add(good[:sealOverhead])
	f.Fuzz(func(t *testing.T, b []byte) {
		plain, err := open(key, b, "here")
		if bytes.Equal(b, good) {
			return
		}
		if !errors.Is(err, errSealBroken) || plain != nil {
			t.Errorf("bytes nobody sealed gave %q, %v", plain, err)
		}
	})
}

func FuzzParseRecord(f *testing.F) {
	f.Add(Entry{ID: "a", Verb: VerbOpen, Fields: []Field{Email, Name}, Actor: "system", At: time.UnixMicro(1)}.record())
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, ok := parseRecord(b); ok && !bytes.Equal(e.record(), b) {
			t.Errorf("%q is read as %q", b, e.record())
		}
	})
}

func FuzzReadCheckpoint(f *testing.F) {
	k, err := newJournalKeys(Config{Root: bytes.Repeat([]byte{3}, keySize)})
	if err != nil {
		f.Fatal(err)
	}
	good, err := k.sign(Checkpoint{Size: 12})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := k.read(b); err == nil && c.Size != 12 {
			t.Errorf("a checkpoint that was never signed: %v", c)
		}
	})
}

func TestSealsDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), keySize, keySize).Draw(t, "key")
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		place := rapid.String().Draw(t, "place")
		a, err := seal(key, plain, place)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := seal(key, plain, place); bytes.Equal(a, b) {
			t.Fatal("two seals of a value are alike")
		}
		if got, err := open(key, a, place); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("got %q, %v", got, err)
		}
		if _, err := open(key, a, place+"x"); !errors.Is(err, errSealBroken) {
			t.Fatalf("opened in another place: %v", err)
		}
	})
}

func TestKeyFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	root, err := LoadRoot(filepath.Join(dir, "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadRoot(filepath.Join(dir, "root.key"))
	if err != nil || !bytes.Equal(root, again) {
		t.Errorf("read again: %v, same: %t", err, bytes.Equal(root, again))
	}
	journal, err := LoadJournalKey(filepath.Join(dir, "journal.key"))
	if err != nil {
		t.Fatal(err)
	}
	k, err := newJournalKeys(Config{Root: root, JournalKey: journal})
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(filepath.Join(dir, "journal.key.pub"))
	if err != nil || strings.TrimSpace(string(public)) != k.public {
		t.Errorf("public key file: %q, %v", public, err)
	}
	if _, err := note.NewVerifier(k.public); err != nil {
		t.Error(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "root.key"): 0o600, filepath.Join(dir, "journal.key"): 0o600} {
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want %v", path, st.Mode(), err, want)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "root.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadRoot(filepath.Join(dir, "root.key")); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a root key that all can read: got %v", err)
	}
}
