package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// ended is an erasure that is done.
type ended struct {
	seq     int64
	person  string
	endedAt time.Time
}

// proofs are the tables of evidence that outlive an erasure for a term.
var proofs = []string{"privacy_withdrawal", "privacy_consent", "privacy_transfer"}

// erasedWithProof lists erasures that ended before a moment and about whose persons something is still kept, in the ledger's order.
func erasedWithProof(ctx context.Context, d *db.DB, before time.Time, after int64, limit int) (out []ended, err error) {
	some := ""
	for i, table := range proofs {
		if i > 0 {
			some += " OR "
		}
		some += `EXISTS (SELECT 1 FROM ` + table + ` t WHERE t.person_id = e.person_id)`
	}
	err = d.Each(ctx, func(scan func(...any) error) error {
		var e ended
		var at int64
		err := scan(&e.seq, &e.person, &at)
		e.endedAt = clock.FromMicros(at)
		out = append(out, e)
		return err
	}, `SELECT e.seq, e.person_id, n.ended_at FROM privacy_erasure e JOIN privacy_erasure_end n ON n.erasure_id = e.id AND n.state = 'done'
		WHERE e.seq > $1 AND n.ended_at < $2 AND (`+some+`) ORDER BY e.seq LIMIT $3`, after, clock.Micros(before), limit)
	return out, err
}

func deleteProofs(ctx context.Context, tx *db.DB, person string) error {
	for _, table := range proofs {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE person_id = $1`, person); err != nil {
			return err
		}
	}
	return nil
}
