package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// takeHead locks the ledger's end: its writers take turns.
func takeHead(ctx context.Context, tx *db.DB) (seq int64, hash string, err error) {
	if _, err := tx.Exec(ctx, `UPDATE privacy_erasure_head SET seq = seq WHERE id = 1`); err != nil {
		return 0, "", err
	}
	err = tx.QueryRow(ctx, `SELECT seq, hash FROM privacy_erasure_head WHERE id = 1`).Scan(&seq, &hash)
	return seq, hash, err
}

func setHead(ctx context.Context, tx *db.DB, seq int64, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_erasure_head SET seq = $1, hash = $2 WHERE id = 1`, seq, hash)
	return err
}

const ledgerColumns = `id, seq, person_id, request_id, actor, approver, reason, decided_at, hash, line`

func scanLedger(scan func(...any) error) (r ledgerRow, err error) {
	var at int64
	o := &r.Order
	err = scan(&r.ID, &r.Seq, &o.Person, &o.RequestID, &o.Actor, &o.Approver, &o.Reason, &at, &r.hash, &r.line)
	r.DecidedAt = clock.FromMicros(at)
	return r, err
}

func insertErasure(ctx context.Context, tx *db.DB, r ledgerRow) error {
	o := r.Order
	_, err := tx.Exec(ctx, `INSERT INTO privacy_erasure (`+ledgerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.ID, r.Seq, o.Person, o.RequestID, o.Actor, o.Approver, o.Reason, clock.Micros(r.DecidedAt), r.hash, r.line)
	return err
}

func insertOpen(ctx context.Context, tx *db.DB, id string, due time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO privacy_erasure_open (erasure_id, run, ran, partly, due_at) VALUES ($1, 0, FALSE, FALSE, $2)`, id, clock.Micros(due))
	return err
}

func erasureByID(ctx context.Context, d *db.DB, id string) (Erasure, error) {
	r, err := scanLedger(d.QueryRow(ctx, `SELECT `+ledgerColumns+` FROM privacy_erasure WHERE id = $1`, id).Scan)
	return r.Erasure, err
}

func ledgerHash(ctx context.Context, d *db.DB, seq int64) (hash string, err error) {
	err = d.QueryRow(ctx, `SELECT hash FROM privacy_erasure WHERE seq = $1`, seq).Scan(&hash)
	return hash, err
}

func ledgerAfter(ctx context.Context, d *db.DB, seq int64, limit int) (out []ledgerRow, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		r, err := scanLedger(scan)
		out = append(out, r)
		return err
	}, `SELECT `+ledgerColumns+` FROM privacy_erasure WHERE seq > $1 ORDER BY seq LIMIT $2`, seq, limit)
	return out, err
}

func erasureIDs(ctx context.Context, d *db.DB, person string) (out []string, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out = append(out, id)
		return err
	}, `SELECT id FROM privacy_erasure WHERE person_id = $1 ORDER BY seq DESC LIMIT 100`, person)
	return out, err
}

func erasureDoneAt(ctx context.Context, d *db.DB, id string) (time.Time, error) {
	var at int64
	err := d.QueryRow(ctx, `SELECT COALESCE(max(ended_at), 0) FROM privacy_erasure_end WHERE erasure_id = $1 AND state = 'done'`, id).Scan(&at)
	return clock.FromMicros(at), err
}

// erasureOutcomes tells what all runs did, and what the last one left.
func erasureOutcomes(ctx context.Context, d *db.DB, id string) (out []Outcome, err error) {
	seen := map[[3]string]bool{}
	err = d.Each(ctx, func(scan func(...any) error) error {
		var o Outcome
		if err := scan(&o.Room, &o.Kind, &o.ID, &o.Fate, &o.Ground, &o.Until); err != nil {
			return err
		}
		if key := [3]string{o.Room, o.Kind, o.ID}; o.ID != "" && o.Fate == FateRestricted {
			if seen[key] {
				return nil
			}
			seen[key] = true
		}
		out = append(out, o)
		return nil
	}, `SELECT room, kind, record_id, fate, ground, until_day FROM privacy_erasure_outcome
		WHERE erasure_id = $1 AND (fate <> 'withheld' OR run = (SELECT max(run) FROM privacy_erasure_outcome WHERE erasure_id = $1))
		ORDER BY run DESC, no LIMIT 1000`, id)
	return out, err
}

// insertOutcomes leaves anonymised and withheld records unnamed: the ledger must not lead from a person to what was theirs.
func insertOutcomes(ctx context.Context, tx *db.DB, id string, run int64, outs []Outcome) error {
	const width, most = 9, 100
	for from := 0; from < len(outs); from += most {
		part := outs[from:min(from+most, len(outs))]
		var args []any
		for i, o := range part {
			record := o.ID
			if o.Fate == FateAnonymised || o.Fate == FateWithheld {
				record = ""
			}
			args = append(args, id, run, from+i, o.Room, o.Kind, record, o.Fate, o.Ground, string(o.Until))
		}
		if _, err := tx.Exec(ctx, `INSERT INTO privacy_erasure_outcome (erasure_id, run, no, room, kind, record_id, fate, ground, until_day) VALUES `+
			db.Values(1, len(part), width), args...); err != nil {
			return err
		}
	}
	return nil
}

// takeErasure locks an open erasure; db.ErrNoRow when it is done.
func takeErasure(ctx context.Context, tx *db.DB, id string) (run int64, ran, partly bool, err error) {
	err = tx.QueryRow(ctx, `UPDATE privacy_erasure_open SET run = run WHERE erasure_id = $1 RETURNING run, ran, partly`, id).Scan(&run, &ran, &partly)
	return run, ran, partly, err
}

func setRan(ctx context.Context, tx *db.DB, id string, run int64, partly bool, due time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_erasure_open SET run = $2, ran = TRUE, partly = $3, due_at = $4 WHERE erasure_id = $1`, id, run, partly, clock.Micros(due))
	return err
}

func postponeErasure(ctx context.Context, tx *db.DB, id string, due time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_erasure_open SET due_at = $2 WHERE erasure_id = $1`, id, clock.Micros(due))
	return err
}

func hastenErasure(ctx context.Context, tx *db.DB, id string, now time.Time) error {
	return postponeErasure(ctx, tx, id, now)
}

func hastenAll(ctx context.Context, d *db.DB, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE privacy_erasure_open SET due_at = $1 WHERE due_at > $1`, clock.Micros(now))
	return err
}

// closeRun takes an erasure that is done off the work list, or lets one that is partly withheld wait; false when another process
// has done so, or the run changed nothing.
func closeRun(ctx context.Context, tx *db.DB, r erasureRun) (bool, error) {
	query := `DELETE FROM privacy_erasure_open WHERE erasure_id = $1 AND run = $2 AND ran = TRUE`
	if r.partly {
		query = `UPDATE privacy_erasure_open SET ran = FALSE WHERE erasure_id = $1 AND run = $2 AND ran = TRUE`
	}
	n, err := tx.Exec(ctx, query, r.erasure, r.no)
	return n == 1, err
}

func insertEnd(ctx context.Context, tx *db.DB, r erasureRun, at int64) error {
	state := "done"
	if r.partly {
		state = "partly"
	}
	_, err := tx.Exec(ctx, `INSERT INTO privacy_erasure_end (erasure_id, run, state, ended_at) VALUES ($1, $2, $3, $4)`, r.erasure, r.no, state, at)
	return err
}

// dueErasures lists, after a line of the ledger, what a crash left between its rows and its end, and what is due.
func dueErasures(ctx context.Context, d *db.DB, now time.Time, after int64, limit int) (out []Erasure, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		r, err := scanLedger(scan)
		out = append(out, r.Erasure)
		return err
	}, `SELECT e.id, e.seq, e.person_id, e.request_id, e.actor, e.approver, e.reason, e.decided_at, e.hash, e.line
		FROM privacy_erasure_open o JOIN privacy_erasure e ON e.id = o.erasure_id
		WHERE (o.ran = TRUE OR o.due_at <= $1) AND e.seq > $2 ORDER BY e.seq LIMIT $3`, clock.Micros(now), after, limit)
	return out, err
}

// stuckErasures lists ledger lines whose erasure has been due since before a moment, with that moment.
func stuckErasures(ctx context.Context, d *db.DB, before time.Time, visit func(seq int64, due time.Time)) error {
	return d.Each(ctx, func(scan func(...any) error) error {
		var seq, due int64
		if err := scan(&seq, &due); err != nil {
			return err
		}
		visit(seq, clock.FromMicros(due))
		return nil
	}, `SELECT e.seq, o.due_at FROM privacy_erasure_open o JOIN privacy_erasure e ON e.id = o.erasure_id
		WHERE o.due_at < $1 ORDER BY o.due_at LIMIT 100`, clock.Micros(before))
}

func ledgerLength(ctx context.Context, d *db.DB) (seq int64, err error) {
	err = d.QueryRow(ctx, `SELECT seq FROM privacy_erasure_head WHERE id = 1`).Scan(&seq)
	return seq, err
}

// forgetNotices drops what was to be told to a person who cannot be told any more, and ends the copies of their data, whose sealed
// files the next sweep takes away.
func forgetNotices(ctx context.Context, tx *db.DB, person string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM privacy_notice WHERE person_id = $1`, person); err != nil {
		return err
	}
	if err := forgetConcerned(ctx, tx, person); err != nil {
		return err
	}
	if err := deleteUnconfirmed(ctx, tx, person); err != nil {
		return err
	}
	if err := forgetEnquiries(ctx, tx, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE privacy_download SET expires_at = 0 WHERE person_id = $1`, person)
	return err
}
