package privacy

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/vault"
)

// IncidentState is how far an incident has come; docs/states/incident.md draws it.
type IncidentState string

// The states of an incident.
const (
	IncidentOpen      IncidentState = "open"
	IncidentAssessed  IncidentState = "assessed"
	IncidentAuthority IncidentState = "authority" // the authority has the notice
	IncidentPeople    IncidentState = "people"    // those concerned have been told
	IncidentClosed    IncidentState = "closed"
)

// IncidentStates lists the states in their order.
var IncidentStates = []IncidentState{IncidentOpen, IncidentAssessed, IncidentAuthority, IncidentPeople, IncidentClosed}

// What became clear of an incident when it was closed.
const (
	OutcomeBreach = "breach"
	OutcomeNone   = "none" // no breach: two members of staff say so
)

// Known is what is known of an incident so far; it is filled in step by step and names nobody.
type Known struct {
	Title        string
	Nature       i18n.Text // Kazakh and Russian: the notices are written of it
	Categories   []vault.Field
	Approximate  int // persons, as far as known
	Consequences i18n.Text
	Measures     i18n.Text
	Contact      string
	Tell         string // "yes", "no", "" while nobody has decided whether those concerned are told
	TellReason   string // why they need not be told
}

// Incident is a breach of the security of personal data, or what looks like one.
type Incident struct {
	ID, Number  string
	State       IncidentState
	Revision    int64
	DetectedAt  time.Time // starts the clocks
	EnteredAt   time.Time
	EnteredBy   string
	AuthorityAt time.Time
	PeopleAt    time.Time
	ClosedAt    time.Time
	Outcome     string
	Closing     string
	DismissedBy string // who says that it is none, and waits for a colleague
	ClosedBy    string
	Timers      []IncidentTimer
	Known
}

// IncidentTimer is a clock of an incident.
type IncidentTimer struct {
	Timer
	MetAt time.Time // zero while it runs
}

// InTime tells whether the clock was met before its statutory end.
func (t IncidentTimer) InTime() bool { return !t.MetAt.IsZero() && !t.Late(t.MetAt) }

// Alarm says how a running clock stands: "" quiet, "soon" while it runs, "red" from the morning of its last day, "late".
func (t IncidentTimer) Alarm(now time.Time) string {
	last := t.Due.Add(-1).In(zone)
	morning := time.Date(last.Year(), last.Month(), last.Day(), 0, 0, 0, 0, zone)
	switch {
	case !t.MetAt.IsZero():
		return ""
	case t.Late(now):
		return "late"
	case !now.Before(morning):
		return "red"
	}
	return "soon"
}

// Closed tells whether nothing more is owed.
func (i Incident) Closed() bool { return i.State == IncidentClosed }

// Waits tells whether a colleague has to agree that it is none.
func (i Incident) Waits() bool { return i.DismissedBy != "" && !i.Closed() }

// What can be wrong with an incident.
var (
	ErrIncidentUnknown  = fault.New(fault.NotFound, "privacy.incident.unknown")
	ErrIncidentMoved    = fault.New(fault.Conflict, "privacy.incident.moved")
	ErrIncidentState    = fault.New(fault.Conflict, "privacy.incident.not_now")
	ErrIncidentTitle    = fault.New(fault.Invalid, "privacy.incident.title_needed")
	ErrIncidentDetected = fault.New(fault.Invalid, "privacy.incident.detected_wrong")
	ErrIncidentPart     = fault.New(fault.Invalid, "privacy.incident.part_needed")
	ErrIncidentLong     = fault.New(fault.Invalid, "privacy.incident.too_long")
	ErrIncidentCount    = fault.New(fault.Invalid, "privacy.incident.count_wrong")
	ErrIncidentTell     = fault.New(fault.Invalid, "privacy.incident.tell_needed")
	ErrIncidentReason   = fault.New(fault.Invalid, "privacy.incident.reason_needed")
	ErrIncidentSame     = fault.New(fault.Forbidden, "privacy.incident.same_person")
	ErrIncidentDue      = fault.New(fault.Conflict, "privacy.incident.still_telling")
)

// Incidents takes incidents from their detection to their closing: what is known, whom it concerns, the notices, the clocks.
type Incidents struct {
	p      *Privacy
	people *people.People
	jobs   *jobs.Queue
	mail   mail.Sender
	bundle *i18n.Bundle
	page   int // how many persons a search looks at together
}

// NewIncidents makes the room's incident desk and registers its jobs; call it before jobs start and after SetVault.
func NewIncidents(p *Privacy, pe *people.People, q *jobs.Queue, m mail.Sender, b *i18n.Bundle) *Incidents {
	n := &Incidents{p: p, people: pe, jobs: q, mail: m, bundle: b, page: 500}
	jobs.Handle(q, func(ctx context.Context, _ incidentJob) error {
		_, err := n.Run(ctx)
		return err
	})
	q.Every(time.Minute, incidentJob{})
	return n
}

// incidentJob goes on with searches and letters; it has no arguments, for the tables know how far they have come.
type incidentJob struct{}

// Kind names the handler.
func (incidentJob) Kind() string { return "privacy_incident" }

// incidentClocks run from the detection of a breach.
var incidentClocks = []string{"breach_notice"}

const (
	longestTitle = 200
	longestPart  = 4000
)

// Detected is an incident as it is first told of.
type Detected struct {
	Title string
	At    time.Time // when it was detected; now when zero
	Actor string    // "staff:<account id>", "system" for an alarm of the program's own
}

// Detect enters an incident in the caller's transaction and starts its clocks.
func (n *Incidents) Detect(ctx context.Context, tx *db.DB, d Detected) (i Incident, err error) {
	defer fault.Wrap(&err, "enter an incident")
	now := n.p.clock.Now()
	if d.At.IsZero() {
		d.At = now
	}
	d.Title = tidy(d.Title)
	var wrong fault.Fields
	if l := len([]rune(d.Title)); l < 5 || l > longestTitle {
		wrong = append(wrong, ErrIncidentTitle.On("title"))
	}
	if d.At.After(now) || d.At.Before(now.Add(-oldest)) {
		wrong = append(wrong, ErrIncidentDetected.On("detected"))
	}
	if err := wrong.OrNil(); err != nil {
		return i, err
	}
	cal, rules, err := n.p.law(ctx, tx)
	if err != nil {
		return i, err
	}
	ts, err := timersOf(cal, rules, incidentClocks, d.At)
	if err != nil {
		return i, err
	}
	i = Incident{
		ID: db.NewID(), State: IncidentOpen, Revision: 1, DetectedAt: d.At.Truncate(time.Microsecond), EnteredAt: now, EnteredBy: d.Actor,
		Known: Known{Title: d.Title, Contact: n.contact()},
	}
	for _, t := range ts {
		i.Timers = append(i.Timers, IncidentTimer{Timer: t})
	}
	if i.Number, err = nextNumber(ctx, tx, "incident", d.At.In(zone).Year()); err != nil {
		return i, err
	}
	if err := insertIncident(ctx, tx, i); err != nil {
		return i, err
	}
	return i, n.act(ctx, tx, i.ID, "entered", d.Actor)
}

// Enter is Detect in a transaction of its own.
func (n *Incidents) Enter(ctx context.Context, d Detected) (i Incident, err error) {
	err = n.p.db.Transact(ctx, func(tx *db.DB) error {
		i, err = n.Detect(ctx, tx, d)
		return err
	})
	return i, err
}

// contact is who answers the authority and those concerned.
func (n *Incidents) contact() string {
	return strings.Join(append([]string{n.p.operator.officer()}, n.p.operator.Phones...), ", ")
}

func (n *Incidents) act(ctx context.Context, tx *db.DB, id, what, actor string) error {
	return insertIncidentAct(ctx, tx, id, what, actor, n.p.clock.Now())
}

func tidy(s string) string {
	return strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "\r\n", "\n"), ""))
}

// parts are the texts of what is known, with the names of their fields in a form.
func (k *Known) parts() map[string]*string {
	return map[string]*string{
		"nature_kk": &k.Nature.KK, "nature_ru": &k.Nature.RU, "consequences_kk": &k.Consequences.KK, "consequences_ru": &k.Consequences.RU,
		"measures_kk": &k.Measures.KK, "measures_ru": &k.Measures.RU, "contact": &k.Contact,
	}
}

// check asks only that nothing is wrong; whole asks that nothing is missing.
func (k *Known) check(whole bool) error {
	var wrong fault.Fields
	k.Title, k.TellReason = tidy(k.Title), tidy(k.TellReason)
	if l := len([]rune(k.Title)); l < 5 || l > longestTitle {
		wrong = append(wrong, ErrIncidentTitle.On("title"))
	}
	for name, text := range k.parts() {
		*text = tidy(*text)
		switch l := len([]rune(*text)); {
		case l > longestPart:
			wrong = append(wrong, ErrIncidentLong.On(name))
		case whole && l < 3:
			wrong = append(wrong, ErrIncidentPart.On(name))
		}
	}
	k.Categories = slices.DeleteFunc(slices.Clone(k.Categories), func(f vault.Field) bool { _, known := fieldNames[f]; return !known })
	if whole && len(k.Categories) == 0 {
		wrong = append(wrong, ErrIncidentPart.On("categories"))
	}
	if k.Approximate < 0 || k.Approximate > 100_000_000 || whole && k.Approximate == 0 && k.Tell != "no" {
		wrong = append(wrong, ErrIncidentCount.On("approximate"))
	}
	if k.Tell != "" && k.Tell != "yes" && k.Tell != "no" || whole && k.Tell == "" {
		wrong = append(wrong, ErrIncidentTell.On("tell"))
	}
	if l := len([]rune(k.TellReason)); k.Tell == "no" && l < 10 || l > longestPart {
		wrong = append(wrong, ErrIncidentReason.On("tell_reason"))
	}
	slices.SortFunc(wrong, func(a, b *fault.Error) int { return strings.Compare(a.Field, b.Field) })
	return wrong.OrNil()
}

// Fill keeps what is known by now. revision is the one that the writer has read.
func (n *Incidents) Fill(ctx context.Context, id string, revision int64, k Known, actor string) (err error) {
	defer fault.Wrap(&err, "fill in incident %s", id)
	return n.fill(ctx, id, revision, k, actor, false)
}

// Assess keeps what is known and says that it is enough to tell the authority.
func (n *Incidents) Assess(ctx context.Context, id string, revision int64, k Known, actor string) (err error) {
	defer fault.Wrap(&err, "assess incident %s", id)
	return n.fill(ctx, id, revision, k, actor, true)
}

func (n *Incidents) fill(ctx context.Context, id string, revision int64, k Known, actor string, assess bool) error {
	return n.change(ctx, id, func(tx *db.DB, i Incident) (string, error) {
		if i.Closed() || assess && i.State != IncidentOpen {
			return "", ErrIncidentState
		}
		if i.Revision != revision {
			return "", ErrIncidentMoved
		}
		if err := k.check(assess || i.State != IncidentOpen); err != nil {
			return "", err
		}
		if i.State != IncidentOpen && i.State != IncidentAssessed { // what those concerned were told stays decided
			k.Tell, k.TellReason = i.Tell, i.TellReason
		}
		i.Known = k
		what := "filled"
		if assess {
			i.State, what = IncidentAssessed, "assessed"
		}
		return what, updateIncident(ctx, tx, i)
	}, actor)
}

// change does something to an incident in a transaction, alone, and writes who did it.
func (n *Incidents) change(ctx context.Context, id string, do func(tx *db.DB, i Incident) (act string, err error), actor string) error {
	return n.p.db.Transact(ctx, func(tx *db.DB) error {
		i, err := lockIncident(ctx, tx, id)
		if err != nil {
			return err
		}
		what, err := do(tx, i)
		if err != nil || what == "" {
			return err
		}
		return n.act(ctx, tx, id, what, actor)
	})
}

// Close ends an incident once everybody who is owed a notice has been told.
func (n *Incidents) Close(ctx context.Context, id, learnt, actor string) (err error) {
	defer fault.Wrap(&err, "close incident %s", id)
	learnt = tidy(learnt)
	if l := len([]rune(learnt)); l < 10 || l > longestPart {
		return fault.Fields{ErrIncidentReason.On("closing")}
	}
	return n.change(ctx, id, func(tx *db.DB, i Incident) (string, error) {
		told := i.State == IncidentPeople || i.State == IncidentAuthority && i.Tell == "no"
		if !told {
			return "", ErrIncidentState
		}
		if busy, err := n.busy(ctx, tx, id); err != nil || busy {
			return "", orBusy(err)
		}
		i.State, i.Outcome, i.Closing, i.ClosedBy, i.ClosedAt = IncidentClosed, OutcomeBreach, learnt, actor, n.p.clock.Now()
		return "closed", updateIncident(ctx, tx, i)
	}, actor)
}

func orBusy(err error) error {
	if err != nil {
		return err
	}
	return ErrIncidentDue
}

// Dismiss says that there was no breach; a colleague has to agree (Agree). Only what nobody was told of can be dismissed.
func (n *Incidents) Dismiss(ctx context.Context, id, why, actor string) (err error) {
	defer fault.Wrap(&err, "dismiss incident %s", id)
	why = tidy(why)
	if l := len([]rune(why)); l < 10 || l > longestPart {
		return fault.Fields{ErrIncidentReason.On("dismissal")}
	}
	return n.change(ctx, id, func(tx *db.DB, i Incident) (string, error) {
		if i.State != IncidentOpen && i.State != IncidentAssessed || i.DismissedBy != "" {
			return "", ErrIncidentState
		}
		i.Closing, i.DismissedBy = why, actor
		return "dismissed", updateIncident(ctx, tx, i)
	}, actor)
}

// Agree is the colleague's answer to a dismissal: yes closes the incident, no leaves it open.
func (n *Incidents) Agree(ctx context.Context, id, actor string, yes bool) (err error) {
	defer fault.Wrap(&err, "agree to the dismissal of incident %s", id)
	return n.change(ctx, id, func(tx *db.DB, i Incident) (string, error) {
		switch {
		case !i.Waits():
			return "", ErrIncidentState
		case !yes:
			i.Closing, i.DismissedBy = "", ""
			return "not_dismissed", updateIncident(ctx, tx, i)
		case i.DismissedBy == actor:
			return "", ErrIncidentSame
		}
		now := n.p.clock.Now()
		i.State, i.Outcome, i.ClosedBy, i.ClosedAt = IncidentClosed, OutcomeNone, actor, now
		if err := meetIncidentClocks(ctx, tx, id, now); err != nil {
			return "", err
		}
		return "closed", updateIncident(ctx, tx, i)
	}, actor)
}

// ByNumber returns an incident with its clocks.
func (n *Incidents) ByNumber(ctx context.Context, number string) (_ Incident, err error) {
	defer fault.Wrap(&err, "incident by number")
	if !requestNumber.MatchString(number) {
		return Incident{}, ErrIncidentUnknown
	}
	return findIncident(ctx, n.p.db, "number", number)
}

// List is the register of incidents: those that are open first by detection, or all with the newest first.
func (n *Incidents) List(ctx context.Context, open bool, limit int) (_ []Incident, err error) {
	defer fault.Wrap(&err, "list incidents")
	return listIncidents(ctx, n.p.db, open, limit)
}

// IncidentAct is a line of an incident's history.
type IncidentAct struct {
	What, Actor string
	At          time.Time
}

// Acts are an incident's history, oldest first.
func (n *Incidents) Acts(ctx context.Context, id string) ([]IncidentAct, error) {
	return listIncidentActs(ctx, n.p.db, id)
}

// recountIncidents counts the running clocks again when a term or the calendar has changed.
func (p *Privacy) recountIncidents(ctx context.Context, tx *db.DB) error {
	list, err := listIncidents(ctx, tx, true, recountPage)
	if err != nil {
		return err
	}
	cal, rules, err := p.law(ctx, tx)
	if err != nil {
		return err
	}
	for _, i := range list {
		ts, err := timersOf(cal, rules, incidentClocks, i.DetectedAt)
		if err != nil {
			return err
		}
		for _, t := range ts {
			if err := recountIncidentClock(ctx, tx, i.ID, t); err != nil {
				return err
			}
		}
	}
	return nil
}
