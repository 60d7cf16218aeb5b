package admission

import (
	"context"
	"errors"
	"slices"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

func isNoRow(err error) bool { return errors.Is(err, db.ErrNoRow) }

func selectScan(ctx context.Context, tx *db.DB, family, id string) (v Verdict, found bool, err error) {
	var at int64
	err = tx.QueryRow(ctx, `
		SELECT result, reason, admitted_at, admitted_by, doubled FROM admission_scan WHERE performance_id = $1 AND id = $2`,
		family, id).Scan(&v.Result, &v.Reason, &at, &v.AdmittedBy, &v.Double)
	if isNoRow(err) {
		return Verdict{}, false, nil
	}
	v.AdmittedAt = clock.FromMicros(at)
	return v, err == nil, err
}

// lengths of lists in statements, so that there are few to plan.
var listLengths = []int{8, 32, 128, 256}

// selectScans finds answered scans of a performance by their ids.
func selectScans(ctx context.Context, tx *db.DB, family string, ids []string, out map[scanKey]Verdict) error {
	n := listLengths[len(listLengths)-1]
	for part := range slices.Chunk(ids, n) {
		for _, l := range listLengths {
			if l >= len(part) {
				n = l
				break
			}
		}
		args := []any{family}
		for i := range n {
			args = append(args, part[min(i, len(part)-1)])
		}
		err := tx.Each(ctx, func(scan func(...any) error) error {
			var id string
			var v Verdict
			var at int64
			err := scan(&id, &v.Result, &v.Reason, &at, &v.AdmittedBy, &v.Double)
			v.AdmittedAt = clock.FromMicros(at)
			out[scanKey{family, id}] = v
			return err
		}, `SELECT id, result, reason, admitted_at, admitted_by, doubled FROM admission_scan WHERE performance_id = $1 AND id IN `+db.In(2, n), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// insertScan tells false when the same scan is there already.
func insertScan(ctx context.Context, tx *db.DB, r record, v Verdict) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO `+scanColumns+` VALUES `+db.In(1, len(scanRow(r, v)))+` ON CONFLICT (performance_id, id) DO NOTHING`, scanRow(r, v)...)
	return n == 1, err
}

const scanColumns = `admission_scan (performance_id, id, device_id, gate_id, ticket_id, at, received_at, offline, offline_say,
	result, reason, admitted_at, admitted_by, doubled)`

func scanRow(r record, v Verdict) []any {
	return []any{
		r.family, r.scan.ID, r.device, r.gate.ID, r.ticket.ID, clock.Micros(r.scan.At), clock.Micros(r.received), r.scan.Offline,
		string(r.scan.OfflineSay), string(v.Result), v.Reason, clock.Micros(v.AdmittedAt), v.AdmittedBy, v.Double,
	}
}

// insertScans writes down scans whose ids are new.
func insertScans(ctx context.Context, tx *db.DB, rows [][]any) error {
	_, err := tx.InsertMany(ctx, scanColumns, rows, ``)
	return err
}

// insertEntries lets tickets in, each in its turn, and tells for each whether it was not in yet.
func insertEntries(ctx context.Context, tx *db.DB, rows [][]any) (won []int64, err error) {
	return tx.ExecMany(ctx, insertEntrySQL, rows)
}

const insertEntrySQL = `INSERT INTO admission_entry (performance_id, ticket_id, scan_id, gate_id, gate_name, at) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (performance_id, ticket_id) DO NOTHING`

// insertEntry lets a ticket in; false when it is in already. The primary key decides between two gates.
func insertEntry(ctx context.Context, tx *db.DB, family, ticketID string, e entry) (bool, error) {
	n, err := tx.Exec(ctx, insertEntrySQL, family, ticketID, e.scanID, e.gateID, e.gateName, clock.Micros(e.at))
	return n == 1, err
}

func selectEntry(ctx context.Context, tx *db.DB, family, ticketID string) (e entry, err error) {
	var at int64
	err = tx.QueryRow(ctx, `
		SELECT scan_id, gate_id, gate_name, at FROM admission_entry WHERE performance_id = $1 AND ticket_id = $2`,
		family, ticketID).Scan(&e.scanID, &e.gateID, &e.gateName, &at)
	e.at = clock.FromMicros(at)
	return e, err
}

// moveEntry gives the entry to an earlier scan; false when it is not earlier any more.
func moveEntry(ctx context.Context, tx *db.DB, family, ticketID string, e entry) (bool, error) {
	n, err := tx.Exec(ctx, `
		UPDATE admission_entry SET scan_id = $3, gate_id = $4, gate_name = $5, at = $6
		WHERE performance_id = $1 AND ticket_id = $2 AND at > $6`,
		family, ticketID, e.scanID, e.gateID, e.gateName, clock.Micros(e.at))
	return n == 1, err
}

// markDouble notes that an earlier scan has taken the entry; the answer that the later one got stays.
func markDouble(ctx context.Context, tx *db.DB, family, scanID string) error {
	_, err := tx.Exec(ctx, `UPDATE admission_scan SET doubled = TRUE WHERE performance_id = $1 AND id = $2`, family, scanID)
	return err
}

func countEntries(ctx context.Context, d *db.DB, performanceID string) (n int, err error) {
	err = d.QueryRow(ctx, `SELECT count(*) FROM admission_entry WHERE performance_id = $1`, performanceID).Scan(&n)
	return n, err
}

func isIn(ctx context.Context, d *db.DB, performanceID, ticketID string) (bool, error) {
	var n int
	err := d.QueryRow(ctx, `SELECT count(*) FROM admission_entry WHERE performance_id = $1 AND ticket_id = $2`, performanceID, ticketID).Scan(&n)
	return n > 0, err
}

// selectEntered returns when each ticket of a performance got in, in microseconds.
func selectEntered(ctx context.Context, d *db.DB, performanceID string) (map[string]int64, error) {
	out := map[string]int64{}
	err := d.Each(ctx, func(scan func(...any) error) error {
		var id string
		var at int64
		err := scan(&id, &at)
		out[id] = at
		return err
	}, `SELECT ticket_id, at FROM admission_entry WHERE performance_id = $1`, performanceID)
	return out, err
}

func selectTroubles(ctx context.Context, d *db.DB, performanceID string, limit int) ([]Trouble, error) {
	var out []Trouble
	err := d.Each(ctx, func(scan func(...any) error) error {
		var t Trouble
		var at, first int64
		err := scan(&t.ScanID, &t.TicketID, &t.DeviceName, &t.GateName, &at, &t.Reason, &first, &t.FirstGate)
		t.At, t.FirstAt = clock.FromMicros(at), clock.FromMicros(first)
		if t.Reason == "" {
			t.Reason = ReasonAlready // it was let in first and overtaken later
		}
		out = append(out, t)
		return err
	}, `
		SELECT s.id, s.ticket_id, COALESCE(d.name, ''), COALESCE(g.name, ''), s.at, s.reason, COALESCE(e.at, 0), COALESCE(e.gate_name, '')
		FROM admission_scan s
		LEFT JOIN admission_entry e ON e.performance_id = s.performance_id AND e.ticket_id = s.ticket_id
		LEFT JOIN admission_device d ON d.id = s.device_id
		LEFT JOIN admission_gate g ON g.id = s.gate_id
		WHERE s.performance_id = $1 AND s.doubled AND COALESCE(e.scan_id, '') <> s.id
		ORDER BY s.at DESC, s.id LIMIT $2`, performanceID, limit)
	return out, err
}

func selectLastScans(ctx context.Context, d *db.DB, performanceID, deviceID string, limit int) ([]Past, error) {
	var out []Past
	err := d.Each(ctx, func(scan func(...any) error) error {
		p := Past{PerformanceID: performanceID}
		var at, admitted int64
		err := scan(&p.ScanID, &p.TicketID, &at, &p.Offline, &p.Result, &p.Reason, &admitted, &p.AdmittedBy, &p.Double)
		p.At, p.AdmittedAt = clock.FromMicros(at), clock.FromMicros(admitted)
		out = append(out, p)
		return err
	}, `
		SELECT id, ticket_id, at, offline, result, reason, admitted_at, admitted_by, doubled FROM admission_scan
		WHERE performance_id = $1 AND device_id = $2 ORDER BY at DESC, id DESC LIMIT $3`, performanceID, deviceID, limit)
	return out, err
}
