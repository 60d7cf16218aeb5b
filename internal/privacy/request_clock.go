package privacy

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy/calendar"
)

// zone is where the law's days begin and end.
var zone = i18n.Zone("Asia/Almaty")

// Timer is one clock of law that runs for a request: a term cannot be extended, so it has no later end.
type Timer struct {
	Clock     string // the rule's id: "claim_consumer"
	Term      calendar.Term
	Source    string    // the article
	Strict    time.Time // the same hour on the last day
	Due       time.Time // 24:00 of it (Civil Code 176)
	Estimated bool      // the calendar of that year was not known: counted with weekends only, so never too late
}

// Late tells whether an act at an instant is out of time: until 24:00 of the last day it is not.
func (t Timer) Late(at time.Time) bool { return !at.Before(t.Due) }

// clocksOf are the rules that run for a kind of request. To destroy is what the law gives instead of a correction that cannot be
// made (94-V 25(2)(8)), and it withdraws the consent as well (8(7)).
var clocksOf = map[RequestKind][]string{
	RequestAccess:    {"access"},
	RequestRectify:   {"rectify"},
	RequestBlock:     {"block"},
	RequestUnblock:   {"unblock"},
	RequestWithdraw:  {"withdraw"},
	RequestErase:     {"rectify", "withdraw"},
	RequestObjection: {"automated_objection"},
	RequestTakedown:  {"takedown"},
	RequestClaim:     {"claim_contract", "claim_consumer"},
}

// timers counts every clock of a kind from an instant, the earliest first.
func timers(c *calendar.Calendar, rules calendar.Rules, k RequestKind, at time.Time) ([]Timer, error) {
	return timersOf(c, rules, clocksOf[k], at)
}

// timersOf counts clocks from an instant, the earliest first.
func timersOf(c *calendar.Calendar, rules calendar.Rules, ids []string, at time.Time) ([]Timer, error) {
	day := calendar.DayOf(at, zone)
	var out []Timer
	for _, id := range ids {
		rule, err := rules.On(id, day)
		if err != nil {
			return nil, err
		}
		t := Timer{Clock: id, Term: rule.Term(), Source: rule.Source}
		ends, err := c.DeadlineAt(at, t.Term, zone)
		if errors.Is(err, calendar.ErrUnknownYear) {
			year := at.In(zone).Year()
			t.Estimated = true
			ends, err = c.WithoutHolidays(year, year+2).DeadlineAt(at, t.Term, zone)
		}
		if err != nil {
			return nil, err
		}
		t.Strict, t.Due = ends.Strict, ends.Statutory
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b Timer) int { return a.Due.Compare(b.Due) })
	return out, nil
}

// Calendar is the working days as the office keeps them.
func (p *Privacy) Calendar(ctx context.Context, d *db.DB) (_ *calendar.Calendar, err error) {
	defer fault.Wrap(&err, "read the calendar")
	years, err := readYears(ctx, d)
	if err != nil {
		return nil, err
	}
	bodies := map[int]string{}
	for _, y := range years {
		bodies[y.Number] = y.Body
	}
	return calendar.FromYears(bodies)
}

// Terms are the clocks of law as the office keeps them, each row ending where the next one of its clock begins.
func (p *Privacy) Terms(ctx context.Context, d *db.DB) (_ calendar.Rules, err error) {
	defer fault.Wrap(&err, "read the terms of law")
	rows, err := readTerms(ctx, d)
	if err != nil {
		return nil, err
	}
	return rulesOf(rows), nil
}

// TermRow is a term of law with who entered it.
type TermRow struct {
	calendar.Rule
	AddedBy string
	AddedAt time.Time
	Over    bool // a later row corrected it: it never holds
}

// rulesOf expects rows by clock, day and time of entry. Of two rows of one day the later one corrects the earlier.
func rulesOf(rows []TermRow) calendar.Rules {
	var out calendar.Rules
	for i := range rows {
		if markOver(rows, i); !rows[i].Over {
			out = append(out, rows[i].Rule)
		}
	}
	return out
}

func markOver(rows []TermRow, i int) {
	if i+1 >= len(rows) || rows[i+1].ID != rows[i].ID {
		return
	}
	next := rows[i+1].From
	if rows[i].Over = next == rows[i].From; !rows[i].Over && (rows[i].To == "" || next < rows[i].To) {
		rows[i].To = next
	}
}

// TermRows lists all terms, corrected ones too.
func (p *Privacy) TermRows(ctx context.Context) (_ []TermRow, err error) {
	defer fault.Wrap(&err, "list the terms of law")
	rows, err := readTerms(ctx, p.db)
	rulesOf(rows)
	return rows, err
}

// CalendarYear is a version of a year.
type CalendarYear struct {
	Number  int
	Version int
	Body    string // in the form of calendar/years/*.toml
	AddedBy string
	AddedAt time.Time
}

// CalendarYears lists the years in force, earliest first.
func (p *Privacy) CalendarYears(ctx context.Context) (_ []CalendarYear, err error) {
	defer fault.Wrap(&err, "list the calendar's years")
	return readYears(ctx, p.db)
}

// What can be wrong with a term or a year that is entered.
var (
	ErrTermWrong = fault.New(fault.Invalid, "privacy.request.term_wrong")
	ErrTermClock = fault.New(fault.Invalid, "privacy.request.term_clock")
	ErrTermFrom  = fault.New(fault.Invalid, "privacy.request.term_from")
	ErrTermLaw   = fault.New(fault.Invalid, "privacy.request.term_source")
	ErrYearWrong = fault.New(fault.Invalid, "privacy.request.year_wrong")
)

// AddTerm enters a term of law from a day on. Rows before it stay as they are; open requests are counted again.
func (p *Privacy) AddTerm(ctx context.Context, r calendar.Rule, actor string) (err error) {
	defer fault.Wrap(&err, "add a term of law")
	var wrong fault.Fields
	known, err := calendar.LawsTerms()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(known, func(k calendar.Rule) bool { return k.ID == r.ID }) {
		wrong = append(wrong, ErrTermClock.On("clock"))
	}
	if _, err := calendar.ParseTerm(r.Term().String()); err != nil {
		wrong = append(wrong, ErrTermWrong.On("term"))
	}
	if _, err := calendar.ParseDay(string(r.From)); err != nil {
		wrong = append(wrong, ErrTermFrom.On("from"))
	}
	if n := len([]rune(r.Source)); n < 3 || n > 200 {
		wrong = append(wrong, ErrTermLaw.On("source"))
	}
	if err := wrong.OrNil(); err != nil {
		return err
	}
	r.To = ""
	return p.db.Transact(ctx, func(tx *db.DB) error {
		if err := insertTerms(ctx, tx, []TermRow{{Rule: r, AddedBy: actor, AddedAt: p.clock.Now()}}, false); err != nil {
			return err
		}
		return p.recount(ctx, tx)
	})
}

// SetYear enters a year of the calendar anew; what it said before stays readable. Open requests are counted again.
func (p *Privacy) SetYear(ctx context.Context, number int, body, actor string) (err error) {
	defer fault.Wrap(&err, "set a year of the calendar")
	if number < 2000 || number > 2100 || len(body) > 10_000 || strings.TrimSpace(body) == "" {
		return ErrYearWrong.On("body")
	}
	if _, err := calendar.FromYears(map[int]string{number: body}); err != nil {
		return ErrYearWrong.On("body").Because(err)
	}
	return p.db.Transact(ctx, func(tx *db.DB) error {
		years, err := readYears(ctx, tx)
		if err != nil {
			return err
		}
		y := CalendarYear{Number: number, Version: 1, Body: body, AddedBy: actor, AddedAt: p.clock.Now()}
		for _, old := range years {
			if old.Number == number {
				y.Version = old.Version + 1
			}
		}
		if err := insertYear(ctx, tx, y); err != nil {
			return err
		}
		return p.recount(ctx, tx)
	})
}

// recount counts the clocks of open requests again, by the rules that were in force when they came.
func (p *Privacy) recount(ctx context.Context, tx *db.DB) error {
	cal, rules, err := p.law(ctx, tx)
	if err != nil {
		return err
	}
	after := RequestKey{}
	for {
		page, err := listRequests(ctx, tx, RequestFilter{Open: true, After: after}, recountPage)
		if err != nil {
			return err
		}
		for _, r := range page {
			ts, err := timers(cal, rules, r.Kind, r.ReceivedAt)
			if err != nil {
				return err
			}
			if err := replaceTimers(ctx, tx, r.ID, ts); err != nil {
				return err
			}
		}
		if len(page) < recountPage {
			return p.recountIncidents(ctx, tx)
		}
		after = page[len(page)-1].Key()
	}
}

const recountPage = 200

func (p *Privacy) law(ctx context.Context, tx *db.DB) (*calendar.Calendar, calendar.Rules, error) {
	cal, err := p.Calendar(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	rules, err := p.Terms(ctx, tx)
	return cal, rules, err
}

// seedLaw brings the terms and years that the program knows into the database. What an officer entered stays.
func (p *Privacy) seedLaw(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "seed the terms of law")
	rules, err := calendar.LawsTerms()
	if err != nil {
		return err
	}
	years, err := calendar.Embedded()
	if err != nil {
		return err
	}
	now := p.clock.Now()
	rows := make([]TermRow, len(rules))
	for i, r := range rules {
		rows[i] = TermRow{Rule: r, AddedBy: bySystem, AddedAt: clock.FromMicros(0)}
	}
	return p.db.Transact(ctx, func(tx *db.DB) error {
		if err := insertTerms(ctx, tx, rows, true); err != nil {
			return err
		}
		have, err := readYears(ctx, tx)
		if err != nil {
			return err
		}
		for _, y := range have {
			if y.AddedBy != bySystem || years[y.Number] == y.Body {
				delete(years, y.Number)
			}
		}
		for number, body := range years {
			y := CalendarYear{Number: number, Version: 1, Body: body, AddedBy: bySystem, AddedAt: now}
			for _, old := range have {
				if old.Number == number {
					y.Version = old.Version + 1
				}
			}
			if err := insertYear(ctx, tx, y); err != nil {
				return err
			}
		}
		return nil
	})
}

const bySystem = "system"
