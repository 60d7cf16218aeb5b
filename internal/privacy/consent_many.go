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
	if _, err := p.register(ctx, tx); err != nil { // what is sealed next is measured by the version in force
		return err
	}
	v, err := p.inForce(ctx, tx, Policy)
	if err != nil {
		return err
	}
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
	return p.writeActs(ctx, tx, v, acts)
}

// act is one consent about to be written, and whose.
type act struct {
	Consent
	item int
}

// actsOf makes a consent of every ticked box, each once.
func (p *Privacy) actsOf(r Recording, v Version) (out []act, err error) {
	type box struct{ scope, recipient string }
	done := map[box]bool{}
	now := p.clock.Now().Truncate(time.Microsecond)
	for _, g := range r.Given {
		g = g.withDefaults()
		for _, code := range g.Scopes {
			if done[box{code, g.Recipient}] {
				continue
			}
			done[box{code, g.Recipient}] = true
			s, _ := v.Scope(code)
			expires, err := s.expiry(now)
			if err != nil {
				return nil, err
			}
			out = append(out, act{Consent: Consent{
				ID: db.NewID(), VersionID: v.ID, Scope: s.Code, Recipient: g.Recipient, Lang: g.Lang, Channel: g.Channel,
				Confirmed: g.Confirmed, TextHash: s.TextHash(g.Lang), GivenAt: now, ExpiresAt: expires, person: r.Person,
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
