package privacy

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/jobs"
)

// The ways in which a hold is none.
var (
	ErrHoldReason = fault.New(fault.Invalid, "privacy.hold_reason")
	ErrHoldUntil  = fault.New(fault.Invalid, "privacy.hold_until")
	ErrNoHold     = fault.New(fault.NotFound, "privacy.hold_unknown")
)

// Hold keeps data from being destroyed by its term, because a law or a dispute wants it.
type Hold struct {
	ID      string
	Person  string // "" everybody
	Reason  string // number of the case or letter, without names
	MadeBy  string
	From    time.Time
	Until   time.Time // zero: until it is lifted
	EndedBy string
	EndedAt time.Time
}

// Stands tells whether the hold covers an instant.
func (h Hold) Stands(at time.Time) bool {
	return h.EndedAt.IsZero() && !at.Before(h.From) && (h.Until.IsZero() || at.Before(h.Until))
}

type holds []Hold

func (hs holds) cover(person string) bool {
	return slices.ContainsFunc(hs, func(h Hold) bool { return h.Person == "" || h.Person == person })
}

// PutHold begins a legal hold, from now.
func (p *Privacy) PutHold(ctx context.Context, h Hold) (_ Hold, err error) {
	defer fault.Wrap(&err, "begin a legal hold")
	h.Reason = strings.TrimSpace(h.Reason)
	if n := utf8.RuneCountInString(h.Reason); n < 3 || n > 200 {
		return Hold{}, ErrHoldReason.On("reason")
	}
	h.ID, h.From = db.NewID(), p.clock.Now()
	if !h.Until.IsZero() && !h.Until.After(h.From) {
		return Hold{}, ErrHoldUntil.On("until")
	}
	return h, p.db.Transact(ctx, func(tx *db.DB) error {
		if err := forgetCounts(ctx, tx); err != nil {
			return err
		}
		return insertHold(ctx, tx, h)
	})
}

// LiftHold ends a legal hold.
func (p *Privacy) LiftHold(ctx context.Context, id, actor string) error {
	return p.db.Transact(ctx, func(tx *db.DB) error {
		if n, err := endHold(ctx, tx, id, actor, p.clock.Now()); err != nil {
			return err
		} else if n == 0 {
			return ErrNoHold
		}
		return forgetCounts(ctx, tx)
	})
}

// Holds lists legal holds, the newest first.
func (p *Privacy) Holds(ctx context.Context) ([]Hold, error) { return listHolds(ctx, p.db) }

// Night is one night's destruction.
type Night struct {
	Night    string // the day in Almaty
	Register string // hash of the version that it obeyed
	BegunAt  time.Time
	DoneAt   time.Time // zero while it runs or waits to go on
	Seen     int
	Tally    Tally

	reached string
}

// Nights lists the latest nights with what they destroyed.
func (p *Privacy) Nights(ctx context.Context) (out []Night, err error) {
	defer fault.Wrap(&err, "list nights")
	if out, err = listNights(ctx, p.db, 14); err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Tally, err = tallyNight(ctx, p.db, out[i].Night); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// nightJob asks, several times an hour, whether a night is due.
type nightJob struct{}

// Kind names the handler.
func (nightJob) Kind() string { return "privacy_night" }

// Work lets the queue run the nights and count the next one; app calls it before jobs start.
func (p *Privacy) Work(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, _ nightJob) error {
		_, err := p.RunNight(ctx)
		return err
	})
	q.Every(15*time.Minute, nightJob{})
	jobs.Handle(q, func(ctx context.Context, _ countJob) error {
		_, err := p.CountNight(ctx)
		return err
	})
	q.Every(5*time.Minute, countJob{})
}

// The sizes from which the law asks for more; sizes are to be confirmed.
var sizes = []int64{10_000, 100_000, 500_000}

// Size is how many persons are held and how near the next class is.
type Size struct {
	Persons int64
	Class   int64 // the class that is reached; 0 below the first
	Next    int64 // 0 above the last
	Warning bool  // 80 % of the next are reached
}

// Size counts the persons whose data is held.
func (p *Privacy) Size(ctx context.Context) (Size, error) {
	n, err := p.vault.CountPersons(ctx)
	if err != nil {
		return Size{}, err
	}
	traps, err := p.vault.Marks(ctx)
	return sizeOf(n - traps), err
}

func sizeOf(n int64) Size {
	s := Size{Persons: n}
	for _, class := range sizes {
		if n >= class {
			s.Class = class
			continue
		}
		s.Next, s.Warning = class, n*10 >= class*8
		break
	}
	return s
}
