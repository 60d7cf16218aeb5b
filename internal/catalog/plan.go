package catalog

import "github.com/sahna/sahna/internal/platform/i18n"

// Plan is a seating plan: an immutable drawing of a hall with its seats, named by the hash of its canonical JSON.
// Seats are numbered 0…n-1 and standing areas 0…m-1 in the plan's order; the box office's stock is kept by these numbers.
type Plan struct {
	// the owner of plan.go fills this in
}

// Seat is one seat of a plan.
type Seat struct {
	No          int    // place in the plan's order; stock rows carry it
	ID          string // unique in the plan, stable: pretix' seat_guid
	Floor       string // id
	Section     string // id
	SectionName i18n.Text
	Row         string // label as printed
	Number      string // label as printed
	Table       string // label when the seat stands at a table
	Category    string
	Entrance    string  // id of the entrance that leads to it, "" when any
	X, Y        float64 // absolute, in the plan's units
	Radius      float64
	Accessible  bool      // for wheelchairs
	Companion   bool      // beside an accessible seat, for who comes along
	Restricted  bool      // restricted view
	Note        i18n.Text // what a buyer should know, e.g. "behind a column"
	RowNo       int       // seats of one RowNo are in one row
	Place       int       // order within the row; neighbours differ by 1, a gap (aisle) by more
}

// StandingArea is a part of the hall where people stand, sold by number.
type StandingArea struct {
	No       int
	ID       string
	Name     i18n.Text
	Floor    string
	Category string
	Entrance string
	Capacity int
}

// Hash names the plan: lower-case hex SHA-256 of its canonical JSON.
func (p *Plan) Hash() string { panic("contract") }

// Seats returns every seat in order of No. The caller must not change it.
func (p *Plan) Seats() []Seat { panic("contract") }

// SeatByID finds a seat by its id.
func (p *Plan) SeatByID(id string) (Seat, bool) { panic("contract") }

// Areas returns the standing areas in order of No. The caller must not change it.
func (p *Plan) Areas() []StandingArea { panic("contract") }
