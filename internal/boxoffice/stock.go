package boxoffice

import (
	"context"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/db"
)

// stock decides together what arrives together for one performance.
type stock struct{ deps }

func newStock(d deps) *stock { return &stock{deps: d} }

// SeatState is what a seat is now; two bits.
type SeatState byte

// The states of a seat.
const (
	SeatFree    SeatState = 0
	SeatHeld    SeatState = 1
	SeatSold    SeatState = 2
	SeatBlocked SeatState = 3 // a house seat, or not for sale
)

// Availability is what is left of a performance at a version.
type Availability struct {
	Version int64
	Seats   []SeatState // by Seat.No
	Areas   []AreaLeft  // by StandingArea.No
}

// AreaLeft is how many places of a standing area are free.
type AreaLeft struct {
	AreaID string
	ZoneID string
	Free   int
	Held   int
	Sold   int
}

// Delta is what changed since a version.
type Delta struct {
	Version int64
	Seats   map[int]SeatState
	Areas   map[int]AreaLeft
}

// OpenSale lays out the stock of a performance from its plan; calling it again changes nothing.
// The import calls it for every performance it makes.
func (o *Office) OpenSale(ctx context.Context, tx *db.DB, p catalog.Performance, plan *catalog.Plan) error {
	panic("contract")
}

// Availability returns what is left now.
func (o *Office) Availability(ctx context.Context, performanceID string) (Availability, error) {
	panic("contract")
}

// Watch tells of changes until stop is called; a slow reader loses deltas and sees it by the version's gap.
func (o *Office) Watch(ctx context.Context, performanceID string) (deltas <-chan Delta, stop func(), err error) {
	panic("contract")
}

// Counts are the figures of a performance for lists.
type Counts struct{ Capacity, Free, Held, Sold, Blocked int }

// Counts returns the figures of performances, read from counters that move with the stock.
func (o *Office) Counts(ctx context.Context, performanceIDs []string) (map[string]Counts, error) {
	panic("contract")
}

// sellHolds turns holds into seats held for an order until the order's deadline, in the order's transaction.
// It fails with ErrHoldGone when one of them is no longer active.
func (s *stock) orderHolds(ctx context.Context, tx *db.DB, orderID string, holds []Hold) error {
	panic("contract")
}

// sell marks everything that is held for an order as sold. It fails when it is no longer held for it.
func (s *stock) sell(ctx context.Context, tx *db.DB, orderID string) error { panic("contract") }

// reclaim takes for an order what it had held and lost, if all of it is still free: the late payment's way.
// It fails with ErrSeatsGone otherwise and changes nothing.
func (s *stock) reclaim(ctx context.Context, tx *db.DB, orderID string) error { panic("contract") }

// release gives back what is held for or sold to an order: it expired, was cancelled or refunded.
func (s *stock) release(ctx context.Context, tx *db.DB, orderID string) error { panic("contract") }

// changed tells watchers, after the commit, that stock of an order moved.
func (s *stock) changed(ctx context.Context, orderID string) { panic("contract") }
