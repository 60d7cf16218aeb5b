package waitroom

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
)

// buyers are those who bought for an earlier event, eight bytes a head: read once when a room opens, so that who joins asks the
// database nothing.
type buyers struct {
	of    string // run and event that they were read for
	marks map[uint64]bool
}

// mark is what is kept of an order's number or of a person.
func mark(kind, s string) uint64 {
	sum := sha256.Sum256([]byte(kind + "\n" + s))
	return binary.BigEndian.Uint64(sum[:8])
}

const (
	anOrder  = "order"
	aPerson  = "person"
	mostMark = 500_000
)

// readBuyers reads who comes first, once for a run.
func (r *Rooms) readBuyers(ctx context.Context, h *hall, room Room) error {
	of := room.Run + " " + room.BuyersOf
	h.mu.Lock()
	have := h.buyers.of
	h.mu.Unlock()
	if room.BuyersOf == "" || r.Buyers == nil || have == of {
		return nil
	}
	orders, persons, err := r.Buyers(ctx, room.BuyersOf)
	if err != nil {
		return err
	}
	marks := make(map[uint64]bool, len(orders)+len(persons))
	for _, o := range orders[:min(len(orders), mostMark)] {
		marks[mark(anOrder, foldCode(o))] = true
	}
	for _, p := range persons[:min(len(persons), mostMark)] {
		marks[mark(aPerson, p)] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.buyers = buyers{of, marks}
	return nil
}

// boughtBefore tells whether an order's number or a person is of an earlier buyer. Such a place is made of the number, the same in
// every process: shown around, it is still one place with one order's limit.
func (h *hall) boughtBefore(room Room, kind, s string) bool {
	if room.BuyersOf == "" || s == "" {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.buyers.marks[mark(kind, s)]
}
