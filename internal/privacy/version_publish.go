package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// Publication is the fact that people published a version: who wrote it, who read it over, since when it holds.
type Publication struct {
	VersionID   string
	DraftID     string
	Kind        Kind
	Number      int
	Material    bool
	Writer      string
	Reviewer    string
	PublishedAt time.Time
	InForce     time.Time
}

// Publish makes a reviewed draft a version, by somebody who has not written it. A zero inForce is now; a moment in the past is
// refused, since a policy is never retroactive. All of it is one transaction: the draft's end, the version, who did it, and the
// task of telling people.
func (p *Privacy) Publish(ctx context.Context, e Edit, inForce time.Time) (_ Version, err error) {
	defer fault.Wrap(&err, "publish draft %s", e.Draft)
	var row versionRow
	err = p.db.Transact(ctx, func(tx *db.DB) error {
		now := p.clock.Now()
		d, err := readDraft(ctx, tx, e.Draft)
		if err != nil {
			return err
		}
		if moved, err := moveDraft(ctx, tx, e.Draft, e.Revision, DraftReview, DraftPublished, now); err != nil || !moved {
			return orDraftMoved(err)
		}
		if d.Wrote(e.Actor) {
			return ErrSecondPerson
		}
		if row, err = p.nextVersion(ctx, tx, d, inForce, now); err != nil {
			return err
		}
		if err := insertVersion(ctx, tx, row); err != nil {
			return err
		}
		pub := Publication{
			VersionID: row.id, DraftID: d.ID, Kind: d.Kind, Number: row.number, Material: d.Material,
			Writer: d.writer(), Reviewer: e.Actor, PublishedAt: now, InForce: row.inForce,
		}
		if err := insertPublication(ctx, tx, pub); err != nil {
			return err
		}
		if err := insertNoticeRun(ctx, tx, row.id, now); err != nil {
			return err
		}
		return insertAct(ctx, tx, e.Draft, Act{What: ActPublished, Actor: e.Actor, At: now})
	})
	if errors.Is(err, db.ErrDuplicate) { // another draft became the next version at the same moment
		err = ErrDraftStale
	}
	if err != nil {
		return Version{}, err
	}
	p.news.forget()
	return p.remember(row)
}

// writer is who handed the draft in.
func (d Draft) writer() string {
	out := systemActor
	for _, a := range d.Acts {
		if a.What == ActSubmitted {
			out = a.Actor
		}
	}
	return out
}

// nextVersion is the version that a draft becomes.
func (p *Privacy) nextVersion(ctx context.Context, tx *db.DB, d Draft, inForce, now time.Time) (versionRow, error) {
	if err := p.publishable(ctx, tx, d); err != nil {
		return versionRow{}, err
	}
	raw, err := findTextDraft(ctx, tx, d.ID)
	if err != nil {
		return versionRow{}, err
	}
	last, err := lastVersion(ctx, tx, d.Kind)
	if err != nil {
		return versionRow{}, err
	}
	switch {
	case inForce.IsZero():
		inForce = now
	case inForce.Before(now):
		return versionRow{}, ErrPast.On("in_force")
	}
	if inForce.Before(last.inForce) {
		return versionRow{}, ErrBeforeLast.On("in_force")
	}
	return versionRow{
		id: db.NewID(), kind: d.Kind, number: last.number + 1, hash: ChainHash(last.hash, []byte(raw.content)),
		previous: last.hash, content: raw.content, inForce: inForce,
	}, nil
}

// publishable refuses a draft that is not whole, that changes nothing, or whose base is no longer the latest version: the diff that
// was read over would not be the one that people see.
func (p *Privacy) publishable(ctx context.Context, tx *db.DB, d Draft) error {
	last, err := lastVersion(ctx, tx, d.Kind)
	if err != nil {
		return err
	}
	if last.id != d.BaseID {
		return ErrDraftStale
	}
	var before, now content
	if err := json.Unmarshal([]byte(last.content), &before); err != nil {
		return err
	}
	raw, err := findTextDraft(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	if raw.content == last.content {
		return ErrNothingNew
	}
	if err := json.Unmarshal([]byte(raw.content), &now); err != nil {
		return err
	}
	return now.complete(d.Kind, before.english())
}

// Publications lists what people published of a document, newest first.
func (p *Privacy) Publications(ctx context.Context, k Kind) (_ []Publication, err error) {
	defer fault.Wrap(&err, "publications of %s", k)
	return listPublications(ctx, p.db, k, time.Time{})
}

// Asks tells whether a person has to be asked again: they gave a required consent, and a version with a material change has come into
// force since. given is the version that they agreed to last, now the one in force.
func (p *Privacy) Asks(ctx context.Context, person string) (given, now Version, asks bool, err error) {
	defer fault.Wrap(&err, "is %s asked again", person)
	material, err := materialNumber(ctx, p.db, Policy, p.clock.Now())
	if err != nil || material == 0 {
		return Version{}, Version{}, false, err
	}
	if now, err = p.inForce(ctx, p.db, Policy); err != nil {
		return Version{}, Version{}, false, err
	}
	has, number := false, 0
	for _, s := range now.Scopes {
		if !s.Required {
			continue
		}
		id, n, err := latestConsent(ctx, p.db, person, s.Code)
		if err != nil {
			return Version{}, Version{}, false, err
		}
		if n < material {
			asks = true
		}
		if n > number {
			has, number = true, n
			if given, err = p.version(ctx, p.db, id); err != nil {
				return Version{}, Version{}, false, err
			}
		}
	}
	return given, now, asks && has, nil // staff who never consented have another ground
}
