// Package admission says who gets in.
//
// It owns gates, scanning devices, scans and the one entry each ticket has. It
// promises that a ticket enters once, also when scanners worked without a
// network: what they report later is kept, and double entries are named. It
// knows tickets by id only, no persons.
package admission

import (
	"context"
	"crypto/ed25519"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// Admission decides at the door.
type Admission struct {
	db      *db.DB
	clock   clock.Clock
	catalog halls
	office  tickets
	hours   Hours
	// oneByOne looks at every scan by itself; set in the race's negative control.
	oneByOne bool
	enter    func(ctx context.Context, tx *db.DB, performanceID, ticketID string, e entry) (bool, error)   // insertEntry, save in the race's negative control
	hold     func(ctx context.Context, tx *db.DB, ts []boxoffice.Ticket) (void map[string]bool, err error) // office.HoldTickets, save there

	lists    watch
	together sync.Once
	scans    *batch.Lanes[judged, Verdict]
}

// halls is what the door asks of the catalogue.
type halls interface {
	Performance(ctx context.Context, id string) (catalog.Performance, error)
	Plan(ctx context.Context, hash string) (*catalog.Plan, error)
}

// tickets is what the door asks of the box office.
type tickets interface {
	FindTicket(ctx context.Context, codeOrQR string) (boxoffice.Ticket, error)
	TicketByID(ctx context.Context, performanceID, id string) (boxoffice.Ticket, error)
	TicketsOf(ctx context.Context, performanceID string) ([]boxoffice.Ticket, error)
	TicketKey() ed25519.PublicKey
	Counts(ctx context.Context, performanceIDs []string) (map[string]boxoffice.Counts, error)
}

// Hours says how long before its doors and after its end a performance lets people in.
type Hours struct {
	Early time.Duration
	Late  time.Duration
}

// DefaultHours is what applies unless SetHours says otherwise: staff try the scanners in the morning of the same day, and a
// concert may run late.
var DefaultHours = Hours{Early: 12 * time.Hour, Late: 4 * time.Hour}

// New makes the room, and tells the box office how to ask who is in.
func New(d *db.DB, c clock.Clock, cat *catalog.Catalog, o *boxoffice.Office) *Admission {
	o.SetEntered(isIn)
	return &Admission{
		db: d, clock: c, catalog: cat, office: o, hours: DefaultHours, enter: insertEntry, hold: o.HoldTickets, lists: watch{process: db.NewID()},
	}
}

// SetHours changes when doors let in; call it before serving. The demo opens them long before, so that a ticket can be tried at once.
func (a *Admission) SetHours(h Hours) { a.hours = h }

// Occupancy is how many are in, of the tickets sold for a performance.
func (a *Admission) Occupancy(ctx context.Context, performanceID string) (in, sold int, err error) {
	if in, err = countEntries(ctx, a.db, performanceID); err != nil {
		return 0, 0, err
	}
	counts, err := a.office.Counts(ctx, []string{performanceID})
	if err != nil {
		return 0, 0, err
	}
	return in, counts[performanceID].Sold, nil
}
