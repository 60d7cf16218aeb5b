package privacy

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/privacy/calendar"
)

const incidentColumns = `id, number, state, revision, title, detected_at, entered_at, entered_by, nature_kk, nature_ru, categories, approximate,
	consequences_kk, consequences_ru, measures_kk, measures_ru, contact, tell, tell_reason, authority_at, people_at, closed_at, outcome,
	closing, dismissed_by, closed_by`

func incidentArgs(i Incident) []any {
	return []any{
		i.ID, i.Number, i.State, i.Revision, i.Title, clock.Micros(i.DetectedAt), clock.Micros(i.EnteredAt), i.EnteredBy,
		i.Nature.KK, i.Nature.RU, joinFields(i.Categories), i.Approximate, i.Consequences.KK, i.Consequences.RU, i.Measures.KK, i.Measures.RU,
		i.Contact, i.Tell, i.TellReason, clock.Micros(i.AuthorityAt), clock.Micros(i.PeopleAt), clock.Micros(i.ClosedAt), i.Outcome,
		i.Closing, i.DismissedBy, i.ClosedBy,
	}
}

func scanIncident(scan func(...any) error) (i Incident, err error) {
	var detected, entered, authority, told, closed int64
	var categories string
	err = scan(&i.ID, &i.Number, &i.State, &i.Revision, &i.Title, &detected, &entered, &i.EnteredBy, &i.Nature.KK, &i.Nature.RU, &categories,
		&i.Approximate, &i.Consequences.KK, &i.Consequences.RU, &i.Measures.KK, &i.Measures.RU, &i.Contact, &i.Tell, &i.TellReason,
		&authority, &told, &closed, &i.Outcome, &i.Closing, &i.DismissedBy, &i.ClosedBy)
	i.DetectedAt, i.EnteredAt, i.AuthorityAt = clock.FromMicros(detected), clock.FromMicros(entered), clock.FromMicros(authority)
	i.PeopleAt, i.ClosedAt, i.Categories = clock.FromMicros(told), clock.FromMicros(closed), splitFields(categories)
	return i, err
}

func insertIncident(ctx context.Context, tx *db.DB, i Incident) error {
	if _, err := tx.Exec(ctx, `INSERT INTO privacy_incident (`+incidentColumns+`) VALUES `+db.Values(1, 1, 26), incidentArgs(i)...); err != nil {
		return err
	}
	for _, t := range i.Timers {
		if _, err := tx.Exec(ctx, `INSERT INTO privacy_incident_clock (incident_id, clock, term, source, strict_at, due_at, estimated, met_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`, i.ID, t.Clock, t.Term.String(), t.Source, clock.Micros(t.Strict), clock.Micros(t.Due), t.Estimated); err != nil {
			return err
		}
	}
	return nil
}

// updateIncident writes what was read in the same transaction; the detection never changes.
func updateIncident(ctx context.Context, tx *db.DB, i Incident) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_incident SET state = $2, revision = revision + 1, title = $3, nature_kk = $4, nature_ru = $5,
			categories = $6, approximate = $7, consequences_kk = $8, consequences_ru = $9, measures_kk = $10, measures_ru = $11, contact = $12,
			tell = $13, tell_reason = $14, authority_at = $15, people_at = $16, closed_at = $17, outcome = $18, closing = $19,
			dismissed_by = $20, closed_by = $21 WHERE id = $1`,
		i.ID, i.State, i.Title, i.Nature.KK, i.Nature.RU, joinFields(i.Categories), i.Approximate, i.Consequences.KK, i.Consequences.RU,
		i.Measures.KK, i.Measures.RU, i.Contact, i.Tell, i.TellReason, clock.Micros(i.AuthorityAt), clock.Micros(i.PeopleAt),
		clock.Micros(i.ClosedAt), i.Outcome, i.Closing, i.DismissedBy, i.ClosedBy)
	return err
}

// lockIncident reads an incident that no other transaction changes meanwhile.
func lockIncident(ctx context.Context, tx *db.DB, id string) (Incident, error) {
	if _, err := tx.Exec(ctx, `UPDATE privacy_incident SET revision = revision WHERE id = $1`, id); err != nil {
		return Incident{}, err
	}
	return findIncident(ctx, tx, "id", id)
}

func findIncident(ctx context.Context, d *db.DB, by, value string) (Incident, error) {
	i, err := scanIncident(d.QueryRow(ctx, `SELECT `+incidentColumns+` FROM privacy_incident WHERE `+by+` = $1`, value).Scan)
	if errors.Is(err, db.ErrNoRow) {
		return i, ErrIncidentUnknown
	}
	if err != nil {
		return i, err
	}
	i.Timers, err = readIncidentTimers(ctx, d, i.ID)
	return i, err
}

func listIncidents(ctx context.Context, d *db.DB, open bool, limit int) (out []Incident, err error) {
	query := `SELECT ` + incidentColumns + ` FROM privacy_incident ORDER BY detected_at DESC, id DESC LIMIT $1`
	if open {
		query = `SELECT ` + incidentColumns + ` FROM privacy_incident WHERE state IN ('open', 'assessed', 'authority', 'people') ORDER BY detected_at, id LIMIT $1`
	}
	if err := d.Each(ctx, func(scan func(...any) error) error {
		i, err := scanIncident(scan)
		out = append(out, i)
		return err
	}, query, min(max(limit, 1), 500)); err != nil {
		return nil, err
	}
	for n := range out {
		if out[n].Timers, err = readIncidentTimers(ctx, d, out[n].ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func readIncidentTimers(ctx context.Context, d *db.DB, id string) (out []IncidentTimer, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var t IncidentTimer
		var term string
		var strict, due, met int64
		if err := scan(&t.Clock, &term, &t.Source, &strict, &due, &t.Estimated, &met); err != nil {
			return err
		}
		if t.Term, err = calendar.ParseTerm(term); err != nil {
			return err
		}
		t.Strict, t.Due, t.MetAt = clock.FromMicros(strict), clock.FromMicros(due), clock.FromMicros(met)
		out = append(out, t)
		return nil
	}, `SELECT clock, term, source, strict_at, due_at, estimated, met_at FROM privacy_incident_clock WHERE incident_id = $1 ORDER BY due_at, clock`, id)
	return out, err
}

func recountIncidentClock(ctx context.Context, tx *db.DB, id string, t Timer) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_incident_clock SET term = $3, source = $4, strict_at = $5, due_at = $6, estimated = $7
		WHERE incident_id = $1 AND clock = $2 AND met_at = 0`, id, t.Clock, t.Term.String(), t.Source, clock.Micros(t.Strict), clock.Micros(t.Due), t.Estimated)
	return err
}

func meetIncidentClocks(ctx context.Context, tx *db.DB, id string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_incident_clock SET met_at = $2 WHERE incident_id = $1 AND met_at = 0`, id, clock.Micros(at))
	return err
}

func insertIncidentAct(ctx context.Context, tx *db.DB, id, what, actor string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_incident_act (id, incident_id, act, actor, at) VALUES ($1, $2, $3, $4, $5)`, db.NewID(), id, what, actor, clock.Micros(at))
	return err
}

func listIncidentActs(ctx context.Context, d *db.DB, id string) (out []IncidentAct, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var a IncidentAct
		var at int64
		err := scan(&a.What, &a.Actor, &at)
		a.At = clock.FromMicros(at)
		out = append(out, a)
		return err
	}, `SELECT act, actor, at FROM privacy_incident_act WHERE incident_id = $1 ORDER BY id LIMIT 500`, id)
	return out, err
}
