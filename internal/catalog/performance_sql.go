package catalog

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
)

// offer is what the column of that name holds.
type offer struct {
	Zones  []PriceZone
	Types  []TicketType
	Prices []Price
}

const performanceColumns = `p.id, p.event_id, p.hall_id, p.import_key, p.plan_hash, p.zone, p.doors_at, p.starts_at, p.ends_at,
	p.sale_from, p.sale_until, p.order_limit, p.cancelled, p.currency, p.offer`

func scanPerformance(scan func(...any) error) (Performance, error) {
	var p Performance
	var doors, starts, ends, from, until int64
	var o offer
	err := scan(&p.ID, &p.EventID, &p.HallID, &p.Key, &p.PlanHash, &p.Zone, &doors, &starts, &ends, &from, &until,
		&p.OrderLimit, &p.Cancelled, &p.Currency, packed{&o})
	p.DoorsAt, p.StartsAt, p.EndsAt = clock.FromMicros(doors), clock.FromMicros(starts), clock.FromMicros(ends)
	p.SaleFrom, p.SaleUntil = clock.FromMicros(from), clock.FromMicros(until)
	p.Zones, p.Types, p.Prices = o.Zones, o.Types, o.Prices
	return p, err
}

type performanceKey string

// Performance returns a performance with zones, types and prices; ErrNoPerformance when there is none.
// It is kept in memory: the caller must not change its slices.
func (c *Catalog) Performance(ctx context.Context, id string) (Performance, error) {
	if !keepable(id) {
		return Performance{}, ErrNoPerformance
	}
	return remember(ctx, c, performanceKey(id), func() (Performance, error) {
		p, err := scanPerformance(c.db.QueryRow(ctx, `SELECT `+performanceColumns+` FROM catalog_performance p WHERE p.id = $1`, id).Scan)
		return p, missing(err, ErrNoPerformance)
	})
}

func (c *Catalog) performances(ctx context.Context, query string, args ...any) ([]Performance, error) {
	var out []Performance
	err := c.db.Each(ctx, func(scan func(...any) error) error {
		p, err := scanPerformance(scan)
		out = append(out, p)
		return err
	}, query, args...)
	return out, err
}

// Upcoming returns performances that start at or after from, of every event, soonest first, at most limit.
func (c *Catalog) Upcoming(ctx context.Context, from time.Time, limit int) ([]Performance, error) {
	return c.performances(ctx, `SELECT `+performanceColumns+` FROM catalog_performance p
		WHERE p.starts_at >= $1 ORDER BY p.starts_at, p.id LIMIT $2`, clock.Micros(from), limit)
}

type performancesKey struct {
	event string
	from  int64
	limit int
}

// PerformancesOf returns an event's performances that start at or after from, soonest first, at most limit. For a from cut to the
// minute the list is kept in memory: nobody may change it.
func (c *Catalog) PerformancesOf(ctx context.Context, eventID string, from time.Time, limit int) ([]Performance, error) {
	if !keepable(eventID) {
		return nil, nil
	}
	read := func() ([]Performance, error) {
		return c.performances(ctx, `SELECT `+performanceColumns+` FROM catalog_performance p
			WHERE p.event_id = $1 AND p.starts_at >= $2 ORDER BY p.starts_at, p.id LIMIT $3`, eventID, clock.Micros(from), limit)
	}
	if !from.Equal(from.Truncate(time.Minute)) {
		return read()
	}
	return rememberList(ctx, c, performancesKey{eventID, clock.Micros(from), limit}, read)
}

// StorePerformance stores a performance, recognised by its id, else by its event and key, else by event, hall and start,
// fills in its id and tells whether it is new. The plan of one that exists cannot change (ErrPlanChanged): its stock is laid out. Zones and types
// that it had and has no more stay at the end without prices, so that sold tickets keep their names.
func (e *Editor) StorePerformance(ctx context.Context, p *Performance) (made bool, err error) {
	old, err := e.findPerformance(ctx, *p)
	switch {
	case errors.Is(err, ErrNoPerformance):
		made = true
		if p.ID == "" {
			p.ID = db.NewID()
		}
	case err != nil:
		return false, err
	case old.PlanHash != p.PlanHash:
		return false, ErrPlanChanged
	default:
		p.ID = old.ID
		p.keepNames(old)
	}
	low, high, _ := p.PriceRange()
	_, err = e.tx.Exec(ctx, `INSERT INTO catalog_performance (id, event_id, hall_id, import_key, plan_hash, zone, day, doors_at,
			starts_at, ends_at, sale_from, sale_until, order_limit, cancelled, currency, price_from, price_to, offer)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (id) DO UPDATE SET hall_id = excluded.hall_id, import_key = excluded.import_key, zone = excluded.zone,
			day = excluded.day, doors_at = excluded.doors_at, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
			sale_from = excluded.sale_from, sale_until = excluded.sale_until, order_limit = excluded.order_limit,
			cancelled = excluded.cancelled, currency = excluded.currency, price_from = excluded.price_from,
			price_to = excluded.price_to, offer = excluded.offer`,
		p.ID, p.EventID, p.HallID, p.Key, p.PlanHash, p.Zone, p.Day(), clock.Micros(p.DoorsAt),
		clock.Micros(p.StartsAt), clock.Micros(p.EndsAt), clock.Micros(p.SaleFrom), clock.Micros(p.SaleUntil),
		p.OrderLimit, p.Cancelled, p.Currency, low.Minor, high.Minor, pack(offer{p.Zones, p.Types, p.Prices}))
	return made, err
}

// SavePerformance is StorePerformance for who need not know whether it is new.
func (e *Editor) SavePerformance(ctx context.Context, p *Performance) error {
	_, err := e.StorePerformance(ctx, p)
	return err
}

// PerformanceByKey returns an event's performance by its key; ErrNoPerformance when there is none.
func (e *Editor) PerformanceByKey(ctx context.Context, eventID, key string) (Performance, error) {
	return e.findPerformance(ctx, Performance{EventID: eventID, Key: key})
}

func (e *Editor) findPerformance(ctx context.Context, p Performance) (Performance, error) {
	query, args := ` WHERE p.event_id = $1 AND p.hall_id = $2 AND p.starts_at = $3 AND p.import_key = '' ORDER BY p.id LIMIT 1`,
		[]any{p.EventID, p.HallID, clock.Micros(p.StartsAt)}
	switch {
	case p.ID != "":
		query, args = ` WHERE p.id = $1`, []any{p.ID}
	case p.Key != "":
		query, args = ` WHERE p.event_id = $1 AND p.import_key = $2`, []any{p.EventID, p.Key}
	}
	found, err := scanPerformance(e.tx.QueryRow(ctx, `SELECT `+performanceColumns+` FROM catalog_performance p`+query, args...).Scan)
	return found, missing(err, ErrNoPerformance)
}

// keepNames adds what an older state of the performance had and this one has no more.
func (p *Performance) keepNames(old Performance) {
	for _, z := range old.Zones {
		if !p.hasZone(z.ID) {
			z.Categories = nil
			p.Zones = append(p.Zones, z)
		}
	}
	for _, t := range old.Types {
		if _, ok := p.Type(t.ID); !ok {
			p.Types = append(p.Types, t)
		}
	}
}

func (p *Performance) hasZone(id string) bool {
	for _, z := range p.Zones {
		if z.ID == id {
			return true
		}
	}
	return false
}
