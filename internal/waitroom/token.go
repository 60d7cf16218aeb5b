package waitroom

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
)

// Everything that a visitor carries is signed by a key that all processes have: any of them can read what another gave out, and
// nobody has to remember it. The kinds have keys of their own, so that one cannot be shown for another.
type keys struct{ place, pass, task, first []byte }

func newKeys(master []byte) keys {
	derive := func(kind string) []byte {
		m := hmac.New(sha256.New, master)
		_, _ = m.Write([]byte("sahna waitroom " + kind)) // a hash takes everything
		return m.Sum(nil)
	}
	return keys{derive("place"), derive("pass"), derive("task"), derive("first")}
}

// secret is what a place of somebody who bought before is made of. The file of the draw is public and order numbers are short: without
// the key nobody can try which of them came.
func (k keys) secret(kind, s string) string {
	m := hmac.New(sha256.New, k.first)
	_, _ = m.Write([]byte(kind + "\n" + s)) // a hash takes everything
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

const (
	macSize   = 16
	placeSize = 2 + 8 + 16 + macSize
	passSize  = 1 + 8 + 16 + macSize
	taskSize  = 2 + 8 + 12 + macSize
)

// id is what the world may know of an arrival: a hash of what its owner holds.
type id [16]byte

func sign(key []byte, run string, body []byte) []byte {
	m := hmac.New(sha256.New, key)
	_, _ = m.Write([]byte(run)) // a hash takes everything
	_, _ = m.Write([]byte{0})
	_, _ = m.Write(body)
	return append(body, m.Sum(nil)[:macSize]...)
}

func open(key []byte, run, text string, size int, version byte) ([]byte, bool) {
	if len(text) != base64.RawURLEncoding.EncodedLen(size) {
		return nil, false
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || b[0] != version {
		return nil, false
	}
	body := b[: size-macSize : size-macSize]
	return body, subtle.ConstantTimeCompare(sign(key, run, body), b) == 1
}

// place is a place in line as its owner carries it.
type place struct {
	at   int64 // when they came
	id   id
	band byte // 0 goes first: presale codes and earlier buyers
}

func (k keys) signPlace(run string, p place) string {
	b := make([]byte, 0, placeSize)
	b = append(b, 1, p.band)
	b = binary.BigEndian.AppendUint64(b, uint64(p.at)) //nolint:gosec // a moment after 1970
	b = append(b, p.id[:]...)
	return base64.RawURLEncoding.EncodeToString(sign(k.place, run, b))
}

func (k keys) openPlace(run, text string) (p place, ok bool) {
	b, ok := open(k.place, run, text, placeSize, 1)
	if !ok {
		return p, false
	}
	p.band, p.at = b[1], int64(binary.BigEndian.Uint64(b[2:])) //nolint:gosec // signed by us
	copy(p.id[:], b[10:])
	return p, true
}

// pass lets its bearer hold seats until a moment.
type pass struct {
	until time.Time
	id    id
}

func (k keys) signPass(run string, p pass) string {
	b := make([]byte, 0, passSize)
	b = append(b, 2)
	b = binary.BigEndian.AppendUint64(b, uint64(clock.Micros(p.until))) //nolint:gosec // a moment after 1970
	b = append(b, p.id[:]...)
	return base64.RawURLEncoding.EncodeToString(sign(k.pass, run, b))
}

func (k keys) openPass(run, text string) (p pass, ok bool) {
	b, ok := open(k.pass, run, text, passSize, 2)
	if !ok {
		return p, false
	}
	p.until = clock.FromMicros(int64(binary.BigEndian.Uint64(b[1:]))) //nolint:gosec // signed by us
	copy(p.id[:], b[9:])
	return p, true
}

// task is the work asked of a browser before it gets a place.
type task struct {
	bits int
	at   time.Time
}

func (k keys) signTask(run string, t task) string {
	b := make([]byte, 0, taskSize)
	b = append(b, 3, byte(t.bits))
	b = binary.BigEndian.AppendUint64(b, uint64(clock.Micros(t.at))) //nolint:gosec // a moment after 1970
	var chance [12]byte
	rand.Read(chance[:]) //nolint:errcheck // never fails, says crypto/rand
	b = append(b, chance[:]...)
	return base64.RawURLEncoding.EncodeToString(sign(k.task, run, b))
}

func (k keys) openTask(run, text string) (t task, ok bool) {
	b, ok := open(k.task, run, text, taskSize, 3)
	if !ok {
		return t, false
	}
	return task{int(b[1]), clock.FromMicros(int64(binary.BigEndian.Uint64(b[2:])))}, true //nolint:gosec // signed by us
}

// idOf names the arrival that a task leads to: the same task gives the same place, however often it is shown.
func idOf(run, taskText string) (out id) {
	sum := sha256.Sum256([]byte("sahna arrival\n" + run + "\n" + taskText))
	copy(out[:], sum[:])
	return out
}

// solved tells whether an answer makes the hash of task and answer begin with so many zero bits.
func solved(taskText, answer string, need int) bool {
	if len(answer) > 20 {
		return false
	}
	sum := sha256.Sum256([]byte(taskText + "." + answer))
	zero := 0
	for _, b := range sum {
		zero += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return zero >= need
}
