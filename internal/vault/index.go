package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"strings"

	"golang.org/x/net/idna"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// indexKey makes digests by which a person is found without opening anyone's fields.
type indexKey struct {
	slot string // id of the root key that it is derived from
	key  []byte
}

// indexKeys has two slots, so that the key can turn: new digests go to current, finding asks both.
type indexKeys struct {
	current  indexKey
	previous []indexKey // none or one
}

func newIndexKeys(cfg Config) (indexKeys, error) {
	ks := indexKeys{current: newIndexKey(cfg.Root)}
	for _, r := range cfg.OldRoots[:min(1, len(cfg.OldRoots))] {
		ks.previous = append(ks.previous, newIndexKey(r))
	}
	return ks, nil
}

func newIndexKey(root []byte) indexKey {
	return indexKey{rootID(root), derive(root, "blind index", keySize)}
}

// digest returns the index entry of a value; false when the field is not indexed.
func (k indexKey) digest(f Field, value string) ([]byte, bool) {
	var folded string
	switch f {
	case Email:
		folded = FoldEmail(value)
	case Phone:
		folded = FoldPhone(value)
	default:
		return nil, false
	}
	if folded == "" {
		return nil, false
	}
	h := hmac.New(sha256.New, k.key)
	h.Write([]byte(string(f) + "|" + folded)) //nolint:errcheck // a hash takes everything
	return h.Sum(nil), true
}

// FoldEmail is the form by which e-mail addresses are compared: trimmed, lower case, the domain in ASCII.
func FoldEmail(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	i := strings.LastIndexByte(s, '@')
	if i < 0 {
		return s
	}
	if ascii, err := idna.Lookup.ToASCII(s[i+1:]); err == nil {
		return s[:i+1] + ascii
	}
	return s
}

// FoldPhone is the form by which phones are compared: the digits of E.164.
func FoldPhone(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// Find returns the ids of the persons whose field (Email or Phone) has the value, by blind index; no journal entry.
func (v *Vault) Find(ctx context.Context, tx *db.DB, f Field, value string) (_ []string, err error) {
	defer fault.Wrap(&err, "find a person by %s", f)
	var rows []indexRow
	for _, k := range append([]indexKey{v.index.current}, v.index.previous...) {
		if d, ok := k.digest(f, value); ok {
			rows = append(rows, indexRow{k.slot, f, d})
		}
	}
	return selectIndexed(ctx, tx, rows)
}
