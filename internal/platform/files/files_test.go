package files_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/platform/files"
)

func open(t *testing.T, dir string) *files.Dir {
	t.Helper()
	d, err := files.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func read(t *testing.T, d *files.Dir, name string) string {
	t.Helper()
	f, err := d.Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPutGetListDelete(t *testing.T) {
	ctx, d := t.Context(), open(t, t.TempDir())
	for name, body := range map[string]string{"poster/abay.jpg": "one", "poster/qyz-jibek.jpg": "two", "logo.svg": "three"} {
		if err := d.Put(ctx, name, strings.NewReader(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Put(ctx, "poster/abay.jpg", strings.NewReader("new")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, d, "poster/abay.jpg"); got != "new" {
		t.Errorf("got %q after a second put", got)
	}
	list, err := d.List(ctx, "poster/")
	if diff := cmp.Diff([]string{"poster/abay.jpg", "poster/qyz-jibek.jpg"}, list); diff != "" || err != nil {
		t.Errorf("list: %v %s", err, diff)
	}
	for range 2 {
		if err := d.Delete(ctx, "logo.svg"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Get(ctx, "logo.svg"); !errors.Is(err, files.ErrNoFile) {
		t.Errorf("a deleted file: got %v", err)
	}
	if _, err := d.Get(ctx, "poster"); !errors.Is(err, files.ErrNoFile) {
		t.Errorf("a folder: got %v", err)
	}
}

func TestHalfAFileIsNoFile(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	d := open(t, dir)
	if err := d.Put(ctx, "a.jpg", strings.NewReader("whole")); err != nil {
		t.Fatal(err)
	}
	broken := io.MultiReader(strings.NewReader("hal"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if err := d.Put(ctx, "a.jpg", broken); err == nil {
		t.Error("a broken upload was stored")
	}
	if got := read(t, d, "a.jpg"); got != "whole" {
		t.Errorf("got %q", got)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestWhatACrashLeftIsSwept(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, ".part-0001")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
}

func TestNamesStayInside(t *testing.T) {
	ctx, d := t.Context(), open(t, t.TempDir())
	for _, name := range []string{"", ".", "..", "../a", "/etc/passwd", "a/../../b", "a//b", "a\\b", ".hidden", "a/.b", "Әже.jpg", "a\x00b", strings.Repeat("a", 201)} {
		if err := d.Put(ctx, name, strings.NewReader("x")); !errors.Is(err, files.ErrName) {
			t.Errorf("put %q: got %v", name, err)
		}
		if _, err := d.Get(ctx, name); !errors.Is(err, files.ErrName) {
			t.Errorf("get %q: got %v", name, err)
		}
		if err := d.Delete(ctx, name); !errors.Is(err, files.ErrName) {
			t.Errorf("delete %q: got %v", name, err)
		}
	}
}

func TestLinksDoNotLeadOut(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "way")); err != nil {
		t.Fatal(err)
	}
	if f, err := open(t, dir).Get(t.Context(), "way/secret"); err == nil {
		t.Errorf("followed a link out: %v", f.Close())
	}
}
