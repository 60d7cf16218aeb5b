package boxoffice

import (
	"context"

	"github.com/sahna/sahna/internal/platform/db"
)

// VerifyIn is Verify inside a transaction, so that a test can damage the books and take the damage back.
func (o *Office) VerifyIn(ctx context.Context, tx *db.DB) ([]string, error) { return o.verify(ctx, tx) }

// TakeDownWalls leaves nothing of what keeps a seat from being held twice but the unique indexes.
func TakeDownWalls(o *Office) { o.stock.walls = walls{blind: true, unguarded: true} }
