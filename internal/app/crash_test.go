package app_test

import (
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// sold is an order that the program said is paid: it must stay so.
type sold struct {
	code, secret string
	seat         string
}

// TestKilledInTheMiddle kills the program while buyers hold, order and pay, again and again, and then asks it whether all adds up.
func TestKilledInTheMiddle(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "demo")
			dsn := ""
			if e == db.Postgres {
				dsn = dbtest.DSN(t, e)
			}
			killAndCheck(t, data, dsn)
		})
	}
}

const kills = 4

func killAndCheck(t *testing.T, data, dsn string) {
	var paid []sold
	var addr string
	next := new(atomic.Int64)
	for range kills {
		p := apptest.StartDemo(t, data, dsn, addr)
		addr = p.URL[len("http://"):]
		paid = append(paid, buyUntilKilled(t, p, next)...)
	}
	if len(paid) == 0 {
		t.Fatal("nobody bought anything: the test shows nothing")
	}
	p := apptest.StartDemo(t, data, dsn, addr)
	c := apptest.NewClient(p.URL)
	seats := map[string]string{}
	for _, s := range paid {
		o, status, err := c.FindOrder(s.code, s.secret)
		if err != nil || status != 200 || o.Status != "paid" || len(o.Tickets) != 1 {
			t.Errorf("order %s was paid and is now %q with %d tickets (status %d, %v)", s.code, o.Status, len(o.Tickets), status, err)
		}
		if other, twice := seats[s.seat]; twice {
			t.Errorf("seat %s was sold to %s and %s", s.seat, other, s.code)
		}
		seats[s.seat] = s.code
	}
	p.Kill()
	if out, ok := p.Verify(t); !ok {
		t.Errorf("verify after %d kills:\n%s", kills, out)
	}
	t.Logf("%d orders were paid before the kills", len(paid))
}

// buyUntilKilled lets eight buyers buy and kills the program as soon as some of them have paid, in the middle of the others.
func buyUntilKilled(t *testing.T, p *apptest.Program, next *atomic.Int64) []sold {
	c := apptest.NewClient(p.URL)
	policy, err := c.Policy()
	if err != nil {
		t.Fatal(err)
	}
	performance := p.Performances["theatre"]
	seats, err := c.SeatIDs(performance)
	if err != nil || len(seats) < 500 {
		t.Fatalf("%d seats, %v", len(seats), err)
	}
	var mu sync.Mutex
	var out []sold
	var wg sync.WaitGroup
	dead := make(chan struct{})
	enough := make(chan struct{}, 64)
	for range 8 {
		wg.Go(func() {
			for {
				select {
				case <-dead:
					return
				default:
				}
				seat := seats[int(next.Add(1))%len(seats)]
				if s, ok := buyOne(c, policy, performance, seat); ok {
					mu.Lock()
					out = append(out, s)
					mu.Unlock()
					select {
					case enough <- struct{}{}:
					default:
					}
				}
			}
		})
	}
	wait := 3 + rand.IntN(6)
	for range wait {
		select {
		case <-enough:
		case <-time.After(60 * time.Second):
			t.Error("no sale within a minute")
		}
	}
	p.Kill()
	close(dead)
	wg.Wait()
	return out
}

func buyOne(c *apptest.Client, policy apptest.Policy, performance, seat string) (sold, bool) {
	h, status, err := c.Hold(performance, seat)
	if err != nil || status != 201 {
		return sold{}, false
	}
	o, status, err := c.Order(h, policy, apptest.AnyBuyer)
	if err != nil || status != 201 {
		return sold{}, false
	}
	if status, err = c.Pay(o.Payment.ID, "paid"); err != nil || status >= 400 {
		return sold{}, false
	}
	found, status, err := c.FindOrder(o.Code, o.Secret)
	if err != nil || status != 200 || found.Status != "paid" {
		return sold{}, false
	}
	return sold{o.Code, o.Secret, seat}, true
}
