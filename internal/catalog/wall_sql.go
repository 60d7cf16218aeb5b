package catalog

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/money"
)

// conditions writes what the filter asks of a performance p, its event e and its venue v.
type conditions struct {
	sql  strings.Builder
	args []any
}

// arg adds a value and returns its "$n".
func (c *conditions) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

func (c *conditions) and(sql string, v any) {
	c.sql.WriteString(" AND " + strings.ReplaceAll(sql, "?", c.arg(v)))
}

func (f Filter) conditions(now int64) *conditions {
	c := &conditions{args: []any{now}}
	if f.City != "" {
		c.and("v.city = ?", f.City)
	}
	if f.From != "" {
		c.and("p.day >= ?", f.From)
	}
	if f.To != "" {
		c.and("p.day <= ?", f.To)
	}
	if f.Genre != "" {
		c.and("e.genre = ?", string(f.Genre))
	}
	for _, w := range f.words() {
		c.and("e.search_fold LIKE ?", "%"+w+"%") // folded words are letters and digits: nothing to escape
	}
	return c
}

type wallKey struct {
	filter Filter
	minute int64
}

// Wall returns a page of the poster wall: events with performances to come, each once, those that come soonest first.
// Pages without a search are kept in memory for their minute; nobody may change their cards. Sales begin at whole minutes, so
// the wall tells of them in time.
func (c *Catalog) Wall(ctx context.Context, f Filter) (w Wall, err error) {
	defer fault.Wrap(&err, "read the wall")
	now := c.clock.Now().Truncate(time.Minute)
	if f.Search != "" {
		return c.readWall(ctx, f, now)
	}
	return rememberList(ctx, c, wallKey{f, now.Unix()}, func() (Wall, error) { return c.readWall(ctx, f, now) })
}

func (c *Catalog) readWall(ctx context.Context, f Filter, now time.Time) (w Wall, err error) {
	if !keepable(f.City) || !keepable(f.From) || !keepable(f.To) || !keepable(string(f.Genre)) || !keepable(f.Cursor) {
		return Wall{}, nil // nothing can match what cannot be stored
	}
	where := f.conditions(clock.Micros(now))
	inner := where.sql.String()
	after, limit := "", f.limit()
	if at := parseCursor(f.Cursor); at.event != "" {
		after = " AND (m.starts_at, m.event_id) > (" + where.arg(at.starts) + ", " + where.arg(at.event) + ")"
	}
	query := `WITH m AS (
			SELECT p.id, p.event_id, p.hall_id, p.starts_at, p.zone, p.currency,
				ROW_NUMBER() OVER (PARTITION BY p.event_id ORDER BY p.starts_at, p.id) AS place,
				COUNT(*) OVER (PARTITION BY p.event_id) AS performances,
				MIN(p.price_from) OVER (PARTITION BY p.event_id) AS low,
				MAX(p.price_to) OVER (PARTITION BY p.event_id) AS high,
				SUM(CASE WHEN p.sale_from <= $1 AND p.sale_until > $1 THEN 1 ELSE 0 END) OVER (PARTITION BY p.event_id) AS open,
				SUM(CASE WHEN p.sale_from > $1 THEN 1 ELSE 0 END) OVER (PARTITION BY p.event_id) AS soon,
				COALESCE(MIN(CASE WHEN p.sale_from > $1 THEN p.sale_from END) OVER (PARTITION BY p.event_id), 0) AS sale_from
			FROM catalog_performance p
			JOIN catalog_event e ON e.id = p.event_id
			JOIN catalog_hall h ON h.id = p.hall_id
			JOIN catalog_venue v ON v.id = h.venue_id
			WHERE p.starts_at >= $1 AND NOT p.cancelled` + inner + `)
		SELECT m.id, m.starts_at, m.zone, m.currency, m.performances, m.low, m.high, m.open, m.soon, m.sale_from, m.hall_id, ` +
		eventColumns + `
		FROM m JOIN catalog_event e ON e.id = m.event_id
		WHERE m.place = 1` + after + `
		ORDER BY m.starts_at, m.event_id LIMIT ` + where.arg(limit+1)
	halls := []string{}
	err = c.db.Each(ctx, func(scan func(...any) error) error {
		card, hall, err := scanCard(scan)
		w.Cards, halls = append(w.Cards, card), append(halls, hall)
		return err
	}, query, where.args...)
	if err != nil {
		return Wall{}, err
	}
	if len(w.Cards) > limit {
		w.Cards = w.Cards[:limit]
		last := w.Cards[limit-1]
		w.Next = cursor{clock.Micros(last.StartsAt), last.ID}.String()
	}
	for i := range w.Cards {
		if w.Cards[i].Hall, w.Cards[i].Venue, err = c.Hall(ctx, halls[i]); err != nil {
			return Wall{}, err
		}
	}
	return w, nil
}

func scanCard(scan func(...any) error) (Card, string, error) {
	var x Card
	var starts, low, high, from int64
	var open, soon int
	var hall, currency string
	into := append([]any{&x.Performance, &starts, &x.Zone, &currency, &x.Count, &low, &high, &open, &soon, &from, &hall},
		x.Event.fields()...)
	err := scan(into...)
	x.StartsAt = clock.FromMicros(starts)
	x.PriceFrom, x.PriceTo = money.Amount{Minor: low, Currency: currency}, money.Amount{Minor: high, Currency: currency}
	x.Sale, x.SaleFrom = sale(open, soon, from)
	return x, hall, err
}
