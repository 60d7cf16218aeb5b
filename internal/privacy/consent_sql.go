package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

func insertConsents(ctx context.Context, tx *db.DB, acts []act) error {
	rows := make([][]any, len(acts))
	for i, c := range acts {
		rows[i] = []any{
			c.ID, c.person, c.VersionID, c.Scope, c.Recipient, c.Lang, c.Channel, c.Confirmed, c.TextHash,
			clock.Micros(c.GivenAt), micros(c.ExpiresAt), c.entryID, c.registerID,
		}
	}
	if err := keepTexts(ctx, tx, acts); err != nil {
		return err
	}
	_, err := tx.InsertMany(ctx, `privacy_consent (id, person_id, version_id, scope, recipient, lang, channel, confirmed, text_hash,
			given_at, expires_at, entry_id, register_id)`, rows, ``)
	return err
}

// micros keeps "never" apart from the year 1.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}

// withdrawal is the evidence of a consent's end.
type withdrawal struct {
	id, scope, recipient, channel string
	at                            time.Time
	entryID                       string
}

func insertWithdrawal(ctx context.Context, tx *db.DB, person string, w withdrawal) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_withdrawal (id, person_id, scope, recipient, channel, withdrawn_at, entry_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, w.id, person, w.scope, w.recipient, w.channel, clock.Micros(w.at), w.entryID)
	return err
}

// hasConsent: a consent stands while its term is not over and no withdrawal of its scope came at or after it.
func hasConsent(ctx context.Context, d *db.DB, person, scope, recipient string, strict bool, now time.Time) (bool, error) {
	var n int
	err := d.QueryRow(ctx, `SELECT count(*) FROM privacy_consent c
		WHERE c.person_id = $1 AND c.scope = $2 AND c.recipient = $3 AND (c.expires_at = 0 OR c.expires_at > $4)
			AND NOT EXISTS (SELECT 1 FROM privacy_withdrawal w
				WHERE w.person_id = c.person_id AND w.scope = c.scope AND w.recipient = c.recipient AND w.withdrawn_at >= c.given_at)
			AND NOT (CAST($5 AS BOOLEAN) AND EXISTS (SELECT 1 FROM privacy_unconfirmed u WHERE u.person_id = c.person_id))`,
		person, scope, recipient, clock.Micros(now), strict).Scan(&n)
	return n > 0, err
}

const selectConsent = `SELECT c.id, c.person_id, c.version_id, c.scope, c.recipient, c.lang, c.channel, c.confirmed, c.text_hash,
		c.given_at, c.expires_at, c.entry_id, c.register_id,
		COALESCE((SELECT min(w.withdrawn_at) FROM privacy_withdrawal w
			WHERE w.person_id = c.person_id AND w.scope = c.scope AND w.recipient = c.recipient AND w.withdrawn_at >= c.given_at), 0)
	FROM privacy_consent c `

func scanConsent(scan func(...any) error) (c Consent, err error) {
	var given, expires, withdrawn int64
	err = scan(&c.ID, &c.person, &c.VersionID, &c.Scope, &c.Recipient, &c.Lang, &c.Channel, &c.Confirmed, &c.TextHash,
		&given, &expires, &c.entryID, &c.registerID, &withdrawn)
	c.GivenAt, c.ExpiresAt, c.WithdrawnAt = clock.FromMicros(given), clock.FromMicros(expires), clock.FromMicros(withdrawn)
	return c, err
}

func listConsents(ctx context.Context, d *db.DB, person string) (out []Consent, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		c, err := scanConsent(scan)
		out = append(out, c)
		return err
	}, selectConsent+`WHERE c.person_id = $1 ORDER BY c.given_at DESC, c.id DESC LIMIT 500`, person)
	return out, err
}

func findConsent(ctx context.Context, d *db.DB, id string) (Consent, error) {
	return scanConsent(d.QueryRow(ctx, selectConsent+`WHERE c.id = $1`, id).Scan)
}

// withdrawalOf is the withdrawal that ended a consent.
func withdrawalOf(ctx context.Context, d *db.DB, c Consent) (w withdrawal, err error) {
	var at int64
	err = d.QueryRow(ctx, `SELECT id, scope, recipient, channel, withdrawn_at, entry_id FROM privacy_withdrawal
		WHERE person_id = $1 AND scope = $2 AND recipient = $3 AND withdrawn_at >= $4 ORDER BY withdrawn_at, id LIMIT 1`,
		c.person, c.Scope, c.Recipient, clock.Micros(c.GivenAt)).Scan(&w.id, &w.scope, &w.recipient, &w.channel, &at, &w.entryID)
	w.at = clock.FromMicros(at)
	return w, err
}

// keepTexts keeps what stood beside the boxes of recipients: they stand in no version of the policy.
func keepTexts(ctx context.Context, tx *db.DB, acts []act) error {
	var rows [][]any
	for _, c := range acts {
		if c.Recipient != "" {
			rows = append(rows, []any{c.TextHash, string(c.Lang), c.shown.Summary.In(c.Lang), c.shown.Text.In(c.Lang)})
		}
	}
	_, err := tx.InsertMany(ctx, `privacy_consent_text (hash, lang, summary, body)`, rows, `ON CONFLICT (hash) DO NOTHING`)
	return err
}

// shownText is what stood beside the box of a recipient.
func shownText(ctx context.Context, d *db.DB, hash string) (summary, body string, err error) {
	err = d.QueryRow(ctx, `SELECT summary, body FROM privacy_consent_text WHERE hash = $1`, hash).Scan(&summary, &body)
	return summary, body, err
}

// standing narrows consents to those that nobody withdrew.
const standing = ` AND NOT EXISTS (SELECT 1 FROM privacy_withdrawal w
	WHERE w.person_id = c.person_id AND w.scope = c.scope AND w.recipient = c.recipient AND w.withdrawn_at >= c.given_at)`

// registersAgreedTo are the register's versions in whose words a person's consents for a recipient stand, newest first.
func registersAgreedTo(ctx context.Context, d *db.DB, person, scope, recipient string, now time.Time) (out []string, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out = append(out, id)
		return err
	}, `SELECT c.register_id FROM privacy_consent c WHERE c.person_id = $1 AND c.scope = $2 AND c.recipient = $3
		AND (c.expires_at = 0 OR c.expires_at > $4)`+standing+` ORDER BY c.given_at DESC, c.id DESC LIMIT 20`,
		person, scope, recipient, clock.Micros(now))
	return out, err
}

// recipientsAgreedTo are the recipients for whom a consent of a person stands under a scope.
func recipientsAgreedTo(ctx context.Context, d *db.DB, person, scope string) (out []string, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var to string
		err := scan(&to)
		out = append(out, to)
		return err
	}, `SELECT DISTINCT c.recipient FROM privacy_consent c WHERE c.person_id = $1 AND c.scope = $2 AND c.recipient <> ''`+standing+` ORDER BY c.recipient LIMIT 200`, person, scope)
	return out, err
}
