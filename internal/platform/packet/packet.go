// Package packet seals a file so that one recipient alone can open it.
//
// It owns the form of a sealed packet: a line that names the form, a line of
// JSON that says how it was sealed, and the sealed bytes. It promises that a
// packet opens with the recipient's private key, or with the password, and with
// nothing else, and that a changed packet does not open at all. It keeps no key.
//
// To a public key: HPKE (RFC 9180), base mode, X25519, HKDF-SHA256,
// AES-256-GCM. By a password: Argon2id, AES-256-GCM. The first two lines are
// authenticated with the bytes.
package packet

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"golang.org/x/crypto/argon2"
)

const (
	magic   = "sahna packet 1\n"
	public  = "sahna-public-"
	private = "sahna-private-"

	byKey      = "hpke-x25519-sha256-aes256gcm"
	byPassword = "argon2id-aes256gcm"
)

// The ways in which a packet or a key can be wrong.
var (
	ErrKey    = errors.New("this is no key of a recipient: it begins with " + public + " (to seal) or " + private + " (to open)")
	ErrPacket = errors.New("this is no sealed packet, or it was cut off")
	ErrClosed = errors.New("the packet does not open: another key or password, or it was changed")
)

// header says how a packet was sealed.
type header struct {
	Name   string `json:"name"`
	Sealed string `json:"sealed"`
	Salt   []byte `json:"salt,omitempty"`
	Time   uint32 `json:"time,omitempty"`
	Memory uint32 `json:"memory,omitempty"` // KiB
}

// The bounds of what a stranger's header may make us spend.
const (
	passTime, passMemory = 3, 64 << 10
	mostTime, mostMemory = 10, 256 << 10
)

var encoding = base64.RawURLEncoding

// NewKeys makes a recipient's pair of keys.
func NewKeys() (pub, priv string, err error) {
	k, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return "", "", err
	}
	return public + encoding.EncodeToString(k.PublicKey().Bytes()), private + encoding.EncodeToString(k.Bytes()), nil
}

// CheckKey tells whether a text is a recipient's public key.
func CheckKey(pub string) error {
	_, err := readPublic(pub)
	return err
}

func readPublic(s string) (hpke.PublicKey, error) {
	raw, ok := strings.CutPrefix(strings.TrimSpace(s), public)
	b, err := encoding.DecodeString(raw)
	if !ok || err != nil {
		return nil, ErrKey
	}
	k, err := ecdh.X25519().NewPublicKey(b)
	if err != nil {
		return nil, ErrKey
	}
	return hpke.NewDHKEMPublicKey(k)
}

func readPrivate(s string) (hpke.PrivateKey, error) {
	raw, ok := strings.CutPrefix(strings.TrimSpace(s), private)
	b, err := encoding.DecodeString(raw)
	if !ok || err != nil {
		return nil, ErrKey
	}
	k, err := ecdh.X25519().NewPrivateKey(b)
	if err != nil {
		return nil, ErrKey
	}
	return hpke.NewDHKEMPrivateKey(k)
}

// Seal seals a file to a recipient's public key. The name can be read by anybody, so it names nobody.
func Seal(name, pub string, plain []byte) ([]byte, error) {
	k, err := readPublic(pub)
	if err != nil {
		return nil, err
	}
	head, err := headOf(header{Name: name, Sealed: byKey})
	if err != nil {
		return nil, err
	}
	body, err := hpke.Seal(k, hpke.HKDFSHA256(), hpke.AES256GCM(), head, plain)
	if err != nil {
		return nil, err
	}
	return append(head, body...), nil
}

// Open opens what Seal has sealed.
func Open(priv string, sealed []byte) ([]byte, error) {
	h, head, body, err := split(sealed)
	if err != nil {
		return nil, err
	}
	if h.Sealed != byKey {
		return nil, ErrClosed
	}
	k, err := readPrivate(priv)
	if err != nil {
		return nil, err
	}
	plain, err := hpke.Open(k, hpke.HKDFSHA256(), hpke.AES256GCM(), head, body)
	if err != nil {
		return nil, ErrClosed
	}
	return plain, nil
}

// Locker seals by a password; making it takes a while, sealing does not.
type Locker struct {
	head []byte
	aead cipher.AEAD
}

// NewLocker makes a locker for one packet.
func NewLocker(name, password string) (*Locker, error) {
	h := header{Name: name, Sealed: byPassword, Salt: make([]byte, 16), Time: passTime, Memory: passMemory}
	if _, err := rand.Read(h.Salt); err != nil {
		return nil, err
	}
	head, err := headOf(h)
	if err != nil {
		return nil, err
	}
	a, err := h.aead(password)
	return &Locker{head, a}, err
}

// Seal seals a file. Every call takes another nonce.
func (l *Locker) Seal(plain []byte) []byte {
	nonce := make([]byte, l.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return append(append(bytes.Clone(l.head), nonce...), l.aead.Seal(nil, nonce, plain, l.head)...)
}

// OpenPassword opens what a locker has sealed.
func OpenPassword(password string, sealed []byte) ([]byte, error) {
	h, head, body, err := split(sealed)
	if err != nil {
		return nil, err
	}
	if h.Sealed != byPassword || h.Time == 0 || h.Time > mostTime || h.Memory == 0 || h.Memory > mostMemory {
		return nil, ErrClosed
	}
	a, err := h.aead(password)
	if err != nil {
		return nil, err
	}
	if len(body) < a.NonceSize() {
		return nil, ErrPacket
	}
	plain, err := a.Open(nil, body[:a.NonceSize()], body[a.NonceSize():], head)
	if err != nil {
		return nil, ErrClosed
	}
	return plain, nil
}

// ByPassword tells whether a packet wants a password.
func ByPassword(sealed []byte) (bool, error) {
	h, _, _, err := split(sealed)
	return h.Sealed == byPassword, err
}

func (h header) aead(password string) (cipher.AEAD, error) {
	b, err := aes.NewCipher(argon2.IDKey([]byte(strings.TrimSpace(password)), h.Salt, h.Time, h.Memory, 1, 32))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

// NewPassword makes a password that can be read out over the telephone: 100 bits in groups of four.
func NewPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	var out strings.Builder
	for n := 0; n < 20; {
		var b [1]byte
		_, _ = rand.Read(b[:]) // never fails
		if int(b[0]) >= 256-256%len(letters) {
			continue
		}
		if n > 0 && n%4 == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(letters[int(b[0])%len(letters)])
		n++
	}
	return out.String()
}

func headOf(h header) ([]byte, error) {
	line, err := json.Marshal(h)
	return append(append([]byte(magic), line...), '\n'), err
}

// split parts a packet into what it says of itself, the bytes that say it, and the rest.
func split(sealed []byte) (h header, head, body []byte, err error) {
	rest, ok := bytes.CutPrefix(sealed, []byte(magic))
	line, body, found := bytes.Cut(rest, []byte("\n"))
	if !ok || !found || len(line) > 1000 || json.Unmarshal(line, &h) != nil {
		return header{}, nil, nil, ErrPacket
	}
	return h, sealed[:len(sealed)-len(body)], body, nil
}
