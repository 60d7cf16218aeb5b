package catalog

import (
	"fmt"

	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrBadPlan is a plan file that cannot be taken. Args: "line", "path", "reason".
var ErrBadPlan = fault.New(fault.Invalid, "catalog.bad_plan")

// PlanError says where in a plan file something is wrong, and what. It is an ErrBadPlan.
type PlanError struct {
	Line   int    // from 1
	Path   string // "zones[0].rows[3].seats[2].category"
	Reason string
}

// Error names line, place and reason.
func (e *PlanError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Path, e.Reason)
}

// Unwrap makes it an ErrBadPlan for the doors.
func (e *PlanError) Unwrap() error {
	return ErrBadPlan.With("line", e.Line).With("path", e.Path).With("reason", e.Reason)
}
