package privacy

import (
	"context"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// Why the gate stays shut.
var (
	ErrNotRegistered = fault.New(fault.Forbidden, "privacy.not_registered")
	ErrActor         = fault.New(fault.Forbidden, "privacy.actor_not_allowed")
	ErrNoConsent     = fault.New(fault.Forbidden, "privacy.no_consent")
	ErrTermOver      = fault.New(fault.Forbidden, "privacy.term_over")
)

// May implements vault.Gate: an opening is allowed when the register names its purpose, fields and actor, and the consent
// that the fields need is there; for staff also while the purpose's term runs. Whether the person is blocked the vault knows by itself.
func (p *Privacy) May(ctx context.Context, tx *db.DB, o vault.Opening) (err error) {
	r, err := p.register(ctx, tx)
	if err != nil {
		return err
	}
	e, ok := r.Entry(o.Purpose)
	if !ok || len(o.Fields) == 0 {
		return ErrNotRegistered
	}
	for _, f := range o.Fields {
		if !slices.Contains(e.Fields, f) {
			return ErrNotRegistered.With("field", string(f))
		}
	}
	if !classFits(o) {
		return ErrNotRegistered
	}
	trap, err := p.isTrap(ctx, tx, o.Person)
	if err != nil {
		return err
	}
	if trap && !strings.HasPrefix(o.Actor, "staff:") { // nobody is written to, and nobody comes to ask
		return ErrNobody
	}
	if err := allowedActor(ctx, tx, e, o.Actor); err != nil {
		return err
	}
	if o.Actor == bySystem && !aloneMay(o) {
		return ErrActor
	}
	if trap {
		return p.traps.sprung(ctx, tx, o)
	}
	if o.Purpose == vault.PurposeStaff {
		if is, err := people.IsStaff(ctx, tx, o.Person); err != nil || !is {
			return orRefused(err)
		}
	}
	if o.Purpose == vault.PurposeDisclosure {
		return p.mayDisclose(ctx, tx, o)
	}
	if err := p.consented(ctx, tx, e, o); err != nil || !strings.HasPrefix(o.Actor, "staff:") {
		return err
	}
	return p.inTerm(ctx, tx, e, o)
}

// inTerm keeps staff from opening what another purpose alone still needs: a purpose ends with its own term, also where the field stays.
func (p *Privacy) inTerm(ctx context.Context, tx *db.DB, e Entry, o vault.Opening) error {
	held, err := p.vault.Inventory(ctx, tx, o.Person)
	if err != nil {
		return err
	}
	k := vault.Kept{Person: o.Person}
	for _, h := range held {
		if h.SealedAt.After(k.SealedAt) {
			k.SealedAt = h.SealedAt
		}
	}
	known, err := p.factsOf(ctx, tx, []vault.Kept{k})
	if err != nil || known[o.Person].Open {
		return err
	}
	today := calendar.DayOf(p.clock.Now(), termZone)
	for _, f := range o.Fields {
		if at, concerns := known[o.Person].at(e, f); concerns && today > e.TermOf(f).Last(at) {
			return ErrTermOver.With("purpose", string(e.Purpose))
		}
	}
	return nil
}

// classFits: what a law makes us keep when the rest is gone opens for that law's purpose alone, and evidence for the rights of its
// person. Otherwise a restriction would end with the next question.
func classFits(o vault.Opening) bool {
	switch o.Class {
	case vault.ClassInvoice:
		return o.Purpose == vault.PurposeAccounting
	case vault.ClassEvidence:
		return o.Purpose == vault.PurposeRights
	}
	return true
}

// answered is what the program needs to send somebody the answer to their own request: to whom, and what was asked and answered.
var answered = []vault.Field{
	vault.Surname, vault.Name, vault.Patronymic, vault.Email, vault.Phone, vault.RequestText, vault.AnswerText, vault.RequestContacts,
}

// aloneMay is a wall besides the register: the rights of a person are for the person and for whom they ask. The program itself, that
// nobody stands behind, opens for them what a letter needs, never birth date, devices or documents (decision 22).
func aloneMay(o vault.Opening) bool {
	return o.Purpose != vault.PurposeRights || !slices.ContainsFunc(o.Fields, func(f vault.Field) bool { return !slices.Contains(answered, f) })
}

func orRefused(err error) error {
	if err != nil {
		return err
	}
	return ErrNotRegistered
}

func (p *Privacy) consented(ctx context.Context, tx *db.DB, e Entry, o vault.Opening) error {
	asked := map[string]bool{}
	for _, f := range o.Fields {
		s := e.scopeOf(f)
		if s == "" || asked[s] {
			continue
		}
		asked[s] = true
		given, err := hasConsent(ctx, tx, o.Person, s, "", strict(o.Purpose), p.clock.Now())
		if err != nil {
			return err
		}
		if !given {
			return ErrNoConsent.With("scope", s)
		}
	}
	// A marketing opening of the name alone rests on no channel: there is nothing to write to.
	if len(asked) == 0 && len(e.Scopes) > 0 {
		return ErrNoConsent
	}
	return nil
}

// allowedActor: "system" and "person" as the entry says, "staff:<account id>" when the account has one of its roles.
func allowedActor(ctx context.Context, tx *db.DB, e Entry, actor string) error {
	switch {
	case actor == "system" && e.System, actor == "person" && e.Person:
		return nil
	}
	id, ok := strings.CutPrefix(actor, "staff:")
	if !ok || len(e.Roles) == 0 {
		return ErrActor
	}
	roles, err := people.RolesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, r := range roles {
		if slices.Contains(e.Roles, r) {
			return nil
		}
	}
	return ErrActor
}

// Registered implements vault.Gate: only a field that some purpose of the register's version in force needs may be stored.
func (p *Privacy) Registered(f vault.Field) bool {
	h := p.obeyed.Load()
	if h == nil {
		h = newHeld(RegisterVersion{Processing: program()}, p.clock.Now())
	}
	return h.know[f]
}
