package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/demo"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/rehearsal"
)

// RehearseOptions are the flags of `sahna rehearse`.
type RehearseOptions struct {
	Performance string        // an id, or demo-stadium, demo-club, demo-theatre, demo-museum
	Buyers      int           // at once
	Duration    time.Duration // at most
	Database    string        // where to rehearse: "" is a file in a folder that is removed; postgres://… gets a schema that is dropped
	Listen      string        // where the scratch office serves
	Capacity    int           // of the largest standing area in the copy; 0 leaves it
	OnlyHold    bool          // measure holds alone
	Scratch     string        // folder for the scratch data; "" is the system's
	BesideSales bool          // may use the very database server that the configured office sells from
	Profiles    string        // folder for profiles of the run; "" takes none
	Progress    func(rehearsal.Progress)
}

// ErrBesideSales is a rehearsal on the office's own PostgreSQL by somebody who may not know what it costs there.
var ErrBesideSales = errors.New("this is the database that the office sells from: thousands of orders a minute would take its processor and its disk; " +
	"name another server with --db, or say --beside-sales")

// Rehearse copies a performance into a scratch office on the same engine, lets simulated buyers in over HTTP, asks the books what
// was oversold, and leaves nothing behind. cfg says where the performance is; the demo's need none.
func Rehearse(ctx context.Context, cfg Config, o RehearseOptions) (_ rehearsal.Report, err error) {
	boundMemory()
	if o.Database == "" && !strings.HasPrefix(o.Performance, demoPrefix) {
		o.Database = string(cfg.Database) // the engine that will have to bear it
	}
	if server := serverOf(o.Database); server != "" && server == serverOf(string(cfg.Database)) && !o.BesideSales {
		return rehearsal.Report{}, ErrBesideSales
	}
	dir, remove, err := openScratch(o.Scratch)
	if err != nil {
		return rehearsal.Report{}, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	address, drop, err := scratchDatabase(ctx, o.Database, o.Scratch, dir)
	if err != nil {
		return rehearsal.Report{}, err
	}
	defer func() { err = errors.Join(err, drop()) }()
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return rehearsal.Report{}, err
	}
	scratch := demoConfig(DemoOptions{Data: dir, Listen: o.Listen, Database: address}, "http://"+l.Addr().String())
	scratch.TrustedProxies = []string{"127.0.0.1", "::1"} // buyers name the networks that they come from
	scratch.Selling.HoldMinutes, scratch.Selling.PayMinutes = 5, 5
	opts := Options{Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))}
	opts.Outbox = mail.NewOutbox(clock.System())
	a, err := Open(ctx, scratch, opts)
	if err != nil {
		return rehearsal.Report{}, errors.Join(err, l.Close())
	}
	p, err := a.stage(ctx, cfg, o)
	if err != nil {
		return rehearsal.Report{}, errors.Join(err, l.Close(), a.Close())
	}
	report, err := a.rehearse(ctx, l, p, o)
	return report, errors.Join(err, a.Close())
}

const demoPrefix = "demo-"

func engineOf(address string) string {
	if strings.HasPrefix(address, "postgres") {
		return string(db.Postgres)
	}
	return string(db.SQLite)
}

// stage puts the performance on in the scratch office.
func (a *App) stage(ctx context.Context, cfg Config, o RehearseOptions) (p catalog.Performance, err error) {
	if of, ok := strings.CutPrefix(o.Performance, demoPrefix); ok {
		ids, err := demo.Fill(ctx, a.Catalog, a.clock.Now(), a.openSale)
		if err != nil {
			return p, err
		}
		id := map[string]string{"theatre": ids.Theatre, "stadium": ids.Stadium, "club": ids.Club, "museum": ids.Museum}[of]
		if id == "" {
			return p, fmt.Errorf("the demo has no %s: there are theatre, stadium, club and museum", of)
		}
		if p, err = a.Catalog.Performance(ctx, id); err != nil {
			return p, err
		}
	} else if p, err = a.copyPerformance(ctx, cfg, o.Performance); err != nil {
		return p, err
	}
	if o.Capacity > 0 {
		return p, a.widen(ctx, p.ID, o.Capacity)
	}
	return p, nil
}

// copyPerformance brings a performance with all it stands on from the office that cfg describes. Nobody's data comes with it.
func (a *App) copyPerformance(ctx context.Context, cfg Config, id string) (p catalog.Performance, err error) {
	from, err := db.Open(ctx, string(cfg.Database))
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	c := catalog.New(from, a.clock)
	if p, err = c.Performance(ctx, id); err != nil {
		return p, fmt.Errorf("performance %s: %w", id, err)
	}
	event, err := c.Event(ctx, p.EventID)
	if err != nil {
		return p, err
	}
	organiser, err := c.Organiser(ctx, event.OrganiserID)
	if err != nil {
		return p, err
	}
	hall, venue, err := c.Hall(ctx, p.HallID)
	if err != nil {
		return p, err
	}
	plan, err := c.Plan(ctx, p.PlanHash)
	if err != nil {
		return p, err
	}
	now := a.clock.Now()
	if move := now.AddDate(0, 0, 7).Sub(p.StartsAt); move > 0 { // on sale now, and not over before the rehearsal is
		p.DoorsAt, p.StartsAt, p.EndsAt = p.DoorsAt.Add(move), p.StartsAt.Add(move), p.EndsAt.Add(move)
	}
	p.SaleFrom, p.SaleUntil, p.Cancelled = now.Add(-time.Hour), p.StartsAt, false
	event.Picture = ""
	err = a.Catalog.Edit(ctx, func(e *catalog.Editor) error {
		if err := errors.Join(a.Catalog.SavePlan(ctx, e.Tx(), plan), e.SaveOrganiser(ctx, &organiser), e.SaveVenue(ctx, &venue)); err != nil {
			return err
		}
		hall.VenueID, event.OrganiserID = venue.ID, organiser.ID
		if err := errors.Join(e.SaveHall(ctx, &hall), e.SaveEvent(ctx, &event)); err != nil {
			return err
		}
		p.ID, p.EventID, p.HallID = "", event.ID, hall.ID
		if err := e.SavePerformance(ctx, &p); err != nil {
			return err
		}
		return errors.Join(e.Reindex(ctx, event.ID), a.Office.OpenSale(ctx, e.Tx(), p, plan))
	})
	return p, err
}

// widen gives the largest standing area of the copy more room, so that a fast sale does not end before it has been measured.
func (a *App) widen(ctx context.Context, performanceID string, capacity int) error {
	return a.DB.Transact(ctx, func(tx *db.DB) error {
		n, err := tx.Exec(ctx, `UPDATE boxoffice_area SET capacity = $2, free = $2 WHERE performance_id = $1 AND area_no =
			(SELECT area_no FROM boxoffice_area WHERE performance_id = $1 AND zone_id <> '' ORDER BY capacity DESC, area_no LIMIT 1)`, performanceID, capacity)
		if err != nil || n == 0 {
			return errors.Join(err, errors.New("there is no standing area to give --capacity to"))
		}
		_, err = tx.Exec(ctx, `UPDATE boxoffice_stock SET
				capacity = (SELECT COUNT(*) FROM boxoffice_seat WHERE performance_id = $1) + (SELECT SUM(capacity) FROM boxoffice_area WHERE performance_id = $1),
				free = (SELECT COUNT(*) FROM boxoffice_seat WHERE performance_id = $1 AND state = 0) + (SELECT SUM(free) FROM boxoffice_area WHERE performance_id = $1)
			WHERE performance_id = $1`, performanceID)
		return err
	})
}

func (a *App) rehearse(ctx context.Context, l net.Listener, p catalog.Performance, o RehearseOptions) (r rehearsal.Report, err error) {
	event, err := a.Catalog.Event(ctx, p.EventID)
	if err != nil {
		return r, err
	}
	raw, err := rehearsal.RawCommits(ctx, a.DB, 2*time.Second)
	if err != nil {
		return r, fmt.Errorf("raw commits: %w", err)
	}
	run, stop := context.WithCancel(ctx)
	defer stop()
	ready, served := make(chan struct{}), make(chan error, 1)
	go func() { served <- a.Run(run, l, func() error { close(ready); return nil }) }()
	select {
	case <-ready:
	case err := <-served:
		return r, err
	}
	before := rehearsal.Spent()
	var out rehearsal.Outcome
	err = rehearsal.Profiled(o.Profiles, func() (err error) {
		out, err = rehearsal.Run(ctx, rehearsal.Plan{
			Addrs: []string{l.Addr().String()}, Performance: p.ID, Page: "/kk/event/" + event.Slug, Buyers: o.Buyers, Duration: o.Duration,
			OnlyHold: o.OnlyHold, Progress: o.Progress, Widened: o.Capacity,
		})
		return err
	})
	spent := rehearsal.Spent() - before
	stop()
	if err := errors.Join(err, <-served); err != nil {
		return r, err
	}
	r = rehearsal.NewReport(out)
	r.Engine, r.Performance, r.Title = engineOf(string(a.cfg.Database)), o.Performance, event.Title.In(i18n.RU)
	r.Buyers, r.Cores, r.CPUSeconds, r.PeakMemoryMB = o.Buyers, runtime.NumCPU(), spent.Seconds(), rehearsal.PeakMemoryMB()
	r.MadeAt, r.Version = a.clock.Now(), Version()
	r.Compare(raw)
	if r.Oversold, err = a.Office.Oversold(ctx, p.ID); err != nil {
		return r, err
	}
	found, err := a.Office.Verify(ctx)
	r.Findings = append(r.Findings, found...)
	return r, err
}

// PrintRehearsal writes a report for people.
func PrintRehearsal(out io.Writer, r rehearsal.Report) error {
	_, err := io.WriteString(out, r.Text())
	return err
}
