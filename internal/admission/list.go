package admission

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
)

// List is what a scanner needs to decide without a network. There is nothing in it to print a ticket from, and nobody's data:
// tickets are known by salted hashes.
type List struct {
	PerformanceID string
	At            time.Time
	Version       string    // names this state of the list
	Since         string    // only what changed after this version is listed; empty: all
	Of            int       // how many tickets the whole list has
	From, Until   time.Time // when it lets in
	Cancelled     bool
	Key           ed25519.PublicKey // checks the QR codes
	Salt          string
	Tickets       []Listed
}

// Listed is one ticket of a List.
type Listed struct {
	ID        string // IDHash
	Code      string // CodeHash
	Place     Place
	Void      bool
	EnteredAt time.Time // zero: not yet
}

// List returns the list of a performance for one device; the salt is the device's own, so two lists cannot be compared. since is the
// Version of the list that the device has, and brings what has changed; none, or one that nobody knows, brings all.
func (a *Admission) List(ctx context.Context, d Device, performanceID, since string) (List, error) {
	p, err := a.catalog.Performance(ctx, performanceID)
	if err != nil {
		return List{}, err
	}
	plan, err := a.catalog.Plan(ctx, p.PlanHash)
	if err != nil {
		return List{}, err
	}
	w, err := a.watch(ctx, p)
	if err != nil {
		return List{}, err
	}
	l := List{PerformanceID: p.ID, At: w.readAt, Version: a.lists.version(w.readAt), Of: len(w.tickets), Cancelled: p.Cancelled, Key: a.office.TicketKey(), Salt: saltOf(d, p.ID)}
	l.From, l.Until = a.hours.Window(p)
	after, known := a.lists.after(since, w.readAt)
	if known {
		l.Since = since
	}
	places := newPlaces(p, plan)
	for i := range w.tickets {
		t := &w.tickets[i]
		if known && !t.changedAt.After(after) {
			continue
		}
		item := Listed{ID: IDHash(l.Salt, t.ID), Code: CodeHash(l.Salt, t.Code), Place: places.of(t.seat()), Void: t.Void}
		if t.entered > 0 {
			item.EnteredAt = time.UnixMicro(t.entered).UTC()
		}
		l.Tickets = append(l.Tickets, item)
	}
	return l, nil
}

func saltOf(d Device, performanceID string) string {
	return hashOf("list|" + d.ID + "|" + performanceID)[:32]
}

// HashFor is how a device's list names a ticket.
func (a *Admission) HashFor(d Device, performanceID string, t boxoffice.Ticket) string {
	return IDHash(saltOf(d, performanceID), t.ID)
}

// IDHash is how a list names a ticket by its id: 64 bits, in hex.
func IDHash(salt, ticketID string) string { return short(salt+"|id|"+ticketID, 8) }

// CodeHash is how a list names a ticket by its typed code. It keeps 40 bits, fewer than a code has: who steals a list and tries
// every code finds hundreds that fit each ticket, and cannot tell which one is real.
func CodeHash(salt, code string) string { return short(salt+"|code|"+tidy(code), 5) }

func short(s string, n int) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:n])
}
