package boxoffice

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/money"
)

// The ways in which a hold fails. Args: "seats" the ids that are gone.
var (
	ErrSeatsGone = fault.New(fault.Conflict, "boxoffice.seats_gone")
	ErrNotEnough = fault.New(fault.Conflict, "boxoffice.not_enough") // standing area; arg "free"
	ErrNoSeat    = fault.New(fault.Invalid, "boxoffice.no_such_seat")
	ErrNoPrice   = fault.New(fault.Invalid, "boxoffice.no_such_price")
	ErrQuantity  = fault.New(fault.Invalid, "boxoffice.quantity")
	ErrEmptyHold = fault.New(fault.Invalid, "boxoffice.empty_hold")
	ErrTooMany   = fault.New(fault.Invalid, "boxoffice.order_limit") // arg "limit"
	ErrNotOnSale = fault.New(fault.Conflict, "boxoffice.not_on_sale")
	ErrHoldGone  = fault.New(fault.Gone, "boxoffice.hold_gone")
	ErrBusy      = fault.New(fault.Unavailable, "boxoffice.busy")
)

// HoldRequest asks for seats and places of one performance: all or nothing.
type HoldRequest struct {
	PerformanceID string
	Seats         []SeatWish
	Items         []AreaWish
	Once          *Once // nil: asked twice, it is two holds
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
	Repeated      bool   // made before, for the same request: see Once
	PerformanceID string
	MadeAt        time.Time
	ExpiresAt     time.Time
	Extendable    bool // more time can be asked for: see ExtendHold
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
func (o *Office) Hold(ctx context.Context, r HoldRequest) (h Hold, err error) {
	defer fault.Wrap(&err, "hold in %s", r.PerformanceID)
	return o.hold(ctx, &ask{performanceID: r.PerformanceID, take: &r, once: r.Once})
}

// BestRequest asks for n seats side by side, the best that are left.
type BestRequest struct {
	PerformanceID string
	N             int
	ZoneID        string // "" any zone
	TicketTypeID  string
	Accessible    bool
	Once          *Once // nil: asked twice, it is two holds
}

// HoldBest keeps the best n seats: together where possible, never leaving one orphan seat beside them if that can be avoided.
func (o *Office) HoldBest(ctx context.Context, r BestRequest) (h Hold, err error) {
	defer fault.Wrap(&err, "hold the best in %s", r.PerformanceID)
	return o.hold(ctx, &ask{performanceID: r.PerformanceID, best: &r, once: r.Once})
}

// FindHold returns an active hold; ErrHoldGone when its time is over, fault.NotFound when key and hold do not match.
func (o *Office) FindHold(ctx context.Context, k HoldKey) (Hold, error) {
	return o.stock.findHold(ctx, k)
}

// SetTypes changes the ticket types of a hold's items (by index) and returns it with its new prices.
func (o *Office) SetTypes(ctx context.Context, k HoldKey, typeIDs []string) (h Hold, err error) {
	defer fault.Wrap(&err, "set ticket types")
	h, err = o.FindHold(ctx, k)
	if err != nil {
		return Hold{}, err
	}
	f, err := o.stock.offerOf(ctx, h.PerformanceID)
	if err != nil {
		return Hold{}, err
	}
	if len(typeIDs) != len(h.Items) {
		return Hold{}, ErrNoPrice.On("types")
	}
	h.Total.Minor = 0
	for i := range h.Items {
		it := &h.Items[i]
		if it.TypeID, it.Price, err = priceOf(f, it.ZoneID, typeIDs[i]); err != nil {
			return Hold{}, err
		}
		h.Total = h.Total.Add(it.Price)
	}
	if _, err := o.stock.ask(ctx, &ask{performanceID: h.PerformanceID, retype: &newHold{id: refOf(h).id, hold: h, items: h.Items}}); err != nil {
		return Hold{}, err
	}
	return h, nil
}

// Release gives a hold back. ErrHoldGone when there is nothing to give back any more.
func (o *Office) Release(ctx context.Context, k HoldKey) (err error) {
	defer fault.Wrap(&err, "release a hold")
	h, err := o.FindHold(ctx, k)
	if err != nil {
		return err
	}
	_, err = o.stock.ask(ctx, &ask{performanceID: h.PerformanceID, give: refOf(h).id})
	return err
}

const (
	sweepAtOnce = 500            // holds looked at in one round of ExpireHolds
	keepEnded   = 24 * time.Hour // how long an ended hold that was never ordered is kept
	purgeAtOnce = 50_000         // named requests forgotten in one round: more than arrive between two
)

// ExpireHolds gives back what has run out, of holds and of unpaid orders, and returns how many holds; a periodic job calls it.
func (o *Office) ExpireHolds(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "expire holds")
	n, err = o.sweepHolds(ctx)
	_, oerr := o.expireOrders(ctx)
	before := clock.Micros(o.clock.Now().Add(-keepEnded))
	perr := o.db.Transact(ctx, func(tx *db.DB) error {
		return errors.Join(purgeHolds(ctx, tx, before, sweepAtOnce), purgeRequests(ctx, tx, o.clock.Now(), purgeAtOnce))
	})
	return n, errors.Join(err, oerr, perr)
}

// sweepHolds asks each performance with holds whose time is over to end them, until none is left.
func (o *Office) sweepHolds(ctx context.Context) (n int, err error) {
	for {
		due, err := duePerformances(ctx, o.db, o.stock.nowMicros(), sweepAtOnce)
		if err != nil {
			return n, err
		}
		swept := 0
		for _, p := range due {
			a, err := o.stock.ask(ctx, &ask{performanceID: p, sweep: true})
			if err != nil {
				return n, err
			}
			swept += a.swept
		}
		n += swept
		if swept == 0 { // what is left is just being ordered by somebody
			return n, nil
		}
	}
}

// expireHoldsJob is the periodic sweep. It carries nothing: what is due stands in the tables.
type expireHoldsJob struct{}

// Kind names the job's handler.
func (expireHoldsJob) Kind() string { return "boxoffice_expire_holds" }

func (o *Office) registerHoldJobs() {
	jobs.Handle(o.jobs, func(ctx context.Context, _ expireHoldsJob) error {
		_, err := o.ExpireHolds(ctx)
		return err
	})
	o.jobs.Every(10*time.Second, expireHoldsJob{})
}

// newHoldSecret returns a secret and what the database keeps of it.
func newHoldSecret() (secret string, hash []byte) {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // never fails, says crypto/rand
	secret = base64.RawURLEncoding.EncodeToString(b[:])
	return secret, hashHoldSecret(secret)
}

func hashHoldSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
