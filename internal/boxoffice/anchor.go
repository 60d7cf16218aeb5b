package boxoffice

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy"
)

// Anchors implements privacy.Anchor: the last order that money was taken for, and the end of the last performance bought.
func (o *Office) Anchors(ctx context.Context, d *db.DB, persons []string) (out map[string]privacy.Facts, err error) {
	defer fault.Wrap(&err, "orders that start terms")
	out = make(map[string]privacy.Facts, len(persons))
	if len(persons) == 0 {
		return out, nil
	}
	args := make([]any, len(persons))
	for i, id := range persons {
		args[i] = id
	}
	err = d.Each(ctx, func(scan func(...any) error) error {
		var person string
		var ordered, ended, open int64
		if err := scan(&person, &ordered, &ended, &open); err != nil {
			return err
		}
		f := privacy.Facts{At: map[privacy.Event]time.Time{privacy.EventOrder: clock.FromMicros(ordered)}, Open: open > 0}
		if ended > 0 {
			f.At[privacy.EventPerformance] = clock.FromMicros(ended)
		}
		out[person] = f
		return nil
	}, `SELECT o.person_id, MAX(o.created_at), COALESCE(MAX(p.ends_at), 0),
			MAX(CASE WHEN o.status = 'pending' OR EXISTS (SELECT 1 FROM boxoffice_refund r WHERE r.order_id = o.id AND r.state = 'due') THEN 1 ELSE 0 END)
		FROM boxoffice_order o
		LEFT JOIN boxoffice_order_line l ON l.order_id = o.id
		LEFT JOIN catalog_performance p ON p.id = l.performance_id
		WHERE o.person_id IN `+db.In(1, len(args))+` AND o.status <> 'expired'
		GROUP BY o.person_id`, args...)
	if err != nil {
		return nil, err
	}
	return out, o.anchorHolders(ctx, d, args, out)
}

// anchorHolders adds the performances that persons were given tickets to, or that a ticket was taken for them.
func (o *Office) anchorHolders(ctx context.Context, d *db.DB, persons []any, out map[string]privacy.Facts) error {
	return d.Each(ctx, func(scan func(...any) error) error {
		var person string
		var ended int64
		if err := scan(&person, &ended); err != nil {
			return err
		}
		f, ok := out[person]
		if !ok {
			f.At = map[privacy.Event]time.Time{}
		}
		if at := clock.FromMicros(ended); at.After(f.At[privacy.EventPerformance]) {
			f.At[privacy.EventPerformance] = at
		}
		out[person] = f
		return nil
	}, `SELECT t.holder_id, MAX(p.ends_at) FROM boxoffice_ticket t JOIN catalog_performance p ON p.id = t.performance_id
		WHERE t.holder_id IN `+db.In(1, len(persons))+` GROUP BY t.holder_id
		UNION ALL SELECT r.person_id, MAX(p.ends_at) FROM boxoffice_representation r JOIN catalog_performance p ON p.id = r.performance_id
		WHERE r.person_id IN `+db.In(1, len(persons))+` GROUP BY r.person_id`, persons...)
}
