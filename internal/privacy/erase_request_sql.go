package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
)

// requestsOfErased are the requests of a person, or the one whose words stand under this id.
func requestsOfErased(ctx context.Context, d *db.DB, person string) (out []Request, err error) {
	for _, column := range []string{"person_id", "case_id"} {
		some, err := manyRequests(ctx, d, column+` = $1 ORDER BY received_at DESC, id DESC LIMIT 1000`, person)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

func answeredBefore(ctx context.Context, d *db.DB, before time.Time, after string, limit int) ([]Request, error) {
	return manyRequests(ctx, d, `state = 'answered' AND answered_at < $1 AND id > $2 ORDER BY id LIMIT $3`, micros(before), after, limit)
}

func deleteRequest(ctx context.Context, tx *db.DB, id string) error {
	for _, query := range []string{
		`DELETE FROM privacy_request_fate WHERE request_id = $1`, `DELETE FROM privacy_request_clock WHERE request_id = $1`,
		`DELETE FROM privacy_request_scan WHERE request_id = $1`,
		`DELETE FROM privacy_request WHERE id = $1`,
	} {
		if _, err := tx.Exec(ctx, query, id); err != nil {
			return err
		}
	}
	return nil
}

// ranDeletions are open deletions that persons pressed, of whom every erasure has run at least once.
func ranDeletions(ctx context.Context, d *db.DB) ([]string, error) {
	return someIDs(ctx, d, `SELECT r.id FROM privacy_request r WHERE r.state = 'received' AND r.kind = 'erase' AND r.entered_by = 'person'
		AND EXISTS (SELECT 1 FROM privacy_erasure e WHERE (e.request_id = r.id OR e.person_id = r.person_id))
		AND NOT EXISTS (SELECT 1 FROM privacy_erasure e JOIN privacy_erasure_open o ON o.erasure_id = e.id
			WHERE (e.request_id = r.id OR e.person_id = r.person_id) AND (o.run = 0 OR o.ran = TRUE)) ORDER BY r.id LIMIT 500`)
}

func erasuresOfRequest(ctx context.Context, d *db.DB, request string) ([]string, error) {
	return someIDs(ctx, d, `SELECT e.id FROM privacy_erasure e JOIN privacy_request r ON r.id = $1
		WHERE e.request_id = r.id OR e.person_id = r.person_id ORDER BY e.seq LIMIT 500`, request)
}

func someIDs(ctx context.Context, d *db.DB, query string, args ...any) (out []string, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out = append(out, id)
		return err
	}, query, args...)
	return out, err
}
