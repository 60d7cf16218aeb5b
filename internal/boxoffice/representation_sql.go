package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

const representationColumns = `id, performance_id, ticket_id, person_id, holder_id, state, document_id, made_at, decided_at`

func scanRepresentation(scan func(...any) error) (r Representation, err error) {
	var made, decided int64
	err = scan(&r.ID, &r.PerformanceID, &r.TicketID, &r.PersonID, &r.HolderID, &r.State, &r.DocumentID, &made, &decided)
	r.MadeAt, r.DecidedAt = clock.FromMicros(made), clock.FromMicros(decided)
	return r, err
}

func representations(ctx context.Context, d *db.DB, query string, args ...any) (out []Representation, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		r, err := scanRepresentation(scan)
		out = append(out, r)
		return err
	}, query, args...)
	return out, err
}

func insertRepresentation(ctx context.Context, tx *db.DB, r Representation) error {
	_, err := tx.Exec(ctx, `INSERT INTO boxoffice_representation (id, performance_id, ticket_id, person_id, holder_id, state, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, r.ID, r.PerformanceID, r.TicketID, r.PersonID, r.HolderID, r.State, clock.Micros(r.MadeAt))
	return err
}

func representationOf(ctx context.Context, d *db.DB, performanceID, ticketID string) (Representation, error) {
	return scanRepresentation(d.QueryRow(ctx, `SELECT `+representationColumns+` FROM boxoffice_representation
		WHERE performance_id = $1 AND ticket_id = $2`, performanceID, ticketID).Scan)
}

func representationByProof(ctx context.Context, d *db.DB, documentID string) (Representation, error) {
	return scanRepresentation(d.QueryRow(ctx, `SELECT `+representationColumns+` FROM boxoffice_representation
		WHERE document_id = $1 AND document_id <> ''`, documentID).Scan)
}

// representationsOf are those of a person, whom a ticket is for or who represents.
func representationsOf(ctx context.Context, d *db.DB, person string) ([]Representation, error) {
	return representations(ctx, d, `SELECT `+representationColumns+` FROM boxoffice_representation
		WHERE person_id = $1 OR holder_id = $1 ORDER BY made_at DESC, id LIMIT $2`, person, mostHeld)
}

// setProof: of two documents that are sent at once the first counts.
func setProof(ctx context.Context, d *db.DB, id, documentID string) (bool, error) {
	n, err := d.Exec(ctx, `UPDATE boxoffice_representation SET state = 'sent', document_id = $2 WHERE id = $1 AND state = 'waits'`, id, documentID)
	return n == 1, err
}

func decideRepresentation(ctx context.Context, tx *db.DB, id string, s RepresentationState, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE boxoffice_representation SET state = $2, decided_at = $3 WHERE id = $1 AND state = 'sent'`, id, s, clock.Micros(at))
	return n == 1, err
}

func withdrawRepresentation(ctx context.Context, tx *db.DB, id string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE boxoffice_representation SET state = 'withdrawn', decided_at = $2 WHERE id = $1 AND state IN ('waits', 'sent')`, id, clock.Micros(at))
	return n == 1, err
}

func reopenRepresentation(ctx context.Context, tx *db.DB, id string) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_representation SET state = 'waits', document_id = '' WHERE id = $1 AND state = 'sent'`, id)
	return err
}

// overRepresentations ends what nobody proved before the performance was over.
func overRepresentations(ctx context.Context, d *db.DB, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE boxoffice_representation SET state = 'over', decided_at = $1
		WHERE state IN ('waits', 'sent') AND NOT gone AND performance_id IN (SELECT id FROM catalog_performance WHERE ends_at < $1)`, clock.Micros(now))
	return err
}

func condemnedRepresentations(ctx context.Context, d *db.DB) ([]Representation, error) {
	return representations(ctx, d, `SELECT `+representationColumns+` FROM boxoffice_representation
		WHERE state IN ('refused', 'withdrawn', 'over') AND NOT gone ORDER BY id LIMIT 200`)
}

func leaveRepresented(ctx context.Context, tx *db.DB, person, nobody string) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_representation SET person_id = $2, gone = TRUE, document_id = '' WHERE person_id = $1`, person, nobody)
	return err
}

func leaveRepresenting(ctx context.Context, tx *db.DB, person, nobody string) error {
	_, err := tx.Exec(ctx, `UPDATE boxoffice_representation SET holder_id = $2 WHERE holder_id = $1`, person, nobody)
	return err
}
