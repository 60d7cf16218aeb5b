package account

import (
	"context"
	"net/http"
	"slices"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
)

// ordersView lists what the person bought, signed in or as a guest with the same address.
type ordersView struct {
	frame
	Coming []orderRow
	Past   []orderRow
	Given  []evening // tickets that somebody passed on to them
}

// orderRow is one order with what it is for.
type orderRow struct {
	Order    boxoffice.Order
	Evenings []evening
}

// evening is one performance of an order.
type evening struct {
	Title   string
	Place   string
	When    string
	Tickets []boxoffice.Ticket
}

func (v ordersView) status(s boxoffice.Status) (kind, label string) {
	switch s {
	case boxoffice.OrderPaid:
		return "ok", v.T("account.status_paid")
	case boxoffice.OrderPending:
		return "warn", v.T("account.status_pending")
	case boxoffice.OrderRefunded:
		return "muted", v.T("account.status_refunded")
	}
	return "muted", v.T("account.status_expired")
}

func (v ordersView) bought(o boxoffice.Order) string {
	return v.T("account.bought", "at", v.Date(o.CreatedAt, v.UI.Clock.Now(), zone))
}

func (a *Account) orders(w http.ResponseWriter, r *http.Request, s people.Session) {
	v := ordersView{frame: a.frame(r, "orders")}
	v.Title = v.T("account.orders")
	persons, err := a.People.PersonsOf(r.Context(), s)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	list, err := a.Office.OrdersOfPersons(r.Context(), persons)
	if err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	seen := playbill{catalog: a.Catalog, shown: map[string]played{}}
	for _, o := range list {
		row, coming, err := seen.row(r.Context(), v, o)
		if err != nil {
			a.UI.Fail(w, r, err)
			return
		}
		if coming {
			v.Coming = append(v.Coming, row)
		} else {
			v.Past = append(v.Past, row)
		}
	}
	if v.Given, err = a.given(r.Context(), v, seen, persons); err != nil {
		a.UI.Fail(w, r, err)
		return
	}
	a.UI.Render(w, r, http.StatusOK, v.Page, ordersPage(v))
}

// given lists the tickets that the person holds without having bought them.
func (a *Account) given(ctx context.Context, v ordersView, seen playbill, persons []string) (out []evening, err error) {
	tickets, err := a.Office.TicketsHeldBy(ctx, persons)
	if err != nil {
		return nil, err
	}
	for _, t := range tickets {
		p, err := seen.find(ctx, t.PerformanceID)
		if err != nil {
			return nil, err
		}
		if t.Void {
			continue
		}
		out = append(out, evening{
			Title: v.Text(p.event.Title), Place: v.Text(p.venue.Name), Tickets: []boxoffice.Ticket{t},
			When: v.Moment(p.performance.StartsAt, v.UI.Clock.Now(), p.performance.Zone),
		})
	}
	return out, nil
}

// playbill remembers the performances that it has looked up for one page.
type playbill struct {
	catalog *catalog.Catalog
	shown   map[string]played
}

type played struct {
	performance catalog.Performance
	event       catalog.Event
	venue       catalog.Venue
}

func (b playbill) find(ctx context.Context, id string) (p played, err error) {
	if p, ok := b.shown[id]; ok {
		return p, nil
	}
	if p.performance, err = b.catalog.Performance(ctx, id); err != nil {
		return p, err
	}
	if p.event, err = b.catalog.Event(ctx, p.performance.EventID); err != nil {
		return p, err
	}
	if _, p.venue, err = b.catalog.Hall(ctx, p.performance.HallID); err != nil {
		return p, err
	}
	b.shown[id] = p
	return p, nil
}

// row tells an order evening by evening, and whether something of it is still to come.
func (b playbill) row(ctx context.Context, v ordersView, o boxoffice.Order) (row orderRow, coming bool, err error) {
	row.Order = o
	now := v.UI.Clock.Now()
	var ids []string
	for _, l := range o.Lines {
		if !slices.Contains(ids, l.PerformanceID) {
			ids = append(ids, l.PerformanceID)
		}
	}
	for _, id := range ids {
		p, err := b.find(ctx, id)
		if err != nil {
			return row, false, err
		}
		e := evening{Title: v.Text(p.event.Title), Place: v.Text(p.venue.Name), When: v.Moment(p.performance.StartsAt, now, p.performance.Zone)}
		for _, t := range o.Tickets {
			if t.PerformanceID == id && !t.Void {
				e.Tickets = append(e.Tickets, t)
			}
		}
		open := o.Status == boxoffice.OrderPaid || o.Status == boxoffice.OrderPending
		coming = coming || open && p.performance.EndsAt.After(now)
		row.Evenings = append(row.Evenings, e)
	}
	return row, coming, nil
}
