package boxoffice

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
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
	HolderID      string // person who took it over; "" is the buyer
	Offered       bool   // a link waits for somebody to take it
}

// State says how a ticket stands, in one word.
func (t Ticket) State() string {
	switch {
	case t.Void:
		return "void"
	case t.HolderID != "":
		return "passed"
	case t.Offered:
		return "offered"
	}
	return "valid"
}

// URL is the path of a ticket's own page in a language, for its holder.
func (t Ticket) URL(l i18n.Lang) string {
	return "/" + string(l) + "/ticket/" + t.Code + "/" + t.Secret
}

// Claim is what a ticket's QR says and Ed25519 signs.
type Claim struct {
	TicketID      string
	PerformanceID string
	SeatNo        int // -1 for a standing place
	AreaNo        int
}

// TicketMail is the job that sends an order's tickets; ticketmail works it.
type TicketMail struct {
	OrderID string `json:"order_id"`
}

// Kind names the job.
func (TicketMail) Kind() string { return "boxoffice_ticket_mail" }

// Patient lets buyers who are just buying go first.
func (TicketMail) Patient() {}

// QR returns the text of a ticket's QR code: "SAHNA1." and base32 (QR's alphanumeric set) of claim and signature.
func (o *Office) QR(t Ticket) string {
	return signQR(o.cfg.TicketKey, Claim{TicketID: t.ID, PerformanceID: t.PerformanceID, SeatNo: t.SeatNo, AreaNo: t.AreaNo})
}

// TicketKey returns the public key that scanners check tickets with.
func (o *Office) TicketKey() ed25519.PublicKey {
	return ed25519.PublicKey(slices.Clone(o.cfg.TicketKey[ed25519.PublicKeySize:]))
}

// issue makes a ticket for each line of orders. Their rows and lines must be there.
func (o *Office) issue(ctx context.Context, tx *db.DB, orders []Order, at time.Time) ([][]Ticket, error) {
	var all []Ticket
	var lineNo []int
	for _, ord := range orders {
		for i, l := range ord.Lines {
			t := Ticket{
				ID: db.NewID(), OrderID: ord.ID, OrderCode: ord.Code, PerformanceID: l.PerformanceID,
				SeatNo: l.SeatNo, AreaNo: l.AreaNo, ZoneID: l.ZoneID, TypeID: l.TypeID, Price: l.Price,
			}
			t.Secret = o.secrets.ofTicket(t.ID)
			all, lineNo = append(all, t), append(lineNo, i)
		}
	}
	if err := drawTicketCodes(ctx, tx, all); err != nil {
		return nil, err
	}
	out := make([][]Ticket, len(orders))
	rest := all
	for i, ord := range orders {
		out[i], rest = rest[:len(ord.Lines):len(ord.Lines)], rest[len(ord.Lines):]
	}
	return out, insertTickets(ctx, tx, all, lineNo, at)
}

func drawTicketCodes(ctx context.Context, tx *db.DB, ts []Ticket) error {
	return drawCodes(len(ts),
		func(i int) { ts[i].Code = newCode(ticketCodeLen) },
		func(left []int) (int64, error) { return insertTicketCodes(ctx, tx, ts, left) },
		func(left []int) ([]int, error) {
			var taken []int
			for _, i := range left {
				_, id, err := ticketPlaceByCode(ctx, tx, ts[i].Code)
				if err != nil {
					return nil, err
				}
				if id != ts[i].ID {
					taken = append(taken, i)
				}
			}
			return taken, nil
		})
}

// FindTicket returns a ticket by its typed code or its QR's text; ErrNoTicket when there is none.
func (o *Office) FindTicket(ctx context.Context, codeOrQR string) (Ticket, error) {
	var performance, id string
	if IsQR(codeOrQR) {
		c, err := CheckQR(o.TicketKey(), codeOrQR)
		if err != nil {
			return Ticket{}, ErrNoTicket.Because(err)
		}
		performance, id = c.PerformanceID, c.TicketID
	} else {
		var err error
		if performance, id, err = ticketPlaceByCode(ctx, o.db, cleanCode(codeOrQR)); err != nil {
			return Ticket{}, orNoTicket(err)
		}
	}
	t, err := ticketByID(ctx, o.db, performance, id)
	if err != nil {
		return Ticket{}, orNoTicket(err)
	}
	t.Secret = o.secrets.ofTicket(t.ID)
	return t, nil
}

// TicketByID returns a ticket of a performance by its id, to other rooms; ErrNoTicket when there is none.
func (o *Office) TicketByID(ctx context.Context, performanceID, id string) (Ticket, error) {
	t, err := ticketByID(ctx, o.db, performanceID, id)
	if err != nil {
		return Ticket{}, orNoTicket(err)
	}
	t.Secret = o.secrets.ofTicket(t.ID)
	return t, nil
}

// HoldTickets keeps tickets as they are until the transaction ends, and tells by their ids which of them are void: whoever would pass
// one on or refund it meanwhile waits.
func (o *Office) HoldTickets(ctx context.Context, tx *db.DB, ts []Ticket) (void map[string]bool, err error) {
	defer fault.Wrap(&err, "hold %d tickets", len(ts))
	return holdTickets(ctx, tx, ts)
}

func orNoTicket(err error) error {
	if errors.Is(err, db.ErrNoRow) {
		return ErrNoTicket
	}
	return err
}

// TicketBySecret returns a ticket to its holder.
func (o *Office) TicketBySecret(ctx context.Context, code, secret string) (Ticket, error) {
	if IsQR(code) {
		return Ticket{}, ErrNoTicket
	}
	t, err := o.FindTicket(ctx, code)
	if err != nil {
		return Ticket{}, err
	}
	if !hmac.Equal([]byte(t.Secret), []byte(secret)) {
		return Ticket{}, ErrNoTicket
	}
	return t, nil
}

// TicketsOf returns every ticket of a performance, void ones too and without their secrets, for the door's list.
func (o *Office) TicketsOf(ctx context.Context, performanceID string) ([]Ticket, error) {
	return selectTicketsOfPerformance(ctx, o.db, performanceID)
}

// fillTickets reads the tickets of orders whose lines are there. It parts those that the buyer has in hand from those that others
// hold: of these nothing is told that lets in or says who.
func (o *Office) fillTickets(ctx context.Context, orders []Order) error {
	type numbered struct {
		Ticket
		line int
	}
	of := map[string][]string{} // performance → orders
	list := make(map[string][]numbered, len(orders))
	var ids []string
	for _, ord := range orders {
		ids = append(ids, ord.ID)
		for _, l := range ord.Lines {
			if x := of[l.PerformanceID]; len(x) == 0 || x[len(x)-1] != ord.ID {
				of[l.PerformanceID] = append(x, ord.ID)
			}
		}
	}
	for _, p := range slices.Sorted(maps.Keys(of)) {
		if err := ticketsOfOrders(ctx, o.db, p, of[p], func(t Ticket, line int) {
			list[t.OrderID] = append(list[t.OrderID], numbered{t, line})
		}); err != nil {
			return err
		}
	}
	offered, err := offersOfOrders(ctx, o.db, ids)
	if err != nil {
		return err
	}
	for i := range orders {
		ord := &orders[i]
		ts := list[ord.ID]
		slices.SortStableFunc(ts, func(a, b numbered) int { return a.line - b.line })
		for _, t := range ts {
			if t.HolderID == "" {
				t.Offered = offered[t.ID] && !t.Void
				ord.Tickets = append(ord.Tickets, t.Ticket)
				continue
			}
			masked := t.masked()
			masked.HolderID = "another"
			ord.Passed = append(ord.Passed, masked)
		}
		ord.Tickets = o.withSecrets(ord.Tickets)
	}
	return nil
}

func (o *Office) withSecrets(ts []Ticket) []Ticket {
	for i := range ts {
		ts[i].Secret = o.secrets.ofTicket(ts[i].ID)
	}
	return ts
}
