package vault

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

const longestValue = 4096

// Sealing stores fields of a person.
type Sealing struct {
	Person string
	Class  Class // "" is ClassPerson
	Values map[Field]string
	Actor  string // as in Opening; "" is "system"
	Reason string // as in Opening; "" is "seal"
}

// Seal stores fields of a person, replacing what was there; an empty value removes the field.
func (v *Vault) Seal(ctx context.Context, tx *db.DB, person string, values map[Field]string) error {
	return v.SealAs(ctx, tx, Sealing{Person: person, Values: values})
}

// SealAs is Seal with a class, and with who does it and why for the journal.
func (v *Vault) SealAs(ctx context.Context, tx *db.DB, s Sealing) (err error) {
	defer fault.Wrap(&err, "seal fields of person %s", s.Person)
	s = s.withDefaults()
	fields := slices.Sorted(maps.Keys(s.Values))
	if len(fields) == 0 {
		return nil
	}
	if err := v.sealable(s); err != nil {
		return err
	}
	key, err := v.keys.get(ctx, s.Person, s.Class)
	if err != nil {
		return err
	}
	return tx.Transact(ctx, func(tx *db.DB) error { return v.sealIn(ctx, tx, key, s, fields) })
}

func (s Sealing) withDefaults() Sealing {
	if s.Class == "" {
		s.Class = ClassPerson
	}
	if s.Actor == "" {
		s.Actor = "system"
	}
	if s.Reason == "" {
		s.Reason = "seal"
	}
	return s
}

func (v *Vault) sealIn(ctx context.Context, tx *db.DB, key personKey, s Sealing, fields []Field) error {
	now := clock.Micros(v.clock.Now())
	version, blocked, err := touchPerson(ctx, tx, s.Person, now)
	if err != nil {
		return err
	}
	if blocked {
		return ErrBlocked
	}
	if dead, err := hasTombstone(ctx, tx, s.Person, s.Class); err != nil || dead {
		return orDestroyed(err)
	}
	var rows []fieldRow
	var digests []indexRow
	for _, f := range fields {
		value := s.Values[f]
		if value == "" {
			continue
		}
		sealed, err := seal(key.key, []byte(value), fieldPlace(s.Person, s.Class, f, version))
		if err != nil {
			return err
		}
		rows = append(rows, fieldRow{f, version, sealed})
		if d, ok := v.index.current.digest(f, value); ok {
			digests = append(digests, indexRow{v.index.current.slot, f, d})
		}
	}
	if version > 1 {
		if err := clearFields(ctx, tx, s.Person, s.Class, fields); err != nil {
			return err
		}
	}
	if err := insertFields(ctx, tx, s.Person, s.Class, now, rows); err != nil {
		return err
	}
	if err := insertIndex(ctx, tx, s.Person, s.Class, digests); err != nil {
		return err
	}
	return v.journal(ctx, tx, key, Entry{Verb: VerbSeal, Class: s.Class, Fields: fields, Actor: s.Actor, Reason: s.Reason})
}

func orDestroyed(err error) error {
	if err != nil {
		return err
	}
	return ErrDestroyed
}

// fieldPlace is a sealed field's associated data: sealed bytes that were moved to another row, column, person or
// version do not open. No part can hold a bar: ids are UUIDs, the others are names.
func fieldPlace(person string, c Class, f Field, version int64) string {
	return "vault_field|sealed|" + string(c) + "/" + string(f) + "|" + person + "|" + strconv.FormatInt(version, 10)
}

// isName tells whether s may stand in an associated data, a journal entry or a log: no free text, so no personal data.
func isName(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-', r == ':', r == '.':
		default:
			return false
		}
	}
	return true
}

func (v *Vault) unseal(key personKey, r fieldRow) (Secret, error) {
	plain, err := open(key.key, r.sealed, fieldPlace(key.person, key.class, r.field, r.version))
	if err != nil {
		return Secret{}, fmt.Errorf("field %s: %w", r.field, err)
	}
	return NewSecret(string(plain)), nil
}
