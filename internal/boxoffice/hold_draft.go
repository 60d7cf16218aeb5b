package boxoffice

import (
	"github.com/sahna/sahna/internal/platform/money"
)

// mostItems bounds a hold whatever the performance's own limit says.
const mostItems = 100

// wishes are a request that has been checked against the offer and waits for the stock's answer.
type wishes struct {
	seats []HoldItem  // chosen by hand
	areas []areaDraft // standing places by zone
	best  *bestDraft
}

type areaDraft struct {
	item     HoldItem // zone, type and price; AreaNo is decided with the stock
	quantity int
}

type bestDraft struct {
	n          int
	accessible bool
	hall       *hall
	items      []*HoldItem // by the hall's category: zone, type and price; nil where the request does not want to sit
}

// draftTake checks what can be checked without the stock.
func draftTake(f offer, r HoldRequest) (wishes, error) {
	var d wishes
	if len(r.Seats) == 0 && len(r.Items) == 0 {
		return d, ErrEmptyHold
	}
	limit := limitOf(f)
	count := len(r.Seats)
	for _, w := range r.Items {
		if w.Quantity < 1 {
			return d, ErrQuantity.On("items")
		}
		if w.Quantity > limit {
			return d, ErrTooMany.With("limit", limit)
		}
		count += w.Quantity
	}
	if count > limit {
		return d, ErrTooMany.With("limit", limit)
	}
	var err error
	if d.seats, err = draftSeats(f, r.Seats); err != nil {
		return d, err
	}
	for _, w := range r.Items {
		typeID, price, err := priceOf(f, w.PriceZoneID, w.TicketTypeID)
		if err != nil {
			return d, err
		}
		d.areas = append(d.areas, areaDraft{item: HoldItem{SeatNo: -1, ZoneID: w.PriceZoneID, TypeID: typeID, Price: price}, quantity: w.Quantity})
	}
	return d, nil
}

func draftSeats(f offer, wishes []SeatWish) ([]HoldItem, error) {
	seen := make(map[int]bool, len(wishes))
	var blocked []string
	var items []HoldItem
	for _, w := range wishes {
		seat, ok := f.seatByID(w.SeatID)
		if !ok {
			return nil, ErrNoSeat.On("seats").With("seat", w.SeatID)
		}
		if seen[seat.No] {
			return nil, ErrQuantity.On("seats")
		}
		seen[seat.No] = true
		zone, sold := f.ZoneOf(seat.Category)
		if !sold {
			blocked = append(blocked, seat.ID)
			continue
		}
		typeID, price, err := priceOf(f, zone.ID, w.TicketTypeID)
		if err != nil {
			return nil, err
		}
		items = append(items, HoldItem{SeatNo: seat.No, SeatID: seat.ID, AreaNo: -1, ZoneID: zone.ID, TypeID: typeID, Price: price})
	}
	if len(blocked) > 0 {
		return nil, goneSeats(blocked)
	}
	return items, nil
}

func draftBest(f offer, h *hall, r BestRequest) (wishes, error) {
	if r.N < 1 {
		return wishes{}, ErrQuantity.On("n")
	}
	if limit := limitOf(f); r.N > limit {
		return wishes{}, ErrTooMany.With("limit", limit)
	}
	zones := map[string]*HoldItem{}
	for _, z := range f.Zones {
		if r.ZoneID != "" && r.ZoneID != z.ID {
			continue
		}
		if typeID, price, err := priceOf(f, z.ID, r.TicketTypeID); err == nil {
			zones[z.ID] = &HoldItem{AreaNo: -1, ZoneID: z.ID, TypeID: typeID, Price: price}
		}
	}
	if len(zones) == 0 {
		return wishes{}, ErrNoPrice
	}
	d := &bestDraft{n: r.N, accessible: r.Accessible, hall: h}
	for _, category := range h.categories {
		zone, _ := f.ZoneOf(category)
		d.items = append(d.items, zones[zone.ID])
	}
	return wishes{best: d}, nil
}

// itemAt is a seat as the draft's item.
func (d *bestDraft) itemAt(no int) HoldItem {
	it := *d.items[d.hall.category[no]]
	it.SeatNo, it.SeatID = no, d.hall.seats[no].ID
	return it
}

func limitOf(f offer) int {
	if f.OrderLimit > 0 && f.OrderLimit < mostItems {
		return f.OrderLimit
	}
	return mostItems
}

// priceOf returns what a type costs in a zone. "" is the first type that the zone has a price for.
func priceOf(f offer, zoneID, typeID string) (string, money.Amount, error) {
	if typeID == "" {
		for _, t := range f.Types {
			if price, ok := f.Price(zoneID, t.ID); ok {
				return t.ID, price, nil
			}
		}
		return "", money.Amount{}, ErrNoPrice
	}
	price, ok := f.Price(zoneID, typeID)
	if !ok {
		return "", money.Amount{}, ErrNoPrice
	}
	return typeID, price, nil
}
