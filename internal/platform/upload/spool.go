package upload

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/sealed"
)

// Spool is a folder where what comes in waits. Each file is sealed under a key that is only in memory, and has no name any more once
// it is open: a killed process leaves nothing, and what the disk remembers of it is noise.
type Spool struct {
	root  *os.Root
	turns chan struct{}
}

// atOnce is how many files come in together; who comes later is told to try again.
const atOnce = 64

// OpenSpool opens the folder and removes what lies there. Another process may be using it: what that one reads has no name any more.
func OpenSpool(folder string) (_ *Spool, err error) {
	defer fault.Wrap(&err, "open the spool")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	s := &Spool{root, make(chan struct{}, atOnce)}
	left, err := fs.ReadDir(root.FS(), ".")
	for _, e := range left {
		err = errors.Join(err, root.RemoveAll(e.Name()))
	}
	return s, err
}

// Close closes the folder.
func (s *Spool) Close() error { return s.root.Close() }

// Held is a file that waits. Drop it.
type Held struct {
	Size  int64
	file  *os.File
	key   []byte
	spool *Spool
}

const spoolPlace = "upload spool"

// Take reads a file that may have at most so many bytes.
func (s *Spool) Take(ctx context.Context, r io.Reader, most int64) (_ *Held, err error) {
	select {
	case s.turns <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	h := &Held{key: make([]byte, sealed.KeySize), spool: s}
	defer func() {
		if err != nil {
			h.Drop()
		}
	}()
	rand.Read(h.key) //nolint:errcheck // never fails since Go 1.24
	name := strings.ToLower(rand.Text())
	if h.file, err = s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("spool: %w", err)
	}
	w, err := sealed.NewWriter(h.file, h.key, spoolPlace)
	if err != nil {
		return nil, err
	}
	if h.Size, err = io.Copy(w, io.LimitReader(r, most+1)); err != nil {
		return nil, reading(err, most)
	}
	switch {
	case h.Size > most:
		return nil, tooLong(most)
	case h.Size == 0:
		return nil, ErrEmpty
	case ctx.Err() != nil:
		return nil, ErrCut
	}
	return h, w.Close()
}

func tooLong(most int64) error { return ErrTooLong.With("most", int(most>>20)) }

// reading says why a body could not be read to its end.
func reading(err error, most int64) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return tooLong(most)
	}
	return ErrCut.Because(err)
}

// Bytes returns the whole file, open.
func (h *Held) Bytes() ([]byte, error) {
	if _, err := h.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	r, err := sealed.NewReader(h.file, h.key, spoolPlace)
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(make([]byte, 0, h.Size+bytes.MinRead))
	_, err = io.Copy(out, r)
	return out.Bytes(), err
}

// Drop forgets the file.
func (h *Held) Drop() {
	clear(h.key)
	if h.file != nil {
		h.file.Close() //nolint:errcheck // it has no name: nothing is left
	}
	<-h.spool.turns
}
