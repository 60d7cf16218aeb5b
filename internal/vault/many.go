package vault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// SealMany is SealAs for many persons, each once, in a few statements. Whoever is refused comes back as a batch.Refused, and
// then nothing may be committed.
func (v *Vault) SealMany(ctx context.Context, tx *db.DB, list []Sealing) (err error) {
	defer fault.Wrap(&err, "seal fields of %d persons", len(list))
	if len(list) == 0 {
		return nil
	}
	places := make([]keyAt, len(list))
	for i := range list {
		list[i] = list[i].withDefaults()
		places[i] = keyAt{list[i].Person, list[i].Class}
		if err := v.sealable(list[i]); err != nil {
			return batch.Refuse(i, err)
		}
	}
	keys, err := v.keys.getMany(ctx, places)
	if err != nil {
		return err
	}
	versions, err := v.touchMany(ctx, tx, places)
	if err != nil {
		return err
	}
	var w sealedRows
	for i, s := range list {
		fields := slices.Sorted(maps.Keys(s.Values))
		if versions[i] > 1 {
			if err := clearFields(ctx, tx, s.Person, s.Class, fields); err != nil {
				return err
			}
		}
		if err := v.sealRows(&w, keys[i], s, fields, versions[i]); err != nil {
			return err
		}
	}
	return w.insert(ctx, tx)
}

// sealable refuses a field that is not in the register and a value that is too long.
func (v *Vault) sealable(s Sealing) error {
	for _, f := range slices.Sorted(maps.Keys(s.Values)) {
		if !isName(string(f)) || s.Values[f] != "" && !v.gate.Registered(f) { // what is no longer registered may still go
			return ErrUnknownField.On(string(f)).With("name", string(f))
		}
		if len(s.Values[f]) > longestValue {
			return ErrTooLong.On(string(f))
		}
	}
	return nil
}

// touchMany moves every person's revision on and returns it; who is blocked or destroyed is refused.
func (v *Vault) touchMany(ctx context.Context, tx *db.DB, places []keyAt) ([]int64, error) {
	if err := touchPersons(ctx, tx, places, clock.Micros(v.clock.Now())); err != nil {
		return nil, err
	}
	revisions, blocked, err := personStates(ctx, tx, places)
	if err != nil {
		return nil, err
	}
	dead, err := tombstonesOf(ctx, tx, places)
	if err != nil {
		return nil, err
	}
	out := make([]int64, len(places))
	for i, p := range places {
		switch {
		case blocked[p.person]:
			return nil, batch.Refuse(i, ErrBlocked)
		case dead[p]:
			return nil, batch.Refuse(i, ErrDestroyed)
		}
		out[i] = revisions[p.person]
	}
	return out, nil
}

// sealRows adds what a sealing writes.
func (v *Vault) sealRows(w *sealedRows, key personKey, s Sealing, fields []Field, version int64) error {
	now := clock.Micros(v.clock.Now())
	for _, f := range fields {
		value := s.Values[f]
		if value == "" {
			continue
		}
		sealed, err := seal(key.key, []byte(value), fieldPlace(s.Person, s.Class, f, version))
		if err != nil {
			return err
		}
		w.fields = append(w.fields, []any{s.Person, s.Class, f, version, sealed, now})
		if d, ok := v.index.current.digest(f, value); ok {
			w.index = append(w.index, []any{v.index.current.slot, f, d, s.Person, s.Class})
		}
	}
	e := v.complete(key, Entry{Verb: VerbSeal, Class: s.Class, Fields: fields, Actor: s.Actor, Reason: s.Reason})
	w.entries = append(w.entries, entryArgs(e))
	return nil
}

// NoteMany is Note for many deeds; the ids come in their order. Whoever is refused comes back as a batch.Refused.
func (v *Vault) NoteMany(ctx context.Context, tx *db.DB, deeds []Deed) (ids []string, err error) {
	defer fault.Wrap(&err, "journal %d deeds", len(deeds))
	places := make([]keyAt, len(deeds))
	acts := make([]Act, len(deeds))
	for i, d := range deeds {
		if acts[i], err = (Act{Person: d.Person, Actor: d.Actor, Reason: d.Reason}).check(); err != nil {
			return nil, batch.Refuse(i, err)
		}
		if !d.Verb.isDeed() {
			return nil, errNoDeed
		}
		places[i] = keyAt{acts[i].Person, acts[i].Class}
	}
	keys, err := v.keys.getMany(ctx, places)
	if err != nil {
		return nil, err
	}
	var w sealedRows
	for i, d := range deeds {
		e := v.complete(keys[i], Entry{Verb: d.Verb, Purpose: d.Purpose, Class: acts[i].Class, Actor: acts[i].Actor, Reason: acts[i].Reason})
		ids = append(ids, e.ID)
		w.entries = append(w.entries, entryArgs(e))
	}
	return ids, w.insert(ctx, tx)
}

var errNoDeed = errors.New("only a deed can be noted: openings journal themselves")

func (v Verb) isDeed() bool {
	return v == VerbConsent || v == VerbDisclose || v == VerbWithdraw || v == VerbExport
}

// getMany unwraps many keys with one query; a key that is not there refuses its place.
func (k *keystore) getMany(ctx context.Context, places []keyAt) ([]personKey, error) {
	rows, err := k.selectKeys(ctx, places)
	if err != nil {
		return nil, err
	}
	out := make([]personKey, len(places))
	for i, p := range places {
		r, ok := rows[p]
		if !ok {
			out[i], err = k.get(ctx, p.person, p.class) // destroyed, or never there: it knows which
			if err != nil {
				return nil, batch.Refuse(i, err)
			}
			continue
		}
		key, err := k.wrap.Unwrap(r.root, r.wrapped, keyPlace(p.person, p.class))
		if err != nil {
			return nil, fmt.Errorf("unwrap the %s key of person %s: %w", p.class, p.person, err)
		}
		out[i] = personKey{p.person, p.class, key}
	}
	return out, nil
}
