package privacy

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/vault"
)

// Recording is a person's consents, to be recorded with others'.
type Recording struct {
	Person string
	Given  []Given
}

// RecordMany is Record for many persons in a few statements. Whose consents are none comes back as a batch.Refused, and then
// nothing may be committed.
func (p *Privacy) RecordMany(ctx context.Context, tx *db.DB, list []Recording) (err error) {
	defer fault.Wrap(&err, "record consents of %d persons", len(list))
	return p.recordMany(ctx, tx, list, true)
}

func (p *Privacy) recordMany(ctx context.Context, tx *db.DB, list []Recording, whole bool) error {
	r, err := p.register(ctx, tx) // what is sealed next is measured by the version in force
	if err != nil {
		return err
	}
	policy, err := p.inForce(ctx, tx, Policy)
	if err != nil {
		return err
	}
	v := asked{policy, r.RegisterVersion}
	var acts []act
	for i, r := range list {
		if err := p.checkAgainst(ctx, tx, v, r.Given, whole); err != nil {
			return batch.Refuse(i, err)
		}
		mine, err := p.actsOf(r, v)
		if err != nil {
			return err
		}
		for _, a := range mine {
			a.item = i
			acts = append(acts, a)
		}
	}
	return p.writeActs(ctx, tx, v.Version, acts)
}

// act is one consent about to be written, and whose.
type act struct {
	Consent
	item  int
	shown Scope // of a consent for a recipient
}

// actsOf makes a consent of every ticked box, each once.
func (p *Privacy) actsOf(r Recording, v asked) (out []act, err error) {
	done := map[string]bool{}
	now := p.clock.Now().Truncate(time.Microsecond)
	for _, g := range r.Given {
		g = g.withDefaults()
		for _, code := range g.Scopes {
			if done[code] {
				continue
			}
			done[code] = true
			scope, recipient := boxOf(code)
			s, ok := v.Scope(code)
			registerID := ""
			if !ok {
				c, _ := Boxes{Choices: v.register.choices(v.Version)}.Choice(code)
				s, registerID = c.Box, v.register.ID
			}
			expires, err := s.expiry(now)
			if err != nil {
				return nil, err
			}
			out = append(out, act{shown: s, Consent: Consent{
				ID: db.NewID(), VersionID: v.ID, Scope: scope, Recipient: recipient, Lang: g.Lang, Channel: g.Channel,
				Confirmed: g.Confirmed, TextHash: s.TextHash(g.Lang), GivenAt: now, ExpiresAt: expires, person: r.Person, registerID: registerID,
			}})
		}
	}
	return out, nil
}

// writeActs writes consents and their entries in the journal, each of which holds the hash of all that its consent says.
func (p *Privacy) writeActs(ctx context.Context, tx *db.DB, v Version, acts []act) error {
	if p.vault == nil {
		return errors.New("privacy has no vault to journal a consent in: see SetVault")
	}
	deeds := make([]vault.Deed, len(acts))
	for i, a := range acts {
		deeds[i] = vault.Deed{
			Person: a.person, Verb: vault.VerbConsent, Actor: actorOn(a.Channel), Reason: a.Scope + ":" + a.statement(v).hash(),
		}
	}
	ids, err := p.vault.NoteMany(ctx, tx, deeds)
	var r *batch.Refused
	if errors.As(err, &r) {
		return batch.Refuse(acts[r.Item].item, r.Err)
	}
	if err != nil {
		return err
	}
	for i := range acts {
		acts[i].entryID = ids[i]
	}
	return insertConsents(ctx, tx, acts)
}
