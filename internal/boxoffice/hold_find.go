package boxoffice

import (
	"context"
	"crypto/subtle"
	"maps"
	"slices"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
)

// seen is a hold as it was read, with what it still has.
type seen struct {
	known bool
	row   holdRow
	items []itemRow
}

// findHold reads an active hold by its key, together with those that others ask for at the same moment.
func (s *stock) findHold(ctx context.Context, k HoldKey) (h Hold, err error) {
	defer fault.Wrap(&err, "find a hold")
	ref, ok := parseHoldRef(k.ID)
	if !ok {
		return Hold{}, fault.New(fault.NotFound, "")
	}
	got, err := s.looks.Do(ctx, ref)
	if err != nil {
		return Hold{}, err
	}
	row := got.row
	if !got.known || subtle.ConstantTimeCompare(hashHoldSecret(k.Secret), row.secretHash) != 1 {
		return Hold{}, fault.New(fault.NotFound, "")
	}
	if row.state != holdActive || row.expiresAt <= s.nowMicros() {
		return Hold{}, ErrHoldGone
	}
	h = Hold{
		ID: ref.String(), PerformanceID: ref.performanceID, MadeAt: clock.FromMicros(row.createdAt), ExpiresAt: clock.FromMicros(row.expiresAt),
		Extendable: row.expiresAt < row.createdAt+s.longest().Microseconds(), Total: money.Amount{Minor: row.total, Currency: row.currency},
	}
	for _, it := range got.items {
		it.Price.Currency = row.currency
		h.Items = append(h.Items, it.HoldItem)
	}
	return h, nil
}

// lookTogether reads the holds that are asked for together: two queries for each performance.
func (s *stock) lookTogether(ctx context.Context, refs []holdRef) ([]seen, error) {
	ids := map[string][]string{}
	for _, r := range refs {
		ids[r.performanceID] = append(ids[r.performanceID], r.id)
	}
	found := make(map[holdRef]*seen, len(refs))
	for _, p := range slices.Sorted(maps.Keys(ids)) {
		rows, err := readHolds(ctx, s.db, p, ids[p])
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			found[holdRef{p, row.id}] = &seen{known: true, row: row}
		}
		items, err := liveItems(ctx, s.db, p, ids[p])
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			if h := found[holdRef{p, it.holdID}]; h != nil {
				h.items = append(h.items, it)
			}
		}
	}
	out := make([]seen, len(refs))
	for i, r := range refs {
		if h := found[r]; h != nil {
			out[i] = *h
		}
	}
	return out, nil
}
