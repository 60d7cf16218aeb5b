package catalog

import "github.com/sahna/sahna/internal/platform/fault"

// The ways in which reading the catalogue fails.
var (
	ErrNoEvent       = fault.New(fault.NotFound, "catalog.no_such_event")
	ErrNoPerformance = fault.New(fault.NotFound, "catalog.no_such_performance")
	ErrNoHall        = fault.New(fault.NotFound, "catalog.no_such_hall")
	ErrNoOrganiser   = fault.New(fault.NotFound, "catalog.no_such_organiser")
	ErrNoPlan        = fault.New(fault.NotFound, "catalog.no_such_plan")
	ErrPlanChanged   = fault.New(fault.Conflict, "catalog.plan_changed")
)
