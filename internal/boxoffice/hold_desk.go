package boxoffice

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
)

const (
	mostTogether = 512              // requests decided in one transaction
	mostWaiting  = 20_000           // requests that may wait for one performance
	deskTimeout  = 30 * time.Second // for one transaction
)

// ask is one request to a performance's stock: exactly one of take, best, give, keep, retype and sweep is set.
type ask struct {
	performanceID string
	take          *HoldRequest
	best          *BestRequest
	give          string   // id of a hold to release
	keep          string   // id of a hold that wants more time
	retype        *newHold // a hold with other ticket types and prices
	sweep         bool     // only end what is due, as every batch does
	once          *Once    // the name of a request for a hold, when it has one

	ctx    context.Context
	fate   atomic.Int32 // 0 waiting, then once either askAnswered or askLeft
	answer chan answer
}

const (
	askAnswered = 1
	askLeft     = 2
)

type answer struct {
	hold  Hold
	until time.Time // to when a hold was kept on
	swept int
	known bool // the answer to a named request that is, or was, written down
	err   error
}

// desk gathers what is asked of one performance while the batch before is being decided.
type desk struct{ queue []*ask }

// ask puts a request into the performance's queue and waits for its answer. When ctx ends first, the request is left out of its
// batch, or what it got is given back.
func (s *stock) ask(ctx context.Context, a *ask) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, err
	}
	a.ctx, a.answer = ctx, make(chan answer, 1)
	s.asking.Add(1)
	defer s.asking.Add(-1)
	if !s.enqueue(a) {
		return answer{}, ErrBusy
	}
	select {
	case got := <-a.answer:
		return got, got.err
	case <-ctx.Done():
		if a.fate.CompareAndSwap(0, askLeft) {
			return answer{}, ctx.Err()
		}
		got := <-a.answer
		return got, got.err
	}
}

func (s *stock) enqueue(a *ask) bool {
	s.desksMu.Lock()
	defer s.desksMu.Unlock()
	d, open := s.desks[a.performanceID]
	if !open {
		d = &desk{}
		s.desks[a.performanceID] = d
		go s.serve(a.performanceID, d)
	}
	if len(d.queue) >= mostWaiting {
		return false
	}
	d.queue = append(d.queue, a)
	return true
}

// serve decides batch after batch until nobody waits, then closes the desk.
func (s *stock) serve(performanceID string, d *desk) {
	for {
		s.desksMu.Lock()
		n := min(len(d.queue), mostTogether)
		if n == 0 {
			delete(s.desks, performanceID)
			s.desksMu.Unlock()
			return
		}
		batch := d.queue[:n:n]
		d.queue = d.queue[n:]
		s.desksMu.Unlock()
		s.settle(performanceID, batch)
	}
}

// settle answers a batch. It lives by its own context: one request that goes away must not hurt the others.
func (s *stock) settle(performanceID string, batch []*ask) {
	ctx, cancel := context.WithTimeout(context.Background(), deskTimeout)
	defer cancel()
	bids := s.draft(ctx, performanceID, batch)
	if len(bids) == 0 {
		return
	}
	verdicts, err := s.decideTogether(ctx, performanceID, bids)
	if errors.Is(err, errTorn) && len(bids) > 1 {
		// A guard refused somebody: one by one, so that it hurts nobody else.
		s.log.WarnContext(ctx, "stock moved under a batch", "performance", performanceID, "err", err)
		for _, c := range bids {
			s.settle(performanceID, []*ask{c.ask})
		}
		return
	}
	for i, c := range bids {
		switch {
		case errors.Is(err, errTorn):
			s.tell(c.ask, answer{err: c.gone().Because(err)})
		case err != nil:
			s.tell(c.ask, answer{err: err})
		default:
			s.tell(c.ask, verdicts[i])
		}
	}
	if err == nil {
		s.wake(performanceID)
	}
}

// bid is a request with its draft and the key of the hold it may become.
type bid struct {
	*ask
	draft  wishes
	id     string
	secret string
	hash   []byte
}

func (b bid) gone() *fault.Error {
	var ids []string
	for _, it := range b.draft.seats {
		ids = append(ids, it.SeatID)
	}
	return goneSeats(ids)
}

// draft checks requests against the offer, answers those that can have no hold, and returns the rest in order of arrival.
func (s *stock) draft(ctx context.Context, performanceID string, batch []*ask) []bid {
	var bids []bid
	var f offer
	var ferr error
	loaded := false
	for _, a := range batch {
		if a.ctx.Err() != nil {
			s.tell(a, answer{err: a.ctx.Err()})
			continue
		}
		c := bid{ask: a}
		if a.take != nil || a.best != nil {
			if !loaded {
				f, ferr = s.offerOf(ctx, performanceID)
				loaded = true
			}
			if err := c.fill(s, f, ferr); err != nil {
				s.tell(a, answer{err: err})
				continue
			}
		}
		bids = append(bids, c)
	}
	return bids
}

func (b *bid) fill(s *stock, f offer, err error) error {
	if err != nil {
		return err
	}
	if f.OnSale(s.clock.Now()) != catalog.SaleOpen {
		return ErrNotOnSale
	}
	if b.take != nil {
		b.draft, err = draftTake(f, *b.take)
	} else {
		b.draft, err = draftBest(f, s.hallOf(f), *b.best)
	}
	if err != nil {
		return err
	}
	b.id = db.NewID()
	if b.once == nil {
		b.secret, b.hash = newHoldSecret()
		return nil
	}
	b.secret = b.once.secret(b.id)
	b.hash = hashHoldSecret(b.secret)
	return nil
}

// tell answers a request, or gives back what it got when it has left in the meantime. Who named the request may come back for it.
func (s *stock) tell(a *ask, got answer) {
	if a.fate.CompareAndSwap(0, askAnswered) {
		a.answer <- got
		return
	}
	if got.err == nil && got.hold.ID != "" && a.once == nil {
		left := &ask{performanceID: a.performanceID, give: refOf(got.hold).id, ctx: context.Background(), answer: make(chan answer, 1)}
		s.enqueue(left)
	}
}
