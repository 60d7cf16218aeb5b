package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
)

// A sealed value is one byte that names the format, a random nonce, and AES-256-GCM's ciphertext with its tag.
//
// The standard library does it in a few lines; Tink would add a protobuf around every key, and its keysets' turning is done here by
// wrapping again. A person's key seals far fewer than the 2^32 values at which random nonces become unsafe.
const (
	sealFormat   byte = 1
	nonceSize         = 12
	tagSize           = 16
	sealOverhead      = 1 + nonceSize + tagSize
)

// errSealBroken says that sealed bytes were changed, moved from their place, or sealed under another key.
var errSealBroken = errors.New("the seal is broken: changed, moved from its place, or of another key")

func seal(key, plain []byte, place string) ([]byte, error) {
	a, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 1+nonceSize, sealOverhead+len(plain))
	out[0] = sealFormat
	rand.Read(out[1:]) //nolint:errcheck // never fails since Go 1.24
	return a.Seal(out, out[1:], plain, []byte(place)), nil
}

func open(key, sealed []byte, place string) ([]byte, error) {
	if len(sealed) < sealOverhead || sealed[0] != sealFormat {
		return nil, errSealBroken
	}
	a, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	plain, err := a.Open(nil, sealed[1:1+nonceSize], sealed[1+nonceSize:], []byte(place))
	if err != nil {
		return nil, errSealBroken
	}
	return plain, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}
