package privacy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// The ways in which a consent is none.
var (
	ErrConsentMissing = fault.New(fault.Invalid, "privacy.consent_missing")
	ErrConsentUnknown = fault.New(fault.Invalid, "privacy.consent_unknown")
	ErrVersionOld     = fault.New(fault.Invalid, "privacy.version_old")
	ErrKeepsScope     = fault.New(fault.Conflict, "privacy.scope_needed") // an open obligation needs it: see Obligations
)

// Given is a consent as it arrives: which version was shown, which boxes were ticked.
type Given struct {
	VersionID string
	Scopes    []string // codes of boxes: "service", or "service.mail_gateway" for a recipient (Boxes)
	Register  string   // the register's version that was shown, when a box is for a recipient
	Lang      i18n.Lang
	Channel   string // "site", "api", "counter"
	Confirmed string // how: ByTick (when empty), ByCode, ByPaper
}

// boxOf tells a box's scope and recipient; "" is the operator.
func boxOf(code string) (scope, recipient string) {
	scope, recipient, _ = strings.Cut(code, ".")
	return scope, recipient
}

// How a consent was confirmed.
const (
	ByTick  = "tick"  // a box that was not ticked before
	ByCode  = "code"  // a code from a letter
	ByPaper = "paper" // a signed sheet at the counter
)

var confirmations = []string{ByTick, ByCode, ByPaper}

func (g Given) withDefaults() Given {
	if g.Confirmed == "" {
		g.Confirmed = ByTick
	}
	return g
}

// Channels are the places where a consent can be given.
var channels = []string{"site", "api", "counter"}

// Check refuses a consent that lacks a required scope, names an unknown one or an old version (fault.Invalid,
// codes privacy.consent_missing, privacy.consent_unknown, privacy.version_old; field "consents").
func (p *Privacy) Check(ctx context.Context, given []Given) error {
	_, err := p.check(ctx, p.db, given, true)
	return err
}

// check returns the policy version that the consents are about. whole asks for every required scope.
func (p *Privacy) check(ctx context.Context, d *db.DB, given []Given, whole bool) (Version, error) {
	r, err := p.register(ctx, d) // what is sealed next is measured by the version in force
	if err != nil {
		return Version{}, err
	}
	v, err := p.inForce(ctx, d, Policy)
	if err != nil {
		return Version{}, err
	}
	return v, p.checkAgainst(ctx, d, asked{v, r.RegisterVersion}, given, whole)
}

// asked are the policy and the register by which consents are measured.
type asked struct {
	Version
	register RegisterVersion
}

// checkAgainst is check when the versions in force are known.
func (p *Privacy) checkAgainst(ctx context.Context, d *db.DB, v asked, given []Given, whole bool) error {
	ticked := map[string]bool{}
	for _, g := range given {
		if g.VersionID != v.ID && g.VersionID != v.Hash {
			if _, err := p.version(ctx, d, g.VersionID); err != nil {
				if fault.KindOf(err) == fault.NotFound {
					return ErrConsentUnknown.On("consents")
				}
				return err
			}
			return ErrVersionOld.On("consents")
		}
		if _, ok := i18n.Parse(string(g.Lang)); !ok || !slices.Contains(channels, g.Channel) ||
			!slices.Contains(confirmations, g.withDefaults().Confirmed) {
			return ErrConsentUnknown.On("consents")
		}
		for _, code := range g.Scopes {
			if err := v.has(g, code); err != nil {
				return err.On("consents")
			}
			ticked[code] = true
		}
	}
	for _, s := range v.Scopes {
		if whole && s.Required && !ticked[s.Code] {
			return ErrConsentMissing.On("consents").With("scope", s.Code)
		}
	}
	return nil
}

// has refuses a box that is not shown now.
func (v asked) has(g Given, code string) *fault.Error {
	_, own := v.Scope(code)
	if _, recipient := boxOf(code); own || recipient == "" {
		if !own {
			return ErrConsentUnknown
		}
		return nil
	}
	if g.Register != v.register.ID { // the recipient may be described in other words by now
		return ErrVersionOld
	}
	if _, ok := (Boxes{Choices: v.register.choices(v.Version)}).Choice(code); !ok {
		return ErrConsentUnknown
	}
	return nil
}

// Record writes a person's consents, in the caller's transaction and before anything personal is stored.
func (p *Privacy) Record(ctx context.Context, tx *db.DB, person string, given []Given) (err error) {
	defer fault.Wrap(&err, "record consents of %s", person)
	return p.record(ctx, tx, person, given, true)
}

// Grant records further consents of a person who has given the required ones before.
func (p *Privacy) Grant(ctx context.Context, person string, given Given) (err error) {
	defer fault.Wrap(&err, "record consents of %s", person)
	return p.db.Transact(ctx, func(tx *db.DB) error {
		return p.record(ctx, tx, person, []Given{given}, false)
	})
}

func (p *Privacy) record(ctx context.Context, tx *db.DB, person string, given []Given, whole bool) error {
	return batch.Why(p.recordMany(ctx, tx, []Recording{{person, given}}, whole))
}

// note writes into the journal. A room without a vault records nothing: evidence that cannot be proved would be none.
func (p *Privacy) note(ctx context.Context, tx *db.DB, d vault.Deed) (string, error) {
	if p.vault == nil {
		return "", errors.New("privacy has no vault to journal a consent in: see SetVault")
	}
	return p.vault.Note(ctx, tx, d)
}

// actorOn: at the counter a member of staff types in what the person says; the act is the person's all the same.
func actorOn(string) string { return "person" }

// expiry is the end of a consent's own term; zero when only its purpose's term ends it.
func (s Scope) expiry(from time.Time) (time.Time, error) {
	if s.Lasts == "" {
		return time.Time{}, nil
	}
	t, err := calendar.ParseTerm(s.Lasts)
	if err != nil {
		return time.Time{}, err
	}
	local := from.In(i18n.Zone("Asia/Almaty"))
	switch t.Unit {
	case calendar.Years:
		local = local.AddDate(t.Count, 0, 0)
	case calendar.CalendarDays:
		local = local.AddDate(0, 0, t.Count)
	default:
		return time.Time{}, fmt.Errorf("a consent lasts years or calendar days, not %q", s.Lasts)
	}
	return local.UTC(), nil
}

// Consent is the evidence of one ticked box.
type Consent struct {
	ID          string
	VersionID   string
	Scope       string
	Recipient   string // "" is the operator
	Lang        i18n.Lang
	Channel     string
	Confirmed   string
	TextHash    string
	GivenAt     time.Time
	ExpiresAt   time.Time // zero when only its purpose's term ends it
	WithdrawnAt time.Time // zero while it stands

	entryID    string
	registerID string // of a consent for a recipient
	person     string
}

// Stands tells whether the consent has not been withdrawn.
func (c Consent) Stands() bool { return c.WithdrawnAt.IsZero() }

// StandsAt tells whether the consent allows anything at a moment: neither withdrawn nor over.
func (c Consent) StandsAt(now time.Time) bool {
	return c.Stands() && (c.ExpiresAt.IsZero() || now.Before(c.ExpiresAt))
}

// Consents lists what a person has agreed to, newest first.
func (p *Privacy) Consents(ctx context.Context, person string) (_ []Consent, err error) {
	defer fault.Wrap(&err, "consents of %s", person)
	return listConsents(ctx, p.db, person)
}

// Consented tells whether a person's consent to a scope stands now.
func (p *Privacy) Consented(ctx context.Context, person, scope string) (bool, error) {
	return hasConsent(ctx, p.db, person, scope, "", true, p.clock.Now())
}

// ConsentedFor is Consented for a recipient other than the operator.
func (p *Privacy) ConsentedFor(ctx context.Context, person, scope, recipient string) (bool, error) {
	return hasConsent(ctx, p.db, person, scope, recipient, true, p.clock.Now())
}

// Obligations lists the records that an open obligation still needs (94-V, article 8(2)): open orders, coming tickets, refunds
// that are not paid.
func (p *Privacy) Obligations(ctx context.Context, person string) ([]Outcome, error) {
	all, err := p.askHolders(ctx, p.db, person, true)
	return withheld(all), err
}

func withheld(all []Outcome) (out []Outcome) {
	for _, o := range all {
		if o.Fate == FateWithheld {
			out = append(out, o)
		}
	}
	return out
}

// Withdraw ends a consent at once. One that open orders or coming tickets need stays for these records alone (ErrKeepsScope,
// Obligations tells which): then it is a request with a term.
func (p *Privacy) Withdraw(ctx context.Context, person, scope, channel string) error {
	return p.WithdrawFor(ctx, person, scope, "", channel)
}

// WithdrawFor is Withdraw for a recipient other than the operator.
func (p *Privacy) WithdrawFor(ctx context.Context, person, scope, recipient, channel string) (err error) {
	return p.db.Transact(ctx, func(tx *db.DB) error { return p.WithdrawIn(ctx, tx, person, scope, recipient, channel) })
}

// WithdrawIn is WithdrawFor in the caller's transaction. With the consent for the operator end those for recipients that rest on it.
func (p *Privacy) WithdrawIn(ctx context.Context, tx *db.DB, person, scope, recipient, channel string) (err error) {
	defer fault.Wrap(&err, "withdraw consent of %s", person)
	if !slices.Contains(channels, channel) {
		return ErrConsentUnknown.On("consents")
	}
	given, err := hasConsent(ctx, tx, person, scope, recipient, false, p.clock.Now())
	if err != nil || !given {
		return err
	}
	if err := p.mayEnd(ctx, tx, person, scope, recipient); err != nil {
		return err
	}
	return p.end(ctx, tx, person, scope, recipient, channel)
}

// end writes the withdrawal of a consent, and of those for recipients when it was the operator's.
func (p *Privacy) end(ctx context.Context, tx *db.DB, person, scope, recipient, channel string) error {
	ends := []string{recipient}
	if recipient == "" {
		more, err := recipientsAgreedTo(ctx, tx, person, scope)
		if err != nil {
			return err
		}
		ends = append(ends, more...)
	}
	for _, to := range ends {
		w := withdrawal{id: db.NewID(), scope: scope, recipient: to, channel: channel, at: p.clock.Now().Truncate(time.Microsecond)}
		entry, err := p.note(ctx, tx, vault.Deed{
			Person: person, Verb: vault.VerbWithdraw, Actor: actorOn(channel), Reason: scope + ":" + w.statement().hash(),
		})
		if err != nil {
			return err
		}
		w.entryID = entry
		if err := insertWithdrawal(ctx, tx, person, w); err != nil {
			return err
		}
	}
	return nil
}

// mayEnd refuses to end a required consent while an obligation is open, or while no room can be asked whether one is.
func (p *Privacy) mayEnd(ctx context.Context, tx *db.DB, person, scope, recipient string) error {
	v, err := p.inForce(ctx, tx, Policy)
	if err != nil {
		return err
	}
	if s, ok := v.Scope(scope); !ok || !s.Required || recipient != "" {
		return nil
	}
	if len(p.holders) == 0 {
		return ErrKeepsScope
	}
	all, err := p.askHolders(ctx, tx, person, true)
	if err == nil && len(withheld(all)) > 0 {
		err = ErrKeepsScope
	}
	return err
}
