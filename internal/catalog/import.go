package catalog

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/money"
)

// MaxEventsBytes is how large a file of events may be.
const MaxEventsBytes = 10 << 20

// ImportOptions say how a file of events is taken in.
type ImportOptions struct {
	// Plans holds the plan files that the events name ("theatre.json"); nil when they name plans by hash only.
	Plans fs.FS
	// Beside holds the pictures that the events name, Pictures is where they are kept.
	Beside   fs.FS
	Pictures files.Store
	// OnPerformance runs in the import's transaction for every performance, new or not: the box office lays out its stock.
	OnPerformance func(ctx context.Context, tx *db.DB, p Performance, plan *Plan) error
}

// Report counts what a file held.
type Report struct {
	Organisers, Venues, Events, Performances int
	New                                      int // performances that were not there before
}

// ImportPlan stores a plan from a file, ours or pretix', and returns its hash. A bad file is an ErrBadPlan.
func (c *Catalog) ImportPlan(ctx context.Context, file []byte) (hash string, err error) {
	plan, err := ParsePlan(file)
	if err != nil {
		return "", err
	}
	return plan.Hash(), c.SavePlan(ctx, c.db, plan)
}

// ImportEvents stores what docs/import.md describes: everything or nothing. A bad file is an *ImportError with every line that
// is wrong. Importing again updates what has the same slug (performances: the same key, or event, hall and start).
func (c *Catalog) ImportEvents(ctx context.Context, file []byte, opts ImportOptions) (r Report, err error) {
	if len(file) > MaxEventsBytes {
		return Report{}, ErrBigEvents.With("megabytes", MaxEventsBytes>>20)
	}
	read, err := checkEvents(file)
	if err != nil {
		return Report{}, err
	}
	var bad problems
	if err := read.pictures(ctx, opts, &bad); err != nil {
		return Report{}, err
	}
	plans := planFiles{dir: opts.Plans, kept: map[string]*Plan{}}
	err = c.Edit(ctx, func(e *Editor) error {
		i := importer{catalog: c, e: e, opts: opts, plans: plans, halls: map[string]hallFound{}, organisers: map[string]string{}}
		if err := i.run(ctx, read); err != nil {
			return err
		}
		r = i.report
		i.problems.list = append(i.problems.list, bad.list...)
		return i.problems.err()
	})
	if err != nil {
		return Report{}, err
	}
	return r, nil
}

// CheckEvents reads a file of events without a database: what can be told from the file alone.
func CheckEvents(file []byte) error {
	_, err := checkEvents(file)
	return err
}

func checkEvents(file []byte) (eventsFile, error) {
	var p problems
	root, ok := parseYAML(file, &p)
	if !ok {
		return eventsFile{}, p.err()
	}
	out := readEventsFile(root)
	return out, p.err()
}

// planFiles reads plans that stand beside the file of events.
type planFiles struct {
	dir  fs.FS
	kept map[string]*Plan
}

func (f planFiles) read(name string) (*Plan, error) {
	if p, ok := f.kept[name]; ok {
		return p, nil
	}
	if f.dir == nil || !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	body, err := fs.ReadFile(f.dir, name)
	if err != nil {
		return nil, err
	}
	p, err := ParsePlan(body)
	if err == nil {
		f.kept[name] = p
	}
	return p, err
}

type hallFound struct {
	hall Hall
	zone string // of the venue's clocks
	plan ref
}

// importer stores a checked file in one transaction. What cannot be found becomes a problem; the rest is still looked at.
type importer struct {
	problems   problems
	catalog    *Catalog
	e          *Editor
	opts       ImportOptions
	plans      planFiles
	halls      map[string]hallFound // by "venue/hall"
	organisers map[string]string    // slug → id
	report     Report
}

func (i *importer) wrong(v value, format string, args ...any) {
	i.problems.add(v.line, v.path, format, args...)
}

func (i *importer) run(ctx context.Context, f eventsFile) error {
	for _, o := range f.organisers {
		if err := i.e.SaveOrganiser(ctx, &o.Organiser); err != nil {
			return err
		}
		i.organisers[o.Slug] = o.ID
		i.report.Organisers++
	}
	for _, v := range f.venues {
		if err := i.venue(ctx, v); err != nil {
			return err
		}
	}
	for _, e := range f.events {
		if err := i.event(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (i *importer) venue(ctx context.Context, v venueEntry) error {
	if err := i.e.SaveVenue(ctx, &v.Venue); err != nil {
		return err
	}
	for _, h := range v.halls {
		h.VenueID = v.Venue.ID
		if err := i.e.SaveHall(ctx, &h.Hall); err != nil {
			return err
		}
		i.halls[v.Slug+"/"+h.Hall.Slug] = hallFound{hall: h.Hall, zone: v.Zone, plan: h.plan}
	}
	i.report.Venues++
	return nil
}

func (i *importer) event(ctx context.Context, e eventEntry) error {
	id, err := i.organiser(ctx, e.organiser)
	if err != nil || id == "" {
		return err
	}
	e.OrganiserID = id
	if err := i.e.SaveEvent(ctx, &e.Event); err != nil {
		return err
	}
	i.report.Events++
	starts := map[string]int{}
	for _, s := range e.shows {
		if err := i.show(ctx, e, s, starts); err != nil {
			return err
		}
	}
	return i.e.Reindex(ctx, e.ID)
}

func (i *importer) organiser(ctx context.Context, r ref) (string, error) {
	if id, ok := i.organisers[r.name]; ok {
		return id, nil
	}
	var id string
	err := i.e.tx.QueryRow(ctx, `SELECT id FROM catalog_organiser WHERE slug = $1`, r.name).Scan(&id)
	if errors.Is(err, db.ErrNoRow) {
		i.wrong(r.at, "unknown organiser %s", quote(r.name))
		return "", nil
	}
	i.organisers[r.name] = id
	return id, err
}

func (i *importer) show(ctx context.Context, e eventEntry, s showEntry, starts map[string]int) error {
	hall, ok, err := i.hall(ctx, s.hall)
	if err != nil || !ok {
		return err
	}
	p := e.performance(s, hall, &i.problems)
	if p.StartsAt.IsZero() {
		return nil
	}
	same := hall.hall.ID + p.StartsAt.String()
	if first, twice := starts[same]; twice {
		i.wrong(s.at, "the event starts twice in this hall at this time, first in line %d", first)
		return nil
	}
	starts[same] = s.at.line
	plan, err := i.plan(ctx, s, hall)
	if err != nil || plan == nil {
		return err
	}
	p.PlanHash = plan.Hash()
	if !i.categories(e, plan) {
		return nil
	}
	return i.save(ctx, s, p, plan)
}

func (i *importer) save(ctx context.Context, s showEntry, p Performance, plan *Plan) error {
	made, err := i.e.StorePerformance(ctx, &p)
	if errors.Is(err, ErrPlanChanged) {
		i.wrong(s.at, "this performance exists with another plan: its seats may be sold, so its plan cannot change")
		return nil
	}
	if err != nil {
		return err
	}
	i.report.Performances++
	if made {
		i.report.New++
	}
	if i.opts.OnPerformance == nil {
		return nil
	}
	return i.opts.OnPerformance(ctx, i.e.tx, p, plan)
}

// hall finds "venue/hall" in the file or in the database; ok is false when there is none.
func (i *importer) hall(ctx context.Context, r ref) (hallFound, bool, error) {
	if h, ok := i.halls[r.name]; ok {
		return h, true, nil
	}
	h, err := i.e.findHall(ctx, r.name)
	if errors.Is(err, ErrNoHall) {
		i.wrong(r.at, "unknown hall %s: write venue/hall", quote(r.name))
		return hallFound{}, false, nil
	}
	if err == nil {
		i.halls[r.name] = h
	}
	return h, err == nil, err
}

// plan finds the performance's plan, else its hall's; nil when there is none.
func (i *importer) plan(ctx context.Context, s showEntry, h hallFound) (*Plan, error) {
	r := s.plan
	if r.name == "" {
		r = h.plan
	}
	if r.name == "" {
		i.wrong(s.at, "neither the performance nor its hall names a plan")
		return nil, nil
	}
	plan, err := i.plans.read(r.name)
	switch {
	case err == nil:
		return plan, i.catalog.SavePlan(ctx, i.e.tx, plan)
	case fault.KindOf(err) == fault.Invalid:
		i.wrong(r.at, "the plan %s is bad: %v", quote(r.name), err)
		return nil, nil
	case !errors.Is(err, fs.ErrNotExist):
		i.wrong(r.at, "the plan %s cannot be read", quote(r.name))
		return nil, nil
	}
	plan, err = i.catalog.planIn(ctx, i.e.tx, r.name)
	if errors.Is(err, ErrNoPlan) {
		i.wrong(r.at, "there is no plan %s, neither as a file nor by its hash", quote(r.name))
		return nil, nil
	}
	return plan, err
}

// categories checks that the plan has what the event's zones name.
func (i *importer) categories(e eventEntry, plan *Plan) bool {
	known := plan.Categories()
	ok := true
	for n, z := range e.offer.Zones {
		for _, c := range z.Categories {
			if !slices.ContainsFunc(known, func(k Category) bool { return k.Name == c }) {
				ok = false
				if !slices.ContainsFunc(i.problems.list, func(p Problem) bool { return p.Line == e.zones[n].line }) {
					i.wrong(e.zones[n], "the plan %q has no category %s", plan.Name(), quote(c))
				}
			}
		}
	}
	return ok
}

// performance puts a showing together by the clocks of its hall.
func (e eventEntry) performance(s showEntry, h hallFound, to *problems) Performance {
	at := func(v value) time.Time { v.to = to; return v.moment(h.zone) }
	p := Performance{
		EventID: e.ID, HallID: h.hall.ID, Key: s.key, Zone: h.zone, StartsAt: at(s.start), OrderLimit: e.limit,
		Cancelled: s.off, Currency: money.KZT,
		Zones: slices.Clone(e.offer.Zones), Types: slices.Clone(e.offer.Types), Prices: e.offer.Prices,
	}
	if p.StartsAt.IsZero() {
		return p
	}
	p.DoorsAt = p.StartsAt.Add(-time.Duration(s.doors) * time.Minute)
	p.EndsAt = p.StartsAt.Add(time.Duration(s.minutes) * time.Minute)
	p.SaleFrom, p.SaleUntil = at(s.sale.from), at(s.sale.until)
	if p.SaleUntil.IsZero() {
		p.SaleUntil = p.StartsAt.Add(-time.Duration(s.sale.closes) * time.Minute)
	}
	if !p.SaleFrom.Before(p.SaleUntil) {
		to.add(s.at.line, s.at.path, "the sale would end before it begins")
	}
	return p
}
