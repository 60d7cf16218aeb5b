package privacy

import (
	"context"
	"slices"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// Facts are what a room knows about the terms of a person's data.
type Facts struct {
	At   map[Event]time.Time // when each event last was, or will be
	Open bool                // something goes on (an unpaid order, a refund due, a request, staff): nothing is destroyed
}

// Anchor is a room that knows events which start terms.
type Anchor interface {
	// Anchors tells what the room knows of persons; those it knows nothing of are absent.
	Anchors(ctx context.Context, d *db.DB, persons []string) (map[string]Facts, error)
}

// SetAnchors tells which rooms know such events; app calls it once.
func (p *Privacy) SetAnchors(as ...Anchor) { p.anchors = as }

// Due is what the terms say must go of one person.
type Due struct {
	Person   string
	Whole    bool // nothing is left: the person's key is destroyed
	Fields   []vault.Field
	Purposes []vault.Purpose // whose term is over; none where no purpose ever needed the field
}

// Tally counts what a night destroys, or what it leaves alone although its term may be over.
type Tally struct {
	Seen, Persons, Whole, Fields int
	Purposes                     map[vault.Purpose]int // persons, by the purpose whose term is over
	Blocked, Held, Open          int                   // persons left alone
}

func (t *Tally) add(d Due) {
	t.Persons++
	t.Fields += len(d.Fields)
	if d.Whole {
		t.Whole++
	}
	if t.Purposes == nil {
		t.Purposes = map[vault.Purpose]int{}
	}
	for _, p := range d.Purposes {
		t.Purposes[p]++
	}
}

// facts are everything that decides on one person.
type facts struct {
	Facts
	consents map[string]time.Time // by scope, those that stand
	sealed   time.Time
}

// at tells when the term of a field within a purpose started; false when the purpose does not concern the person.
func (f facts) at(e Entry, field vault.Field) (time.Time, bool) {
	k := e.TermOf(field)
	if k.Event == EventConsent {
		scope := e.scopeOf(field)
		var last time.Time
		for s, at := range f.consents {
			if (s == scope || scope == "" && s != ScopeService) && at.After(last) {
				last = at
			}
		}
		return last, !last.IsZero()
	}
	if at := f.At[k.Event]; !at.IsZero() {
		return at, true
	}
	// Who has bought nothing gave their data for the service all the same.
	if e.Purpose == vault.PurposeService {
		return f.sealed, true
	}
	return time.Time{}, false
}

// due applies the register to one person on a day.
func (r Processing) due(k vault.Kept, f facts, today calendar.Day) Due {
	d := Due{Person: k.Person}
	for _, field := range k.Fields {
		var over []vault.Purpose
		needed := false
		for _, e := range r.Entries {
			if !slices.Contains(e.Fields, field) {
				continue
			}
			at, concerns := f.at(e, field)
			switch {
			case !concerns:
			case today > e.TermOf(field).Last(at):
				over = append(over, e.Purpose)
			default:
				needed = true
			}
		}
		if needed {
			continue
		}
		d.Fields = append(d.Fields, field)
		for _, p := range over {
			if !slices.Contains(d.Purposes, p) {
				d.Purposes = append(d.Purposes, p)
			}
		}
	}
	d.Whole = len(d.Fields) == len(k.Fields)
	return d
}

// walk looks at a page of persons after one of them, and hands over what is due on a day. It returns the last person seen, "" at the end.
func (p *Privacy) walk(ctx context.Context, r Processing, after string, at time.Time, t *Tally, do func(Due) error) (string, error) {
	page, err := p.vault.KeptAfter(ctx, after, p.night.page)
	if err != nil || len(page) == 0 {
		return "", err
	}
	holds, err := openHolds(ctx, p.db, at)
	if err != nil {
		return "", err
	}
	known, err := p.factsOf(ctx, p.db, page)
	if err != nil {
		return "", err
	}
	traps, err := p.trapsAmong(ctx, page)
	if err != nil {
		return "", err
	}
	today := calendar.DayOf(at, termZone)
	for _, k := range page {
		if traps[k.Person] {
			continue
		}
		t.Seen++
		d := r.due(k, known[k.Person], today)
		switch {
		case len(d.Fields) == 0:
		case k.Blocked:
			t.Blocked++
		case holds.cover(k.Person):
			t.Held++
		case known[k.Person].Open:
			t.Open++
		default:
			if err := do(d); err != nil {
				return "", err
			}
		}
	}
	return page[len(page)-1].Person, nil
}

// factsOf asks every room about a page of persons.
func (p *Privacy) factsOf(ctx context.Context, d *db.DB, page []vault.Kept) (map[string]facts, error) {
	ids := make([]string, len(page))
	out := make(map[string]facts, len(page))
	for i, k := range page {
		ids[i] = k.Person
		out[k.Person] = facts{Facts: Facts{At: map[Event]time.Time{}}, sealed: k.SealedAt, consents: map[string]time.Time{}}
	}
	add := func(known map[string]Facts) {
		for id, k := range known {
			f, asked := out[id]
			if !asked {
				continue
			}
			f.Open = f.Open || k.Open
			for e, at := range k.At {
				if at.After(f.At[e]) {
					f.At[e] = at
				}
			}
			out[id] = f
		}
	}
	for _, a := range p.anchors {
		known, err := a.Anchors(ctx, d, ids)
		if err != nil {
			return nil, err
		}
		add(known)
	}
	seen, err := people.SeenOf(ctx, d, ids)
	if err != nil {
		return nil, err
	}
	for id, s := range seen {
		add(map[string]Facts{id: {At: map[Event]time.Time{EventSignIn: s.At}, Open: s.Staff}})
	}
	answers, err := answersOf(ctx, d, ids)
	if err != nil {
		return nil, err
	}
	add(answers)
	return out, eachConsent(ctx, d, ids, func(person, scope string, at time.Time) {
		if f := out[person]; at.After(f.consents[scope]) {
			f.consents[scope] = at
		}
	})
}

// nightHour is when a night's destruction may begin, in Almaty.
const nightHour = 3

// NextNight is when the next destruction begins.
func (p *Privacy) NextNight() time.Time {
	now := p.clock.Now().In(termZone)
	at := time.Date(now.Year(), now.Month(), now.Day(), nightHour, 0, 0, 0, termZone)
	if !now.Before(at) {
		at = at.AddDate(0, 0, 1)
	}
	return at.UTC()
}

// RunNight destroys what is due, once a night. A run that was interrupted goes on where it was; what is destroyed stays destroyed,
// and what a restored copy brought back is due again. It returns whether there was a night to run.
func (p *Privacy) RunNight(ctx context.Context) (ran bool, err error) {
	defer fault.Wrap(&err, "destroy what is due")
	now := p.clock.Now()
	if now.In(termZone).Hour() < nightHour {
		return false, nil
	}
	r, err := p.register(ctx, p.db)
	if err != nil {
		return false, err
	}
	night := string(calendar.DayOf(now, termZone))
	if err := beginNight(ctx, p.db, night, r.Hash, now); err != nil {
		return false, err
	}
	n, err := findNight(ctx, p.db, night)
	if err != nil || !n.DoneAt.IsZero() {
		return false, err
	}
	t := Tally{Seen: n.Seen}
	for after := n.reached; ; {
		after, err = p.walk(ctx, r.Processing, after, now, &t, func(d Due) error { return p.destroy(ctx, night, d) })
		if err != nil {
			return true, err
		}
		if after == "" {
			if _, err := p.forgetRequests(ctx); err != nil {
				return true, err
			}
			if _, err := p.forgetProofs(ctx); err != nil {
				return true, err
			}
			return true, endNight(ctx, p.db, night, t, p.clock.Now())
		}
		if err := reachNight(ctx, p.db, night, after, t); err != nil {
			return true, err
		}
	}
}

// destroy destroys what is due of one person. The line and the fields go in one transaction; a whole person goes by the ledger of
// erasures, which finishes what a crash left open.
func (p *Privacy) destroy(ctx context.Context, night string, d Due) error {
	if d.Whole { // the line first: whoever is erased when the program dies is not seen by the run that goes on
		if err := insertNightLine(ctx, p.db, night, d, p.clock.Now()); err != nil {
			return err
		}
		_, err := p.Erase(ctx, EraseOrder{Person: d.Person, Actor: actorProgram, Reason: "retention"})
		return leaveBlocked(err)
	}
	values := map[vault.Field]string{}
	for _, f := range d.Fields {
		values[f] = ""
	}
	return leaveBlocked(p.db.Transact(ctx, func(tx *db.DB) error {
		if err := insertNightLine(ctx, tx, night, d, p.clock.Now()); err != nil {
			return err
		}
		return p.vault.SealAs(ctx, tx, vault.Sealing{Person: d.Person, Values: values, Actor: actorProgram, Reason: "retention"})
	}))
}

// leaveBlocked goes on when the person was blocked or erased since the page was read.
func leaveBlocked(err error) error {
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.Gone, fault.NotFound:
		return nil
	}
	return err
}
