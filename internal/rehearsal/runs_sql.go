package rehearsal

import (
	"context"
	"encoding/json"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const runColumns = `id, performance_id, buyers, seconds, state, progress, report, asked_at, ended_at`

func scanRun(scan func(...any) error) (a Asked, err error) {
	var progress, report string
	var asked, ended int64
	if err := scan(&a.ID, &a.PerformanceID, &a.Buyers, &a.Seconds, &a.State, &progress, &report, &asked, &ended); err != nil {
		return a, err
	}
	a.AskedAt, a.EndedAt = clock.FromMicros(asked), clock.FromMicros(ended)
	if progress != "" {
		if err := json.Unmarshal([]byte(progress), &a.Progress); err != nil {
			return a, err
		}
	}
	if report != "" {
		err = json.Unmarshal([]byte(report), &a.Report)
	}
	return a, err
}

func insertRun(ctx context.Context, tx *db.DB, a Asked) error {
	_, err := tx.Exec(ctx, `INSERT INTO rehearsal_run (id, performance_id, buyers, seconds, state, progress, report, asked_at, ended_at)
		VALUES ($1, $2, $3, $4, 'waiting', '', '', $5, 0)`, a.ID, a.PerformanceID, a.Buyers, a.Seconds, clock.Micros(a.AskedAt))
	return err
}

func findRun(ctx context.Context, d *db.DB, id string) (Asked, error) {
	return scanRun(d.QueryRow(ctx, `SELECT `+runColumns+` FROM rehearsal_run WHERE id = $1`, id).Scan)
}

func listRuns(ctx context.Context, d *db.DB, performanceID string, limit int) (out []Asked, err error) {
	query, args := `SELECT `+runColumns+` FROM rehearsal_run ORDER BY id DESC LIMIT $1`, []any{limit}
	if performanceID != "" {
		query, args = `SELECT `+runColumns+` FROM rehearsal_run WHERE performance_id = $2 ORDER BY id DESC LIMIT $1`, []any{limit, performanceID}
	}
	err = d.Each(ctx, func(scan func(...any) error) error {
		a, err := scanRun(scan)
		out = append(out, a)
		return err
	}, query, args...)
	return out, err
}

// openRuns counts runs that have not ended, of those asked for since a moment.
func openRuns(ctx context.Context, tx *db.DB, since int64) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM rehearsal_run WHERE state IN ('waiting', 'running') AND asked_at > $1`, since).Scan(&n)
	return n, err
}

func setRun(ctx context.Context, d *db.DB, id string, s State, report []byte, at time.Time) error {
	_, err := d.Exec(ctx, `UPDATE rehearsal_run SET state = $2, report = $3, ended_at = $4 WHERE id = $1`, id, string(s), string(report), clock.Micros(at))
	return err
}

func setProgress(ctx context.Context, d *db.DB, id string, p Progress) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = d.Exec(ctx, `UPDATE rehearsal_run SET progress = $2 WHERE id = $1`, id, string(body))
	return err
}
