package admission

import (
	"context"
	"errors"
	"hash/crc32"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrScan is a scan that is no scan: its id or code is missing or far too long.
var ErrScan = fault.New(fault.Invalid, "admission.scan_invalid").On("code")

// Result is what the door says.
type Result string

// The door's three words.
const (
	Admitted        Result = "admitted"
	AlreadyAdmitted Result = "already_admitted"
	Refused         Result = "refused"
)

// Reasons are the message ids that a Verdict's Reason may have.
var Reasons = []string{
	ReasonUnknown, ReasonSignature, ReasonVoid, ReasonVenue, ReasonPerformance, ReasonEarly, ReasonOver, ReasonCancelled, ReasonAlready, ReasonOffline,
}

// Why somebody is not let in.
const (
	ReasonUnknown     = "admission.reason.unknown"           // the code names no ticket
	ReasonSignature   = "admission.reason.signature"         // a QR that we did not sign
	ReasonVoid        = "admission.reason.void"              // refunded or replaced
	ReasonVenue       = "admission.reason.wrong_venue"       // the ticket is for another hall
	ReasonPerformance = "admission.reason.wrong_performance" // another day or event in this hall
	ReasonEarly       = "admission.reason.too_early"
	ReasonOver        = "admission.reason.over"
	ReasonCancelled   = "admission.reason.cancelled"
	ReasonAlready     = "admission.reason.already"
	ReasonOffline     = "admission.reason.offline" // an offline scanner turned the guest away
)

// Scan is one code shown at a gate.
type Scan struct {
	ID         string // made by the scanner (UUID); the same id is the same scan; "" makes one
	Code       string // QR text or typed code
	GateID     string
	At         time.Time // when it was scanned, by an offline device; otherwise it is now
	Offline    bool
	Expected   string // performance chosen on the device; "" any of the gate's hall that is being let in now
	OfflineSay Result // what an offline device told the guest

	made bool // the id was made here
}

// Verdict is the answer to a scan.
type Verdict struct {
	Result     Result
	Reason     string // message id "admission.reason.…", empty when admitted
	AdmittedAt time.Time
	AdmittedBy string // gate name
	Double     bool   // somebody was let in who should not have been: two guests on one ticket, or an offline scanner could not know better
	Ticket     boxoffice.Ticket
}

const (
	maxCode = 1000
	maxID   = 64
)

// Admit decides on a scan and records it.
func (a *Admission) Admit(ctx context.Context, d Device, s Scan) (v Verdict, err error) {
	defer fault.Wrap(&err, "admit at gate %s", s.GateID)
	if s, err = s.checked(); err != nil {
		return Verdict{}, err
	}
	gate, err := a.Gate(ctx, s.GateID)
	if err != nil {
		return Verdict{}, err
	}
	now := a.clock.Now()
	if !s.Offline || s.At.IsZero() || s.At.After(now) {
		s.At = now
	}
	t, reason, err := a.judge(ctx, gate, s)
	if err != nil {
		return Verdict{}, err
	}
	family := s.Expected // scans lie with the performance that was scanned for; an entry is only made in the ticket's own
	if family == "" {
		family = t.PerformanceID
	}
	r := record{family: family, device: d.ID, gate: gate, received: now, ticket: t, scan: s, enter: a.enter}
	v, err = a.queue().Do(ctx, laneOf(gate.ID), judged{r, reason})
	v.Ticket = t
	return v, err
}

// judged is a scan that waits for its place in the books.
type judged struct {
	record
	reason string
}

// Gates share a few lanes: scans of a lane have a commit together, lanes go on side by side.
const lanes = 4

func laneOf(gateID string) string {
	return strconv.Itoa(int(crc32.ChecksumIEEE([]byte(gateID))) % lanes)
}

// queue is where scans that come together meet.
func (a *Admission) queue() *batch.Lanes[judged, Verdict] {
	a.together.Do(func() { a.scans = batch.NewLanes(a.decideTogether) })
	return a.scans
}

// stillValid looks again, now that the books are open: a ticket that was passed on or refunded since it was judged lets nobody in. It
// holds the tickets until the entries are written, so that whoever would take one away meanwhile waits, and then sees the entry.
func (a *Admission) stillValid(ctx context.Context, tx *db.DB, list []judged) ([]string, error) {
	reasons := make([]string, len(list))
	var good []boxoffice.Ticket
	for i, j := range list {
		if reasons[i] = j.reason; j.reason == "" {
			good = append(good, j.ticket)
		}
	}
	void, err := a.hold(ctx, tx, good)
	if err != nil {
		return nil, err
	}
	for i, j := range list {
		if reasons[i] == "" && void[j.ticket.ID] {
			reasons[i] = ReasonVoid
		}
	}
	return reasons, nil
}

// checked refuses what no scanner of ours sends. A code may be anything that people hold to a camera: what is no ticket's is
// unknown, not an error.
func (s Scan) checked() (Scan, error) {
	s.Code = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s.Code))
	if len(s.Code) > maxCode {
		s.Code = "(long)"
	}
	if s.ID == "" {
		s.ID, s.made = db.NewID(), true
	}
	switch {
	case s.Code == "", !plain(s.ID), !plain(s.Expected):
		return s, ErrScan
	case !plain(s.GateID):
		return s, ErrNoGate
	case s.OfflineSay != "" && s.OfflineSay != Admitted && s.OfflineSay != AlreadyAdmitted && s.OfflineSay != Refused:
		return s, ErrScan
	}
	return s, nil
}

// plain tells whether s can be an id.
func plain(s string) bool {
	return len(s) <= maxID && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// judge says which ticket a code names and why it may not enter, without looking whether it has entered already.
func (a *Admission) judge(ctx context.Context, gate Gate, s Scan) (boxoffice.Ticket, string, error) {
	if boxoffice.IsQR(s.Code) {
		if _, err := boxoffice.CheckQR(a.office.TicketKey(), s.Code); err != nil {
			return boxoffice.Ticket{}, ReasonSignature, nil
		}
	}
	t, err := a.office.FindTicket(ctx, s.Code)
	switch {
	case errors.Is(err, boxoffice.ErrNoTicket):
		return boxoffice.Ticket{}, ReasonUnknown, nil
	case err != nil:
		return boxoffice.Ticket{}, "", err
	}
	p, err := a.catalog.Performance(ctx, t.PerformanceID)
	if err != nil {
		return boxoffice.Ticket{}, "", err
	}
	return t, a.refusal(t, p, gate, s), nil
}

// refusal is the rule of the door; "" lets in.
func (a *Admission) refusal(t boxoffice.Ticket, p catalog.Performance, gate Gate, s Scan) string {
	switch {
	case t.Void:
		return ReasonVoid
	case gate.HallID != p.HallID:
		return ReasonVenue
	case s.Expected != "" && s.Expected != p.ID:
		return ReasonPerformance
	case p.Cancelled:
		return ReasonCancelled
	}
	from, until := a.hours.Window(p)
	switch {
	case s.At.Before(from):
		return ReasonEarly
	case s.At.After(until):
		return ReasonOver
	}
	return ""
}

// Window is when a performance lets people in.
func (h Hours) Window(p catalog.Performance) (from, until time.Time) {
	from, until = p.DoorsAt, p.EndsAt
	if from.IsZero() {
		from = p.StartsAt
	}
	if until.Before(p.StartsAt) {
		until = p.StartsAt
	}
	return from.Add(-h.Early), until.Add(h.Late)
}

// Window is when a performance lets people in, by the hours in force.
func (a *Admission) Window(p catalog.Performance) (from, until time.Time) { return a.hours.Window(p) }

// Trouble is a scan that let somebody in who should not have been: reported when an offline scanner comes back.
type Trouble struct {
	ScanID     string
	TicketID   string
	DeviceName string
	GateName   string
	At         time.Time
	Reason     string // message id
	FirstAt    time.Time
	FirstGate  string
}

// Troubles lists the double entries of a performance, newest first, at most limit.
func (a *Admission) Troubles(ctx context.Context, performanceID string, limit int) ([]Trouble, error) {
	return selectTroubles(ctx, a.db, performanceID, limit)
}

// Past is a scan that was answered.
type Past struct {
	ScanID        string
	PerformanceID string
	TicketID      string
	At            time.Time
	Offline       bool
	Verdict       // without its Ticket: see TicketOf
}

// TicketOf returns the ticket of an answered scan; boxoffice.ErrNoTicket when its code named none of this performance.
func (a *Admission) TicketOf(ctx context.Context, performanceID, ticketID string) (boxoffice.Ticket, error) {
	return a.office.TicketByID(ctx, performanceID, ticketID)
}

// LastScans lists a device's last scans of a performance, newest first, at most limit.
func (a *Admission) LastScans(ctx context.Context, performanceID, deviceID string, limit int) ([]Past, error) {
	return selectLastScans(ctx, a.db, performanceID, deviceID, limit)
}
