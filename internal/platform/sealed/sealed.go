// Package sealed seals files of any length, in chunks.
//
// It owns the form of a sealed file: a byte that names the format, a random
// prefix of nonces, and chunks of 64 KiB under AES-256-GCM, each numbered and
// the last one marked (the STREAM construction). It promises that a chunk that
// was changed, moved, left out or put after the end does not open, nor does a
// file that was cut off, and that no more than a chunk is held in memory. Keys
// are its callers'.
package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"math"
)

const (
	format     byte = 2
	prefixSize      = 7
	chunkSize       = 64 << 10
	tagSize         = 16
	// KeySize is the length of a key.
	KeySize = 32
)

// ErrBroken says that a sealed file was changed, cut off, moved from its place, or sealed under another key.
var ErrBroken = errors.New("the sealed file does not open: changed, cut off, moved from its place, or of another key")

// errFull is a file of more chunks than can be numbered: 256 TiB.
var errFull = errors.New("the file is too long to seal")

// nonces number the chunks: prefix, number, and a byte that is 1 for the last.
type nonces struct {
	prefix [prefixSize]byte
	next   uint32
}

func (n *nonces) take(last bool) ([]byte, error) {
	if n.next == math.MaxUint32 {
		return nil, errFull
	}
	out := make([]byte, 0, prefixSize+5)
	out = append(out, n.prefix[:]...)
	out = binary.BigEndian.AppendUint32(out, n.next)
	n.next++
	if last {
		return append(out, 1), nil
	}
	return append(out, 0), nil
}

func aead(key []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, errors.New("a key has 32 bytes")
	}
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

// Writer seals what is written to it. Without Close the file does not open.
type Writer struct {
	to     io.Writer
	aead   cipher.AEAD
	nonces nonces
	place  []byte
	buf    []byte
	err    error
}

// NewWriter seals under a key for a place, which is authenticated with every chunk and has to be told to open the file.
func NewWriter(to io.Writer, key []byte, place string) (*Writer, error) {
	a, err := aead(key)
	if err != nil {
		return nil, err
	}
	w := &Writer{to: to, aead: a, place: []byte(place), buf: make([]byte, 0, chunkSize)}
	rand.Read(w.nonces.prefix[:]) //nolint:errcheck // never fails since Go 1.24
	_, err = to.Write(append([]byte{format}, w.nonces.prefix[:]...))
	return w, err
}

// Write implements io.Writer.
func (w *Writer) Write(p []byte) (n int, err error) {
	for len(p) > 0 && w.err == nil {
		if len(w.buf) == chunkSize { // more follows, so this was not the last
			w.err = w.flush(false)
			continue
		}
		k := min(len(p), chunkSize-len(w.buf))
		w.buf = append(w.buf, p[:k]...)
		p, n = p[k:], n+k
	}
	return n, w.err
}

// Close writes the last chunk; it does not close what is written to.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	err := w.flush(true)
	w.err = errors.New("the sealed file is closed")
	return err
}

func (w *Writer) flush(last bool) error {
	nonce, err := w.nonces.take(last)
	if err != nil {
		return err
	}
	_, err = w.to.Write(w.aead.Seal(nil, nonce, w.buf, w.place))
	clear(w.buf)
	w.buf = w.buf[:0]
	return err
}

// Reader opens what Writer sealed. What it hands out is whole chunks that were proved; only io.EOF says that the file was whole.
type Reader struct {
	from   io.Reader
	aead   cipher.AEAD
	nonces nonces
	place  []byte
	sealed []byte // the chunk read ahead: whether one is the last shows when nothing follows
	plain  []byte
	ended  bool
	err    error
}

// NewReader opens under a key for a place.
func NewReader(from io.Reader, key []byte, place string) (*Reader, error) {
	a, err := aead(key)
	if err != nil {
		return nil, err
	}
	r := &Reader{from: from, aead: a, place: []byte(place)}
	var head [1 + prefixSize]byte
	if _, err := io.ReadFull(from, head[:]); err != nil || head[0] != format {
		return nil, ErrBroken
	}
	copy(r.nonces.prefix[:], head[1:])
	if r.sealed, err = r.chunk(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Reader) chunk() ([]byte, error) {
	b := make([]byte, chunkSize+tagSize)
	n, err := io.ReadFull(r.from, b)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return b[:n], nil
	case err != nil:
		return nil, err
	}
	return b, nil
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.plain) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		if r.ended {
			return 0, io.EOF
		}
		if r.plain, r.err = r.open(); r.err != nil {
			return 0, r.err
		}
	}
	n := copy(p, r.plain)
	r.plain = r.plain[n:]
	return n, nil
}

func (r *Reader) open() ([]byte, error) {
	next, err := r.chunk()
	if err != nil {
		return nil, err
	}
	r.ended = len(next) == 0
	nonce, err := r.nonces.take(r.ended)
	if err != nil {
		return nil, err
	}
	plain, err := r.aead.Open(nil, nonce, r.sealed, r.place)
	if err != nil {
		return nil, ErrBroken
	}
	r.sealed = next
	return plain, nil
}
