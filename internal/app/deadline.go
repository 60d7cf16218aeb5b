package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/calendar"
)

// Deadline prints the last day of a term that starts with an event on a day; with the event's instant, the strict and the
// statutory end in Almaty's time.
// The calendar is the one that the office keeps in its database, and the program's own where there is none.
func Deadline(ctx context.Context, cfg Config, from, term, instant string, out io.Writer) error {
	cal, err := calendarOf(ctx, cfg)
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

// calendarOf reads the calendar of the configured database as it lies there: nothing is made or migrated.
func calendarOf(ctx context.Context, cfg Config) (*calendar.Calendar, error) {
	if path, file := strings.CutPrefix(string(cfg.Database), "sqlite:"); file {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return calendar.Kazakhstan()
		}
	}
	d, err := db.Open(ctx, string(cfg.Database))
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	cal, err := privacy.Over(d, clock.System(), cfg.Operator).Calendar(ctx, d)
	return cal, errors.Join(err, d.Close())
}

func parseInstant(s string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not an instant like 2026-03-20T15:30", s)
}
