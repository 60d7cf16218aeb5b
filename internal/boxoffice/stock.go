package boxoffice

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// stock decides together what arrives together for one performance (hold_desk.go), moves seats and places between
// free, held and sold behind the performance's gate (stock_book.go), and shows what is left (availability.go).
type stock struct {
	deps
	// offerOf reads what a performance sells; tests put their own in its place.
	offerOf func(ctx context.Context, performanceID string) (offer, error)
	// waited tells whether people wait in line for a performance.
	waited func(ctx context.Context, performanceID string) bool
	// watchEvery is how often a watched performance is looked at for changes that other processes made.
	watchEvery time.Duration
	// walls are taken down by tests only, to see that the checks would notice.
	walls walls

	desksMu sync.Mutex
	desks   map[string]*desk

	asking atomic.Int64 // buyers who wait for an answer: to a hold, an order, or their payment

	boardsMu sync.Mutex
	boards   map[string]*board

	halls sync.Map // plan hash → *hall

	looks *batch.Writer[holdRef, seen] // hold_find.go
}

// walls are the guards against selling twice. The zero value has them all; the unique index is the third.
type walls struct {
	blind     bool // decide without looking at what is taken
	unguarded bool // write without asking that the seat is still free
}

func newStock(d deps) *stock {
	s := &stock{deps: d, watchEvery: 300 * time.Millisecond, desks: map[string]*desk{}, boards: map[string]*board{}}
	s.offerOf = s.readOffer
	s.waited = func(context.Context, string) bool { return false }
	s.looks = batch.New(s.lookTogether)
	return s
}

// offer is what a performance sells: its prices and the places of its plan.
type offer struct {
	catalog.Performance
	seats    []catalog.Seat
	areas    []catalog.StandingArea
	seatByID func(id string) (catalog.Seat, bool)
}

func (s *stock) readOffer(ctx context.Context, performanceID string) (offer, error) {
	p, err := s.catalog.Performance(ctx, performanceID)
	if err != nil {
		return offer{}, err
	}
	plan, err := s.catalog.Plan(ctx, p.PlanHash)
	if err != nil {
		return offer{}, err
	}
	return offerFrom(p, plan), nil
}

func offerFrom(p catalog.Performance, plan *catalog.Plan) offer {
	return offer{Performance: p, seats: plan.Seats(), areas: plan.Areas(), seatByID: plan.SeatByID}
}

// SeatState is what a seat is now; two bits.
type SeatState byte

// The states of a seat.
const (
	SeatFree    SeatState = 0
	SeatHeld    SeatState = 1
	SeatSold    SeatState = 2
	SeatBlocked SeatState = 3 // a house seat, or not for sale
)

// OpenSale lays out the stock of a performance from its plan; calling it again changes nothing.
// The import calls it for every performance it makes. Places of a category that no price zone sells are blocked.
func (o *Office) OpenSale(ctx context.Context, tx *db.DB, p catalog.Performance, plan *catalog.Plan) error {
	return o.stock.open(ctx, tx, offerFrom(p, plan))
}

func (s *stock) open(ctx context.Context, tx *db.DB, f offer) (err error) {
	defer fault.Wrap(&err, "open the sale of %s", f.ID)
	c := Counts{Capacity: len(f.seats)}
	var blocked []int
	for _, seat := range f.seats {
		if _, sold := f.ZoneOf(seat.Category); !sold {
			blocked = append(blocked, seat.No)
		}
	}
	c.Blocked = len(blocked)
	for _, a := range f.areas {
		c.Capacity += a.Capacity
		if _, sold := f.ZoneOf(a.Category); !sold {
			c.Blocked += a.Capacity
		}
	}
	c.Free = c.Capacity - c.Blocked
	laid, err := insertStock(ctx, tx, f.ID, c)
	if err != nil || !laid {
		return err
	}
	if err := insertSeats(ctx, tx, f.ID, len(f.seats)); err != nil {
		return err
	}
	if err := blockSeats(ctx, tx, f.ID, blocked); err != nil {
		return err
	}
	return insertAreas(ctx, tx, f)
}

// Counts are the figures of a performance for lists.
type Counts struct{ Capacity, Free, Held, Sold, Blocked int }

// Counts returns the figures of performances, read from counters that move with the stock.
func (o *Office) Counts(ctx context.Context, performanceIDs []string) (map[string]Counts, error) {
	return readCounts(ctx, o.db, performanceIDs)
}

// rushOf is how many requests at once make a rush.
const rushOf = 4

// Busy tells that buyers come faster than they are answered one by one: what can wait should.
func (o *Office) Busy() bool { return o.stock.asking.Load() >= rushOf }

func (s *stock) nowMicros() int64 { return clock.Micros(s.clock.Now()) }
