package vault

import (
	"context"
	"slices"

	"github.com/sahna/sahna/internal/platform/db"
)

// keyAt names one of a person's keys.
type keyAt struct {
	person string
	class  Class
}

const manyAtOnce = 256 // persons in one list

// sealedRows is what several sealings and deeds write.
type sealedRows struct{ fields, index, entries [][]any }

func (w sealedRows) insert(ctx context.Context, tx *db.DB) error {
	if _, err := tx.InsertMany(ctx, `vault_field (person_id, class, field, version, sealed, sealed_at)`, w.fields, ``); err != nil {
		return err
	}
	if _, err := tx.InsertMany(ctx, `vault_index (slot, field, digest, person_id, class)`, w.index,
		`ON CONFLICT (slot, field, digest, person_id, class) DO NOTHING`); err != nil {
		return err
	}
	_, err := tx.InsertMany(ctx, `vault_journal (`+entryColumns+`)`, w.entries, ``)
	return err
}

func touchPersons(ctx context.Context, tx *db.DB, places []keyAt, now int64) error {
	rows := make([][]any, len(places))
	for i, p := range places {
		rows[i] = []any{p.person, 1, false, now}
	}
	// In one order, so that two processes that touch the same persons wait for each other and not in a circle.
	slices.SortFunc(rows, func(a, b []any) int { return cmpText(a[0], b[0]) })
	_, err := tx.InsertMany(ctx, `vault_person (person_id, revision, blocked, made_at)`, rows,
		`ON CONFLICT (person_id) DO UPDATE SET revision = vault_person.revision + 1`)
	return err
}

func cmpText(a, b any) int {
	x, _ := a.(string)
	y, _ := b.(string)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func personStates(ctx context.Context, tx *db.DB, places []keyAt) (revision map[string]int64, blocked map[string]bool, err error) {
	revision, blocked = make(map[string]int64, len(places)), map[string]bool{}
	err = eachPart(places, func(in string, args []any) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var id string
			var n int64
			var b bool
			if err := scan(&id, &n, &b); err != nil {
				return err
			}
			revision[id] = n
			if b {
				blocked[id] = true
			}
			return nil
		}, `SELECT person_id, revision, blocked FROM vault_person WHERE person_id IN `+in, args...)
	})
	return revision, blocked, err
}

func tombstonesOf(ctx context.Context, tx *db.DB, places []keyAt) (map[keyAt]bool, error) {
	out := map[keyAt]bool{}
	err := eachPart(places, func(in string, args []any) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var p keyAt
			err := scan(&p.person, &p.class)
			out[p] = true
			return err
		}, `SELECT person_id, class FROM vault_tombstone WHERE person_id IN `+in, args...)
	})
	return out, err
}

func (k *keystore) selectKeys(ctx context.Context, places []keyAt) (map[keyAt]keyRow, error) {
	out := make(map[keyAt]keyRow, len(places))
	err := eachPart(places, func(in string, args []any) error {
		return k.db.Each(ctx, func(scan func(...any) error) error {
			var r keyRow
			if err := scan(&r.person, &r.class, &r.root, &r.wrapped); err != nil {
				return err
			}
			out[keyAt{r.person, r.class}] = r
			return nil
		}, `SELECT person_id, class, root, wrapped FROM keystore_key WHERE person_id IN `+in, args...)
	})
	return out, err
}

// eachPart calls fn with lists of the persons whose lengths are powers of two, so that few different statements have to be planned.
func eachPart(places []keyAt, fn func(in string, args []any) error) error {
	for part := range slices.Chunk(places, manyAtOnce) {
		size := 1
		for size < len(part) {
			size *= 2
		}
		args := make([]any, size)
		for i := range args {
			args[i] = part[min(i, len(part)-1)].person
		}
		if err := fn(db.In(1, size), args); err != nil {
			return err
		}
	}
	return nil
}
