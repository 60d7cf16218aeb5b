package boxoffice

import (
	"context"
	"crypto/ed25519"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
)

// ErrNoTicket is a code that names no ticket.
var ErrNoTicket = fault.New(fault.NotFound, "boxoffice.no_such_ticket")

// Ticket lets one holder in to one performance.
type Ticket struct {
	ID            string
	OrderID       string
	OrderCode     string
	PerformanceID string
	Code          string // typed at the door when the camera fails: 10 letters and digits without look-alikes
	Secret        string // opens the ticket's own page for its holder; derived, not stored
	SeatNo        int    // -1 for a standing place
	AreaNo        int    // -1 for a seat
	ZoneID        string
	TypeID        string
	Price         money.Amount
	Void          bool
}

// Claim is what a ticket's QR says and Ed25519 signs.
type Claim struct {
	TicketID      string
	PerformanceID string
	SeatNo        int // -1 for a standing place
	AreaNo        int
}

// QR returns the text of a ticket's QR code: "SAHNA1." and base32 (QR's alphanumeric set) of claim and signature.
func (o *Office) QR(t Ticket) string { panic("contract") }

// TicketKey returns the public key that scanners check tickets with.
func (o *Office) TicketKey() ed25519.PublicKey { panic("contract") }

// CheckQR verifies a QR's text without a database.
func CheckQR(key ed25519.PublicKey, text string) (Claim, error) { panic("contract") }

// FindTicket returns a ticket by its typed code or its QR's text; ErrNoTicket when there is none.
func (o *Office) FindTicket(ctx context.Context, codeOrQR string) (Ticket, error) { panic("contract") }

// TicketBySecret returns a ticket to its holder.
func (o *Office) TicketBySecret(ctx context.Context, code, secret string) (Ticket, error) {
	panic("contract")
}

// TicketsOf returns every ticket of a performance, void ones too, for the door's list.
func (o *Office) TicketsOf(ctx context.Context, performanceID string) ([]Ticket, error) {
	panic("contract")
}
