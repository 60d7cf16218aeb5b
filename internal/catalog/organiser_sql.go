package catalog

import (
	"context"
	"errors"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

type organiserKey string

// Organiser returns an organiser by id; ErrNoOrganiser when there is none.
func (c *Catalog) Organiser(ctx context.Context, id string) (Organiser, error) {
	if !keepable(id) {
		return Organiser{}, ErrNoOrganiser
	}
	return remember(ctx, c, organiserKey(id), func() (Organiser, error) {
		var o Organiser
		err := c.db.QueryRow(ctx, `SELECT id, slug, name, bin, address, phone, email, refund
			FROM catalog_organiser WHERE id = $1`, id).
			Scan(&o.ID, &o.Slug, text{&o.Name}, &o.BIN, text{&o.Address}, &o.Phone, &o.Email, text{&o.Refund})
		return o, missing(err, ErrNoOrganiser)
	})
}

// SaveOrganiser stores an organiser, recognised by its slug, and fills in its id.
func (e *Editor) SaveOrganiser(ctx context.Context, o *Organiser) error {
	id, err := e.idBySlug(ctx, `SELECT id FROM catalog_organiser WHERE slug = $1`, o.Slug)
	if err != nil {
		return err
	}
	o.ID = id
	_, err = e.tx.Exec(ctx, `INSERT INTO catalog_organiser (id, slug, name, bin, address, phone, email, refund)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, bin = excluded.bin, address = excluded.address,
			phone = excluded.phone, email = excluded.email, refund = excluded.refund`,
		o.ID, o.Slug, pack(o.Name), o.BIN, pack(o.Address), o.Phone, o.Email, pack(o.Refund))
	return err
}

// missing gives "no row" the name of what is missing.
func missing(err error, as *fault.Error) error {
	if errors.Is(err, db.ErrNoRow) {
		return as
	}
	return err
}
