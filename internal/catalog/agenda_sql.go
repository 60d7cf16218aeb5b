package catalog

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
)

// AgendaFilter narrows the list of performances that staff work with: cancelled and past ones too.
type AgendaFilter struct {
	Query string    // words of title, organiser or venue
	City  string    // code, "" any
	From  time.Time // starting at or after; zero: from the first
	Until time.Time // starting before; zero: without end
	Past  bool      // newest first: the list goes back from Until
	After string    // where the page before ended
	Limit int       // at most 100; 30 when 0
}

// Agenda is a page of performances in order of their start.
type Agenda struct {
	Performances []Performance
	Next         string // After of the next page, "" at the end
}

const agendaPage, agendaMost = 30, 100

// Agenda lists performances for staff, by key.
func (c *Catalog) Agenda(ctx context.Context, f AgendaFilter) (a Agenda, err error) {
	defer fault.Wrap(&err, "list performances")
	if f.Limit <= 0 || f.Limit > agendaMost {
		f.Limit = agendaPage
	}
	where := &conditions{}
	where.and("p.starts_at >= ?", clock.Micros(f.From))
	if !f.Until.IsZero() {
		where.and("p.starts_at < ?", clock.Micros(f.Until))
	}
	if f.City != "" {
		where.and("v.city = ?", f.City)
	}
	for _, w := range (Filter{Search: f.Query}).words() {
		where.and("e.search_fold LIKE ?", "%"+w+"%")
	}
	order, follows := "ASC", ">"
	if f.Past {
		order, follows = "DESC", "<"
	}
	if at := parseCursor(f.After); at.event != "" {
		where.sql.WriteString(" AND (p.starts_at, p.id) " + follows + " (" + where.arg(at.starts) + ", " + where.arg(at.event) + ")")
	}
	a.Performances, err = c.performances(ctx, `SELECT `+performanceColumns+` FROM catalog_performance p
		JOIN catalog_event e ON e.id = p.event_id
		JOIN catalog_hall h ON h.id = p.hall_id
		JOIN catalog_venue v ON v.id = h.venue_id
		WHERE 1 = 1`+where.sql.String()+`
		ORDER BY p.starts_at `+order+`, p.id `+order+` LIMIT `+where.arg(f.Limit+1), where.args...)
	if err != nil {
		return Agenda{}, err
	}
	if len(a.Performances) > f.Limit {
		a.Performances = a.Performances[:f.Limit]
		last := a.Performances[f.Limit-1]
		a.Next = cursor{clock.Micros(last.StartsAt), last.ID}.String()
	}
	return a, nil
}
