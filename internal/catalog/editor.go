package catalog

import (
	"context"
	"errors"

	"github.com/sahna/sahna/internal/platform/db"
)

// Editor changes the catalogue inside one transaction.
type Editor struct {
	tx *db.DB
}

// Tx is the editor's transaction, for rooms that act in it (the box office lays out its stock).
func (e *Editor) Tx() *db.DB { return e.tx }

// Edit runs fn in a transaction that moves the catalogue's version. Editors wait for each other; readers do not.
// fn may run again when the database asks for it, so it must have no effect outside.
func (c *Catalog) Edit(ctx context.Context, fn func(e *Editor) error) error {
	err := c.db.Transact(ctx, func(tx *db.DB) error {
		if _, err := tx.Exec(ctx, `UPDATE catalog_version SET version = version + 1 WHERE id = 1`); err != nil {
			return err
		}
		return fn(&Editor{tx: tx})
	})
	if err == nil {
		c.memory.forget()
	}
	return err
}

// idBySlug returns the id that a query finds, or a new one.
func (e *Editor) idBySlug(ctx context.Context, query string, args ...any) (string, error) {
	var id string
	err := e.tx.QueryRow(ctx, query, args...).Scan(&id)
	if errors.Is(err, db.ErrNoRow) {
		return db.NewID(), nil
	}
	return id, err
}
