package sealed_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/sahna/sahna/internal/platform/sealed"
)

const chunk = 64 << 10

func sealIt(t *testing.T, key, plain []byte, place string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := sealed.NewWriter(&out, key, place)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, bytes.NewReader(plain)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openIt(key, body []byte, place string) ([]byte, error) {
	r, err := sealed.NewReader(bytes.NewReader(body), key, place)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // never fails
	return b
}

func TestWhatIsSealedOpensAtEveryLength(t *testing.T) {
	key := random(sealed.KeySize)
	for _, n := range []int{0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3*chunk + 17} {
		plain := random(n)
		body := sealIt(t, key, plain, "here")
		if got, err := openIt(key, body, "here"); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %d came back, %v", n, len(got), err)
		}
		if n > 32 && bytes.Contains(body, plain[:32]) {
			t.Errorf("%d bytes: readable", n)
		}
	}
}

func TestWhatWasTouchedDoesNotOpen(t *testing.T) {
	key := random(sealed.KeySize)
	body := sealIt(t, key, random(3*chunk+100), "here")
	const head, one = 8, chunk + 16
	swapped := slices.Clone(body)
	copy(swapped[head:], body[head+one:head+2*one])
	copy(swapped[head+one:], body[head:head+one])
	flipped := slices.Clone(body)
	flipped[len(flipped)/2] ^= 1
	wrong := map[string][]byte{
		"empty": nil, "head alone": body[:head], "cut within a chunk": body[:head+one+5], "cut between chunks": body[:head+2*one],
		"a chunk left out": slices.Concat(body[:head], body[head+one:]), "swapped": swapped, "one bit": flipped,
		"something after the end": append(slices.Clone(body), body[head:]...), "a byte after the end": append(slices.Clone(body), 0),
	}
	for name, b := range wrong {
		if _, err := openIt(key, b, "here"); !errors.Is(err, sealed.ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := openIt(key, body, "there"); !errors.Is(err, sealed.ErrBroken) {
		t.Errorf("another place: %v", err)
	}
	if _, err := openIt(random(sealed.KeySize), body, "here"); !errors.Is(err, sealed.ErrBroken) {
		t.Errorf("another key: %v", err)
	}
}
