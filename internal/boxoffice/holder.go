package boxoffice

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// Why an order's link to its person stays for now (94-V, article 8(2)).
const (
	groundOpen   = "order_open"
	groundComing = "performance_coming"
	groundRefund = "refund_due"
)

// groundTax is why an order's figures stay without their person.
const groundTax = "tax_records"

// Room implements privacy.Holder.
func (o *Office) Room() string { return "boxoffice" }

// heldOrder is what an order means for its person.
type heldOrder struct {
	id, code  string
	status    Status
	createdAt time.Time
	payUntil  time.Time
	total     int64
	currency  string
	ends      time.Time // of the last performance that a valid ticket is for
	refunds   int       // due
}

// Export implements privacy.Holder.
func (o *Office) Export(ctx context.Context, person string) (out []privacy.Record, err error) {
	defer fault.Wrap(&err, "orders of %s", person)
	held, err := o.heldOrders(ctx, o.db, person)
	for _, h := range held {
		out = append(out, h.record())
	}
	if err != nil {
		return nil, err
	}
	tickets, err := o.heldTickets(ctx, o.db, person)
	for _, h := range tickets {
		out = append(out, h.record())
	}
	if err != nil {
		return nil, err
	}
	rs, err := representationsOf(ctx, o.db, person)
	for _, r := range rs {
		out = append(out, r.record(person))
	}
	return out, err
}

// record is a representation as either side's own.
func (r Representation) record(person string) privacy.Record {
	kind := "represented"
	if r.HolderID == person {
		kind = "representing"
	}
	return privacy.Record{Room: "boxoffice", Kind: kind, ID: r.ID, Purpose: vault.PurposeService, At: r.MadeAt, Data: map[string]string{"status": string(r.State)}}
}

// eraseRepresentations lets go of a person on either side: who is represented is gone, the ticket stays with who has it.
func (o *Office) eraseRepresentations(ctx context.Context, tx *db.DB, person string, dry bool, out []privacy.Outcome) ([]privacy.Outcome, error) {
	rs, err := representationsOf(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		out = append(out, privacy.Outcome{Record: r.record(person), Fate: privacy.FateErased})
	}
	if dry || len(rs) == 0 {
		return out, nil
	}
	return out, forgetRepresentations(ctx, tx, person)
}

// Erase implements privacy.Holder. An order that still owes something to somebody keeps its person; any other gets a random name in
// its place, one for each order, so that the figures stay and nobody can tell whose they were nor which belong together.
func (o *Office) Erase(ctx context.Context, tx *db.DB, person string, dry bool) (out []privacy.Outcome, err error) {
	defer fault.Wrap(&err, "erase the orders of %s", person)
	if !dry {
		if err := lockOrdersOf(ctx, tx, person); err != nil {
			return nil, err
		}
	}
	held, err := o.heldOrders(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		fate := h.fate(o.clock.Now())
		out = append(out, fate)
		if dry || fate.Fate != privacy.FateAnonymised {
			continue
		}
		if err := anonymiseOrder(ctx, tx, h.id, nobody()); err != nil {
			return nil, err
		}
	}
	if out, err = o.eraseHeldTickets(ctx, tx, person, dry, out); err != nil {
		return nil, err
	}
	return o.eraseRepresentations(ctx, tx, person, dry, out)
}

// eraseHeldTickets lets go of the tickets that were passed on to a person, once nobody waits for them at a door.
func (o *Office) eraseHeldTickets(ctx context.Context, tx *db.DB, person string, dry bool, out []privacy.Outcome) ([]privacy.Outcome, error) {
	tickets, err := o.heldTickets(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	for _, h := range tickets {
		fate := h.fate(o.clock.Now())
		out = append(out, fate)
		if dry || fate.Fate != privacy.FateAnonymised {
			continue
		}
		if err := setHolder(ctx, tx, h.PerformanceID, h.ID, nobody()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// heldTicket is a ticket that was passed on, as its holder's record.
type heldTicket struct {
	Ticket
	ends time.Time
}

func (o *Office) heldTickets(ctx context.Context, d *db.DB, person string) (out []heldTicket, err error) {
	ts, err := selectTicketsHeld(ctx, d, []string{person})
	if err != nil {
		return nil, err
	}
	for _, t := range ts {
		ends, err := performanceEnds(ctx, d, t.PerformanceID)
		if err != nil {
			return nil, err
		}
		out = append(out, heldTicket{t, ends})
	}
	return out, nil
}

func (h heldTicket) record() privacy.Record {
	return privacy.Record{
		Room: "boxoffice", Kind: "ticket", ID: h.ID, Purpose: vault.PurposeService,
		Until: calendar.DayOf(h.ends.In(zone()).AddDate(limitationYears, 0, 0), zone()),
		Data:  map[string]string{"code": h.Code, "status": h.State()},
	}
}

func (h heldTicket) fate(now time.Time) privacy.Outcome {
	out := privacy.Outcome{Record: h.record(), Fate: privacy.FateAnonymised, Ground: groundTax}
	if h.ends.After(now) && !h.Void {
		out.Fate, out.Ground, out.Until = privacy.FateWithheld, groundComing, dayAfter(h.ends)
	}
	return out
}

func (h heldOrder) record() privacy.Record {
	r := privacy.Record{
		Room: "boxoffice", Kind: "order", ID: h.id, Purpose: vault.PurposeService, At: h.createdAt,
		Data: map[string]string{"code": h.code, "status": string(h.status)},
	}
	if !h.ends.IsZero() {
		r.Until = calendar.DayOf(h.ends.In(zone()).AddDate(limitationYears, 0, 0), zone())
	}
	return r
}

// limitationYears after the performance a claim can still be made (Civil Code, article 178).
const limitationYears = 3

func (h heldOrder) fate(now time.Time) privacy.Outcome {
	out := privacy.Outcome{Record: h.record(), Fate: privacy.FateWithheld}
	switch {
	case h.status == OrderPending:
		out.Ground, out.Until = groundOpen, dayAfter(h.payUntil)
	case h.refunds > 0:
		out.Ground = groundRefund
	case h.ends.After(now):
		out.Ground, out.Until = groundComing, dayAfter(h.ends)
	default:
		out.Fate, out.Ground = privacy.FateAnonymised, groundTax
	}
	return out
}

func dayAfter(t time.Time) calendar.Day { return calendar.DayOf(t, zone()).Add(1) }

func zone() *time.Location { return i18n.Zone("Asia/Almaty") }

// nobody is a name that leads nowhere. It is random through and through: an id with a time in it would lead to the erasure.
func nobody() string {
	b := make([]byte, 16)
	rand.Read(b) //nolint:errcheck // never fails since Go 1.24
	return "nobody-" + hex.EncodeToString(b)
}

func (o *Office) heldOrders(ctx context.Context, d *db.DB, person string) ([]heldOrder, error) {
	held, err := ordersHeld(ctx, d, person)
	if err != nil {
		return nil, err
	}
	ends := map[string]time.Time{}
	for i, h := range held {
		if h.status != OrderPaid {
			continue
		}
		performances, err := ticketedPerformances(ctx, d, h.id)
		if err != nil {
			return nil, err
		}
		for _, id := range performances {
			if _, known := ends[id]; !known {
				at, err := performanceEnds(ctx, d, id)
				if err != nil {
					return nil, err
				}
				ends[id] = at
			}
			if ends[id].After(held[i].ends) {
				held[i].ends = ends[id]
			}
		}
	}
	return held, nil
}
