package catalog

import (
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/money"
)

// Filter chooses what the poster wall shows. Empty fields do not filter.
type Filter struct {
	City   string // code
	From   string // first day by the halls' clocks, "2026-11-27"
	To     string // last day
	Genre  Genre
	Search string // words as typed; all must be found
	Cursor string // Next of the page before
	Limit  int    // cards on a page; 24 when 0
}

// Card is an event on the wall, with its next performance that the filter lets through.
type Card struct {
	Event
	Performance string // id of the next performance
	StartsAt    time.Time
	Zone        string
	Hall        Hall
	Venue       Venue
	Count       int // performances that the filter lets through
	PriceFrom   money.Amount
	PriceTo     money.Amount
	Sale        SaleState // open when any performance is
	SaleFrom    time.Time // when the sale starts, if Sale is SaleSoon
}

// Wall is one page of cards, soonest first.
type Wall struct {
	Cards []Card
	Next  string // cursor of the next page, "" on the last
}

const (
	wallLimit   = 24
	wallMax     = 100
	searchWords = 8
	searchRunes = 40
)

// words folds what was typed into the words that search compares, each once.
func (f Filter) words() []string {
	var out []string
	seen := map[string]bool{}
	for _, w := range strings.Fields(i18n.Fold(f.Search)) {
		if r := []rune(w); len(r) > searchRunes {
			w = string(r[:searchRunes])
		}
		if !seen[w] && len(out) < searchWords {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

func (f Filter) limit() int {
	switch {
	case f.Limit <= 0:
		return wallLimit
	case f.Limit > wallMax:
		return wallMax
	}
	return f.Limit
}

// cursor is the place of a card in the wall's order.
type cursor struct {
	starts int64
	event  string
}

// String writes the cursor for an address.
func (c cursor) String() string { return strconv.FormatInt(c.starts, 36) + "." + c.event }

// parseCursor reads a cursor; one that cannot be read is the beginning.
func parseCursor(s string) cursor {
	at, event, ok := strings.Cut(s, ".")
	starts, err := strconv.ParseInt(at, 36, 64)
	if !ok || err != nil || len(event) > 40 {
		return cursor{}
	}
	return cursor{starts: starts, event: event}
}

// sale says how a card's performances are sold, from the aggregates of the query.
func sale(open, soon int, from int64) (SaleState, time.Time) {
	switch {
	case open > 0:
		return SaleOpen, time.Time{}
	case soon > 0:
		return SaleSoon, clock.FromMicros(from)
	}
	return SaleOver, time.Time{}
}
