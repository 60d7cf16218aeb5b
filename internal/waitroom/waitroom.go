// Package waitroom says who may come in now when more want to than can be served.
//
// It owns rooms (one for a performance or for a whole event), places in line,
// the draw among those who came before the opening, and passes. It promises
// that a place is never lost and never gets worse, that the draw can be
// recomputed by anybody from a published file, that waiting costs the database
// the same whether ten wait or a million, and that it goes on answering while
// the database is away. It knows no persons: a place is a random number in the
// hand of whoever waits. What may be held and bought is the box office's.
package waitroom

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/batch"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

// What keeps somebody out.
var (
	ErrNoRoom     = fault.New(fault.NotFound, "waitroom.no_room")
	ErrNoPlace    = fault.New(fault.NotFound, "waitroom.no_place")
	ErrNotYet     = fault.New(fault.Conflict, "waitroom.not_yet")
	ErrMissed     = fault.New(fault.Gone, "waitroom.missed")
	ErrPassNeeded = fault.New(fault.Forbidden, "waitroom.pass_needed")
	ErrPassOver   = fault.New(fault.Gone, "waitroom.pass_over")
	ErrPassFull   = fault.New(fault.Conflict, "waitroom.pass_full") // arg "limit"
	ErrNoWork     = fault.New(fault.Forbidden, "waitroom.no_work")
	ErrCode       = fault.New(fault.Invalid, "waitroom.wrong_code")
	ErrPace       = fault.New(fault.Invalid, "waitroom.pace")
	ErrLate       = fault.New(fault.Conflict, "waitroom.too_late") // the draw is closed: the opening cannot move any more
)

// How the processes keep in step. Each writes its newcomers and reads the others' every second, so what is older than settled is
// known to all of them.
const (
	syncEvery = time.Second
	settled   = 3 * time.Second
	drawLead  = 20 * time.Second // the draw closes so long before the opening
	readTwice = 30 * time.Second
	sealAfter = 6 * time.Second // and is drawn so long after it closed, when everybody's arrivals have been written
	keepRuns  = 30 * 24 * time.Hour
)

// Config is what the operator decides.
type Config struct {
	Key   []byte // signs places, passes and tasks; the same for all processes
	Above int    // visitors a second of one performance above which a room opens by itself; 0 for never, unless the room says so
}

// Rooms are the waiting rooms as this process knows them.
type Rooms struct {
	db      *db.DB
	clock   clock.Clock
	log     *slog.Logger
	catalog *catalog.Catalog
	cfg     Config
	node    string
	keys    keys
	uses    *batch.Writer[use, error]

	// Buyers lists the numbers of an event's orders and the persons who made them, where the organiser lets them come first; nil:
	// nobody does.
	Buyers func(ctx context.Context, eventID string) (orders, persons []string, err error)

	mu      sync.RWMutex
	rooms   map[string]*hall // by room id: those that stand open, and those that may open by themselves
	traffic traffic
	spent   spent
	lastEnd time.Time // when old runs were last cleared away
}

// hall is a room at work: what it is now and who waits in it.
type hall struct {
	mu   sync.Mutex
	room Room
	line line
	draw *Draw // nil until it is drawn
	seq  int64 // of the next chunk that this process writes
	last int64 // moment up to which the others' chunks were read
	seen map[string]bool
	idle time.Time // since when nobody has been waiting

	buyers buyers
}

// New makes the rooms over a migrated database.
func New(d *db.DB, c clock.Clock, log *slog.Logger, cat *catalog.Catalog, cfg Config) (*Rooms, error) {
	if len(cfg.Key) < 32 {
		return nil, errors.New("waitroom: the key is missing")
	}
	var node [6]byte
	if _, err := rand.Read(node[:]); err != nil {
		return nil, err
	}
	r := &Rooms{db: d, clock: c, log: log, catalog: cat, cfg: cfg, node: hex.EncodeToString(node[:]), rooms: map[string]*hall{}}
	r.keys = newKeys(cfg.Key)
	r.uses = batch.New(r.writeUses)
	return r, nil
}

// Run keeps this process in step with the others until ctx ends, then writes what is not written yet.
func (r *Rooms) Run(ctx context.Context) {
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	for {
		if err := r.Sync(ctx); err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "waiting rooms are not in step", "err", err)
		}
		select {
		case <-ctx.Done():
			last, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer stop()
			if err := r.Sync(last); err != nil {
				r.log.Warn("waiting rooms are not written", "err", err)
			}
			return
		case <-tick.C:
		}
	}
}

// Sync reads the rooms, writes this process's newcomers, reads the others' and draws what is due. It does the same few statements
// however many wait. Run calls it; tests do.
func (r *Rooms) Sync(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "sync waiting rooms")
	now := r.clock.Now()
	if _, err := r.openTripped(ctx, now); err != nil {
		return err
	}
	list, err := standing(ctx, r.db)
	if err != nil {
		return err
	}
	r.take(list)
	var errs []error
	for _, h := range r.halls() {
		errs = append(errs, r.syncHall(ctx, h, now))
	}
	if now.Sub(r.lastEnd) > time.Hour {
		r.lastEnd = now
		errs = append(errs, clearOld(ctx, r.db, clock.Micros(now.Add(-keepRuns))))
	}
	return errors.Join(errs...)
}

// take makes the list what this process knows; a room whose run is the same keeps its line.
func (r *Rooms) take(list []Room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := make(map[string]*hall, len(list))
	for _, room := range list {
		h := r.rooms[room.ID]
		if h == nil || h.run() != room.Run {
			h = &hall{seen: map[string]bool{}}
		}
		h.mu.Lock()
		h.room = room
		h.mu.Unlock()
		next[room.ID] = h
	}
	r.rooms = next
}

func (h *hall) run() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.room.Run
}

func (r *Rooms) halls() []*hall {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]*hall, 0, len(r.rooms))
	for _, h := range r.rooms {
		out = append(out, h)
	}
	return out
}

func (r *Rooms) hall(id string) (*hall, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	h, ok := r.rooms[id]
	return h, ok
}

func (r *Rooms) syncHall(ctx context.Context, h *hall, now time.Time) error {
	h.mu.Lock()
	room, mine, seq := h.room, h.line.unwritten(), h.seq
	last := h.last
	h.mu.Unlock()
	if !room.Open {
		return nil
	}
	if err := r.readBuyers(ctx, h, room); err != nil {
		r.log.WarnContext(ctx, "who bought before is not known yet", "room", room.ID, "err", err)
	}
	if len(mine) > 0 {
		if err := writeChunk(ctx, r.db, room.Run, r.node, seq, clock.Micros(now), encodeArrivals(mine)); err != nil {
			return err
		}
		h.mu.Lock()
		h.line.wrote(len(mine))
		h.seq++
		h.mu.Unlock()
	}
	// A chunk written a moment ago by a slow process may carry an older moment: read a little twice rather than miss it.
	chunks, err := readChunks(ctx, r.db, room.Run, last-readTwice.Microseconds())
	if err != nil {
		return err
	}
	h.mu.Lock()
	for _, c := range chunks {
		h.last = max(h.last, c.at)
		key := c.node + "/" + strconv.FormatInt(c.seq, 10)
		if c.node != r.node && !h.seen[key] {
			h.seen[key] = true
			h.line.others(decodeArrivals(c.body))
		}
	}
	h.mu.Unlock()
	if err := r.sealWhenDue(ctx, h, now); err != nil {
		return err
	}
	return r.closeWhenEmpty(ctx, h, now)
}
