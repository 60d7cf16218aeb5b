package catalog

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

// Plan returns a seating plan by its hash; ErrNoPlan when there is none. Plans never change, so it is kept in memory once read.
func (c *Catalog) Plan(ctx context.Context, hash string) (*Plan, error) {
	if !keepable(hash) {
		return nil, ErrNoPlan
	}
	return c.planIn(ctx, c.db, hash)
}

func (c *Catalog) planIn(ctx context.Context, d *db.DB, hash string) (*Plan, error) {
	m := c.memory
	m.mu.Lock()
	p, ok := m.plans[hash]
	m.mu.Unlock()
	if ok {
		return p, nil
	}
	var body []byte
	err := d.QueryRow(ctx, `SELECT body FROM catalog_plan WHERE hash = $1`, hash).Scan(&body)
	if err != nil {
		return nil, missing(err, ErrNoPlan)
	}
	if p, err = ParsePlan(body); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.plans[hash] = p
	return p, nil
}

// SavePlan stores a plan in the caller's transaction; one that is there stays as it is.
func (c *Catalog) SavePlan(ctx context.Context, tx *db.DB, p *Plan) error {
	_, err := tx.Exec(ctx, `INSERT INTO catalog_plan (hash, body) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING`, p.Hash(), p.JSON())
	return err
}
