package performance

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
)

// mostChosen bounds what is read of a form; no performance lets so many into one order.
const mostChosen = 500

// choice is what the visitor has chosen so far. It travels in the form, also when a part of the hall is opened.
type choice struct {
	seats      []string // ids, in the order chosen
	quantities []quantity
	section    string
	best       best
}

// quantity is a number of standing places, as typed.
type quantity struct {
	zone, kind string
	typed      string
}

type best struct {
	asked      bool
	n          string
	zone       string
	accessible bool
}

// field names the input for the places of a zone and ticket type.
func field(zoneID, typeID string) string { return "places:" + zoneID + ":" + typeID }

func readChoice(form url.Values, p catalog.Performance) choice {
	c := choice{section: form.Get("section")}
	seen := map[string]bool{}
	for _, id := range form["seat"] {
		if id != "" && !seen[id] && len(c.seats) < mostChosen {
			seen[id] = true
			c.seats = append(c.seats, id)
		}
	}
	for _, z := range p.Zones {
		for _, t := range p.Types {
			if v := strings.TrimSpace(form.Get(field(z.ID, t.ID))); v != "" && v != "0" {
				c.quantities = append(c.quantities, quantity{z.ID, t.ID, v})
			}
		}
	}
	c.best = best{form.Get("best") != "", form.Get("n"), form.Get("zone"), form.Get("accessible") != ""}
	return c
}

func (c choice) has(seatID string) bool {
	for _, id := range c.seats {
		if id == seatID {
			return true
		}
	}
	return false
}

func (c choice) typed(zoneID, typeID string) string {
	for _, q := range c.quantities {
		if q.zone == zoneID && q.kind == typeID {
			return q.typed
		}
	}
	return ""
}

// without leaves seats out that are gone.
func (c choice) without(gone []string) choice {
	var kept []string
	for _, id := range c.seats {
		if !(choice{seats: gone}).has(id) {
			kept = append(kept, id)
		}
	}
	c.seats = kept
	return c
}

// count is how many places are asked for; what was typed wrongly counts as nothing and is refused later.
func (c choice) count() int {
	if c.best.asked {
		return max(0, atoi(c.best.n))
	}
	n := len(c.seats)
	for _, q := range c.quantities {
		n += max(0, atoi(q.typed))
	}
	return n
}

func atoi(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0
	}
	return n
}

// request asks the box office for the choice. A seat costs what the first type costs that its zone sells; the basket changes it.
func (c choice) request(p catalog.Performance, plan *catalog.Plan) (boxoffice.HoldRequest, error) {
	r := boxoffice.HoldRequest{PerformanceID: p.ID}
	for _, id := range c.seats {
		wish := boxoffice.SeatWish{SeatID: id}
		if s, ok := plan.SeatByID(id); ok {
			if z, ok := p.ZoneOf(s.Category); ok {
				t, _, _ := firstPrice(p, z.ID)
				wish.TicketTypeID = t.ID
			}
		}
		r.Seats = append(r.Seats, wish)
	}
	for _, q := range c.quantities {
		n, err := strconv.Atoi(q.typed)
		if err != nil {
			return r, boxoffice.ErrQuantity.On(field(q.zone, q.kind))
		}
		r.Items = append(r.Items, boxoffice.AreaWish{PriceZoneID: q.zone, TicketTypeID: q.kind, Quantity: n})
	}
	return r, nil
}

func (b best) request(p catalog.Performance) (boxoffice.BestRequest, error) {
	n, err := strconv.Atoi(strings.TrimSpace(b.n))
	if err != nil || n < 1 {
		return boxoffice.BestRequest{}, boxoffice.ErrQuantity.On("n")
	}
	r := boxoffice.BestRequest{PerformanceID: p.ID, N: n, ZoneID: b.zone, Accessible: b.accessible}
	if b.zone != "" {
		t, _, ok := firstPrice(p, b.zone)
		if !ok {
			return r, boxoffice.ErrNoPrice.On("zone")
		}
		r.TicketTypeID = t.ID
	}
	return r, nil
}
