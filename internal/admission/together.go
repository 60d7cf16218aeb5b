package admission

import (
	"context"
	"slices"
	"strings"

	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// decideTogether answers scans in one transaction, in order of their tickets, so that two lanes with the same tickets do not wait
// for each other in a circle. Whoever shows a ticket twice in one batch comes in the order of arrival. Nearly all scans are of good
// tickets by scanners that have a network: these have a statement together. The others are looked at one by one, after them.
func (a *Admission) decideTogether(ctx context.Context, list []judged) (out []Verdict, err error) {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return strings.Compare(list[x].ticket.ID, list[y].ticket.ID) })
	err = a.db.Transact(ctx, func(tx *db.DB) error {
		out = make([]Verdict, len(list))
		reasons, err := a.stillValid(ctx, tx, list)
		if err != nil {
			return err
		}
		known, err := answeredScans(ctx, tx, list)
		if err != nil {
			return err
		}
		var plain, odd []int
		seen := map[scanKey]bool{}
		for _, i := range order {
			key := keyOf(list[i])
			v, answered := known[key]
			switch {
			case answered:
				out[i] = v
			case a.oneByOne || reasons[i] != "" || list[i].scan.Offline || seen[key]:
				odd = append(odd, i)
			default:
				plain = append(plain, i)
			}
			seen[key] = true
		}
		if err := enterTogether(ctx, tx, list, plain, out); err != nil {
			return err
		}
		for _, i := range odd {
			if out[i], err = list[i].decide(ctx, tx, reasons[i]); err != nil {
				return batch.Refuse(i, err)
			}
		}
		return nil
	})
	return out, err
}

// scanKey is what a scan is known by.
type scanKey struct{ family, id string }

func keyOf(j judged) scanKey { return scanKey{j.family, j.scan.ID} }

// answeredScans finds those that were answered before: a scanner that did not hear the answer sends them again.
func answeredScans(ctx context.Context, tx *db.DB, list []judged) (map[scanKey]Verdict, error) {
	ids := map[string][]string{}
	for _, j := range list {
		if !j.scan.made {
			ids[j.family] = append(ids[j.family], j.scan.ID)
		}
	}
	out := map[scanKey]Verdict{}
	for family, list := range ids {
		if err := selectScans(ctx, tx, family, list, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// enterTogether lets tickets in with one statement for all entries and one for all scans. Who lost to an earlier entry is told of it.
func enterTogether(ctx context.Context, tx *db.DB, list []judged, plain []int, out []Verdict) error {
	entries, scans := make([][]any, len(plain)), make([][]any, len(plain))
	for n, i := range plain {
		j := list[i]
		entries[n] = []any{j.family, j.ticket.ID, j.scan.ID, j.gate.ID, j.gate.Name, clock.Micros(j.scan.At)}
	}
	won, err := insertEntries(ctx, tx, entries)
	if err != nil {
		return err
	}
	for n, i := range plain {
		j := list[i]
		v := Verdict{Result: Admitted, AdmittedAt: j.scan.At, AdmittedBy: j.gate.Name}
		if won[n] == 0 {
			first, err := selectEntry(ctx, tx, j.family, j.ticket.ID)
			if err != nil {
				return batch.Refuse(i, err)
			}
			v = Verdict{Result: AlreadyAdmitted, Reason: ReasonAlready, AdmittedAt: first.at, AdmittedBy: first.gateName}
		}
		out[i] = v
		scans[n] = scanRow(j.record, v)
	}
	return insertScans(ctx, tx, scans)
}
