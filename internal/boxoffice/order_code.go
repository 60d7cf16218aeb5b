package boxoffice

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
)

// Codes are read aloud and typed: no letters that look like digits or like each other, and no vowels, so no words.
const codeLetters = "CDFGHJKMNPQRTVWXY34679"

const (
	orderCodeLen  = 8
	ticketCodeLen = 10
)

// People type codes on a Russian or Kazakh keyboard, or write them down in Cyrillic.
var codeTyped = strings.NewReplacer(" ", "", "-", "", "\u00a0", "",
	"С", "C", "Н", "H", "К", "K", "М", "M", "Р", "P", "Т", "T", "Х", "X", "У", "Y", "Ү", "Y", "Қ", "K", "Һ", "H", "Ң", "H")

// cleanCode brings a typed code into the form in which it is kept; "" when it cannot be a code.
func cleanCode(s string) string {
	if len(s) > 64 {
		return ""
	}
	s = codeTyped.Replace(strings.ToUpper(strings.TrimSpace(s)))
	for _, r := range s {
		if !strings.ContainsRune(codeLetters, r) {
			return ""
		}
	}
	return s
}

// isID tells whether a text that came from outside can be an id at all, before it meets the database.
func isID(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// newCode draws a code of n letters.
func newCode(n int) string {
	out := make([]byte, 0, n)
	var b [32]byte
	for len(out) < n {
		_, _ = rand.Read(b[:]) // never fails
		for _, x := range b {
			// 242 is the largest multiple of 22 in a byte: above it the draw would favour the first letters.
			if len(out) < n && x < 242 {
				out = append(out, codeLetters[int(x)%len(codeLetters)])
			}
		}
	}
	return string(out)
}

var errNoCode = errors.New("no free code after many draws")

// drawCodes gives everybody a code that no other has. name hears the codes drawn for those that still want one; write keeps
// them and tells how many were free; taken tells for whom the code was not.
func drawCodes(n int, name func(i int), write func(left []int) (int64, error), taken func(left []int) ([]int, error)) error {
	left := make([]int, n)
	for i := range left {
		left[i] = i
	}
	for range 8 {
		for _, i := range left {
			name(i)
		}
		made, err := write(left)
		if err != nil || int(made) == len(left) {
			return err
		}
		if left, err = taken(left); err != nil {
			return err
		}
	}
	return errNoCode
}

// secrets derives what opens an order's and a ticket's page. They are derived so that a letter or a ticket passed
// on can name them without the database keeping them.
type secrets struct{ order, ticket, limit []byte }

func newSecrets(seed []byte) (secrets, error) {
	o, err := hkdf.Key(sha256.New, seed, nil, "sahna order page", 32)
	if err != nil {
		return secrets{}, err
	}
	t, err := hkdf.Key(sha256.New, seed, nil, "sahna ticket page", 32)
	if err != nil {
		return secrets{}, err
	}
	l, err := hkdf.Key(sha256.New, seed, nil, "sahna limits", 32)
	return secrets{order: o, ticket: t, limit: l}, err
}

func derive(key []byte, id string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(id))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18])
}

func (s secrets) ofOrder(id string) string  { return derive(s.order, id) }
func (s secrets) ofTicket(id string) string { return derive(s.ticket, id) }

// ofLimit is what a limit counts by: it leads back to no name, and to no other scope's.
func (s secrets) ofLimit(scope string, k LimitKind, name string) string {
	return derive(s.limit, scope+"\n"+string(k)+"\n"+name)
}

func hashSecret(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}

func sameSecret(hash []byte, secret string) bool { return hmac.Equal(hash, hashSecret(secret)) }
