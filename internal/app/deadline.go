package app

import (
	"fmt"
	"io"
	"time"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy/calendar"
)

// Deadline prints the last day of a term that starts with an event on a day; with the event's instant, the strict and the
// statutory end in Almaty's time.
func Deadline(from, term, instant string, out io.Writer) error {
	cal, err := calendar.Kazakhstan()
	if err != nil {
		return err
	}
	t, err := calendar.ParseTerm(term)
	if err != nil {
		return err
	}
	day, err := calendar.ParseDay(from)
	if err != nil {
		return err
	}
	if instant == "" {
		end, err := cal.Deadline(day, t)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, end)
		return err
	}
	zone := i18n.Zone("Asia/Almaty")
	at, err := parseInstant(instant, zone)
	if err != nil {
		return err
	}
	if calendar.DayOf(at, zone) != day {
		return fmt.Errorf("%s is not on %s", instant, day)
	}
	ends, err := cal.DeadlineAt(at, t, zone)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "strict    %s\nstatutory %s\n", ends.Strict.Format(time.RFC3339), ends.Statutory.Format(time.RFC3339))
	return err
}

func parseInstant(s string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not an instant like 2026-03-20T15:30", s)
}
