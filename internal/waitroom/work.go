package waitroom

import (
	"math"
	"math/bits"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
)

// ErrCrowd refuses those who come without work, when too many of one network do.
var ErrCrowd = fault.New(fault.TooMany, "waitroom.crowd")

// Work costs a phone a part of a second and who wants ten thousand places hours. It grows with the pressure; who runs no scripts
// waits a little instead.
const (
	calmJoins   = 5  // a second; below that nobody has to work
	leastBits   = 12 // some thousand hashes: a blink
	mostBits    = 19
	mostFar     = 22 // of a network that sends very many
	calmNetwork = 30 // places a minute from one network
	noScripts   = 60 // places a minute from one network that came without work
	taskLives   = 10 * time.Minute
	easyLives   = time.Minute // of a task that asks for much less than one given out now: nobody lays tasks up in calm times
	muchLess    = 2           // bits
)

// Task is what a browser does before it gets a place: find an answer that makes SHA-256(text + "." + answer) begin with Bits zero
// bits. Who cannot comes back after Delay.
type Task struct {
	Text  string
	Bits  int
	Delay time.Duration
}

// Task gives work out, as much as the pressure asks.
func (r *Rooms) Task(roomID, network string) (Task, error) {
	room, err := r.Standing(roomID)
	if err != nil {
		return Task{}, err
	}
	now := r.clock.Now()
	if network != "" {
		r.traffic.count("task/"+network, now)
	}
	need := r.asked(roomID, network, now)
	return Task{Text: r.keys.signTask(room.Run, task{need, now}), Bits: need, Delay: delayFor(need)}, nil
}

// asked is how much work is asked of a network just now: for the places it took, and for the tasks it had given out.
func (r *Rooms) asked(roomID, network string, now time.Time) int {
	busy := max(r.traffic.lastMinute("net/"+network, now), r.traffic.lastMinute("task/"+network, now))
	return bitsFor(r.traffic.rate("join/"+roomID, now), busy)
}

func bitsFor(joins float64, network int) int {
	need := 0
	if joins > calmJoins {
		need = min(mostBits, leastBits+int(math.Log2(joins/calmJoins)))
	}
	if network > calmNetwork {
		need = min(mostFar, max(need, leastBits)+bits.Len(uint(network/calmNetwork))) //nolint:gosec // not negative
	}
	return need
}

func delayFor(need int) time.Duration {
	if need == 0 {
		return 0
	}
	return time.Duration(2*(need-8)) * time.Second
}

// TaskDelay is how long after it was given out a task counts as waited for; false when it is none of this room's.
func (r *Rooms) TaskDelay(roomID, text string) (left time.Duration, ok bool) {
	room, err := r.Standing(roomID)
	if err != nil {
		return 0, false
	}
	t, ok := r.keys.openTask(room.Run, text)
	if !ok {
		return 0, false
	}
	return max(0, t.at.Add(delayFor(t.bits)).Sub(r.clock.Now())), true
}

func (r *Rooms) checkWork(room Room, a Ask, now time.Time) error {
	t, ok := r.keys.openTask(room.Run, a.Task)
	if !ok || now.Sub(t.at) > taskLives {
		return ErrNoWork
	}
	if now.Sub(t.at) > easyLives && t.bits+muchLess < r.asked(room.ID, a.Network, now) {
		return ErrNoWork
	}
	r.traffic.count("join/"+room.ID, now)
	if a.Network != "" { // "": nobody knows where they come from
		r.traffic.count("net/"+a.Network, now)
	}
	if t.bits == 0 || a.Answer != "" && solved(a.Task, a.Answer, t.bits) {
		return nil
	}
	if a.Answer != "" || now.Before(t.at.Add(delayFor(t.bits))) {
		return ErrNoWork
	}
	r.traffic.count("bare/"+a.Network, now)
	if r.traffic.lastMinute("bare/"+a.Network, now) > noScripts {
		return ErrCrowd
	}
	return nil
}

// spent remembers the places that tasks have led to, for as long as a task lives, so that showing one twice gives one place.
type spent struct {
	mu         sync.Mutex
	young, old map[id]place
	since      int64
}

func (s *spent) place(p place) (place, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.young == nil || p.at-s.since > taskLives.Microseconds() {
		s.old, s.young, s.since = s.young, map[id]place{}, p.at
	}
	for _, m := range []map[id]place{s.young, s.old} {
		if was, ok := m[p.id]; ok {
			return was, true
		}
	}
	s.young[p.id] = p
	return p, false
}
