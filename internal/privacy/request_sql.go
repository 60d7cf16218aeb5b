package privacy

import (
	"context"
	"fmt"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// nextNumber takes the next number of a series in a year: no sequence, so none is skipped by a rollback.
func nextNumber(ctx context.Context, tx *db.DB, series string, year int) (string, error) {
	var n int64
	err := tx.QueryRow(ctx, `INSERT INTO privacy_counter (series, number, last) VALUES ($1, $2, 1)
		ON CONFLICT (series, number) DO UPDATE SET last = privacy_counter.last + 1 RETURNING last`, series, year).Scan(&n)
	return fmt.Sprintf("%d-%05d", year, n), err
}

func insertRequest(ctx context.Context, tx *db.DB, r Request) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_request (id, number, person_id, case_id, kind, channel, lang, state, received_at, entered_by, confirmed_at, due_at,
			taken_by, result, ground, decided_by, approved_by, answered_at, in_time, letter, mailed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', '', '', '', '', 0, FALSE, '', 0)`,
		r.ID, r.Number, r.Person, r.caseID, r.Kind, r.Channel, r.Lang, r.State, clock.Micros(r.ReceivedAt), r.EnteredBy, clock.Micros(r.ProvedAt), clock.Micros(r.Due))
	return err
}

const requestColumns = `id, number, person_id, case_id, kind, channel, lang, state, received_at, entered_by, confirmed_at, due_at, taken_by, result, ground,
	decided_by, approved_by, answered_at, in_time, letter, mailed_at`

func scanRequest(scan func(...any) error) (Request, error) {
	var r Request
	var received, proved, due, answered, mailed int64
	err := scan(&r.ID, &r.Number, &r.Person, &r.caseID, &r.Kind, &r.Channel, &r.Lang, &r.State, &received, &r.EnteredBy, &proved, &due, &r.TakenBy,
		&r.Result, &r.Ground, &r.DecidedBy, &r.ApprovedBy, &answered, &r.InTime, &r.Letter, &mailed)
	r.ReceivedAt, r.ProvedAt, r.Due, r.AnsweredAt, r.MailedAt = clock.FromMicros(received), clock.FromMicros(proved), clock.FromMicros(due), clock.FromMicros(answered), clock.FromMicros(max(mailed, 0))
	r.MailUnsure = mailed < 0
	return r, err
}

func oneRequest(ctx context.Context, d *db.DB, where, value string) (Request, error) {
	r, err := scanRequest(d.QueryRow(ctx, `SELECT `+requestColumns+` FROM privacy_request WHERE `+where, value).Scan)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return Request{}, ErrRequestUnknown
	}
	return r, err
}

func findRequest(ctx context.Context, d *db.DB, id string) (Request, error) {
	return oneRequest(ctx, d, "id = $1", id)
}

func findRequestByNumber(ctx context.Context, d *db.DB, number string) (Request, error) {
	return oneRequest(ctx, d, "number = $1", number)
}

func manyRequests(ctx context.Context, d *db.DB, query string, args ...any) (out []Request, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		r, err := scanRequest(scan)
		out = append(out, r)
		return err
	}, `SELECT `+requestColumns+` FROM privacy_request WHERE `+query, args...)
	return out, err
}

func requestsOfPerson(ctx context.Context, d *db.DB, person string) ([]Request, error) {
	return manyRequests(ctx, d, `person_id = $1 ORDER BY received_at DESC, id DESC LIMIT 200`, person)
}

func listRequests(ctx context.Context, d *db.DB, f RequestFilter, limit int) ([]Request, error) {
	query, args := `(due_at, id) > ($1, $2)`, []any{clock.Micros(f.After.Due), f.After.ID}
	add := func(column string, op string, value any) {
		args = append(args, value)
		query += fmt.Sprintf(" AND %s %s $%d", column, op, len(args))
	}
	switch {
	case f.State != "":
		add("state", "=", f.State)
	case f.Open:
		query += ` AND state IN ('received', 'work', 'approval', 'erasing')`
	}
	if f.Kind != "" {
		add("kind", "=", f.Kind)
	}
	args = append(args, min(max(limit, 1), 500))
	return manyRequests(ctx, d, query+fmt.Sprintf(` ORDER BY due_at, id LIMIT $%d`, len(args)), args...)
}

func closeRequest(ctx context.Context, tx *db.DB, r Request, was RequestState) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_request SET state = 'answered', result = $3, ground = $4, decided_by = $5, approved_by = $6,
			answered_at = $7, in_time = $8, letter = $9 WHERE id = $1 AND state = $2`,
		r.ID, was, r.Result, r.Ground, r.DecidedBy, r.ApprovedBy, clock.Micros(r.AnsweredAt), r.InTime, r.Letter)
	return n == 1, err
}

func insertFates(ctx context.Context, tx *db.DB, request string, fates []Outcome) error {
	const width, atOnce = 8, 500
	for from := 0; from < len(fates); from += atOnce {
		part := fates[from:min(from+atOnce, len(fates))]
		args := make([]any, 0, len(part)*width)
		for i, o := range part {
			args = append(args, request, from+i, o.Room, o.Kind, o.Purpose, o.Fate, o.Ground, o.Until)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO privacy_request_fate (request_id, place, room, kind, purpose, fate, ground, until)
			VALUES `+db.Values(1, len(part), width), args...); err != nil {
			return err
		}
	}
	return nil
}

func readFates(ctx context.Context, d *db.DB, request string) (out []Outcome, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var o Outcome
		var purpose, until string
		if err := scan(&o.Room, &o.Kind, &purpose, &o.Fate, &o.Ground, &until); err != nil {
			return err
		}
		o.Purpose, o.Until = vault.Purpose(purpose), calendar.Day(until)
		out = append(out, o)
		return nil
	}, `SELECT room, kind, purpose, fate, ground, until FROM privacy_request_fate WHERE request_id = $1 ORDER BY place LIMIT 5000`, request)
	return out, err
}

func takeRequest(ctx context.Context, tx *db.DB, id, actor string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_request SET state = 'work', taken_by = $2 WHERE id = $1 AND state IN ('received', 'work')`, id, actor)
	return n == 1, err
}

func proposeRequest(ctx context.Context, tx *db.DB, id string, a Decision) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_request SET state = 'approval', result = $2, ground = $3, decided_by = $4
		WHERE id = $1 AND state IN ('received', 'work')`, id, a.Result, a.Ground, a.Actor)
	return n == 1, err
}

func approveRequest(ctx context.Context, tx *db.DB, id, actor string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_request SET state = 'erasing', approved_by = $2
		WHERE id = $1 AND state = 'approval' AND decided_by <> $2`, id, actor)
	return n == 1, err
}

func returnRequest(ctx context.Context, tx *db.DB, id, actor string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_request SET state = 'work', taken_by = $2, result = '', ground = '', decided_by = ''
		WHERE id = $1 AND state = 'approval'`, id, actor)
	return n == 1, err
}

func setCase(ctx context.Context, tx *db.DB, id, caseID string) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_request SET case_id = $2 WHERE id = $1 AND case_id = ''`, id, caseID)
	return err
}

func setMailed(ctx context.Context, tx *db.DB, r Request) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_request SET mailed_at = $2 WHERE id = $1`, r.ID, clock.Micros(r.MailedAt))
	return err
}

// proveRequest notes that who wrote it reads the address that they gave.
func proveRequest(ctx context.Context, tx *db.DB, person string, at int64) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_request SET confirmed_at = $2 WHERE person_id = $1 AND confirmed_at = 0`, person, at)
	return err
}

// claimMail marks a letter as being sent, by a moment below zero; false when it is being sent already, or has been.
func claimMail(ctx context.Context, tx *db.DB, r Request, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_request SET mailed_at = $2 WHERE id = $1 AND mailed_at = 0`, r.ID, -clock.Micros(now))
	return n == 1, err
}

func unclaimMail(ctx context.Context, d *db.DB, r Request) error {
	_, err := d.Exec(ctx, `UPDATE privacy_request SET mailed_at = 0 WHERE id = $1 AND mailed_at < 0`, r.ID)
	return err
}
