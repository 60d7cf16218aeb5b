package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// siteLives is how long a process that serves under an address counts as there after it last said so; it does every minute.
const siteLives = 3 * time.Minute

// Here notes that this process serves under its base address. A text that waited because others served under another one is
// published when they are gone.
func (p *Privacy) Here(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "note where the site is")
	if p.Otherwise() == "" {
		return touchSite(ctx, p.db, p.operator.Site, p.clock.Now())
	}
	return p.startTexts(ctx)
}

// Otherwise is the base address by which other processes call this site, whose texts stand instead of this one's; empty when there
// are none.
func (p *Privacy) Otherwise() string {
	if s := p.otherwise.Load(); s != nil {
		return *s
	}
	return ""
}

// calledOtherwise finds an address under which other processes serve just now and which the built-in text of a document names, when it
// differs from this process's text in nothing else: two processes that are called differently must not publish by turns. Several
// processes can share a PostgreSQL only.
func (p *Privacy) calledOtherwise(ctx context.Context, tx *db.DB, k Kind, builtin string) (string, error) {
	if tx.Engine() != db.Postgres || builtin == "" {
		return "", nil
	}
	sites, err := otherSites(ctx, tx, p.operator.Site, p.clock.Now().Add(-siteLives))
	if err != nil {
		return "", err
	}
	for _, s := range sites {
		op := p.operator
		op.Site = s
		c, err := write(k, op)
		if err != nil {
			return "", err
		}
		if text, err := c.canonical(); err != nil || string(text) == builtin {
			return s, err
		}
	}
	return "", nil
}

func touchSite(ctx context.Context, d *db.DB, site string, now time.Time) error {
	_, err := d.Exec(ctx, `INSERT INTO privacy_site (site, seen_at) VALUES ($1, $2) ON CONFLICT (site) DO UPDATE SET seen_at = excluded.seen_at`,
		site, clock.Micros(now))
	return err
}

func otherSites(ctx context.Context, d *db.DB, site string, since time.Time) (out []string, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var s string
		err := scan(&s)
		out = append(out, s)
		return err
	}, `SELECT site FROM privacy_site WHERE site <> $1 AND seen_at >= $2 ORDER BY seen_at DESC LIMIT 20`, site, clock.Micros(since))
	return out, err
}
