package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const searchColumns = `id, incident_id, source, from_at, until_at, actor, purpose, field, cursor_id, seen, found, missing, made_by, made_at, done_at`

func insertSearch(ctx context.Context, tx *db.DB, s Search) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_incident_search (`+searchColumns+`) VALUES `+db.Values(1, 1, 15),
		s.ID, s.Incident, s.Source, clock.Micros(s.Looks.From), clock.Micros(s.Looks.Until), s.Looks.Actor, s.Looks.Purpose, s.Looks.Field,
		s.cursor, s.Seen, s.Found, s.Missing, s.MadeBy, clock.Micros(s.MadeAt), clock.Micros(s.DoneAt))
	return err
}

func scanSearch(scan func(...any) error) (s Search, err error) {
	var from, until, made, done int64
	err = scan(&s.ID, &s.Incident, &s.Source, &from, &until, &s.Looks.Actor, &s.Looks.Purpose, &s.Looks.Field, &s.cursor, &s.Seen, &s.Found,
		&s.Missing, &s.MadeBy, &made, &done)
	s.Looks.From, s.Looks.Until, s.MadeAt, s.DoneAt = clock.FromMicros(from), clock.FromMicros(until), clock.FromMicros(made), clock.FromMicros(done)
	return s, err
}

func manySearches(ctx context.Context, d *db.DB, where string, args ...any) (out []Search, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		s, err := scanSearch(scan)
		out = append(out, s)
		return err
	}, `SELECT `+searchColumns+` FROM privacy_incident_search WHERE `+where, args...)
	return out, err
}

func listSearches(ctx context.Context, d *db.DB, incident string) ([]Search, error) {
	return manySearches(ctx, d, `incident_id = $1 ORDER BY id LIMIT 200`, incident)
}

func openSearches(ctx context.Context, d *db.DB) ([]Search, error) {
	return manySearches(ctx, d, `done_at = 0 ORDER BY made_at LIMIT 20`)
}

func findSearch(ctx context.Context, d *db.DB, id string) (Search, error) {
	return scanSearch(d.QueryRow(ctx, `SELECT `+searchColumns+` FROM privacy_incident_search WHERE id = $1`, id).Scan)
}

func moveSearch(ctx context.Context, tx *db.DB, s Search, before string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE privacy_incident_search SET cursor_id = $2, seen = $3, found = $4, missing = $5, done_at = $6
		WHERE id = $1 AND cursor_id = $7 AND done_at = 0`, s.ID, s.cursor, s.Seen, s.Found, s.Missing, clock.Micros(s.DoneAt), before)
	return n == 1, err
}

// insertConcerned adds persons who are not there yet and tells how many were added.
func insertConcerned(ctx context.Context, tx *db.DB, incident, source, state string, persons []string, at time.Time) (added int, err error) {
	const chunk = 100
	for from := 0; from < len(persons); from += chunk {
		part := persons[from:min(from+chunk, len(persons))]
		var args []any
		for _, person := range part {
			args = append(args, incident, person, source, state, "", clock.Micros(at), int64(0))
		}
		n, err := tx.Exec(ctx, `INSERT INTO privacy_incident_person (incident_id, person_id, source, state, why, found_at, told_at)
			VALUES `+db.Values(1, len(part), 7)+` ON CONFLICT (incident_id, person_id) DO NOTHING`, args...)
		if err != nil {
			return added, err
		}
		added += int(n)
	}
	return added, nil
}

// personsOfCases tells who asked, for ids that are a request's own.
func personsOfCases(ctx context.Context, d *db.DB, ids []string) (map[string]string, error) {
	out := map[string]string{}
	const chunk = 500
	for from := 0; from < len(ids); from += chunk {
		part := ids[from:min(from+chunk, len(ids))]
		if err := d.Each(ctx, func(scan func(...any) error) error {
			var id, person string
			err := scan(&id, &person)
			out[id] = person
			return err
		}, `SELECT case_id, person_id FROM privacy_request WHERE case_id IN `+db.In(1, len(part)), anyIDs(part)...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// callConcerned makes the letters of everybody found due.
func callConcerned(ctx context.Context, tx *db.DB, incident string) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_incident_person SET state = 'due' WHERE incident_id = $1 AND state = 'found'`, incident)
	return err
}

// incidentsToTell are those whose letters are due, and those whose last letter has gone without that being noted.
func incidentsToTell(ctx context.Context, d *db.DB) (out []string, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out = append(out, id)
		return err
	}, `SELECT i.id FROM privacy_incident i JOIN privacy_incident_notice n ON n.incident_id = i.id AND n.audience = 'people' AND n.approved_at > 0
		WHERE i.state = 'authority' OR i.state = 'people' AND EXISTS
			(SELECT 1 FROM privacy_incident_person c WHERE c.incident_id = i.id AND c.state = 'due')
		ORDER BY i.detected_at LIMIT 100`)
	return out, err
}

func nextConcerned(ctx context.Context, d *db.DB, incident string) (person string, err error) {
	err = d.QueryRow(ctx, `SELECT person_id FROM privacy_incident_person WHERE incident_id = $1 AND state = 'due' ORDER BY person_id LIMIT 1`, incident).Scan(&person)
	return person, err
}

func moveConcerned(ctx context.Context, d *db.DB, incident, person, from, to, why string, at time.Time) (bool, error) {
	n, err := d.Exec(ctx, `UPDATE privacy_incident_person SET state = $4, why = $5, told_at = $6 WHERE incident_id = $1 AND person_id = $2 AND state = $3`,
		incident, person, from, to, why, clock.Micros(at))
	return n == 1, err
}

// anyConcerned tells whether a letter of the incident goes, or went, to one of those who come before a person.
func anyConcerned(ctx context.Context, d *db.DB, incident, person string, among []string) (bool, error) {
	if len(among) == 0 {
		return false, nil
	}
	args := append([]any{incident, person}, anyIDs(among[:min(len(among), 500)])...)
	var n int
	err := d.QueryRow(ctx, `SELECT count(*) FROM privacy_incident_person WHERE incident_id = $1 AND person_id <> $2 AND (state = 'told'
		OR state IN ('due', 'sending') AND person_id < $2) AND person_id IN `+db.In(3, len(args)-2), args...).Scan(&n)
	return n > 0, err
}

func countConcerned(ctx context.Context, d *db.DB, incident string) (t Told, err error) {
	t.Skipped = map[string]int{}
	err = d.Each(ctx, func(scan func(...any) error) error {
		var state, why string
		var n int
		if err := scan(&state, &why, &n); err != nil {
			return err
		}
		switch state {
		case "found":
			t.Found += n
		case "due":
			t.Due += n
		case "sending":
			t.Unsure += n
		case "told":
			t.Told += n
			if why == "same_address" {
				t.Same += n
			}
		default:
			t.Skipped[why] += n
		}
		return nil
	}, `SELECT state, why, count(*) FROM privacy_incident_person WHERE incident_id = $1 GROUP BY state, why`, incident)
	return t, err
}

func incidentsOf(ctx context.Context, d *db.DB, person string) (out []Concerning, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var c Concerning
		var at int64
		err := scan(&c.ID, &c.Number, &at, &c.KK, &c.RU)
		c.At = clock.FromMicros(at)
		out = append(out, c)
		return err
	}, `SELECT i.id, i.number, n.approved_at, n.text_kk, n.text_ru FROM privacy_incident_person c
			JOIN privacy_incident i ON i.id = c.incident_id
			JOIN privacy_incident_notice n ON n.incident_id = c.incident_id AND n.audience = 'people' AND n.approved_at > 0
		WHERE c.person_id = $1 ORDER BY n.approved_at DESC LIMIT 50`, person)
	return out, err
}

// forgetConcerned keeps an erased person's place in the figures under a random name; no letter goes to them.
func forgetConcerned(ctx context.Context, tx *db.DB, person string) error {
	var in []string
	if err := tx.Each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		in = append(in, id)
		return err
	}, `SELECT incident_id FROM privacy_incident_person WHERE person_id = $1 LIMIT 1000`, person); err != nil {
		return err
	}
	for _, id := range in {
		if _, err := tx.Exec(ctx, `UPDATE privacy_incident_person SET person_id = $3,
				why = CASE WHEN state IN ('found', 'due') THEN 'erased' ELSE why END,
				state = CASE WHEN state IN ('found', 'due') THEN 'skipped' ELSE state END
			WHERE incident_id = $1 AND person_id = $2`, id, person, db.NewID()); err != nil {
			return err
		}
	}
	return nil
}

const incidentNoticeColumns = `text_kk, text_ru, revision, written_by, written_at, approved_by, approved_at, letter, delivered_at, delivered_by, channel, reference`

func findIncidentNotice(ctx context.Context, d *db.DB, incident string, a Audience) (IncidentNotice, error) {
	out := IncidentNotice{Incident: incident, Audience: a}
	var written, approved, delivered int64
	err := d.QueryRow(ctx, `SELECT `+incidentNoticeColumns+` FROM privacy_incident_notice WHERE incident_id = $1 AND audience = $2`, incident, a).
		Scan(&out.KK, &out.RU, &out.Revision, &out.WrittenBy, &written, &out.ApprovedBy, &approved, &out.Letter, &delivered, &out.DeliveredBy, &out.Channel, &out.Reference)
	out.WrittenAt, out.ApprovedAt, out.DeliveredAt = clock.FromMicros(written), clock.FromMicros(approved), clock.FromMicros(delivered)
	return noRow(out, err)
}

func writeIncidentNotice(ctx context.Context, tx *db.DB, w IncidentNotice) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_incident_notice (incident_id, audience, `+incidentNoticeColumns+`)
		VALUES ($1, $2, $3, $4, 1, $5, $6, '', 0, '', 0, '', '', '')
		ON CONFLICT (incident_id, audience) DO UPDATE SET text_kk = $3, text_ru = $4, revision = privacy_incident_notice.revision + 1, written_by = $5, written_at = $6`,
		w.Incident, w.Audience, w.KK, w.RU, w.WrittenBy, clock.Micros(w.WrittenAt))
	return err
}

func approveIncidentNotice(ctx context.Context, tx *db.DB, w IncidentNotice) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_incident_notice SET approved_by = $3, approved_at = $4, letter = $5
		WHERE incident_id = $1 AND audience = $2 AND approved_at = 0`, w.Incident, w.Audience, w.ApprovedBy, clock.Micros(w.ApprovedAt), w.Letter)
	return err
}

func deliverIncidentNotice(ctx context.Context, tx *db.DB, w IncidentNotice) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_incident_notice SET delivered_at = $3, delivered_by = $4, channel = $5, reference = $6
		WHERE incident_id = $1 AND audience = $2 AND delivered_at = 0`, w.Incident, w.Audience, clock.Micros(w.DeliveredAt), w.DeliveredBy, w.Channel, w.Reference)
	return err
}
