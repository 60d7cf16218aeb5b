package boxoffice

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
)

// Availability is what is left of a performance at a version. It is shared by its readers: do not change it.
type Availability struct {
	Version int64
	Seats   []SeatState // by Seat.No
	Areas   []AreaLeft  // by StandingArea.No
}

// AreaLeft is how many places of a standing area are free.
type AreaLeft struct {
	AreaID string
	ZoneID string
	Free   int
	Held   int
	Sold   int
}

// Delta is what changed from a version to another. States are absolute: reading one twice does no harm. It is shared: do not change it.
type Delta struct {
	Since   int64 // a reader whose version is older than this has missed something and reads Availability anew
	Version int64
	Seats   map[int]SeatState
	Areas   map[int]AreaLeft
}

// Availability returns what is left now.
func (o *Office) Availability(ctx context.Context, performanceID string) (a Availability, err error) {
	defer fault.Wrap(&err, "availability of %s", performanceID)
	return o.stock.board(performanceID).refresh(ctx)
}

// Watch tells of changes until stop is called or ctx ends, then closes the channel; a slow reader loses deltas and sees it by
// the gap between its version and the next delta's Since.
func (o *Office) Watch(ctx context.Context, performanceID string) (deltas <-chan Delta, stop func(), err error) {
	defer fault.Wrap(&err, "watch %s", performanceID)
	b := o.stock.board(performanceID)
	if _, err := b.refresh(ctx); err != nil {
		return nil, nil, err
	}
	w := b.watch()
	stopped := context.AfterFunc(ctx, func() { b.leave(w) })
	return w, func() { stopped(); b.leave(w) }, nil
}

// mostBoards bounds the performances whose availability is kept in memory; those that somebody watches stay in any case.
const mostBoards = 256

// board is a performance's availability in this process's memory: read whole once, then by what changed since its version.
// So several processes on one database show the same.
type board struct {
	s             *stock
	performanceID string
	wake          chan struct{} // a change was made in this process

	mu       sync.Mutex // held while refreshing
	now      Availability
	past     past // how it came to be so
	loaded   bool
	askedMu  sync.Mutex
	asked    int64 // readers that came
	answered int64 // readers that came before the last refresh began
	used     time.Time

	watchMu  sync.Mutex
	watchers map[chan Delta]bool
	stop     context.CancelFunc
}

func (s *stock) board(performanceID string) *board {
	s.boardsMu.Lock()
	defer s.boardsMu.Unlock()
	b, ok := s.boards[performanceID]
	if !ok {
		s.makeRoom()
		b = &board{s: s, performanceID: performanceID, wake: make(chan struct{}, 1), watchers: map[chan Delta]bool{}}
		s.boards[performanceID] = b
	}
	b.used = s.clock.Now()
	return b
}

// makeRoom forgets the board that was not asked for longest and that nobody watches.
func (s *stock) makeRoom() {
	if len(s.boards) < mostBoards {
		return
	}
	var oldest *board
	for _, b := range s.boards {
		if (oldest == nil || b.used.Before(oldest.used)) && !b.watched() {
			oldest = b
		}
	}
	if oldest != nil {
		delete(s.boards, oldest.performanceID)
	}
}

// wake makes watchers of a performance in this process see a change at once.
func (s *stock) wake(performanceID string) {
	s.boardsMu.Lock()
	b, ok := s.boards[performanceID]
	s.boardsMu.Unlock()
	if !ok {
		return
	}
	select {
	case b.wake <- struct{}{}:
	default: // it is awake already
	}
}

// refresh brings the board up to date. Readers that come while another refreshes share the next refresh.
func (b *board) refresh(ctx context.Context) (Availability, error) {
	b.askedMu.Lock()
	b.asked++
	ticket := b.asked
	b.askedMu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.loaded && b.answered >= ticket {
		return b.now, nil
	}
	b.askedMu.Lock()
	serves := b.asked
	b.askedMu.Unlock()
	if err := b.read(ctx); err != nil {
		return Availability{}, err
	}
	b.answered = serves
	return b.now, nil
}

// read asks for the version first: what is read after it is at least as new, and states are absolute.
func (b *board) read(ctx context.Context) error {
	v, err := readVersion(ctx, b.s.db, b.performanceID)
	if err != nil {
		return err
	}
	if b.loaded && v == b.now.Version {
		return nil
	}
	next := Availability{Version: v}
	d := Delta{Since: b.now.Version, Version: v, Seats: map[int]SeatState{}, Areas: map[int]AreaLeft{}}
	after := int64(-1)
	if b.loaded {
		after = b.now.Version
		next.Seats, next.Areas = slices.Clone(b.now.Seats), slices.Clone(b.now.Areas)
		err = changedSeats(ctx, b.s.db, b.performanceID, after, func(no int, s SeatState) { next.Seats[no], d.Seats[no] = s, s })
	} else {
		err = allSeats(ctx, b.s.db, b.performanceID, func(_ int, s SeatState) { next.Seats = append(next.Seats, s) })
	}
	if err != nil {
		return err
	}
	areas, err := changedAreas(ctx, b.s.db, b.performanceID, after)
	if err != nil {
		return err
	}
	for _, a := range areas {
		if a.no >= len(next.Areas) {
			next.Areas = append(next.Areas, a.AreaLeft)
		}
		next.Areas[a.no], d.Areas[a.no] = a.AreaLeft, a.AreaLeft
	}
	first := !b.loaded
	b.now, b.loaded = next, true
	if !first {
		b.past.add(d)
		b.send(d)
	}
	return nil
}

func (b *board) watched() bool {
	b.watchMu.Lock()
	defer b.watchMu.Unlock()
	return len(b.watchers) > 0
}

// watch adds a reader; the first one starts the watch over the database.
func (b *board) watch() chan Delta {
	w := make(chan Delta, 16)
	b.watchMu.Lock()
	defer b.watchMu.Unlock()
	b.watchers[w] = true
	if b.stop == nil {
		ctx, stop := context.WithCancel(context.Background())
		b.stop = stop
		go b.follow(ctx)
	}
	return w
}

func (b *board) leave(w chan Delta) {
	b.watchMu.Lock()
	defer b.watchMu.Unlock()
	if !b.watchers[w] {
		return
	}
	delete(b.watchers, w)
	close(w)
	if len(b.watchers) == 0 {
		b.stop()
		b.stop = nil
	}
}

// follow refreshes when this process changed something, and every moment for what others changed.
func (b *board) follow(ctx context.Context) {
	tick := time.NewTicker(b.s.watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.wake:
		case <-tick.C:
		}
		if _, err := b.refresh(ctx); err != nil && ctx.Err() == nil {
			b.s.log.WarnContext(ctx, "availability is not fresh", "performance", b.performanceID, "err", err)
		}
	}
}

func (b *board) send(d Delta) {
	b.watchMu.Lock()
	defer b.watchMu.Unlock()
	for w := range b.watchers {
		select {
		case w <- d:
		default: // slow: it will see the gap
		}
	}
}
