// Package rehearsal plays an on-sale hour against a running office before it happens.
//
// It owns simulated buyers, who speak HTTP as anybody does, and the report of how they fared. It promises that nothing is counted
// that a buyer did not get over the wire, and that the machine's own commit rate stands beside. It knows the public API and no
// room: who opens a scratch office for it, and asks that office's books what was oversold, is the program.
package rehearsal

import (
	"context"
	"math/rand/v2"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"
)

// Plan is what is rehearsed.
type Plan struct {
	Addrs       []string // host:port of every process of the office; buyers spread over them
	Performance string   // its id
	Page        string   // path of the page that buyers open first
	Buyers      int
	Duration    time.Duration // at most; a sold out house ends it before
	Patience    time.Duration // how long a buyer asks again, here and at the next process, when there is no answer or "try later"; 0: not at all
	OnlyHold    bool          // buyers keep places and never order: how fast holds go
	Widened     int           // the capacity of the area that everybody wants, when it is not the plan's
	Seed        uint64
	Enough      <-chan struct{} // closed when nobody shall begin another purchase; may be nil
	Progress    func(Progress)  // hears about every second; may be nil
}

// Progress is how far a rehearsal is.
type Progress struct {
	Seconds int `json:"seconds"`
	Of      int `json:"of"`
	Orders  int `json:"orders"`
	Holds   int `json:"holds"`
}

// Outcome is what the buyers saw.
type Outcome struct {
	Seconds  float64
	Selling  float64        // of them, until the last order had its tickets: what rates are counted over
	Orders   int            // paid, with tickets fetched
	Tickets  int            // that buyers have in their hands
	Holds    int            // places were kept
	Refused  int            // answers that say no for a good reason: seats gone, too many requests
	Errors   map[string]int // answers that should not have been, by step and status
	Steps    map[string]Step
	Series   []Second
	Twice    int            // seats for which two buyers have a ticket
	Manners  map[string]int // buyers by what they came to do
	SoldOut  bool
	Places   int // that the performance sells
	Browsing int // pages opened
	Again    int // requests that were sent again because the first had no answer, or "try later"
	Sold     []Sold
}

// Sold is an order whose tickets a buyer has in hands: whatever happens afterwards, it must stay so.
type Sold struct {
	Code, Secret string
	Seats        []string
	Tickets      int
}

// Step is how long one kind of request took.
type Step struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50_ms"`
	P95   float64 `json:"p95_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

// Second is one second of the run.
type Second struct {
	Second int `json:"second"`
	Holds  int `json:"holds"`
	Orders int `json:"orders"`
}

// storm is one run.
type storm struct {
	Plan
	house   *house
	policy  consent
	started time.Time
	until   time.Time
	soldOut atomic.Bool

	orders, holds, tickets, refused, pages, again atomic.Int64
	lastGot                                       atomic.Int64 // nanoseconds since started

	mu     sync.Mutex
	errors map[string]int
	owners map[string]string // seat → order that has its ticket
	twice  int
	sold   []Sold
	meters map[string]*meter
}

// Run sends the buyers in and returns when the last has left.
func Run(ctx context.Context, p Plan) (Outcome, error) {
	if p.Seed == 0 {
		p.Seed = uint64(time.Now().UnixNano()) //nolint:gosec // any number will do
	}
	s := &storm{Plan: p, errors: map[string]int{}, owners: map[string]string{}, meters: map[string]*meter{}}
	for _, step := range Steps {
		s.meters[step] = &meter{}
	}
	var err error
	if s.house, s.policy, err = survey(ctx, p); err != nil {
		return Outcome{}, err
	}
	s.started = time.Now()
	s.until = s.started.Add(p.Duration)
	ctx, cancel := context.WithDeadline(ctx, s.until.Add(30*time.Second)) // for those in the middle of paying
	defer cancel()
	watched := make(chan []Second)
	stop := make(chan struct{})
	go func() { watched <- s.watch(stop) }()
	manners := s.letIn(ctx)
	took := time.Since(s.started)
	close(stop)
	out := s.outcome(took, <-watched)
	out.Manners = manners
	return out, nil
}

// letIn starts every buyer and waits for the last to leave.
func (s *storm) letIn(ctx context.Context) map[string]int {
	counts := map[string]int{}
	buyers := make([]*buyer, s.Buyers)
	var ordinary atomic.Int64
	for i := range buyers {
		b := &buyer{storm: s, no: i, manner: mannerOf(i, s.Buyers, s.OnlyHold), rand: rand.New(rand.NewPCG(s.Seed, uint64(i)))} //nolint:gosec // a simulation
		buyers[i] = b
		counts[b.manner.String()]++
		if b.manner.ordinary() {
			ordinary.Add(1)
		}
	}
	var wg sync.WaitGroup
	for _, b := range buyers {
		wg.Go(func() {
			pprof.Do(ctx, pprof.Labels("side", "buyer"), b.run)
			if b.manner.ordinary() && ordinary.Add(-1) == 0 && !s.over(ctx) {
				s.soldOut.Store(true) // who fights for seats that are gone, and bots that pay for none, would go on until the time is over
			}
		})
	}
	wg.Wait()
	return counts
}

// watch counts what every second brought.
func (s *storm) watch(stop <-chan struct{}) []Second {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var out []Second
	var holds, orders int64
	for n := 1; ; n++ {
		select {
		case <-stop:
			return out
		case <-tick.C:
		}
		h, o := s.holds.Load(), s.orders.Load()
		out = append(out, Second{n, int(h - holds), int(o - orders)})
		holds, orders = h, o
		if s.Progress != nil {
			s.Progress(Progress{n, int(s.Duration.Seconds()), int(o), int(h)})
		}
	}
}

func (s *storm) outcome(took time.Duration, series []Second) Outcome {
	out := Outcome{
		Seconds: took.Seconds(), Orders: int(s.orders.Load()), Tickets: int(s.tickets.Load()), Holds: int(s.holds.Load()),
		Refused: int(s.refused.Load()), Errors: s.errors, Steps: map[string]Step{}, Series: series, Twice: s.twice,
		SoldOut: s.soldOut.Load(), Places: s.house.places, Browsing: int(s.pages.Load()), Again: int(s.again.Load()), Sold: s.sold,
	}
	out.Selling = s.selling(took).Seconds()
	for name, m := range s.meters {
		out.Steps[name] = m.step()
	}
	return out
}

// selling is how long there was something to sell: all the time, or, when the house sold out before its time, until the last buyer
// had what they came for. Seconds in which there was nothing left to buy say nothing about how fast it was sold.
func (s *storm) selling(took time.Duration) time.Duration {
	last := time.Duration(s.lastGot.Load())
	if last == 0 || took >= s.Duration {
		return took
	}
	return min(last, took)
}

// gotSomething remembers when: see selling.
func (s *storm) gotSomething() {
	now := int64(time.Since(s.started))
	for {
		last := s.lastGot.Load()
		if now <= last || s.lastGot.CompareAndSwap(last, now) {
			return
		}
	}
}

// over tells whether a buyer may begin another purchase.
func (s *storm) over(ctx context.Context) bool {
	select {
	case <-s.Enough:
		return true
	default:
	}
	return ctx.Err() != nil || s.soldOut.Load() || time.Now().After(s.until)
}

func (s *storm) wrong(what string) {
	s.mu.Lock()
	s.errors[what]++
	s.mu.Unlock()
}

// got remembers an order and whose the seats of its tickets are.
func (s *storm) got(o Sold) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seat := range o.Seats {
		if other, ok := s.owners[seat]; ok && other != o.Code {
			s.twice++
		}
		s.owners[seat] = o.Code
	}
	s.sold = append(s.sold, o)
}
