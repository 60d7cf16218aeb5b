package vault

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// Kept is what is held on a person under the person's own key: names of fields, no values.
type Kept struct {
	Person   string
	Blocked  bool
	Fields   []Field
	SealedAt time.Time // the last sealing
}

// KeptAfter lists the persons that fields are held on, in the order of their ids, after one of them.
func (v *Vault) KeptAfter(ctx context.Context, after string, limit int) (out []Kept, err error) {
	defer fault.Wrap(&err, "list persons")
	var ids []any
	if err := v.db.Each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT DISTINCT person_id FROM vault_field WHERE person_id > $1 AND class = 'person' ORDER BY person_id LIMIT $2`, after, limit); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, nil
	}
	err = v.db.Each(ctx, func(scan func(...any) error) error {
		var k Kept
		var f Field
		var at int64
		if err := scan(&k.Person, &k.Blocked, &f, &at); err != nil {
			return err
		}
		if n := len(out); n == 0 || out[n-1].Person != k.Person {
			out = append(out, k)
		}
		last := &out[len(out)-1]
		last.Fields = append(last.Fields, f)
		if t := clock.FromMicros(at); t.After(last.SealedAt) {
			last.SealedAt = t
		}
		return nil
	}, `SELECT f.person_id, p.blocked, f.field, f.sealed_at FROM vault_field f JOIN vault_person p ON p.person_id = f.person_id
		WHERE f.class = 'person' AND f.person_id IN `+db.In(1, len(ids))+` ORDER BY f.person_id, f.field`, ids...)
	return out, err
}

// CountPersons counts the persons whose key is not destroyed.
func (v *Vault) CountPersons(ctx context.Context) (n int64, err error) {
	err = v.db.QueryRow(ctx, `SELECT count(*) FROM vault_person p WHERE NOT EXISTS
		(SELECT 1 FROM vault_tombstone t WHERE t.person_id = p.person_id AND t.class = 'person')`).Scan(&n)
	return n, err
}
