package admission

import (
	"context"
	"errors"

	"github.com/sahna/sahna/internal/platform/db"
)

const maxGates = 200

func insertGate(ctx context.Context, tx *db.DB, g Gate, place int) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO admission_gate (id, hall_id, name, place) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hall_id, name) DO NOTHING`, g.ID, g.HallID, g.Name, place)
	return err
}

func selectGates(ctx context.Context, d *db.DB, hallID string) ([]Gate, error) {
	var out []Gate
	err := d.Each(ctx, func(scan func(...any) error) error {
		var g Gate
		err := scan(&g.ID, &g.HallID, &g.Name)
		out = append(out, g)
		return err
	}, `SELECT id, hall_id, name FROM admission_gate WHERE hall_id = $1 ORDER BY place, name LIMIT $2`, hallID, maxGates)
	return out, err
}

func selectGate(ctx context.Context, d *db.DB, id string) (g Gate, err error) {
	err = d.QueryRow(ctx, `SELECT id, hall_id, name FROM admission_gate WHERE id = $1`, id).Scan(&g.ID, &g.HallID, &g.Name)
	if errors.Is(err, db.ErrNoRow) {
		return g, ErrNoGate
	}
	return g, err
}
