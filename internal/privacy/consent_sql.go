package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

func insertConsent(ctx context.Context, tx *db.DB, c Consent, person string) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_consent (id, person_id, version_id, scope, lang, channel, text_hash, given_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.ID, person, c.VersionID, c.Scope, c.Lang, c.Channel, c.TextHash, clock.Micros(c.GivenAt))
	return err
}

func insertWithdrawal(ctx context.Context, tx *db.DB, person, scope, channel string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_withdrawal (id, person_id, scope, channel, withdrawn_at)
		VALUES ($1, $2, $3, $4, $5)`, db.NewID(), person, scope, channel, clock.Micros(at))
	return err
}

// hasConsent: a consent stands when no withdrawal of its scope came at or after it.
func hasConsent(ctx context.Context, d *db.DB, person, scope string) (bool, error) {
	var n int
	err := d.QueryRow(ctx, `SELECT count(*) FROM privacy_consent c
		WHERE c.person_id = $1 AND c.scope = $2 AND NOT EXISTS (SELECT 1 FROM privacy_withdrawal w
			WHERE w.person_id = c.person_id AND w.scope = c.scope AND w.withdrawn_at >= c.given_at)`, person, scope).Scan(&n)
	return n > 0, err
}

func listConsents(ctx context.Context, d *db.DB, person string) (out []Consent, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var c Consent
		var given, withdrawn int64
		if err := scan(&c.ID, &c.VersionID, &c.Scope, &c.Lang, &c.Channel, &c.TextHash, &given, &withdrawn); err != nil {
			return err
		}
		c.GivenAt, c.WithdrawnAt = clock.FromMicros(given), clock.FromMicros(withdrawn)
		out = append(out, c)
		return nil
	}, `SELECT c.id, c.version_id, c.scope, c.lang, c.channel, c.text_hash, c.given_at,
			COALESCE((SELECT min(w.withdrawn_at) FROM privacy_withdrawal w
				WHERE w.person_id = c.person_id AND w.scope = c.scope AND w.withdrawn_at >= c.given_at), 0)
		FROM privacy_consent c WHERE c.person_id = $1 ORDER BY c.given_at DESC, c.id DESC LIMIT 500`, person)
	return out, err
}
