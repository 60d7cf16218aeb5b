package privacy

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/vault"
)

func anyIDs(ids []string) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// eachConsent visits the consents that stand.
func eachConsent(ctx context.Context, d *db.DB, persons []string, visit func(person, scope string, at time.Time)) error {
	return d.Each(ctx, func(scan func(...any) error) error {
		var person, scope string
		var at int64
		if err := scan(&person, &scope, &at); err != nil {
			return err
		}
		visit(person, scope, clock.FromMicros(at))
		return nil
	}, `SELECT c.person_id, c.scope, MAX(c.given_at) FROM privacy_consent c WHERE c.recipient = '' AND c.person_id IN `+db.In(1, len(persons))+`
		AND NOT EXISTS (SELECT 1 FROM privacy_withdrawal w WHERE w.person_id = c.person_id AND w.scope = c.scope AND w.recipient = '' AND w.withdrawn_at >= c.given_at)
		GROUP BY c.person_id, c.scope`, anyIDs(persons)...)
}

// answersOf tells when requests and enquiries of persons were answered; what was written stands under the request's own id.
func answersOf(ctx context.Context, d *db.DB, ids []string) (map[string]Facts, error) {
	out := map[string]Facts{}
	for _, from := range []string{
		`SELECT person_id, MAX(answered_at), MAX(CASE WHEN state = 'answered' THEN 0 ELSE 1 END) FROM privacy_request WHERE person_id IN `,
		`SELECT case_id, MAX(answered_at), MAX(CASE WHEN state = 'answered' THEN 0 ELSE 1 END) FROM privacy_request WHERE case_id IN `,
		`SELECT case_id, MAX(closed_at), MAX(CASE WHEN closed_at > 0 THEN 0 ELSE 1 END) FROM privacy_disclosure WHERE case_id IN `,
		`SELECT person_id, MAX(done_at), MAX(CASE WHEN state = 'new' THEN 1 ELSE 0 END) FROM privacy_enquiry WHERE person_id IN `,
	} {
		err := d.Each(ctx, func(scan func(...any) error) error {
			var id string
			var at, open int64
			if err := scan(&id, &at, &open); err != nil {
				return err
			}
			f, known := out[id]
			if !known {
				f.At = map[Event]time.Time{}
			}
			f.Open = f.Open || open > 0
			if was := clock.FromMicros(at); at > 0 && was.After(f.At[EventAnswer]) {
				f.At[EventAnswer] = was
			}
			out[id] = f
			return nil
		}, from+db.In(1, len(ids))+` GROUP BY 1`, anyIDs(ids)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func beginNight(ctx context.Context, d *db.DB, night, register string, now time.Time) error {
	_, err := d.Exec(ctx, `INSERT INTO privacy_night (night, register, begun_at) VALUES ($1, $2, $3) ON CONFLICT (night) DO NOTHING`,
		night, register, clock.Micros(now))
	return err
}

func reachNight(ctx context.Context, d *db.DB, night, reached string, t Tally) error {
	_, err := d.Exec(ctx, `UPDATE privacy_night SET reached = $2, seen = $3 WHERE night = $1`, night, reached, t.Seen)
	return err
}

func endNight(ctx context.Context, d *db.DB, night string, t Tally, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE privacy_night SET done_at = $2, seen = $3 WHERE night = $1`, night, clock.Micros(now), t.Seen)
	return err
}

func scanNight(scan func(...any) error) (n Night, err error) {
	var begun, done int64
	err = scan(&n.Night, &n.Register, &begun, &done, &n.reached, &n.Seen)
	n.BegunAt, n.DoneAt = clock.FromMicros(begun), clock.FromMicros(done)
	return n, err
}

const nightColumns = `night, register, begun_at, done_at, reached, seen`

func findNight(ctx context.Context, d *db.DB, night string) (Night, error) {
	return scanNight(d.QueryRow(ctx, `SELECT `+nightColumns+` FROM privacy_night WHERE night = $1`, night).Scan)
}

func listNights(ctx context.Context, d *db.DB, limit int) (out []Night, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		n, err := scanNight(scan)
		out = append(out, n)
		return err
	}, `SELECT `+nightColumns+` FROM privacy_night ORDER BY night DESC LIMIT $1`, limit)
	return out, err
}

func insertNightLine(ctx context.Context, d *db.DB, night string, due Due, now time.Time) error {
	purposes := make([]string, len(due.Purposes))
	for i, p := range due.Purposes {
		purposes[i] = string(p)
	}
	_, err := d.Exec(ctx, `INSERT INTO privacy_night_line (night, person_id, whole, fields, purposes, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (night, person_id) DO NOTHING`,
		night, due.Person, due.Whole, joinFields(due.Fields), strings.Join(purposes, ","), clock.Micros(now))
	return err
}

// tallyNight counts a night's lines: there are few different ones.
func tallyNight(ctx context.Context, d *db.DB, night string) (t Tally, err error) {
	t.Purposes = map[vault.Purpose]int{}
	err = d.Each(ctx, func(scan func(...any) error) error {
		var whole bool
		var fields, purposes string
		var n int
		if err := scan(&whole, &fields, &purposes, &n); err != nil {
			return err
		}
		t.Persons += n
		t.Fields += n * len(splitFields(fields))
		if whole {
			t.Whole += n
		}
		for p := range strings.SplitSeq(purposes, ",") {
			if p != "" {
				t.Purposes[vault.Purpose(p)] += n
			}
		}
		return nil
	}, `SELECT whole, fields, purposes, count(*) FROM privacy_night_line WHERE night = $1 GROUP BY whole, fields, purposes`, night)
	return t, err
}

func insertHold(ctx context.Context, d *db.DB, h Hold) error {
	_, err := d.Exec(ctx, `INSERT INTO privacy_hold (id, person_id, reason, made_by, from_at, until_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		h.ID, h.Person, h.Reason, h.MadeBy, clock.Micros(h.From), clock.Micros(h.Until))
	return err
}

func endHold(ctx context.Context, d *db.DB, id, actor string, now time.Time) (int64, error) {
	return d.Exec(ctx, `UPDATE privacy_hold SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_at = 0`, id, actor, clock.Micros(now))
}

func scanHold(scan func(...any) error) (h Hold, err error) {
	var from, until, ended int64
	err = scan(&h.ID, &h.Person, &h.Reason, &h.MadeBy, &from, &until, &h.EndedBy, &ended)
	h.From, h.Until, h.EndedAt = clock.FromMicros(from), clock.FromMicros(until), clock.FromMicros(ended)
	return h, err
}

const holdColumns = `id, person_id, reason, made_by, from_at, until_at, ended_by, ended_at`

func openHolds(ctx context.Context, d *db.DB, at time.Time) (out holds, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		h, err := scanHold(scan)
		out = append(out, h)
		return err
	}, `SELECT `+holdColumns+` FROM privacy_hold WHERE ended_at = 0 AND from_at <= $1 AND (until_at = 0 OR until_at > $1) LIMIT 10000`, clock.Micros(at))
	return out, err
}

func listHolds(ctx context.Context, d *db.DB) (out []Hold, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		h, err := scanHold(scan)
		out = append(out, h)
		return err
	}, `SELECT `+holdColumns+` FROM privacy_hold ORDER BY id DESC LIMIT 200`)
	return out, err
}

// countsOf lists the counts of a night by a register, the newest first.
func countsOf(ctx context.Context, d *db.DB, night, register string) (out []nightCount, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		c := nightCount{night: night, register: register}
		var begun, done int64
		var counts string
		if err := scan(&c.id, &begun, &done, &c.reached, &counts); err != nil {
			return err
		}
		c.begunAt, c.doneAt = clock.FromMicros(begun), clock.FromMicros(done)
		if err := json.Unmarshal([]byte(counts), &c.preview); err != nil {
			return err
		}
		out = append(out, c)
		return nil
	}, `SELECT id, begun_at, done_at, reached, counts FROM privacy_preview WHERE night = $1 AND register = $2 ORDER BY begun_at DESC, id DESC LIMIT 4`, night, register)
	return out, err
}

func insertCount(ctx context.Context, d *db.DB, c nightCount) error {
	counts, err := json.Marshal(c.preview)
	if err != nil {
		return err
	}
	_, err = d.Exec(ctx, `INSERT INTO privacy_preview (id, night, register, begun_at, counts) VALUES ($1, $2, $3, $4, $5)`,
		c.id, c.night, c.register, clock.Micros(c.begunAt), string(counts))
	return err
}

// reachCount notes how far a count is, unless it is not wanted any more.
func reachCount(ctx context.Context, d *db.DB, c nightCount) (bool, error) {
	counts, err := json.Marshal(c.preview)
	if err != nil {
		return false, err
	}
	n, err := d.Exec(ctx, `UPDATE privacy_preview SET done_at = $2, reached = $3, counts = $4 WHERE id = $1 AND done_at = 0 AND reached <= $3`,
		c.id, clock.Micros(c.doneAt), c.reached, string(counts))
	return n > 0, err
}

// dropCounts deletes the counts before one.
func dropCounts(ctx context.Context, d *db.DB, c nightCount) error {
	_, err := d.Exec(ctx, `DELETE FROM privacy_preview WHERE id <> $1 AND begun_at <= $2`, c.id, clock.Micros(c.begunAt))
	return err
}

// forgetCounts deletes all counts, because something changed that decides on many.
func forgetCounts(ctx context.Context, d *db.DB) error {
	_, err := d.Exec(ctx, `DELETE FROM privacy_preview`)
	return err
}
