// Package admission says who gets in.
//
// It owns gates, scanning devices, scans and the one entry each ticket has. It
// promises that a ticket enters once, also when scanners worked without a
// network: what they report later is kept, and double entries are named. It
// knows tickets by id only, no persons.
package admission

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// Admission decides at the door.
type Admission struct {
	db      *db.DB
	clock   clock.Clock
	catalog *catalog.Catalog
	office  *boxoffice.Office
}

// New makes the room.
func New(d *db.DB, c clock.Clock, cat *catalog.Catalog, o *boxoffice.Office) *Admission {
	return &Admission{db: d, clock: c, catalog: cat, office: o}
}

// Gate is a door of a hall.
type Gate struct{ ID, HallID, Name string }

// Device is a scanner that signed in with a code from the office.
type Device struct {
	ID, Name  string
	GateID    string // "" any gate
	CreatedAt time.Time
	SeenAt    time.Time
	Revoked   bool
}

// Result is what the door says.
type Result string

// The door's three words.
const (
	Admitted        Result = "admitted"
	AlreadyAdmitted Result = "already_admitted"
	Refused         Result = "refused"
)

// Scan is one code shown at a gate.
type Scan struct {
	ID         string // made by the scanner (UUID); the same id is the same scan
	Code       string // QR text or typed code
	GateID     string
	At         time.Time // when it was scanned; zero is now
	Offline    bool
	Expected   string // performance chosen on the device; "" any of the gate's hall that is being let in now
	OfflineSay Result // what an offline device told the guest
}

// Verdict is the answer to a scan.
type Verdict struct {
	Result     Result
	Reason     string // message id "admission.reason.…", empty when admitted
	AdmittedAt time.Time
	AdmittedBy string // gate name
	Double     bool   // an offline entry that someone else had used
	Ticket     boxoffice.Ticket
}

// EnsureGates makes a gate for every entrance of a hall's plan (or one), and returns them; calling it again changes nothing.
func (a *Admission) EnsureGates(ctx context.Context, hallID string, names []string) ([]Gate, error) {
	panic("contract")
}

// Gates lists the gates of a hall.
func (a *Admission) Gates(ctx context.Context, hallID string) ([]Gate, error) { panic("contract") }

// InviteDevice makes a one-time sign-in code that is valid for 15 minutes; staff see it in the office.
func (a *Admission) InviteDevice(ctx context.Context, name, staffAccountID string) (code string, err error) {
	panic("contract")
}

// EnrolDevice exchanges a sign-in code for a device token.
func (a *Admission) EnrolDevice(ctx context.Context, code string) (token string, d Device, err error) {
	panic("contract")
}

// DeviceByToken returns the device; fault.Unauthenticated when unknown or revoked.
func (a *Admission) DeviceByToken(ctx context.Context, token string) (Device, error) {
	panic("contract")
}

// Devices lists all devices, newest first.
func (a *Admission) Devices(ctx context.Context) ([]Device, error) { panic("contract") }

// RevokeDevice ends a device's token at once.
func (a *Admission) RevokeDevice(ctx context.Context, id string) error { panic("contract") }

// Admit decides on a scan and records it.
func (a *Admission) Admit(ctx context.Context, d Device, s Scan) (Verdict, error) {
	panic("contract")
}

// Occupancy is how many are in, of a performance.
func (a *Admission) Occupancy(ctx context.Context, performanceID string) (in, sold int, err error) {
	panic("contract")
}
