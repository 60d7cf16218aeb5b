package waitroom

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// Mode says when a room stands between visitors and seats.
type Mode string

// The modes.
const (
	Off  Mode = "off"
	On   Mode = "on"
	Auto Mode = "auto" // when more come than Above a second
)

// Kind says what a room is for.
type Kind string

// The kinds.
const (
	ForPerformance Kind = "performance"
	ForEvent       Kind = "event"
)

// Step is a pace that holds from a moment on.
type Step struct {
	From      time.Time
	PerMinute int
}

// Room is a waiting room. A run is one time of its being open: places and passes are good for their run alone.
type Room struct {
	ID           string // of the performance or the event
	Kind         Kind
	Mode         Mode
	Open         bool // it stands between visitors and seats
	Run          string
	OpensAt      time.Time // who comes before goes into the draw
	PresaleUntil time.Time // until then only those who come first are let in; zero for no presale
	Pace         []Step
	PassMinutes  int
	Above        int // visitors a second, for Auto
	Codes        []string
	BuyersOf     string // an event whose buyers come first, by the number of their order or their account; "" for none
	Seed         []byte // revealed by the draw
	Commitment   string // hex SHA-256 of the seed
	CommittedAt  time.Time
}

// What a room is when nobody said otherwise.
const (
	DefaultPace  = 600
	defaultPass  = 15
	defaultAbove = 200
	mostPace     = 100000
)

// DrawCloses is when the draw takes nobody any more.
func (r Room) DrawCloses() time.Time { return r.OpensAt.Add(-drawLead) }

// drawn tells whether somebody who came then takes part in the draw.
func (r Room) drawn(at time.Time) bool {
	return r.CommittedAt.Before(r.DrawCloses()) && at.Before(r.DrawCloses())
}

// hasDraw tells whether the run has a draw at all: one that opens at once has none.
func (r Room) hasDraw() bool { return r.CommittedAt.Before(r.DrawCloses()) }

// PaceAt is how many are let in a minute.
func (r Room) PaceAt(now time.Time) int {
	pace := 0
	for _, s := range r.Pace {
		if !s.From.After(now) || s == r.Pace[0] {
			pace = s.PerMinute
		}
	}
	return pace
}

// letIn is how many have been let in by now, when the first comes in at from.
func (r Room) letIn(from, now time.Time) int64 {
	total := int64(0) // in sixty-millionths: pace a minute times microseconds
	for i, s := range r.Pace {
		begin, end := s.From, now
		if i == 0 || begin.Before(from) {
			begin = maxTime(begin, from)
			if i == 0 {
				begin = from
			}
		}
		if i+1 < len(r.Pace) && r.Pace[i+1].From.Before(end) {
			end = r.Pace[i+1].From
		}
		if end.After(begin) {
			total += int64(s.PerMinute) * end.Sub(begin).Microseconds()
		}
	}
	return total / 60_000_000
}

// turn is when the n-th (from 0) of those who are let in since from comes in; zero when the pace stands still for good.
func (r Room) turn(from time.Time, n int64) time.Time {
	left := (n + 1) * 60_000_000
	for i, s := range r.Pace {
		begin := maxTime(s.From, from)
		if i == 0 {
			begin = from
		}
		last := i+1 == len(r.Pace)
		if !last && !r.Pace[i+1].From.After(begin) {
			continue
		}
		if s.PerMinute > 0 {
			need := (left + int64(s.PerMinute) - 1) / int64(s.PerMinute)
			at := begin.Add(time.Duration(need) * time.Microsecond)
			if last || !at.After(r.Pace[i+1].From) {
				return at
			}
		}
		if !last {
			left -= int64(s.PerMinute) * r.Pace[i+1].From.Sub(begin).Microseconds()
		}
	}
	return time.Time{}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Wish is what the organiser asks of a room.
type Wish struct {
	ID           string
	Kind         Kind
	Mode         Mode
	OpensAt      time.Time // zero: at once
	PresaleUntil time.Time
	PerMinute    int
	Above        int
	Codes        []string // in words; kept as hashes. nil keeps those that are there
	BuyersOf     string
}

// Set makes a room what is asked. Switching it on begins a new run, commits to its draw and publishes the commitment; a room that is
// on already changes its pace from now on, and its opening only until the draw closes.
func (r *Rooms) Set(ctx context.Context, w Wish) (room Room, err error) {
	defer fault.Wrap(&err, "set the waiting room of %s", w.ID)
	if w.PerMinute < 0 || w.PerMinute > mostPace {
		return Room{}, ErrPace.On("pace")
	}
	now := r.clock.Now()
	err = r.db.Transact(ctx, func(tx *db.DB) error {
		was, err := findRoom(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		if room, err = changed(was, w, now); err != nil {
			return err
		}
		return saveRoom(ctx, tx, room)
	})
	if err != nil {
		return Room{}, err
	}
	return room, r.Sync(ctx)
}

func changed(was Room, w Wish, now time.Time) (Room, error) {
	out := was
	out.ID, out.Kind, out.Mode, out.BuyersOf, out.PresaleUntil = w.ID, w.Kind, w.Mode, w.BuyersOf, w.PresaleUntil
	out.PassMinutes = max(was.PassMinutes, defaultPass)
	if out.Above = w.Above; out.Above <= 0 {
		out.Above = defaultAbove
	}
	if w.Codes != nil {
		out.Codes = nil
		for _, c := range w.Codes {
			if c = foldCode(c); c != "" {
				out.Codes = append(out.Codes, hashCode(w.ID, c))
			}
		}
	}
	switch {
	case w.Mode == Off:
		out.Open = false
		return out, nil
	case w.Mode == Auto && !was.Open:
		out.Pace = []Step{{now, paceOr(w.PerMinute)}}
		return out, nil
	case !was.Open:
		return begin(out, w.OpensAt, paceOr(w.PerMinute), now)
	}
	if !w.OpensAt.IsZero() && !w.OpensAt.Equal(was.OpensAt) {
		if !was.hasDraw() || !now.Before(was.DrawCloses()) || !now.Before(w.OpensAt.Add(-drawLead)) {
			return Room{}, ErrLate.On("opens")
		}
		out.OpensAt = w.OpensAt
		out.Pace = []Step{{w.OpensAt, paceOr(w.PerMinute)}}
		return out, nil
	}
	if p := paceOr(w.PerMinute); p != was.PaceAt(now) {
		out.Pace = append(slices.Clone(was.Pace), Step{maxTime(now, was.OpensAt), p})
	}
	return out, nil
}

func paceOr(n int) int {
	if n == 0 {
		return DefaultPace
	}
	return n
}

// begin starts a run: a new seed, committed to before anybody has come.
func begin(room Room, opens time.Time, pace int, now time.Time) (Room, error) {
	if opens.Before(now) {
		opens = now
	}
	seed := make([]byte, 32)
	if _, err := rand.Read(seed); err != nil {
		return Room{}, err
	}
	room.Open, room.Run, room.OpensAt = true, db.NewID(), opens
	room.Pace, room.Seed, room.Commitment, room.CommittedAt = []Step{{opens, pace}}, seed, commitmentOf(seed), now
	return room, nil
}

func commitmentOf(seed []byte) string {
	sum := sha256.Sum256(seed)
	return hex.EncodeToString(sum[:])
}

// Find returns a room as the database has it; one that was never set is off.
func (r *Rooms) Find(ctx context.Context, id string) (Room, error) {
	room, err := findRoom(ctx, r.db, id)
	if room.Mode == "" {
		room.ID, room.Mode, room.Above, room.PassMinutes = id, Off, defaultAbove, defaultPass
	}
	return room, err
}

// foldCode makes what people type of a code the code: without spaces and in capitals.
func foldCode(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

func hashCode(room, code string) string {
	sum := sha256.Sum256([]byte("sahna presale\n" + room + "\n" + code))
	return hex.EncodeToString(sum[:])
}

func (r Room) knows(code string) bool {
	return slices.Contains(r.Codes, hashCode(r.ID, foldCode(code)))
}

func formatPace(steps []Step) string {
	parts := make([]string, len(steps))
	for i, s := range steps {
		parts[i] = fmt.Sprintf("%d:%d", clock.Micros(s.From), s.PerMinute)
	}
	return strings.Join(parts, " ")
}

func parsePace(s string) []Step {
	var out []Step
	for _, part := range strings.Fields(s) {
		at, pace, _ := strings.Cut(part, ":")
		a, aerr := strconv.ParseInt(at, 10, 64)
		p, perr := strconv.Atoi(pace)
		if aerr == nil && perr == nil {
			out = append(out, Step{clock.FromMicros(a), p})
		}
	}
	return out
}
