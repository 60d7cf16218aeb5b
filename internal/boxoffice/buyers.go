package boxoffice

import (
	"context"

	"github.com/sahna/sahna/internal/platform/fault"
)

// mostBuyers bounds what is read of one event.
const mostBuyers = 500_000

// Buyers lists the numbers of an event's paid orders and the persons who made them, each once: for a waiting room that lets them in
// first.
func (o *Office) Buyers(ctx context.Context, eventID string) (orders, persons []string, err error) {
	defer fault.Wrap(&err, "buyers of %s", eventID)
	seen := map[string]bool{}
	err = o.db.Each(ctx, func(scan func(...any) error) error {
		var code, person string
		if err := scan(&code, &person); err != nil {
			return err
		}
		orders = append(orders, code)
		if !seen[person] {
			seen[person] = true
			persons = append(persons, person)
		}
		return nil
	}, buyersOfEvent, eventID, mostBuyers)
	return orders, persons, err
}

const buyersOfEvent = `SELECT DISTINCT t.order_code, o.person_id FROM catalog_performance p
	JOIN boxoffice_ticket t ON t.performance_id = p.id JOIN boxoffice_order o ON o.id = t.order_id
	WHERE p.event_id = $1 AND o.status = 'paid' LIMIT $2`
