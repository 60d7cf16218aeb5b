// Package files keeps files that are not personal data: pictures of events.
//
// It owns a folder. It promises that a name never leads out of it, that a file
// is there whole or not at all, also after a power cut, and that what is
// returned was put. It does not look inside files, nor seal them: documents of
// persons do not belong here.
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// Store keeps files by name: lower-case words parted by slashes, such as "poster/abay.jpg".
type Store interface {
	// Put stores a file, in place of what had its name.
	Put(ctx context.Context, name string, r io.Reader) error
	// Get opens a file; ErrNoFile when there is none. The caller closes it.
	Get(ctx context.Context, name string) (io.ReadSeekCloser, error)
	// Delete removes a file; one that is not there is no error.
	Delete(ctx context.Context, name string) error
	// List returns the names that start with a prefix, sorted.
	List(ctx context.Context, prefix string) ([]string, error)
}

// ErrNoFile is a name that has no file; ErrName one that no file can have.
var (
	ErrNoFile = fault.New(fault.NotFound, "files.no_file")
	ErrName   = fault.New(fault.Invalid, "files.name")
)

// unfinished marks files that are being written; a crash may leave some, and OpenDir removes them.
const unfinished = ".part-"

// Dir keeps files in a folder of this machine.
type Dir struct{ root *os.Root }

// OpenDir opens a folder, making it when needed.
func OpenDir(folder string) (*Dir, error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	d := &Dir{root: root}
	return d, d.sweep()
}

// Close closes the folder.
func (d *Dir) Close() error { return d.root.Close() }

// Put writes beside the name, flushes to the disk and renames, so that a reader never sees half a file.
func (d *Dir) Put(_ context.Context, name string, r io.Reader) (err error) {
	defer fault.Wrap(&err, "put file %s", name)
	if err := check(name); err != nil {
		return err
	}
	dir := path.Dir(name)
	if err := d.root.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	part := path.Join(dir, unfinished+db.NewID())
	if err := d.write(part, r); err != nil {
		return errors.Join(err, d.root.Remove(part))
	}
	if err := d.root.Rename(part, name); err != nil {
		return errors.Join(err, d.root.Remove(part))
	}
	return d.sync(dir)
}

func (d *Dir) write(part string, r io.Reader) error {
	f, err := d.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

// sync makes a rename or removal last.
func (d *Dir) sync(dir string) error {
	f, err := d.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Get opens a file.
func (d *Dir) Get(_ context.Context, name string) (io.ReadSeekCloser, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	f, err := d.root.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoFile
	case err != nil:
		return nil, fmt.Errorf("get file %s: %w", name, err)
	}
	if st, err := f.Stat(); err != nil || st.IsDir() {
		return nil, errors.Join(ErrNoFile, f.Close())
	}
	return f, nil
}

// Delete removes a file.
func (d *Dir) Delete(_ context.Context, name string) error {
	if err := check(name); err != nil {
		return err
	}
	if err := d.root.Remove(name); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("delete file %s: %w", name, err)
	}
	return d.sync(path.Dir(name))
}

// List walks the folder.
func (d *Dir) List(_ context.Context, prefix string) ([]string, error) {
	var names []string
	err := fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && strings.HasPrefix(name, prefix) && !strings.HasPrefix(e.Name(), unfinished) {
			names = append(names, name)
		}
		return err
	})
	slices.Sort(names)
	return names, err
}

func (d *Dir) sweep() error {
	return fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(e.Name(), unfinished) {
			return d.root.Remove(name)
		}
		return err
	})
}

func check(name string) error {
	if name == "" || len(name) > 200 || !fs.ValidPath(name) || name == "." {
		return ErrName
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return ErrName
		}
	}
	if strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("/.-_", r)
	}) {
		return ErrName
	}
	return nil
}
