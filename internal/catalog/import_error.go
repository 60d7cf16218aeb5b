package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/platform/fault"
)

// The ways in which a file of events is refused. Args of ErrBadEvents: "count", and "line" and "reason" of the first problem.
var (
	ErrBadEvents = fault.New(fault.Invalid, "catalog.bad_events")
	ErrBigEvents = fault.New(fault.TooLarge, "catalog.big_events")
)

// Problem is one thing that is wrong in a file of events.
type Problem struct {
	Line   int    // from 1
	Path   string // "events[2].prices.parterre.adult"
	Reason string
}

// String names line, place and reason.
func (p Problem) String() string {
	if p.Path == "" {
		return fmt.Sprintf("line %d: %s", p.Line, p.Reason)
	}
	return fmt.Sprintf("line %d: %s: %s", p.Line, p.Path, p.Reason)
}

// ImportError lists everything that is wrong in a file, by line. It is an ErrBadEvents; nothing of the file was stored.
type ImportError struct {
	Problems []Problem
	More     int // problems beyond those listed
}

// Error lists the problems, one a line.
func (e *ImportError) Error() string {
	lines := make([]string, 0, len(e.Problems)+1)
	for _, p := range e.Problems {
		lines = append(lines, p.String())
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", e.More))
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes it an ErrBadEvents for the doors.
func (e *ImportError) Unwrap() error {
	return ErrBadEvents.With("count", len(e.Problems)+e.More).With("line", e.Problems[0].Line).With("reason", e.Problems[0].Reason)
}

const problemLimit = 100

// problems gathers what is wrong; a reader goes on after an error so that all are told at once.
type problems struct {
	list []Problem
	more int
}

func (p *problems) add(line int, path, format string, args ...any) {
	if len(p.list) >= problemLimit {
		p.more++
		return
	}
	p.list = append(p.list, Problem{Line: max(line, 1), Path: path, Reason: fmt.Sprintf(format, args...)})
}

func (p *problems) count() int { return len(p.list) + p.more }

// err returns the ImportError, nil when nothing is wrong.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return &ImportError{Problems: p.list, More: p.more}
}
