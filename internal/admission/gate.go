package admission

import (
	"context"
	"strings"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrNoGate is a gate that is not there.
var ErrNoGate = fault.New(fault.Invalid, "admission.no_such_gate").On("gate_id")

// Gate is a door of a hall.
type Gate struct{ ID, HallID, Name string }

// onlyGate is the name of the gate of a hall whose plan names no entrance.
const onlyGate = "1"

// EnsureGates makes a gate for every entrance of a hall's plan (or one), and returns them; calling it again changes nothing.
func (a *Admission) EnsureGates(ctx context.Context, hallID string, names []string) ([]Gate, error) {
	if len(names) == 0 {
		names = []string{onlyGate}
	}
	err := a.db.Transact(ctx, func(tx *db.DB) error {
		for i, name := range names {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			if err := insertGate(ctx, tx, Gate{ID: db.NewID(), HallID: hallID, Name: name}, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return a.Gates(ctx, hallID)
}

// Gates lists the gates of a hall.
func (a *Admission) Gates(ctx context.Context, hallID string) ([]Gate, error) {
	return selectGates(ctx, a.db, hallID)
}

// Gate returns a gate by its id; ErrNoGate when there is none.
func (a *Admission) Gate(ctx context.Context, id string) (Gate, error) {
	return selectGate(ctx, a.db, id)
}
