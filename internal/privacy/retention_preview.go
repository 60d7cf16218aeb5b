package privacy

import (
	"context"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/privacy/calendar"
)

// nightSizes is how many persons a night looks at together, and how many are counted while somebody waits; more are counted in the
// background.
type nightSizes struct {
	page    int
	preview int64 // on the preview's own page
	today   int64 // for a line on a page about other things
}

var usualNight = nightSizes{page: 200, preview: 20_000, today: 1_000}

const (
	countFresh  = time.Hour       // a count in the background is made anew when it is older
	countPause  = 4 * time.Minute // a job counts so long, and goes on with its next turn
	countStored = 25              // pages between two notes of how far it is
)

// Preview is what the next night will destroy. Every person is counted.
type Preview struct {
	Tally
	At        time.Time
	Requests  int       // answered so long ago that they go, with their words
	Proofs    int       // erased persons whose evidence of consent has had its term
	CountedAt time.Time // when the counting began; zero: just now
	Counting  bool      // the first count for this night is not whole yet: figures so far
	Of        int64     // persons that Counting will see
}

// Any tells whether the night has anything to do.
func (p Preview) Any() bool { return p.Persons > 0 || p.Requests > 0 || p.Proofs > 0 }

// Preview tells what the next night destroys, and destroys nothing.
func (p *Privacy) Preview(ctx context.Context) (Preview, error) {
	return p.preview(ctx, p.night.preview)
}

// DueTonight tells the same for a line on a page: it never keeps the page waiting.
func (p *Privacy) DueTonight(ctx context.Context) (Preview, error) {
	return p.preview(ctx, p.night.today)
}

func (p *Privacy) preview(ctx context.Context, most int64) (out Preview, err error) {
	defer fault.Wrap(&err, "preview of the next night")
	at := p.NextNight()
	r, err := p.register(ctx, p.db)
	if err != nil {
		return out, err
	}
	counts, err := countsOf(ctx, p.db, string(calendar.DayOf(at, termZone)), r.Hash)
	if err != nil {
		return out, err
	}
	for _, c := range counts {
		if !c.doneAt.IsZero() && int64(c.preview.Seen) > most {
			return c.shown(at), nil
		}
	}
	if len(counts) > 0 && counts[0].doneAt.IsZero() && counts[0].preview.Of > most { // being counted: how many they are was counted then
		out = counts[0].shown(at)
		out.Counting = true
		return out, nil
	}
	n, err := p.vault.CountPersons(ctx)
	switch {
	case err != nil:
		return out, err
	case n <= most:
		c := nightCount{preview: Preview{At: at}}
		err := p.goOn(ctx, r.Processing, &c, func(bool) (bool, error) { return true, nil })
		return c.preview, err
	case len(counts) > 0:
		out = counts[0].shown(at)
	}
	out.At, out.Counting, out.Of = at, true, n
	return out, nil
}

// nightCount is one count of the next night; it can stop and go on.
type nightCount struct {
	id, night, register string
	begunAt, doneAt     time.Time
	reached             string // the last person seen
	preview             Preview
}

func (c nightCount) shown(at time.Time) Preview {
	c.preview.At, c.preview.CountedAt = at, c.begunAt
	return c.preview
}

// goOn counts from where the count is to the end. After each page it asks whether to go on, and says when all is counted.
func (p *Privacy) goOn(ctx context.Context, r Processing, c *nightCount, after func(whole bool) (bool, error)) error {
	for {
		next, err := p.walk(ctx, r, c.reached, c.preview.At, &c.preview.Tally, func(d Due) error {
			c.preview.add(d)
			return nil
		})
		if err != nil {
			return err
		}
		if next == "" {
			break
		}
		c.reached = next
		if more, err := after(false); err != nil || !more {
			return err
		}
	}
	if err := p.requestsOver(ctx, c.preview.At, func(Request) error { c.preview.Requests++; return nil }); err != nil {
		return err
	}
	if err := p.proofsOver(ctx, c.preview.At, func(string) error { c.preview.Proofs++; return nil }); err != nil {
		return err
	}
	_, err := after(true)
	return err
}

// CountNight counts, in the background, what the next night destroys, unless it was counted a short while ago or there are so few
// persons that whoever asks counts them. A count that was interrupted goes on. It returns whether there is a whole count.
func (p *Privacy) CountNight(ctx context.Context) (whole bool, err error) {
	defer fault.Wrap(&err, "count what the next night destroys")
	n, err := p.vault.CountPersons(ctx)
	if err != nil || n <= p.night.today {
		return false, err
	}
	r, err := p.register(ctx, p.db)
	if err != nil {
		return false, err
	}
	at, now := p.NextNight(), p.clock.Now()
	counts, err := countsOf(ctx, p.db, string(calendar.DayOf(at, termZone)), r.Hash)
	if err != nil {
		return false, err
	}
	c := nightCount{id: db.NewID(), night: string(calendar.DayOf(at, termZone)), register: r.Hash, begunAt: now, preview: Preview{Of: n}}
	switch {
	case len(counts) > 0 && counts[0].doneAt.IsZero():
		c = counts[0]
	case len(counts) > 0 && now.Sub(counts[0].begunAt) < countFresh:
		return true, nil
	default:
		if err := insertCount(ctx, p.db, c); err != nil {
			return false, err
		}
	}
	c.preview.At = at
	stop, pages := p.clock.Now().Add(countPause), 0
	err = p.goOn(ctx, r.Processing, &c, func(done bool) (bool, error) {
		pages++
		rest := !p.clock.Now().Before(stop)
		if !done && !rest && pages%countStored != 0 {
			return true, nil
		}
		if done {
			whole, c.doneAt = true, p.clock.Now()
		}
		mine, err := reachCount(ctx, p.db, c)
		whole = whole && mine
		return mine && !rest, err
	})
	if err != nil || !whole {
		return false, err
	}
	return true, dropCounts(ctx, p.db, c)
}

// countJob asks, every few minutes, whether the next night is to be counted.
type countJob struct{}

// Kind names the handler.
func (countJob) Kind() string { return "privacy_preview" }
