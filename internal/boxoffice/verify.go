package boxoffice

import (
	"context"
	"fmt"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

const (
	verifyLimit = 50               // findings of one kind that are named; more of the same say nothing new
	verifySlack = 10 * time.Minute // how late the sweeper may be before something counts as kept for ever
)

// Verify checks that ledger, stock, orders and tickets add up, and returns what does not, in words. It may run while tickets are
// being sold: each question is one statement and sees one moment.
func (o *Office) Verify(ctx context.Context) ([]string, error) { return o.verify(ctx, o.db) }

func (o *Office) verify(ctx context.Context, d *db.DB) (findings []string, err error) {
	defer fault.Wrap(&err, "verify the box office")
	for _, c := range checks {
		args := []any{verifyLimit}
		if c.late > 0 {
			args = append(args, clock.Micros(o.clock.Now().Add(-c.late)))
		}
		if err := d.Each(ctx, func(scan func(...any) error) error {
			var which, found, wanted string
			if err := scan(&which, &found, &wanted); err != nil {
				return err
			}
			findings = append(findings, fmt.Sprintf(c.words, which, found, wanted))
			return nil
		}, c.query+` LIMIT $1`, args...); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return findings, nil
}
