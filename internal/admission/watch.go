package admission

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
)

// A door's scanners ask for their lists all evening. Each process reads a performance's tickets once for all of them, and notes when
// it saw each change, so that a scanner brings only what it does not have. What is noted is when the process saw a change, not when
// it happened: that is never too early, so nothing is left out whichever process answers.

const (
	listFresh = 5 * time.Second  // tickets are read again when they are older
	listKept  = 15 * time.Minute // tickets that nobody asks for are forgotten
	listSlack = 30 * time.Second // so far may the clocks of two processes differ: a list from one goes on with changes from another
)

// watched are the tickets of a performance as they were at a moment; nobody changes them afterwards.
type watched struct {
	stamp   string // of what else stands in lists
	readAt  time.Time
	tickets []watchedTicket
}

type watchedTicket struct {
	ID, Code, ZoneID, TypeID string
	SeatNo, AreaNo           int
	Void                     bool
	entered                  int64 // microseconds
	changedAt                time.Time
}

func (t watchedTicket) seat() boxoffice.Ticket {
	return boxoffice.Ticket{SeatNo: t.SeatNo, AreaNo: t.AreaNo, ZoneID: t.ZoneID, TypeID: t.TypeID}
}

// watch is what a process keeps of the performances whose lists are asked for.
type watch struct {
	process string // names this process in versions
	mu      sync.Mutex
	of      map[string]*watching
}

// version names the state of a list that this process read at a moment.
func (w *watch) version(readAt time.Time) string {
	return strconv.FormatInt(clock.Micros(readAt), 10) + "." + w.process
}

// after tells from when on changes are news to whoever has a version; false when that cannot be told.
func (w *watch) after(version string, now time.Time) (time.Time, bool) {
	at, process, ok := strings.Cut(version, ".")
	us, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || us <= 0 {
		return time.Time{}, false
	}
	after := clock.FromMicros(us)
	if process != w.process {
		after = after.Add(-listSlack)
	}
	return after, !after.After(now)
}

type watching struct {
	askedAt time.Time
	mu      sync.Mutex // held while reading: the others wait for what comes
	last    *watched
}

// asked finds a performance, and forgets those that nobody has asked for in a while.
func (w *watch) asked(performanceID string, now time.Time) *watching {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, x := range w.of {
		if now.Sub(x.askedAt) > listKept {
			delete(w.of, id)
		}
	}
	x := w.of[performanceID]
	if x == nil {
		if w.of == nil {
			w.of = map[string]*watching{}
		}
		x = &watching{}
		w.of[performanceID] = x
	}
	x.askedAt = now
	return x
}

// watch returns the tickets of a performance, at most listFresh old.
func (a *Admission) watch(ctx context.Context, p catalog.Performance) (*watched, error) {
	x := a.lists.asked(p.ID, a.clock.Now())
	x.mu.Lock()
	defer x.mu.Unlock()
	now := a.clock.Now()
	stamp, err := stampOf(p)
	if err != nil {
		return nil, err
	}
	if x.last != nil && x.last.stamp == stamp && now.Sub(x.last.readAt) < listFresh {
		return x.last, nil
	}
	tickets, err := a.readTickets(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	next := &watched{stamp: stamp, readAt: now, tickets: tickets}
	next.noteChanges(x.last)
	x.last = next
	return next, nil
}

// stampOf changes when every line of a list has to be written anew.
func stampOf(p catalog.Performance) (string, error) {
	words, err := json.Marshal([]any{p.PlanHash, p.Zones, p.Types})
	return hashOf(string(words)), err
}

func (a *Admission) readTickets(ctx context.Context, performanceID string) ([]watchedTicket, error) {
	all, err := a.office.TicketsOf(ctx, performanceID)
	if err != nil {
		return nil, err
	}
	entered, err := selectEntered(ctx, a.db, performanceID)
	if err != nil {
		return nil, err
	}
	out := make([]watchedTicket, len(all))
	names := map[string]string{} // few, and each in thousands of rows
	one := func(s string) string {
		if names[s] == "" {
			names[s] = s
		}
		return names[s]
	}
	for i, t := range all {
		out[i] = watchedTicket{
			ID: t.ID, Code: t.Code, ZoneID: one(t.ZoneID), TypeID: one(t.TypeID), SeatNo: t.SeatNo, AreaNo: t.AreaNo, Void: t.Void, entered: entered[t.ID],
		}
	}
	return out, nil
}

// noteChanges dates every ticket: as before when it is as before, else now.
func (w *watched) noteChanges(before *watched) {
	was := map[string]*watchedTicket{}
	if before != nil && before.stamp == w.stamp {
		for i := range before.tickets {
			was[before.tickets[i].ID] = &before.tickets[i]
		}
	}
	for i := range w.tickets {
		t := &w.tickets[i]
		t.changedAt = w.readAt
		if old := was[t.ID]; old != nil {
			same := *old
			same.changedAt = w.readAt
			if same == *t {
				t.changedAt = old.changedAt
			}
		}
	}
}
