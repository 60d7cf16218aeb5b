// Package pulse counts how the site does: requests, errors, slow pages, and networks that are refused often.
//
// It owns the hourly figures in ops_hour and ops_network, and their end after two
// weeks. It promises that they name nobody: a route is a pattern, a network is
// shortened before it comes here, and neither is ever joined with a person. What
// a crash leaves uncounted is at most a minute.
package pulse

import (
	"context"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

const (
	slow       = time.Second         // from which a page counts as slow
	kept       = 14 * 24 * time.Hour // then figures are deleted
	mostRoutes = 2000                // in memory, between two flushes
	mostNets   = 5000
)

type hourKey struct {
	at   int64
	name string // a route's pattern or a network
}

// Count is what happened within an hour or a longer time.
type Count struct {
	Requests, Errors, Slow int64
	Worst                  time.Duration // the slowest answer
}

// Pulse counts in memory and keeps the figures by the hour.
type Pulse struct {
	db     *db.DB
	clock  clock.Clock
	mu     sync.Mutex
	routes map[hourKey]Count
	nets   map[hourKey]int64
}

// New makes a counter over a migrated database.
func New(d *db.DB, c clock.Clock) *Pulse {
	return &Pulse{db: d, clock: c, routes: map[hourKey]Count{}, nets: map[hourKey]int64{}}
}

// Observe counts an answer. network is shortened already (203.0.113.0/24), "" when unknown.
func (p *Pulse) Observe(route string, status int, took time.Duration, network string) {
	hour := clock.Micros(p.clock.Now().Truncate(time.Hour))
	if route == "" {
		route = "unknown"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	k := hourKey{hour, route}
	if c, known := p.routes[k]; known || len(p.routes) < mostRoutes {
		c.Requests++
		if status >= 500 {
			c.Errors++
		}
		if took >= slow {
			c.Slow++
		}
		c.Worst = max(c.Worst, took)
		p.routes[k] = c
	}
	if network == "" || status < 400 || status >= 500 {
		return
	}
	n := hourKey{hour, network}
	if _, known := p.nets[n]; known || len(p.nets) < mostNets {
		p.nets[n]++
	}
}

// Flush keeps what was counted since the last time, and deletes what is too old.
func (p *Pulse) Flush(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "keep the pulse")
	p.mu.Lock()
	routes, nets := p.routes, p.nets
	p.routes, p.nets = map[hourKey]Count{}, map[hourKey]int64{}
	p.mu.Unlock()
	old := clock.Micros(p.clock.Now().Add(-kept))
	return p.db.Transact(ctx, func(tx *db.DB) error {
		for k, c := range routes {
			if _, err := tx.Exec(ctx, `INSERT INTO ops_hour (at, route, requests, errors, slow, worst_ms) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (at, route) DO UPDATE SET requests = ops_hour.requests + $3, errors = ops_hour.errors + $4, slow = ops_hour.slow + $5,
					worst_ms = CASE WHEN ops_hour.worst_ms > $6 THEN ops_hour.worst_ms ELSE $6 END`,
				k.at, k.name, c.Requests, c.Errors, c.Slow, c.Worst.Milliseconds()); err != nil {
				return err
			}
		}
		for k, n := range nets {
			if _, err := tx.Exec(ctx, `INSERT INTO ops_network (at, network, refused) VALUES ($1, $2, $3)
				ON CONFLICT (at, network) DO UPDATE SET refused = ops_network.refused + $3`, k.at, k.name, n); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM ops_hour WHERE at < $1`, old); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM ops_network WHERE at < $1`, old)
		return err
	})
}

// Hour is what happened within one hour.
type Hour struct {
	At time.Time
	Count
}

// Route is what happened at one address's pattern.
type Route struct {
	Pattern string
	Count
}

// Network is how often a shortened network was refused.
type Network struct {
	Network string
	Refused int64
}

// Report is the figures since a moment.
type Report struct {
	Hours    []Hour // oldest first, those with nothing too
	Routes   []Route
	Networks []Network
}

// mostShown bounds the lists of a report.
const mostShown = 20

// Report reads the figures of the last hours.
func (p *Pulse) Report(ctx context.Context, hours int) (r Report, err error) {
	defer fault.Wrap(&err, "read the pulse")
	last := p.clock.Now().Truncate(time.Hour)
	since := last.Add(-time.Duration(hours-1) * time.Hour)
	for at := since; !at.After(last); at = at.Add(time.Hour) {
		r.Hours = append(r.Hours, Hour{At: at})
	}
	from := clock.Micros(since)
	if err := p.db.Each(ctx, func(scan func(...any) error) error {
		var at, worst int64
		var c Count
		if err := scan(&at, &c.Requests, &c.Errors, &c.Slow, &worst); err != nil {
			return err
		}
		c.Worst = time.Duration(worst) * time.Millisecond
		if i := int(clock.FromMicros(at).Sub(since) / time.Hour); i >= 0 && i < len(r.Hours) {
			r.Hours[i].Count = c
		}
		return nil
	}, `SELECT at, sum(requests), sum(errors), sum(slow), max(worst_ms) FROM ops_hour WHERE at >= $1 GROUP BY at ORDER BY at`, from); err != nil {
		return r, err
	}
	if err := p.db.Each(ctx, func(scan func(...any) error) error {
		var one Route
		var worst int64
		err := scan(&one.Pattern, &one.Requests, &one.Errors, &one.Slow, &worst)
		one.Worst = time.Duration(worst) * time.Millisecond
		r.Routes = append(r.Routes, one)
		return err
	}, `SELECT route, sum(requests), sum(errors), sum(slow), max(worst_ms) FROM ops_hour WHERE at >= $1 GROUP BY route
		HAVING sum(errors) + sum(slow) > 0 ORDER BY sum(errors) DESC, sum(slow) DESC, route LIMIT $2`, from, mostShown); err != nil {
		return r, err
	}
	err = p.db.Each(ctx, func(scan func(...any) error) error {
		var n Network
		err := scan(&n.Network, &n.Refused)
		r.Networks = append(r.Networks, n)
		return err
	}, `SELECT network, sum(refused) FROM ops_network WHERE at >= $1 GROUP BY network ORDER BY sum(refused) DESC, network LIMIT $2`, from, mostShown)
	return r, err
}
