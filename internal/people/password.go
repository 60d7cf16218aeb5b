package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/sahna/sahna/internal/platform/fault"
)

// What can be wrong with a new password.
var (
	ErrPasswordShort = fault.New(fault.Invalid, "people.password_short")
	ErrPasswordLong  = fault.New(fault.Invalid, "people.password_long")
	ErrPasswordWeak  = fault.New(fault.Invalid, "people.password_weak")
)

const (
	shortestPassword = 10 // runes
	longestPassword  = 256

	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
)

// hashing bounds how many hashes are computed at once: each takes 19 MiB and a core for some 30 ms.
var hashing = make(chan struct{}, max(1, min(4, runtime.GOMAXPROCS(0))))

// Passwords that everybody tries first.
var common = []string{
	"1234567890", "12345678910", "0123456789", "0987654321", "qwertyuiop", "qwerty12345", "qwerty123456",
	"1q2w3e4r5t", "йцукенгшщз", "password12", "password123", "password1234", "passw0rd123", "qazwsxedcrfv", "1qaz2wsx3edc", "kazakhstan", "qazaqstan1", "казахстан1", "қазақстан1",
}

// checkPassword refuses a new password that a stranger would guess.
func checkPassword(password, email string) *fault.Error {
	runes := []rune(strings.ToLower(password))
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	switch {
	case len(runes) < shortestPassword:
		return ErrPasswordShort.With("min", shortestPassword)
	case len(password) > longestPassword || !utf8.ValidString(password):
		return ErrPasswordLong
	case slices.Contains(common, string(runes)), len(slices.Compact(slices.Sorted(slices.Values(runes)))) < 4,
		string(runes) == strings.ToLower(email), len(local) > 3 && strings.HasPrefix(string(runes), local) && len(runes) < len(local)+6:
		return ErrPasswordWeak
	}
	return nil
}

// hashSecret makes an argon2id hash in the usual text form.
func hashSecret(ctx context.Context, secret string) (string, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	key, err := argon(ctx, secret, salt)
	if err != nil {
		return "", err
	}
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		b.EncodeToString(salt), b.EncodeToString(key)), nil
}

// dummyHash is compared with when there is nothing to compare with, so that both take the same time.
const dummyHash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// secretMatches compares a secret with its hash; an empty or unreadable hash matches nothing and takes as long.
func secretMatches(ctx context.Context, secret, hash string) (bool, error) {
	stored := hash != ""
	if !stored || len(secret) > longestPassword {
		hash, stored = dummyHash, false
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return secretMatches(ctx, secret, "")
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) != argonKey {
		return secretMatches(ctx, secret, "")
	}
	got, err := argon(ctx, secret, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && stored, nil
}

func argon(ctx context.Context, secret string, salt []byte) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(secret), salt, argonTime, argonMemory, argonLanes, argonKey), nil
}
