package waitroom

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
)

// Stage says how far somebody is.
type Stage string

// The stages.
const (
	Early   Stage = "early"   // before the opening: the draw is to come
	Drawing Stage = "drawing" // the draw is just being held
	Waiting Stage = "waiting"
	In      Stage = "in"     // may come in now
	Missed  Stage = "missed" // could have, and did not for long
)

// Status is what somebody who waits is told.
type Status struct {
	Stage     Stage
	ID        string // of the arrival in the published draw
	Place     int64  // from 1; 0 while not known
	Ahead     int64
	PerMinute int
	Turn      time.Time // when they may come in; zero when nobody knows
	OpensAt   time.Time
	Waiting   int64         // how many have come
	Drawn     bool          // the place is by the draw
	Again     time.Duration // when to ask again
}

// graceful is how long after their turn somebody may still come in: who put the phone away for a while has not lost it.
const graceful = 30 * time.Minute

// Guard returns the room that stands between visitors and a performance's seats now. A house without waiting rooms (nil) has none.
func (r *Rooms) Guard(p catalog.Performance) (Room, bool) {
	if r == nil {
		return Room{}, false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, id := range [...]string{p.ID, p.EventID} {
		if h, ok := r.rooms[id]; ok {
			h.mu.Lock()
			room := h.room
			h.mu.Unlock()
			if room.Open {
				return room, true
			}
		}
	}
	return Room{}, false
}

// Standing returns a room that is open, by its id.
func (r *Rooms) Standing(id string) (Room, error) {
	if h, ok := r.hall(id); ok {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.room.Open {
			return h.room, nil
		}
	}
	return Room{}, ErrNoRoom
}

// Ask is how somebody comes to a room.
type Ask struct {
	Task    string // from Task
	Answer  string // the work done; "" by who waited instead
	Code    string // presale
	Person  string // who has signed in, for those who bought before
	Network string // shortened address
}

// Join gives a place in line. The same task gives the same place. It touches no database.
func (r *Rooms) Join(_ context.Context, roomID string, a Ask) (token string, err error) {
	h, ok := r.hall(roomID)
	if !ok {
		return "", ErrNoRoom
	}
	room, err := r.Standing(roomID)
	if err != nil {
		return "", err
	}
	now := r.clock.Now()
	if err := r.checkWork(room, a, now); err != nil {
		return "", err
	}
	band, made := byte(1), a.Task // what the place is made of
	switch code := foldCode(a.Code); {
	case code != "" && room.knows(a.Code):
		band = 0
	case h.boughtBefore(room, anOrder, code):
		band, made = 0, r.keys.secret(anOrder, code)
	case code != "":
		return "", ErrCode.On("code")
	case h.boughtBefore(room, aPerson, a.Person):
		band, made = 0, r.keys.secret(aPerson, a.Person)
	}
	p := place{at: clock.Micros(now), id: idOf(room.Run, made), band: band}
	if was, again := r.spent.place(p); again {
		return r.keys.signPlace(room.Run, was), nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.line.add(banded{arrival{p.at, p.id}, p.band})
	return r.keys.signPlace(room.Run, p), nil
}

// Look says how far the bearer of a place is. It touches no database.
func (r *Rooms) Look(roomID, token string) (Status, error) {
	h, ok := r.hall(roomID)
	if !ok {
		return Status{}, ErrNoRoom
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.room.Open {
		return Status{}, ErrNoRoom
	}
	p, ok := r.keys.openPlace(h.room.Run, token)
	if !ok || p.band >= bands {
		return Status{}, ErrNoPlace
	}
	now := r.clock.Now()
	// A place that nobody has in line was given out by a process that died before it wrote: it stands in line again.
	if now.Sub(clock.FromMicros(p.at)) > settled && !(h.room.drawn(clock.FromMicros(p.at)) && h.draw != nil) {
		h.line.add(banded{arrival{p.at, p.id}, p.band})
	}
	s := h.status(p, now)
	s.Again = again(s, now, p.id)
	return s, nil
}

// status must be called with the hall locked.
func (h *hall) status(p place, now time.Time) Status {
	room, came := h.room, clock.FromMicros(p.at)
	s := Status{ID: hex.EncodeToString(p.id[:]), PerMinute: room.PaceAt(now), OpensAt: room.OpensAt, Drawn: room.drawn(came)}
	s.Waiting = int64(len(h.line.known[0]) + len(h.line.known[1]))
	if room.hasDraw() && h.draw == nil {
		s.Stage = Early
		if !now.Before(room.DrawCloses()) {
			s.Stage = Drawing
		}
		return s
	}
	if !s.Drawn && now.Sub(came) < settled {
		s.Stage = Drawing // where the others stand is not known yet
		return s
	}
	first, mine := h.drawnOf(0), int64(0)
	if s.Drawn {
		mine = h.draw.rank(p.band, p.id)
	} else {
		mine = h.drawnOf(p.band) + h.line.before(p.band, h.lateFrom(), arrival{p.at, p.id})
	}
	from := room.OpensAt
	if p.band == 1 {
		from = h.generalFrom(first)
		s.Place = first
	}
	s.Place += mine + 1
	s.Turn = room.turn(from, mine)
	let := room.letIn(from, now)
	s.Ahead = max(0, mine-let)
	switch {
	case s.Turn.IsZero() || now.Before(s.Turn) || now.Before(room.OpensAt):
		s.Stage = Waiting
	case now.Before(s.Turn.Add(graceful)):
		s.Stage = In
	default:
		s.Stage = Missed
	}
	return s
}

func (h *hall) drawnOf(band byte) int64 {
	if h.draw == nil {
		return 0
	}
	return h.draw.count(band)
}

// lateFrom is since when those who come queue instead of being drawn.
func (h *hall) lateFrom() int64 {
	if h.room.hasDraw() {
		return clock.Micros(h.room.DrawCloses())
	}
	return 0
}

// generalFrom is when those who have no code and bought nothing before begin to be let in. It hangs on the draw alone, so that nobody who
// comes with a code later moves anybody back.
func (h *hall) generalFrom(first int64) time.Time {
	from := maxTime(h.room.OpensAt, h.room.PresaleUntil)
	if first > 0 {
		if after := h.room.turn(h.room.OpensAt, first-1); !after.IsZero() {
			from = maxTime(from, after)
		}
	}
	return from
}

// again is when to ask next: the farther, the calmer. A part by chance of the place keeps them from asking all at once.
func again(s Status, now time.Time, x id) time.Duration {
	wait := 30 * time.Second
	switch {
	case s.Stage == Drawing:
		wait = 3 * time.Second
	case s.Stage == Early:
		wait = min(60*time.Second, max(5*time.Second, s.OpensAt.Sub(now)/4))
	case s.Stage == Waiting && !s.Turn.IsZero():
		wait = min(60*time.Second, max(2*time.Second, s.Turn.Sub(now)/6))
	}
	return wait + wait*time.Duration(x[0])/512
}

// Enter gives a pass to whose turn has come. Asked again it gives another for the same seats; it touches no database.
func (r *Rooms) Enter(roomID, token string) (string, time.Time, error) {
	s, err := r.Look(roomID, token)
	if err != nil {
		return "", time.Time{}, err
	}
	switch s.Stage {
	case In:
	case Missed:
		return "", time.Time{}, ErrMissed
	default:
		return "", time.Time{}, ErrNotYet
	}
	room, err := r.Standing(roomID)
	if err != nil {
		return "", time.Time{}, err
	}
	p, ok := r.keys.openPlace(room.Run, token)
	if !ok {
		return "", time.Time{}, ErrNoPlace
	}
	until := r.clock.Now().Add(time.Duration(room.PassMinutes) * time.Minute)
	return r.keys.signPass(room.Run, pass{until, p.id}), until, nil
}

// Check tells whether a pass opens a performance now: nothing to pass when no room stands open. It touches no database.
func (r *Rooms) Check(p catalog.Performance, text string) error {
	room, ok := r.Guard(p)
	if !ok {
		return nil
	}
	_, err := r.openPass(room, text)
	return err
}

func (r *Rooms) openPass(room Room, text string) (pass, error) {
	p, ok := r.keys.openPass(room.Run, text)
	switch {
	case !ok:
		return pass{}, ErrPassNeeded
	case !r.clock.Now().Before(p.until):
		return pass{}, ErrPassOver
	}
	return p, nil
}
