package calendar_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy/calendar"
)

func kazakhstan(t *testing.T) *calendar.Calendar {
	t.Helper()
	c, err := calendar.Kazakhstan()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDeadlines(t *testing.T) {
	c := kazakhstan(t)
	for _, x := range []struct{ from, term, want string }{
		{"2026-03-20", "1wd", "2026-03-26"},
		{"2026-10-23", "1wd", "2026-10-27"},
		{"2026-05-26", "1wd", "2026-05-28"},
		{"2026-08-28", "1wd", "2026-08-31"},
		{"2027-03-12", "1wd", "2027-03-16"},
		{"2027-03-19", "1wd", "2027-03-25"},
		{"2026-12-15", "3wd", "2026-12-21"},
		{"2026-12-30", "3wd", "2027-01-06"},
		{"2024-05-02", "3wd", "2024-05-06"},
		{"2026-03-06", "15wd", "2026-04-02"},
		{"2026-03-20", "30wd", "2026-05-08"},
		{"2026-03-12", "10cd", "2026-03-26"},
		{"2026-03-14", "10cd", "2026-03-26"},
		{"2026-03-20", "10cd", "2026-03-30"},
	} {
		term, err := calendar.ParseTerm(x.term)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Deadline(calendar.Day(x.from), term)
		if err != nil || string(got) != x.want {
			t.Errorf("%s + %s = %s (%v), want %s", x.from, x.term, got, err, x.want)
		}
	}
}

func TestDaysOfTheYears(t *testing.T) {
	c := kazakhstan(t)
	worked := []string{"2022-03-05", "2022-08-27", "2022-10-22", "2023-07-01", "2024-05-04", "2025-01-05", "2026-08-31", "2026-01-08", "2027-08-30"}
	off := []string{
		"2022-01-03", "2022-01-04", "2022-03-07", "2022-05-10", "2022-08-29", "2022-10-24", "2023-07-07", "2024-05-08", "2025-01-03", "2025-08-30", "2025-09-01",
		"2026-03-09", "2026-03-24", "2026-03-25", "2026-05-11", "2026-01-07", "2026-05-27", "2027-03-15", "2027-03-24", "2028-01-03", "2028-01-04",
	}
	check := func(days []string, want bool) {
		for _, s := range days {
			if got, err := c.Working(calendar.Day(s)); err != nil || got != want {
				t.Errorf("%s worked: %v (%v), want %v", s, got, err, want)
			}
		}
	}
	check(worked, true)
	check(off, false)
}

func TestNoAnswerBeyondTheFiles(t *testing.T) {
	c := kazakhstan(t)
	if _, err := c.Deadline("2028-12-29", calendar.Term{Count: 10, Unit: calendar.WorkingDays}); !errors.Is(err, calendar.ErrUnknownYear) {
		t.Errorf("got %v: a term must not run into a year without a file", err)
	}
}

func TestTwoInstants(t *testing.T) {
	zone := i18n.Zone("Asia/Almaty")
	at := time.Date(2026, 3, 20, 15, 30, 0, 0, zone)
	got, err := kazakhstan(t).DeadlineAt(at, calendar.Term{Count: 1, Unit: calendar.WorkingDays}, zone)
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 3, 26, 15, 30, 0, 0, zone); !got.Strict.Equal(want) {
		t.Errorf("strict %s, want %s", got.Strict, want)
	}
	if want := time.Date(2026, 3, 27, 0, 0, 0, 0, zone); !got.Statutory.Equal(want) {
		t.Errorf("statutory %s, want %s", got.Statutory, want)
	}
	// The zone moved from UTC+6 to UTC+5 on 2024-03-01: the same local time is an hour later.
	before := time.Date(2024, 2, 29, 12, 0, 0, 0, zone)
	got, err = kazakhstan(t).DeadlineAt(before, calendar.Term{Count: 1, Unit: calendar.WorkingDays}, zone)
	if err != nil || got.Strict.Sub(before) != 25*time.Hour {
		t.Errorf("%s later, want 25h (%v)", got.Strict.Sub(before), err)
	}
}

func TestTermsThatCannotBeRead(t *testing.T) {
	for _, s := range []string{"", "1", "wd", "0wd", "-1wd", "1.5wd", "1wk", "99999wd", "1 wd"} {
		if _, err := calendar.ParseTerm(s); err == nil {
			t.Errorf("%q was read", s)
		}
	}
}

func TestRulesAreDated(t *testing.T) {
	rules, err := calendar.LawsTerms()
	if err != nil {
		t.Fatal(err)
	}
	r, err := rules.On("withdraw", "2026-11-23")
	if err != nil || r.Term().String() != "15wd" {
		t.Errorf("withdraw is %s (%v)", r.Term(), err)
	}
	if _, err := rules.On("withdraw", "2001-01-01"); !errors.Is(err, calendar.ErrNoRule) {
		t.Errorf("before the law: %v", err)
	}
	twice := `
[[term]]
id = "x"
count = 1
unit = "wd"
from = "2020-01-01"
[[term]]
id = "x"
count = 2
unit = "wd"
from = "2021-01-01"
`
	if _, err := calendar.ParseRules([]byte(twice)); err == nil || !strings.Contains(err.Error(), "2021-01-01") {
		t.Errorf("overlapping rows: %v", err)
	}
}

func TestOperatorsFilesAreChecked(t *testing.T) {
	for name, body := range map[string]string{"2026.toml": `holidays = ["13-01"]`, "soon.toml": ``, "2027.toml": `[[moved]]` + "\nworked = \"x\"\noff = \"01-03\""} {
		if _, err := calendar.Load(fstest.MapFS{name: {Data: []byte(body)}}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
