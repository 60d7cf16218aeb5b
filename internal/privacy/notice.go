package privacy

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// newsFor is how long visitors without an account read in the footer that a text has changed.
const newsFor = 30 * 24 * time.Hour

// toldFor is how far back the site tells a signed-in person of a version that they have not seen.
const toldFor = 365 * 24 * time.Hour

// newsFresh is how long a process trusts what it knows of the latest publications: every page asks.
const newsFresh = 10 * time.Second

// newsCache keeps the latest publications.
type newsCache struct {
	mu   sync.Mutex
	at   time.Time
	list []Publication
}

func (n *newsCache) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.at = time.Time{}
}

// latest are the newest publication of each document within a year, policy first.
func (p *Privacy) latest(ctx context.Context) ([]Publication, error) {
	n, now := &p.news, p.clock.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.at.IsZero() && now.Sub(n.at) < newsFresh && !now.Before(n.at) {
		return n.list, nil
	}
	var out []Publication
	for _, k := range []Kind{Policy, Offer} {
		list, err := listPublications(ctx, p.db, k, now.Add(-toldFor))
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			out = append(out, list[0])
		}
	}
	n.at, n.list = now, out
	return out, nil
}

// News is what the footer tells visitors: documents with a version published in the last thirty days.
func (p *Privacy) News(ctx context.Context) (out []Publication, err error) {
	defer fault.Wrap(&err, "news of texts")
	list, err := p.latest(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		if p.clock.Now().Sub(x.PublishedAt) < newsFor {
			out = append(out, x)
		}
	}
	return out, nil
}

// Unseen is what the site tells a signed-in person: new versions that they have neither agreed to nor put aside.
func (p *Privacy) Unseen(ctx context.Context, person string) (out []Publication, err error) {
	defer fault.Wrap(&err, "unseen versions of %s", person)
	list, err := p.latest(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		fresh, err := wasThereBefore(ctx, p.db, person, x)
		if err != nil {
			return nil, err
		}
		seen, err := hasNotice(ctx, p.db, person, x.VersionID, channelSite)
		if err != nil {
			return nil, err
		}
		if fresh && !seen {
			out = append(out, x)
		}
	}
	return out, nil
}

// Seen puts the site's notice of a version aside, once.
func (p *Privacy) Seen(ctx context.Context, person, versionID string) (err error) {
	defer fault.Wrap(&err, "put aside the notice of %s", person)
	if _, err := p.version(ctx, p.db, versionID); err != nil {
		return err
	}
	return p.db.Transact(ctx, func(tx *db.DB) error {
		return insertSeen(ctx, tx, person, versionID, p.clock.Now())
	})
}

// Again records the answer of a person who was asked again: the required consents to the version in force, the optional ones that
// were ticked anew, and the end of optional ones whose text has changed and that were not.
func (p *Privacy) Again(ctx context.Context, person string, given Given) (err error) {
	defer fault.Wrap(&err, "consents of %s asked again", person)
	return p.db.Transact(ctx, func(tx *db.DB) error {
		open, err := p.reopened(ctx, tx, person)
		if err != nil {
			return err
		}
		v, err := p.check(ctx, tx, []Given{given}, true)
		if err != nil {
			return err
		}
		ticked := map[string]bool{}
		for _, code := range given.Scopes {
			ticked[code] = true
		}
		now := p.clock.Now()
		for _, s := range open {
			if !ticked[s.Code] {
				if err := p.end(ctx, tx, person, s.Code, "", given.Channel); err != nil {
					return err
				}
			}
		}
		if err := p.record(ctx, tx, person, []Given{given}, true); err != nil {
			return err
		}
		return insertSeen(ctx, tx, person, v.ID, now)
	})
}

// Reopened lists a person's standing optional consents whose text is another now: what they agreed to is not what they would read.
func (p *Privacy) Reopened(ctx context.Context, person string) (_ []Scope, err error) {
	defer fault.Wrap(&err, "reopened consents of %s", person)
	return p.reopened(ctx, p.db, person)
}

func (p *Privacy) reopened(ctx context.Context, d *db.DB, person string) (out []Scope, err error) {
	now, err := p.inForce(ctx, d, Policy)
	if err != nil {
		return nil, err
	}
	for _, s := range now.Scopes {
		if s.Required {
			continue
		}
		id, n, err := latestConsent(ctx, d, person, s.Code)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			continue
		}
		old, err := p.version(ctx, d, id)
		if err != nil {
			return nil, err
		}
		if was, ok := old.Scope(s.Code); !ok || was.TextHash(i18n.KK) != s.TextHash(i18n.KK) || was.TextHash(i18n.RU) != s.TextHash(i18n.RU) {
			out = append(out, s)
		}
	}
	return out, nil
}

// Progress is how far the letters about a version have come.
type Progress struct {
	VersionID string
	Walked    int       // persons looked at
	WalkedAt  time.Time // zero while the walk goes on
	Due       int       // letters that wait
	Told      int
	Skipped   int // nobody to write to: no address, no consent, blocked
	Unsure    int // the process died while the letter went out: not sent again
}

// Notices tells how far the letters about a version have come; zero when there are none to send.
func (p *Privacy) Notices(ctx context.Context, versionID string) (_ Progress, err error) {
	defer fault.Wrap(&err, "notices of %s", versionID)
	run, err := findNoticeRun(ctx, p.db, versionID)
	if errors.Is(err, db.ErrNoRow) {
		return Progress{VersionID: versionID}, nil
	}
	if err != nil {
		return Progress{}, err
	}
	out := Progress{VersionID: versionID, Walked: run.walked, WalkedAt: run.walkedAt}
	out.Due, out.Unsure, out.Told, out.Skipped, err = countNotices(ctx, p.db, versionID)
	return out, err
}
