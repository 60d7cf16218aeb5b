package vault

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// LookFilter chooses openings of the journal; what is empty chooses all.
type LookFilter struct {
	From, Until time.Time // the window: From is in it, Until is not
	Actor       string    // "staff:<account id>", "system", "person"; "staff:" is any member of staff
	Purpose     Purpose
	Field       Field
}

// Looks are the openings that a filter chose. Nobody can tell from them whose data it was: see PersonsUnder.
type Looks struct {
	Pseudonyms map[string]int // how many openings stand under each
	Cut        bool           // there are more than a search takes in
}

// mostSearched bounds the openings that one search takes in.
const mostSearched = 1_000_000

// SearchLooks reads the openings of a window.
func (v *Vault) SearchLooks(ctx context.Context, f LookFilter) (out Looks, err error) {
	defer fault.Wrap(&err, "search the journal")
	return searchLooks(ctx, v.db, f, mostSearched)
}

// PersonsUnder walks the persons whose key still stands, after one of them, and tells which of them pseudonyms belong to: the key
// alone can make the pseudonym again. With no pseudonyms it finds everybody. last is "" at the end.
func (v *Vault) PersonsUnder(ctx context.Context, pseudonyms map[string]int, after string, limit int) (found []string, seen int, last string, err error) {
	defer fault.Wrap(&err, "find persons by pseudonym")
	keys, err := v.keys.personsAfter(ctx, after, limit)
	if err != nil {
		return nil, 0, "", err
	}
	for _, k := range keys {
		last = k.person
		if pseudonyms == nil {
			found = append(found, k.person)
			continue
		}
		key, err := v.keys.wrap.Unwrap(k.root, k.wrapped, keyPlace(k.person, k.class))
		if err != nil {
			return nil, 0, "", err
		}
		if one := (personKey{k.person, k.class, key}); pseudonyms[one.pseudonym()] > 0 {
			found = append(found, k.person)
		}
	}
	if len(keys) < limit {
		last = ""
	}
	return found, len(keys), last, nil
}

func searchLooks(ctx context.Context, d *db.DB, f LookFilter, most int) (out Looks, err error) {
	out.Pseudonyms = map[string]int{}
	n := 0
	err = d.Each(ctx, func(scan func(...any) error) error {
		var pseudonym string
		var count int
		if err := scan(&pseudonym, &count); err != nil {
			return err
		}
		n += count
		out.Pseudonyms[pseudonym] = count
		return nil
	}, `SELECT pseudonym, count(*) FROM (SELECT pseudonym FROM vault_journal
			WHERE at >= $1 AND at < $2 AND verb IN ('open', 'export') AND class = 'person'
			AND ($3 = '' OR actor = $3 OR ($3 = 'staff:' AND actor LIKE 'staff:%'))
			AND ($4 = '' OR purpose = $4)
			AND ($5 = '' OR (',' || fields || ',') LIKE ('%,' || $5 || ',%'))
			LIMIT $6) looks GROUP BY pseudonym`,
		clock.Micros(f.From), clock.Micros(f.Until), f.Actor, string(f.Purpose), string(f.Field), most)
	out.Cut = n >= most
	return out, err
}

func (k *keystore) personsAfter(ctx context.Context, after string, limit int) (out []keyRow, err error) {
	err = k.db.Each(ctx, func(scan func(...any) error) error {
		var r keyRow
		err := scan(&r.person, &r.class, &r.root, &r.wrapped)
		out = append(out, r)
		return err
	}, `SELECT person_id, class, root, wrapped FROM keystore_key WHERE class = 'person' AND person_id > $1 ORDER BY person_id LIMIT $2`, after, limit)
	return out, err
}
