package document

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const columns = `id, person_id, kind, state, lang, sent_at, until_at, media, pages, size, unread, result, reason, decided_by, decided_at`

func scanDocument(scan func(...any) error) (d Document, err error) {
	var sent, until, decided int64
	err = scan(&d.ID, &d.Person, &d.Kind, &d.State, &d.Lang, &sent, &until, &d.Media, &d.Pages, &d.Size, &d.Unread, &d.Result, &d.Reason, &d.DecidedBy, &decided)
	d.SentAt, d.Until, d.DecidedAt = clock.FromMicros(sent), clock.FromMicros(until), clock.FromMicros(decided)
	return d, err
}

func insertDocument(ctx context.Context, tx *db.DB, d Document) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_document (`+columns+`, told_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0)`,
		d.ID, d.Person, d.Kind, d.State, d.Lang, clock.Micros(d.SentAt), clock.Micros(d.Until), d.Media, d.Pages, d.Size, d.Unread,
		d.Result, d.Reason, d.DecidedBy, clock.Micros(d.DecidedAt))
	return err
}

func setWaiting(ctx context.Context, tx *db.DB, id string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_document SET state = 'waiting' WHERE id = $1 AND state = 'arriving'`, id)
	return n == 1, err
}

// setDone ends a document once; false when somebody was faster.
func setDone(ctx context.Context, tx *db.DB, d Document) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_document SET state = 'done', result = $2, reason = $3, decided_by = $4, decided_at = $5
		WHERE id = $1 AND state <> 'done'`, d.ID, d.Result, d.Reason, d.DecidedBy, clock.Micros(d.DecidedAt))
	return n == 1, err
}

func deleteDocument(ctx context.Context, tx *db.DB, id string) error {
	_, err := tx.Exec(ctx, `DELETE FROM people_document WHERE id = $1`, id)
	return err
}

// setTold begins the letter of a result; false when it was begun before.
func setTold(ctx context.Context, tx *db.DB, id string, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE people_document SET told_at = $2 WHERE id = $1 AND told_at = 0`, id, clock.Micros(now))
	return n == 1, err
}

func findDocument(ctx context.Context, d *db.DB, id string) (Document, error) {
	return scanDocument(d.QueryRow(ctx, `SELECT `+columns+` FROM people_document WHERE id = $1`, id).Scan)
}

// lockDocument makes those who decide on a document take turns.
func lockDocument(ctx context.Context, tx *db.DB, id string) (Document, error) {
	if _, err := tx.Exec(ctx, `UPDATE people_document SET state = state WHERE id = $1`, id); err != nil {
		return Document{}, err
	}
	return findDocument(ctx, tx, id)
}

func listDocuments(ctx context.Context, d *db.DB, query string, args ...any) (out []Document, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		one, err := scanDocument(scan)
		out = append(out, one)
		return err
	}, `SELECT `+columns+` FROM people_document `+query, args...)
	return out, err
}

const mostOfPerson = 200

func documentsOf(ctx context.Context, d *db.DB, person string) ([]Document, error) {
	return listDocuments(ctx, d, `WHERE person_id = $1 AND state <> 'arriving' ORDER BY sent_at DESC LIMIT $2`, person, mostOfPerson)
}

// heldOf are those whose file is there, or may be.
func heldOf(ctx context.Context, d *db.DB, person string) ([]Document, error) {
	return listDocuments(ctx, d, `WHERE person_id = $1 ORDER BY sent_at DESC LIMIT $2`, person, 5*mostOfPerson)
}

func sentSince(ctx context.Context, d *db.DB, person string, at time.Time) (n int, err error) {
	err = d.QueryRow(ctx, `SELECT count(*) FROM people_document WHERE person_id = $1 AND sent_at > $2`, person, clock.Micros(at)).Scan(&n)
	return n, err
}

func waitingAfter(ctx context.Context, d *db.DB, at time.Time, id string, limit int) ([]Document, error) {
	return listDocuments(ctx, d, `WHERE state = 'waiting' AND (sent_at, id) > ($1, $2) ORDER BY sent_at, id LIMIT $3`, clock.Micros(at), id, limit)
}

func lastDone(ctx context.Context, d *db.DB, limit int) ([]Document, error) {
	return listDocuments(ctx, d, `WHERE state = 'done' AND decided_at > 0 ORDER BY decided_at DESC LIMIT $1`, limit)
}

func countWaiting(ctx context.Context, d *db.DB) (n int, err error) {
	err = d.QueryRow(ctx, `SELECT count(*) FROM people_document WHERE state = 'waiting'`).Scan(&n)
	return n, err
}

const sweepPage = 200

func overdue(ctx context.Context, d *db.DB, now time.Time, after string) ([]Document, error) {
	return listDocuments(ctx, d, `WHERE state <> 'done' AND until_at <= $1 AND id > $2 ORDER BY id LIMIT $3`, clock.Micros(now), after, sweepPage)
}

func stuck(ctx context.Context, d *db.DB, before time.Time) ([]Document, error) {
	return listDocuments(ctx, d, `WHERE state = 'arriving' AND sent_at < $1 ORDER BY sent_at LIMIT $2`, clock.Micros(before), sweepPage)
}

func stillHeld(ctx context.Context, d *db.DB, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	for len(ids) > 0 {
		n := min(len(ids), sweepPage)
		args := make([]any, n)
		for i, id := range ids[:n] {
			args[i] = id
		}
		ids = ids[n:]
		err := d.Each(ctx, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			out[id] = true
			return err
		}, `SELECT id FROM people_document WHERE state <> 'done' AND id IN `+db.In(1, n), args...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
