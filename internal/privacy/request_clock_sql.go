package privacy

import (
	"context"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/privacy/calendar"
)

// insertTerms: rows that the program brings have an id of their own making, so that they come in once.
func insertTerms(ctx context.Context, tx *db.DB, rows []TermRow, seed bool) error {
	const width = 10
	args := make([]any, 0, len(rows)*width)
	for _, r := range rows {
		id := db.NewID()
		if seed {
			id = "law:" + r.ID + ":" + string(r.From)
		}
		args = append(args, id, r.ID, r.Count, r.Unit, r.From, r.To, r.Source, r.Confirmed, r.AddedBy, clock.Micros(r.AddedAt))
	}
	_, err := tx.Exec(ctx, `INSERT INTO privacy_term (id, clock, length, unit, valid_from, valid_to, source, confirmed, added_by, added_at)
		VALUES `+db.Values(1, len(rows), width)+` ON CONFLICT (id) DO NOTHING`, args...)
	return err
}

func readTerms(ctx context.Context, d *db.DB) (out []TermRow, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var r TermRow
		var at int64
		if err := scan(&r.ID, &r.Count, &r.Unit, &r.From, &r.To, &r.Source, &r.Confirmed, &r.AddedBy, &at); err != nil {
			return err
		}
		r.AddedAt = clock.FromMicros(at)
		out = append(out, r)
		return nil
	}, `SELECT clock, length, unit, valid_from, valid_to, source, confirmed, added_by, added_at FROM privacy_term
		ORDER BY clock, valid_from, added_at, id LIMIT 1000`)
	return out, err
}

func insertYear(ctx context.Context, tx *db.DB, y CalendarYear) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_calendar_year (number, version, body, added_by, added_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (number, version) DO NOTHING`, y.Number, y.Version, y.Body, y.AddedBy, clock.Micros(y.AddedAt))
	return err
}

func readYears(ctx context.Context, d *db.DB) (out []CalendarYear, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var y CalendarYear
		var at int64
		if err := scan(&y.Number, &y.Version, &y.Body, &y.AddedBy, &at); err != nil {
			return err
		}
		y.AddedAt = clock.FromMicros(at)
		out = append(out, y)
		return nil
	}, `SELECT number, version, body, added_by, added_at FROM privacy_calendar_year y
		WHERE version = (SELECT max(version) FROM privacy_calendar_year n WHERE n.number = y.number) ORDER BY number LIMIT 200`)
	return out, err
}

func insertTimers(ctx context.Context, tx *db.DB, request string, ts []Timer) error {
	for _, t := range ts {
		if _, err := tx.Exec(ctx, `INSERT INTO privacy_request_clock (request_id, clock, term, source, strict_at, due_at, estimated)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, request, t.Clock, t.Term.String(), t.Source,
			clock.Micros(t.Strict), clock.Micros(t.Due), t.Estimated); err != nil {
			return err
		}
	}
	return nil
}

func replaceTimers(ctx context.Context, tx *db.DB, request string, ts []Timer) error {
	if _, err := tx.Exec(ctx, `DELETE FROM privacy_request_clock WHERE request_id = $1`, request); err != nil {
		return err
	}
	if err := insertTimers(ctx, tx, request, ts); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE privacy_request SET due_at = $2 WHERE id = $1`, request, clock.Micros(ts[0].Due))
	return err
}

func readTimers(ctx context.Context, d *db.DB, request string) (out []Timer, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var t Timer
		var term string
		var strict, due int64
		if err := scan(&t.Clock, &term, &t.Source, &strict, &due, &t.Estimated); err != nil {
			return err
		}
		if t.Term, err = calendar.ParseTerm(term); err != nil {
			return err
		}
		t.Strict, t.Due = clock.FromMicros(strict), clock.FromMicros(due)
		out = append(out, t)
		return nil
	}, `SELECT clock, term, source, strict_at, due_at, estimated FROM privacy_request_clock
		WHERE request_id = $1 ORDER BY due_at, clock`, request)
	return out, err
}
