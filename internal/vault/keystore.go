package vault

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

//go:embed keystore/*.sql
var keystoreFiles embed.FS

// keystore keeps persons' wrapped keys in a database of their own.
type keystore struct {
	db    *db.DB
	clock clock.Clock
	wrap  KeyWrapper
	adds  *batch.Writer[keyRow, struct{}] // a commit for each key would be the narrowest place of a busy sale
}

// personKey is an unwrapped key. It is never cached: a key destroyed by one process must be gone in all.
type personKey struct {
	person string
	class  Class
	key    []byte
}

func openKeystore(ctx context.Context, d *db.DB, c clock.Clock, w *rootWrapper) (*keystore, error) {
	files, err := fs.Sub(keystoreFiles, "keystore")
	if err != nil {
		return nil, err
	}
	if err := d.MigrateWith(ctx, files, "keystore_version"); err != nil {
		return nil, fmt.Errorf("migrate the key store: %w", err)
	}
	k := &keystore{db: d, clock: c, wrap: w}
	k.adds = batch.New(k.insertKeys)
	return k, k.proveRoot(ctx, w)
}

const rootProof = "keystore_proof"

// proveRoot refuses a root key that cannot open what the key store was made with.
func (k *keystore) proveRoot(ctx context.Context, w *rootWrapper) error {
	known, err := k.proofs(ctx)
	if err != nil {
		return err
	}
	opened := len(known) == 0
	for id, sealed := range known {
		if _, ok := w.roots[id]; !ok {
			continue
		}
		if _, err := w.Unwrap(id, sealed, rootProof); err != nil {
			return fmt.Errorf("root key %s does not open the key store: %w", id, err)
		}
		opened = true
	}
	if !opened {
		return fmt.Errorf("wrong root key: the key store was made with another one (this one's id is %s)", w.current)
	}
	if _, ok := known[w.current]; ok {
		return nil
	}
	id, sealed, err := w.Wrap(make([]byte, keySize), rootProof)
	if err != nil {
		return err
	}
	return k.insertProof(ctx, id, sealed)
}

func keyPlace(person string, c Class) string {
	return "keystore_key|wrapped|" + person + "|" + string(c)
}

// add makes a key; it is on the disk when add returns.
func (k *keystore) add(ctx context.Context, person string, c Class) error {
	key := make([]byte, keySize)
	rand.Read(key) //nolint:errcheck // never fails since Go 1.24
	root, wrapped, err := k.wrap.Wrap(key, keyPlace(person, c))
	if err != nil {
		return err
	}
	_, err = k.adds.Do(ctx, keyRow{person, c, root, wrapped, clock.Micros(k.clock.Now())})
	return err
}

// get unwraps a key: ErrDestroyed when it was, ErrNoPerson when there never was one.
func (k *keystore) get(ctx context.Context, person string, c Class) (personKey, error) {
	root, wrapped, err := k.selectKey(ctx, person, c)
	if errors.Is(err, db.ErrNoRow) {
		dead, err := k.hasTombstone(ctx, person, c)
		if err != nil {
			return personKey{}, err
		}
		if dead {
			return personKey{}, ErrDestroyed
		}
		return personKey{}, ErrNoPerson
	}
	if err != nil {
		return personKey{}, err
	}
	key, err := k.wrap.Unwrap(root, wrapped, keyPlace(person, c))
	if err != nil {
		return personKey{}, fmt.Errorf("unwrap the %s key of person %s: %w", c, person, err)
	}
	return personKey{person, c, key}, nil
}

// NewPerson makes a person's id and random key. The key is written to the key store at once, before and outside
// the caller's transaction, so that no field is ever sealed under a key that a crash could lose; a key without
// fields is swept later.
func (v *Vault) NewPerson(ctx context.Context) (_ string, err error) {
	defer fault.Wrap(&err, "make a person")
	id := db.NewID()
	return id, v.keys.add(ctx, id, ClassPerson)
}

// AddKey makes a person's key of another class, like NewPerson before and outside the caller's transaction. A key
// that is there stays; one that was destroyed does not come back.
func (v *Vault) AddKey(ctx context.Context, person string, c Class) (err error) {
	defer fault.Wrap(&err, "make the %s key of person %s", c, person)
	if _, err := v.keys.get(ctx, person, c); !errors.Is(err, ErrNoPerson) {
		return err
	}
	return v.keys.add(ctx, person, c)
}
