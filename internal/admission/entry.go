package admission

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/platform/db"
)

// record is a scan on its way into the tables.
type record struct {
	family   string // performance id: the key by which scans and entries lie together
	device   string
	gate     Gate
	received time.Time
	ticket   boxoffice.Ticket
	scan     Scan
	enter    func(ctx context.Context, tx *db.DB, performanceID, ticketID string, e entry) (bool, error)
}

// entry is how a ticket got in.
type entry struct {
	scanID   string
	gateID   string
	gateName string
	at       time.Time
}

// decide answers and writes the scan down. A scan that was answered before gets the same answer.
func (r record) decide(ctx context.Context, tx *db.DB, reason string) (Verdict, error) {
	if v, ok, err := selectScan(ctx, tx, r.family, r.scan.ID); ok || err != nil {
		return v, err
	}
	v, err := r.verdict(ctx, tx, reason)
	if err != nil {
		return Verdict{}, err
	}
	first, err := insertScan(ctx, tx, r, v)
	if err != nil || first {
		return v, err
	}
	v, _, err = selectScan(ctx, tx, r.family, r.scan.ID) // the same scan, sent twice at once
	return v, err
}

func (r record) verdict(ctx context.Context, tx *db.DB, reason string) (Verdict, error) {
	letIn := r.scan.Offline && r.scan.OfflineSay == Admitted
	if reason != "" {
		return Verdict{Result: Refused, Reason: reason, Double: letIn}, nil
	}
	if r.scan.Offline && r.scan.OfflineSay != "" && !letIn {
		return r.turnedAway(ctx, tx)
	}
	mine := entry{scanID: r.scan.ID, gateID: r.gate.ID, gateName: r.gate.Name, at: r.scan.At}
	won, err := r.enter(ctx, tx, r.family, r.ticket.ID, mine)
	if err != nil {
		return Verdict{}, err
	}
	if won {
		return Verdict{Result: Admitted, AdmittedAt: mine.at, AdmittedBy: mine.gateName}, nil
	}
	first, err := selectEntry(ctx, tx, r.family, r.ticket.ID)
	if err != nil {
		return Verdict{}, err
	}
	if first.scanID == mine.scanID {
		return Verdict{Result: Admitted, AdmittedAt: first.at, AdmittedBy: first.gateName}, nil
	}
	if letIn && mine.at.Before(first.at) {
		return r.overtake(ctx, tx, mine, first)
	}
	return Verdict{Result: AlreadyAdmitted, Reason: ReasonAlready, AdmittedAt: first.at, AdmittedBy: first.gateName, Double: letIn}, nil
}

// turnedAway keeps what an offline scanner said to a guest who stayed outside: no entry is made.
func (r record) turnedAway(ctx context.Context, tx *db.DB) (Verdict, error) {
	if r.scan.OfflineSay == AlreadyAdmitted {
		first, err := selectEntry(ctx, tx, r.family, r.ticket.ID)
		if err == nil {
			return Verdict{Result: AlreadyAdmitted, Reason: ReasonAlready, AdmittedAt: first.at, AdmittedBy: first.gateName}, nil
		}
		if !isNoRow(err) {
			return Verdict{}, err
		}
		return Verdict{Result: AlreadyAdmitted, Reason: ReasonAlready}, nil // the scanner's first scan of it is still on its way
	}
	return Verdict{Result: Refused, Reason: ReasonOffline}, nil
}

// overtake gives the entry to the offline scan that was earlier; the later one is now the double.
func (r record) overtake(ctx context.Context, tx *db.DB, mine, first entry) (Verdict, error) {
	moved, err := moveEntry(ctx, tx, r.family, r.ticket.ID, mine)
	if err != nil {
		return Verdict{}, err
	}
	if !moved { // another offline scan was earlier still
		first, err = selectEntry(ctx, tx, r.family, r.ticket.ID)
		return Verdict{Result: AlreadyAdmitted, Reason: ReasonAlready, AdmittedAt: first.at, AdmittedBy: first.gateName, Double: true}, err
	}
	if err := markDouble(ctx, tx, r.family, first.scanID); err != nil {
		return Verdict{}, err
	}
	return Verdict{Result: Admitted, AdmittedAt: mine.at, AdmittedBy: mine.gateName, Double: true}, nil
}
