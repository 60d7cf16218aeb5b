package vault

import (
	"context"
	"errors"
	"slices"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

var purposes = []Purpose{
	PurposeService, PurposeIdentification, PurposeInteraction, PurposeMarketing, PurposeAdmission, PurposeAccounting, PurposeMembership, PurposeVerification,
	PurposeStaff, PurposeDisclosure, PurposeRights,
}

// Open returns fields of a person and writes the journal entry in the same transaction. Fields without a value are absent.
//
// A refusal is journalled too. Its entry is written beside the caller's transaction, which will roll back.
func (v *Vault) Open(ctx context.Context, tx *db.DB, o Opening) (out map[Field]Secret, err error) {
	defer fault.Wrap(&err, "open fields of person %s", o.Person)
	err = tx.Transact(ctx, func(tx *db.DB) error {
		out, err = v.open(ctx, tx, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (v *Vault) open(ctx context.Context, tx *db.DB, o Opening) (map[Field]Secret, error) {
	if o.Class == "" {
		o.Class = ClassPerson
	}
	if !isName(o.Actor) || !isName(o.Reason) || !isName(o.Person) || !isName(string(o.Class)) {
		return nil, errors.New("an opening names its person, its actor and its reason, without free text")
	}
	key, err := v.keys.get(ctx, o.Person, o.Class)
	if err == nil {
		err = v.may(ctx, tx, o)
	}
	if err != nil {
		return nil, v.refused(ctx, tx, key, o, err)
	}
	return v.openIn(ctx, tx, key, o)
}

func (v *Vault) openIn(ctx context.Context, tx *db.DB, key personKey, o Opening) (map[Field]Secret, error) {
	rows, err := selectFields(ctx, tx, o.Person, o.Class, o.Fields)
	if err != nil {
		return nil, err
	}
	out := make(map[Field]Secret, len(rows))
	for _, r := range rows {
		if out[r.field], err = v.unseal(key, r); err != nil {
			return nil, err
		}
	}
	return out, v.journal(ctx, tx, key, Entry{Verb: VerbOpen, Purpose: o.Purpose, Class: o.Class, Fields: o.Fields, Actor: o.Actor, Reason: o.Reason})
}

// may asks everything that can forbid an opening.
func (v *Vault) may(ctx context.Context, tx *db.DB, o Opening) error {
	if !slices.Contains(purposes, o.Purpose) {
		return ErrUnknownPurpose.With("name", string(o.Purpose))
	}
	if len(o.Fields) == 0 {
		return errors.New("an opening names its fields")
	}
	for _, f := range o.Fields {
		if !isName(string(f)) || !v.gate.Registered(f) {
			return ErrUnknownField.With("name", string(f))
		}
	}
	// A block stops every use by others. It is the person's own right, so it does not shut the person out of the others.
	if own := o.Purpose == PurposeRights && o.Actor == "person"; !own {
		if blocked, err := isBlocked(ctx, tx, o.Person); err != nil || blocked {
			return orBlocked(err)
		}
	}
	if dead, err := hasTombstone(ctx, tx, o.Person, o.Class); err != nil || dead {
		return orDestroyed(err)
	}
	return v.gate.May(ctx, tx, o)
}

func orBlocked(err error) error {
	if err != nil {
		return err
	}
	return ErrBlocked
}

// refused journals a refusal and returns it. Trouble of our own (kind Internal) is none.
func (v *Vault) refused(ctx context.Context, tx *db.DB, key personKey, o Opening, why error) error {
	if fault.KindOf(why) == fault.Internal || fault.KindOf(why) == fault.Unavailable {
		return why
	}
	e := Entry{Verb: VerbRefuse, Purpose: o.Purpose, Class: o.Class, Fields: o.Fields, Actor: o.Actor, Reason: o.Reason}
	if key.key == nil {
		key = personKey{o.Person, o.Class, v.log.fallback}
	}
	marked, err := v.Marked(ctx, tx, o.Person)
	return errors.Join(why, err, v.journalBeside(ctx, key, e, marked))
}
