package privacy

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
)

type noticeRun struct {
	version  string
	cursor   string
	walked   int
	madeAt   time.Time
	walkedAt time.Time
}

const noticeRunColumns = `version_id, cursor_id, walked, made_at, walked_at`

func scanNoticeRun(scan func(...any) error) (r noticeRun, err error) {
	var made, walked int64
	err = scan(&r.version, &r.cursor, &r.walked, &made, &walked)
	r.madeAt, r.walkedAt = clock.FromMicros(made), clock.FromMicros(walked)
	return r, err
}

func insertNoticeRun(ctx context.Context, tx *db.DB, version string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_notice_run (`+noticeRunColumns+`) VALUES ($1, '', 0, $2, 0)`, version, clock.Micros(at))
	return err
}

func findNoticeRun(ctx context.Context, d *db.DB, version string) (noticeRun, error) {
	return scanNoticeRun(d.QueryRow(ctx, `SELECT `+noticeRunColumns+` FROM privacy_notice_run WHERE version_id = $1`, version).Scan)
}

// listNoticeRuns lists the runs that have something left to walk or to send; a hundred publications at once are nobody's.
func listNoticeRuns(ctx context.Context, d *db.DB) (out []noticeRun, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		r, err := scanNoticeRun(scan)
		out = append(out, r)
		return err
	}, `SELECT `+noticeRunColumns+` FROM privacy_notice_run r WHERE walked_at = 0
			OR EXISTS (SELECT 1 FROM privacy_notice n WHERE n.version_id = r.version_id AND n.channel = 'mail' AND n.state = 'due')
		ORDER BY made_at LIMIT 100`)
	return out, err
}

func moveNoticeRun(ctx context.Context, tx *db.DB, r noticeRun, before string) (bool, error) {
	var walked int64
	if !r.walkedAt.IsZero() {
		walked = clock.Micros(r.walkedAt)
	}
	n, err := tx.Exec(ctx, `UPDATE privacy_notice_run SET cursor_id = $1, walked = $2, walked_at = $3
		WHERE version_id = $4 AND cursor_id = $5 AND walked_at = 0`, r.cursor, r.walked, walked, r.version, before)
	return n == 1, err
}

// personsAfter are the next persons who had consented to the service before a version was published, and whom it can be told: the
// consents of the erased stay as evidence.
func personsAfter(ctx context.Context, d *db.DB, cursor string, before time.Time, limit int) (out []string, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out = append(out, id)
		return err
	}, `SELECT DISTINCT c.person_id FROM privacy_consent c WHERE c.scope = $1 AND c.person_id > $2 AND c.given_at < $3
		AND NOT EXISTS (SELECT 1 FROM vault_tombstone t WHERE t.person_id = c.person_id AND t.class = 'person')
		ORDER BY c.person_id LIMIT $4`, ScopeService, cursor, clock.Micros(before), limit)
	return out, err
}

func insertDue(ctx context.Context, tx *db.DB, persons []string, version string, at time.Time) error {
	const chunk = 100
	for start := 0; start < len(persons); start += chunk {
		part := persons[start:min(start+chunk, len(persons))]
		var args []any
		for _, person := range part {
			args = append(args, person, version, channelMail, "due", clock.Micros(at), int64(0))
		}
		if _, err := tx.Exec(ctx, `INSERT INTO privacy_notice (person_id, version_id, channel, state, made_at, told_at)
			VALUES `+db.Values(1, len(part), 6)+` ON CONFLICT (person_id, version_id, channel) DO NOTHING`, args...); err != nil {
			return err
		}
	}
	return nil
}

func nextDue(ctx context.Context, d *db.DB, version string) (person string, err error) {
	err = d.QueryRow(ctx, `SELECT person_id FROM privacy_notice WHERE version_id = $1 AND channel = 'mail' AND state = 'due'
		ORDER BY person_id LIMIT 1`, version).Scan(&person)
	return person, err
}

func moveNotice(ctx context.Context, d *db.DB, person, version, from, to string, at time.Time) (bool, error) {
	var told int64
	if to == "told" {
		told = clock.Micros(at)
	}
	n, err := d.Exec(ctx, `UPDATE privacy_notice SET state = $1, told_at = $2
		WHERE person_id = $3 AND version_id = $4 AND channel = 'mail' AND state = $5`, to, told, person, version, from)
	return n == 1, err
}

func countNotices(ctx context.Context, d *db.DB, version string) (due, sending, told, skipped int, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var state string
		var n int
		if err := scan(&state, &n); err != nil {
			return err
		}
		switch state {
		case "due":
			due = n
		case "sending":
			sending = n
		case "told":
			told = n
		case "skipped":
			skipped = n
		}
		return nil
	}, `SELECT state, count(*) FROM privacy_notice WHERE version_id = $1 AND channel = 'mail' GROUP BY state`, version)
	return due, sending, told, skipped, err
}

func hasNotice(ctx context.Context, d *db.DB, person, version, channel string) (bool, error) {
	var n int
	err := d.QueryRow(ctx, `SELECT count(*) FROM privacy_notice WHERE person_id = $1 AND version_id = $2 AND channel = $3`,
		person, version, channel).Scan(&n)
	return n > 0, err
}

func insertSeen(ctx context.Context, tx *db.DB, person, version string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_notice (person_id, version_id, channel, state, made_at, told_at)
		VALUES ($1, $2, 'site', 'told', $3, $3) ON CONFLICT (person_id, version_id, channel) DO NOTHING`, person, version, clock.Micros(at))
	return err
}

// wasThereBefore tells whether a person had consented before a publication and has not agreed to it or a later version since.
func wasThereBefore(ctx context.Context, d *db.DB, person string, p Publication) (bool, error) {
	var before, since int
	err := d.QueryRow(ctx, `SELECT COALESCE(sum(CASE WHEN c.given_at < $1 THEN 1 ELSE 0 END), 0),
			COALESCE(sum(CASE WHEN v.kind = $2 AND v.number >= $3 THEN 1 ELSE 0 END), 0)
		FROM privacy_consent c JOIN privacy_version v ON v.id = c.version_id WHERE c.person_id = $4 AND c.recipient = ''`,
		clock.Micros(p.PublishedAt), p.Kind, p.Number, person).Scan(&before, &since)
	return before > 0 && since == 0, err
}

func findPublication(ctx context.Context, d *db.DB, version string) (p Publication, err error) {
	var at, force int64
	err = d.QueryRow(ctx, `SELECT `+publicationColumns+` FROM privacy_publication WHERE version_id = $1`, version).
		Scan(&p.VersionID, &p.DraftID, &p.Kind, &p.Number, &p.Material, &p.Writer, &p.Reviewer, &at, &force)
	p.PublishedAt, p.InForce = clock.FromMicros(at), clock.FromMicros(force)
	return p, err
}

// languageOf is the language in which a person read what they agreed to last.
func languageOf(ctx context.Context, d *db.DB, person string) (l i18n.Lang, err error) {
	err = d.QueryRow(ctx, `SELECT lang FROM privacy_consent WHERE person_id = $1 ORDER BY given_at DESC, id DESC LIMIT 1`, person).Scan(&l)
	if errors.Is(err, db.ErrNoRow) {
		return i18n.KK, nil
	}
	return l, err
}
