package vault

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// keySize is the length of every key: AES-256.
const keySize = 32

// KeyWrapper wraps persons' keys with the root key, which may live in a file, a hardware module or a key service.
type KeyWrapper interface {
	// Wrap seals a key for a place (its associated data) and tells under which root.
	Wrap(key []byte, place string) (root string, wrapped []byte, err error)
	// Unwrap opens what Wrap sealed under a root, for the same place only.
	Unwrap(root string, wrapped []byte, place string) ([]byte, error)
}

var errUnknownRoot = errors.New("a key is wrapped under a root key that was not given")

// rootWrapper wraps with root keys held in memory: the current one, and older ones while the root turns.
type rootWrapper struct {
	current string
	roots   map[string][]byte // wrapping key by root id
}

func newRootWrapper(root []byte, old [][]byte) (*rootWrapper, error) {
	w := &rootWrapper{roots: map[string][]byte{}}
	for i, r := range append([][]byte{root}, old...) {
		if len(r) != keySize {
			return nil, fmt.Errorf("root key has %d bytes, want %d", len(r), keySize)
		}
		if bytes.Equal(r, make([]byte, keySize)) {
			return nil, errors.New("root key is all zeros")
		}
		id := rootID(r)
		if i == 0 {
			w.current = id
		}
		w.roots[id] = derive(r, "wrap persons' keys", keySize)
	}
	return w, nil
}

// Wrap implements KeyWrapper.
func (w *rootWrapper) Wrap(key []byte, place string) (string, []byte, error) {
	sealed, err := seal(w.roots[w.current], key, place)
	return w.current, sealed, err
}

// Unwrap implements KeyWrapper.
func (w *rootWrapper) Unwrap(root string, wrapped []byte, place string) ([]byte, error) {
	k, ok := w.roots[root]
	if !ok {
		return nil, fmt.Errorf("%w: its id is %s, the current one's is %s", errUnknownRoot, root, w.current)
	}
	return open(k, wrapped, place)
}

// rootID names a root key without telling anything of it.
func rootID(root []byte) string { return hex.EncodeToString(derive(root, "name of the root key", 8)) }

// derive makes a key for one use from a root key, so that no two uses share one.
func derive(root []byte, use string, size int) []byte {
	k, err := hkdf.Key(sha256.New, root, nil, "sahna vault: "+use, size)
	if err != nil {
		panic(err) // only for sizes over 255 hashes
	}
	return k
}
