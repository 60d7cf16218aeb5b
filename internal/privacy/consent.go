package privacy

import (
	"context"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// The ways in which a consent is none.
var (
	ErrConsentMissing = fault.New(fault.Invalid, "privacy.consent_missing")
	ErrConsentUnknown = fault.New(fault.Invalid, "privacy.consent_unknown")
	ErrVersionOld     = fault.New(fault.Invalid, "privacy.version_old")
	ErrKeepsScope     = fault.New(fault.Conflict, "privacy.scope_needed")
)

// Given is a consent as it arrives: which version was shown, which boxes were ticked.
type Given struct {
	VersionID string
	Scopes    []string
	Lang      i18n.Lang
	Channel   string // "site", "api", "counter"
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
	v, err := p.inForce(ctx, d, Policy)
	if err != nil {
		return Version{}, err
	}
	ticked := map[string]bool{}
	for _, g := range given {
		if g.VersionID != v.ID && g.VersionID != v.Hash {
			if _, err := p.version(ctx, d, g.VersionID); err != nil {
				if fault.KindOf(err) == fault.NotFound {
					return Version{}, ErrConsentUnknown.On("consents")
				}
				return Version{}, err
			}
			return Version{}, ErrVersionOld.On("consents")
		}
		if _, ok := i18n.Parse(string(g.Lang)); !ok || !slices.Contains(channels, g.Channel) {
			return Version{}, ErrConsentUnknown.On("consents")
		}
		for _, code := range g.Scopes {
			if _, ok := v.Scope(code); !ok {
				return Version{}, ErrConsentUnknown.On("consents")
			}
			ticked[code] = true
		}
	}
	for _, s := range v.Scopes {
		if whole && s.Required && !ticked[s.Code] {
			return Version{}, ErrConsentMissing.On("consents").With("scope", s.Code)
		}
	}
	return v, nil
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
	v, err := p.check(ctx, tx, given, whole)
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, g := range given {
		for _, code := range g.Scopes {
			if done[code] {
				continue
			}
			done[code] = true
			s, _ := v.Scope(code)
			if err := insertConsent(ctx, tx, Consent{ID: db.NewID(), VersionID: v.ID, Scope: code, Lang: g.Lang,
				Channel: g.Channel, TextHash: s.TextHash(g.Lang), GivenAt: p.clock.Now()}, person); err != nil {
				return err
			}
		}
	}
	return nil
}

// Consent is the evidence of one ticked box.
type Consent struct {
	ID          string
	VersionID   string
	Scope       string
	Lang        i18n.Lang
	Channel     string
	TextHash    string
	GivenAt     time.Time
	WithdrawnAt time.Time // zero while it stands
}

// Stands tells whether the consent has not been withdrawn.
func (c Consent) Stands() bool { return c.WithdrawnAt.IsZero() }

// Consents lists what a person has agreed to, newest first.
func (p *Privacy) Consents(ctx context.Context, person string) (_ []Consent, err error) {
	defer fault.Wrap(&err, "consents of %s", person)
	return listConsents(ctx, p.db, person)
}

// Consented tells whether a person's consent to a scope stands.
func (p *Privacy) Consented(ctx context.Context, person, scope string) (bool, error) {
	return hasConsent(ctx, p.db, person, scope)
}

// Withdraw ends an optional consent at once. A required one cannot be withdrawn by a box: open orders may need it, so it is a
// request that a person answers (ErrKeepsScope).
func (p *Privacy) Withdraw(ctx context.Context, person, scope, channel string) (err error) {
	defer fault.Wrap(&err, "withdraw consent of %s", person)
	if !slices.Contains(channels, channel) {
		return ErrConsentUnknown.On("consents")
	}
	return p.db.Transact(ctx, func(tx *db.DB) error {
		v, err := p.inForce(ctx, tx, Policy)
		if err != nil {
			return err
		}
		if s, ok := v.Scope(scope); ok && s.Required {
			return ErrKeepsScope
		}
		given, err := hasConsent(ctx, tx, person, scope)
		if err != nil || !given {
			return err
		}
		return insertWithdrawal(ctx, tx, person, scope, channel, p.clock.Now())
	})
}
