// Package calendar counts the law's days.
//
// It owns Kazakhstan's working days and the terms that are counted in them,
// both as dated data: a file per year, a row per change of law. It promises the
// day that the Civil Code gives: a term starts the day after (173), a last day
// that is not a working day moves to the next one (175), an act is in time
// until midnight (176). It does not know cases: privacy starts and stops them.
package calendar

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

//go:embed years/*.toml
var embedded embed.FS

// Day is a day without an hour, as text: "2026-11-23".
type Day string

const layout = "2006-01-02"

// ParseDay reads "2026-11-23".
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(layout, s)
	if err != nil {
		return "", fmt.Errorf("%q is not a day like 2026-11-23", s)
	}
	return Day(t.Format(layout)), nil
}

// DayOf is the day of an instant by the clocks of a zone.
func DayOf(t time.Time, zone *time.Location) Day { return Day(t.In(zone).Format(layout)) }

func (d Day) time() time.Time {
	t, err := time.Parse(layout, string(d))
	if err != nil {
		panic("calendar: a Day is made by ParseDay or DayOf: " + string(d))
	}
	return t
}

// Add returns the day n calendar days later.
func (d Day) Add(n int) Day { return Day(d.time().AddDate(0, 0, n).Format(layout)) }

// Year is the file of one year, as an operator edits it.
type Year struct {
	Holidays []string `toml:"holidays"` // "03-08"; on a weekend its day off moves to the next working day
	Off      []string `toml:"off"`      // days off that move nowhere
	Moved    []Move   `toml:"moved"`    // by the government: one day is worked so that another is off
}

// Move is a day off moved by the government.
type Move struct {
	Worked string `toml:"worked"`
	Off    string `toml:"off"`
}

// ErrUnknownYear means that a term runs into a year that has no file: better no answer than a wrong one.
var ErrUnknownYear = errors.New("the calendar has no file for this year")

// Calendar knows which days are worked.
type Calendar struct {
	years map[int]bool
	off   map[Day]bool // holidays, substitutes, moved and other days off
	work  map[Day]bool // weekend days that are worked
}

// Kazakhstan is the calendar of the embedded files, 2022 to 2028.
func Kazakhstan() (*Calendar, error) {
	years, err := Embedded()
	if err != nil {
		return nil, err
	}
	return FromYears(years)
}

// Load reads files named after their year ("2026.toml"). An operator's folder takes the place of the embedded one.
func Load(files fs.FS) (*Calendar, error) {
	years, err := Files(files)
	if err != nil {
		return nil, err
	}
	return FromYears(years)
}

// Embedded returns the files that the program brings, by year.
func Embedded() (map[int]string, error) {
	sub, err := fs.Sub(embedded, "years")
	if err != nil {
		return nil, err
	}
	return Files(sub)
}

// Files reads files named after their year.
func Files(files fs.FS) (map[int]string, error) {
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, err
	}
	years := map[int]string{}
	for _, name := range names {
		number, err := strconv.Atoi(strings.TrimSuffix(path.Base(name), ".toml"))
		if err != nil {
			return nil, fmt.Errorf("%s: the file is named after its year", name)
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		years[number] = string(body)
	}
	return years, nil
}

// FromYears makes a calendar of the texts of its years.
func FromYears(years map[int]string) (*Calendar, error) {
	c := &Calendar{years: map[int]bool{}, off: map[Day]bool{}, work: map[Day]bool{}}
	var weekend []Day
	for _, number := range slices.Sorted(maps.Keys(years)) {
		more, err := c.read(number, years[number])
		if err != nil {
			return nil, fmt.Errorf("%d.toml: %w", number, err)
		}
		weekend = append(weekend, more...)
	}
	// After every day off is known: substitutes look for the next day that is still worked, so they stack.
	for _, h := range weekend {
		d := h.Add(1)
		for !c.working(d) {
			d = d.Add(1)
		}
		c.off[d] = true
	}
	return c, nil
}

// WithoutHolidays is the calendar in which years without a file have weekends only: its days are never later than those
// that the file will give, so whoever keeps to them is in time.
func (c *Calendar) WithoutHolidays(from, to int) *Calendar {
	out := &Calendar{years: maps.Clone(c.years), off: c.off, work: c.work}
	for y := from; y <= to; y++ {
		out.years[y] = true
	}
	return out
}

// read takes in a year and returns its holidays on weekends, in order.
func (c *Calendar) read(number int, body string) (weekend []Day, err error) {
	var y Year
	if err := toml.NewDecoder(strings.NewReader(body)).DisallowUnknownFields().Decode(&y); err != nil {
		return nil, err
	}
	c.years[number] = true
	day := func(monthDay string) (Day, error) { return ParseDay(fmt.Sprintf("%d-%s", number, monthDay)) }
	for _, m := range y.Moved {
		worked, err1 := day(m.Worked)
		off, err2 := day(m.Off)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		c.work[worked], c.off[off] = true, true
	}
	for _, s := range y.Off {
		d, err := day(s)
		if err != nil {
			return nil, err
		}
		c.off[d] = true
	}
	for _, s := range y.Holidays {
		d, err := day(s)
		if err != nil {
			return nil, err
		}
		c.off[d] = true
		if isWeekend(d) {
			weekend = append(weekend, d)
		}
	}
	return weekend, nil
}

func isWeekend(d Day) bool {
	w := d.time().Weekday()
	return w == time.Saturday || w == time.Sunday
}

func (c *Calendar) working(d Day) bool {
	return c.work[d] || (!isWeekend(d) && !c.off[d])
}

// Working tells whether a day is worked; ErrUnknownYear when no file says so.
func (c *Calendar) Working(d Day) (bool, error) {
	if !c.years[d.time().Year()] {
		return false, fmt.Errorf("%s: %w", d, ErrUnknownYear)
	}
	return c.working(d), nil
}
