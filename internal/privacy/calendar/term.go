package calendar

import (
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Unit is what a term is counted in.
type Unit string

// The units of the law's terms.
const (
	WorkingDays  Unit = "wd"
	CalendarDays Unit = "cd"
	Years        Unit = "y"
)

// Term is a length of time as the law states it.
type Term struct {
	Count int
	Unit  Unit
}

// String writes the term as ParseTerm reads it: "15wd".
func (t Term) String() string { return strconv.Itoa(t.Count) + string(t.Unit) }

// ParseTerm reads "1wd", "10cd" or "3y".
func ParseTerm(s string) (Term, error) {
	for _, u := range []Unit{WorkingDays, CalendarDays, Years} {
		number, ok := strings.CutSuffix(s, string(u))
		if !ok {
			continue
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > 10000 {
			break
		}
		return Term{n, u}, nil
	}
	return Term{}, fmt.Errorf("%q is not a term like 1wd, 10cd or 3y", s)
}

// Deadline is the last day of a term that something on day from has started.
func (c *Calendar) Deadline(from Day, t Term) (Day, error) {
	d := from
	switch t.Unit {
	case CalendarDays:
		d = from.Add(t.Count)
	case Years:
		d = Day(from.time().AddDate(t.Count, 0, 0).Format(layout))
	case WorkingDays:
		for left := t.Count; left > 0; {
			d = d.Add(1)
			worked, err := c.Working(d)
			if err != nil {
				return "", err
			}
			if worked {
				left--
			}
		}
	default:
		return "", fmt.Errorf("unknown unit %q", t.Unit)
	}
	return c.nextWorking(d)
}

// nextWorking is d, or the next working day after it (Civil Code 175).
func (c *Calendar) nextWorking(d Day) (Day, error) {
	for {
		worked, err := c.Working(d)
		if err != nil {
			return "", err
		}
		if worked {
			return d, nil
		}
		d = d.Add(1)
	}
}

// Instants are the two ends of a term that starts at an hour.
type Instants struct {
	Strict    time.Time // the same local time on the last day
	Statutory time.Time // 24:00 of it (Civil Code 176)
}

// DeadlineAt is the end of a term that an event at an instant has started, by the clocks of a zone.
func (c *Calendar) DeadlineAt(at time.Time, t Term, zone *time.Location) (Instants, error) {
	day, err := c.Deadline(DayOf(at, zone), t)
	if err != nil {
		return Instants{}, err
	}
	local, d := at.In(zone), day.time()
	return Instants{
		Strict:    time.Date(d.Year(), d.Month(), d.Day(), local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), zone),
		Statutory: time.Date(d.Year(), d.Month(), d.Day()+1, 0, 0, 0, 0, zone),
	}, nil
}

// Rule is a term of law while it is in force.
type Rule struct {
	ID        string `toml:"id"`
	Count     int    `toml:"count"`
	Unit      Unit   `toml:"unit"`
	From      Day    `toml:"from"`
	To        Day    `toml:"to"` // first day on which it no longer holds; "" while it does
	Source    string `toml:"source"`
	Confirmed bool   `toml:"confirmed"`
}

// Term is the rule's length.
func (r Rule) Term() Term { return Term{r.Count, r.Unit} }

//go:embed terms.toml
var termsFile []byte

// Rules are the clocks of law.
type Rules []Rule

// ErrNoRule means that the law had no such term on that day.
var ErrNoRule = errors.New("no term of law is in force")

// LawsTerms reads the embedded terms.
func LawsTerms() (Rules, error) { return ParseRules(termsFile) }

// ParseRules reads terms as terms.toml has them and refuses rows that overlap.
func ParseRules(body []byte) (Rules, error) {
	var file struct {
		Terms Rules `toml:"term"`
	}
	if err := toml.Unmarshal(body, &file); err != nil {
		return nil, err
	}
	if err := file.Terms.Check(); err != nil {
		return nil, err
	}
	return file.Terms, nil
}

// Check refuses terms that are none, days that are none, and rows that overlap.
func (rs Rules) Check() error {
	for i, r := range rs {
		if _, err := ParseTerm(r.Term().String()); err != nil {
			return fmt.Errorf("term %s: %w", r.ID, err)
		}
		if _, err := ParseDay(string(r.From)); err != nil {
			return fmt.Errorf("term %s: %w", r.ID, err)
		}
		for _, o := range rs[:i] {
			if o.ID == r.ID && (o.To == "" || r.From < o.To) && (r.To == "" || o.From < r.To) {
				return fmt.Errorf("term %s: two rows are in force from %s", r.ID, max(o.From, r.From))
			}
		}
	}
	return nil
}

// On returns the rule of a clock that was in force on a day.
func (rs Rules) On(id string, d Day) (Rule, error) {
	for _, r := range rs {
		if r.ID == id && r.From <= d && (r.To == "" || d < r.To) {
			return r, nil
		}
	}
	return Rule{}, fmt.Errorf("%s on %s: %w", id, d, ErrNoRule)
}
