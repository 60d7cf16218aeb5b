package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
)

// The ways in which a hold fails. Args: "seats" the ids that are gone.
var (
	ErrSeatsGone  = fault.New(fault.Conflict, "boxoffice.seats_gone")
	ErrNotEnough  = fault.New(fault.Conflict, "boxoffice.not_enough") // standing area; arg "free"
	ErrNoSeat     = fault.New(fault.Invalid, "boxoffice.no_such_seat")
	ErrNoPrice    = fault.New(fault.Invalid, "boxoffice.no_such_price")
	ErrQuantity   = fault.New(fault.Invalid, "boxoffice.quantity")
	ErrEmptyHold  = fault.New(fault.Invalid, "boxoffice.empty_hold")
	ErrTooMany    = fault.New(fault.Invalid, "boxoffice.order_limit") // arg "limit"
	ErrNotOnSale  = fault.New(fault.Conflict, "boxoffice.not_on_sale")
	ErrHoldGone   = fault.New(fault.Gone, "boxoffice.hold_gone")
	ErrOrphanSeat = fault.New(fault.Invalid, "boxoffice.orphan_seat")
)

// HoldRequest asks for seats and places of one performance: all or nothing.
type HoldRequest struct {
	PerformanceID string
	Seats         []SeatWish
	Items         []AreaWish
}

// SeatWish is one seat. TicketTypeID "" is the first type.
type SeatWish struct{ SeatID, TicketTypeID string }

// AreaWish is a number of places in the standing areas of a price zone.
type AreaWish struct {
	PriceZoneID, TicketTypeID string
	Quantity                  int
}

// HoldKey opens a hold: its id and the secret that only its maker has.
type HoldKey struct{ ID, Secret string }

// Hold is seats and places kept for one buyer until ExpiresAt.
type Hold struct {
	ID            string
	Secret        string // only from Hold and HoldBest; the database keeps its hash
	PerformanceID string
	ExpiresAt     time.Time
	Total         money.Amount
	Items         []HoldItem
}

// HoldItem is one seat, or one place of a standing area.
type HoldItem struct {
	SeatNo     int    // -1 for a standing place
	SeatID     string // "" for a standing place
	AreaNo     int    // -1 for a seat
	ZoneID     string
	TypeID     string
	Price      money.Amount
	ReleasedAt time.Time
}

// Hold keeps what is asked for, or nothing: ErrSeatsGone names the seats that are gone.
func (o *Office) Hold(ctx context.Context, r HoldRequest) (Hold, error) { panic("contract") }

// BestRequest asks for n seats side by side, the best that are left.
type BestRequest struct {
	PerformanceID string
	N             int
	ZoneID        string // "" any zone
	TicketTypeID  string
	Accessible    bool
}

// HoldBest keeps the best n seats: together where possible, never leaving one orphan seat beside them if that can be avoided.
func (o *Office) HoldBest(ctx context.Context, r BestRequest) (Hold, error) { panic("contract") }

// FindHold returns an active hold; ErrHoldGone when its time is over, fault.NotFound when key and hold do not match.
func (o *Office) FindHold(ctx context.Context, k HoldKey) (Hold, error) { panic("contract") }

// SetTypes changes the ticket types of a hold's items (by index) and returns it with its new prices.
func (o *Office) SetTypes(ctx context.Context, k HoldKey, typeIDs []string) (Hold, error) {
	panic("contract")
}

// Release gives a hold back.
func (o *Office) Release(ctx context.Context, k HoldKey) error { panic("contract") }

// ExpireHolds gives back what has run out, of holds and of unpaid orders, and returns how many holds; a periodic job calls it.
func (o *Office) ExpireHolds(ctx context.Context) (int, error) { panic("contract") }
