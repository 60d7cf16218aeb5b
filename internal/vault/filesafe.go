package vault

import (
	"context"
	"errors"

	"github.com/sahna/sahna/internal/platform/fault"
)

// SealFile seals a file about a person under the person's key, so that it can lie where files lie: it can be read neither
// there nor in a backup once the key is destroyed. name says what it is, and opens it again; the same bytes under another name,
// or for another person, do not open.
func (v *Vault) SealFile(ctx context.Context, person, name string, plain []byte) (_ []byte, err error) {
	defer fault.Wrap(&err, "seal a file of person %s", person)
	place, err := filePlace(person, name)
	if err != nil {
		return nil, err
	}
	key, err := v.keys.get(ctx, person, ClassPerson)
	if err != nil {
		return nil, err
	}
	return seal(derive(key.key, "files of the person", keySize), plain, place)
}

// OpenFile opens what SealFile sealed. It is for the person alone, who has asked for the file: nobody else's purpose opens one.
func (v *Vault) OpenFile(ctx context.Context, person, name string, sealed []byte) (_ []byte, err error) {
	defer fault.Wrap(&err, "open a file of person %s", person)
	place, err := filePlace(person, name)
	if err != nil {
		return nil, err
	}
	if dead, err := hasTombstone(ctx, v.db, person, ClassPerson); err != nil || dead {
		return nil, orDestroyed(err)
	}
	key, err := v.keys.get(ctx, person, ClassPerson)
	if err != nil {
		return nil, err
	}
	return open(derive(key.key, "files of the person", keySize), sealed, place)
}

func filePlace(person, name string) (string, error) {
	if !isName(person) || !isName(name) {
		return "", errors.New("a sealed file names its person and itself, without free text")
	}
	return "vault_file|sealed|" + name + "|" + person + "|1", nil
}
