package vault

import (
	"fmt"
	"io"
	"log/slog"
)

const mask = "•••"

// Secret is a personal value: it prints and logs masked. Reveal only where a person or a mail server must get it.
type Secret struct{ value string }

// NewSecret wraps a value that came in.
func NewSecret(v string) Secret { return Secret{v} }

// Reveal returns the value itself.
func (s Secret) Reveal() string { return s.value }

// Empty tells whether there is no value.
func (s Secret) Empty() bool { return s.value == "" }

// String masks the value.
func (s Secret) String() string { return mask }

// GoString masks the value.
func (s Secret) GoString() string { return mask }

// Format masks the value under every verb: %d and %+v would print the field of a mere Stringer.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, mask) } //nolint:errcheck // fmt keeps no error

// LogValue masks the value in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText masks the value in XML, TOML and map keys.
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// MarshalJSON masks the value.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }
