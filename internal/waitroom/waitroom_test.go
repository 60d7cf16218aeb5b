package waitroom_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/waitroom"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// queue is some processes over one database.
type queue struct {
	*waitroom.Rooms // the first process
	t               testing.TB
	clock           *clock.Fake
	db              *db.DB
	show            catalog.Performance
}

func newQueue(t testing.TB, d *db.DB) *queue {
	t.Helper()
	q := &queue{t: t, clock: clock.NewFake(noon), db: d, show: catalog.Performance{ID: "show", EventID: "event", OrderLimit: 4}}
	q.Rooms = q.process()
	return q
}

func (q *queue) process() *waitroom.Rooms {
	q.t.Helper()
	r, err := waitroom.New(q.db, q.clock, slog.New(slog.DiscardHandler), nil, waitroom.Config{Key: bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		q.t.Fatal(err)
	}
	q.sync(r)
	return r
}

func (q *queue) sync(list ...*waitroom.Rooms) {
	q.t.Helper()
	for _, r := range list {
		if err := r.Sync(q.t.Context()); err != nil {
			q.t.Fatal(err)
		}
	}
}

// pass lets time go by; the processes stay in step.
func (q *queue) pass(d time.Duration, list ...*waitroom.Rooms) {
	q.t.Helper()
	for end := q.clock.Now().Add(d); q.clock.Now().Before(end); {
		q.clock.Advance(min(time.Second, end.Sub(q.clock.Now())))
		q.sync(list...)
	}
}

func (q *queue) on(w waitroom.Wish) waitroom.Room {
	q.t.Helper()
	w.ID, w.Kind = "show", waitroom.ForPerformance
	if w.Mode == "" {
		w.Mode = waitroom.On
	}
	room, err := q.Set(q.t.Context(), w)
	if err != nil {
		q.t.Fatal(err)
	}
	return room
}

func (q *queue) join(r *waitroom.Rooms, a waitroom.Ask) string {
	q.t.Helper()
	task, err := r.Task("show", a.Network)
	if err != nil {
		q.t.Fatal(err)
	}
	a.Task, a.Answer = task.Text, solve(task)
	token, err := r.Join(q.t.Context(), "show", a)
	if err != nil {
		q.t.Fatal(err)
	}
	return token
}

func solve(task waitroom.Task) string {
	for n := 0; ; n++ {
		sum := sha256.Sum256([]byte(task.Text + "." + strconv.Itoa(n)))
		zero := 0
		for zero < task.Bits && sum[zero/8]&(0x80>>(zero%8)) == 0 {
			zero++
		}
		if zero >= task.Bits {
			return strconv.Itoa(n)
		}
	}
}

func (q *queue) look(r *waitroom.Rooms, token string) waitroom.Status {
	q.t.Helper()
	s, err := r.Look("show", token)
	if err != nil {
		q.t.Fatal(err)
	}
	return s
}

func TestTheDrawIsCommittedBeforeAndCanBeRecomputedAfter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		room := q.on(waitroom.Wish{OpensAt: noon.Add(10 * time.Minute), PerMinute: 60})
		a, b := q.Rooms, q.process()
		before, err := a.Published("show")
		if err != nil || before.Commitment == "" || before.Seed != "" || len(before.Order) > 0 {
			t.Fatalf("before the draw %+v, %v: want the commitment and nothing else", before, err)
		}
		var tokens []string
		for i := range 60 {
			r := []*waitroom.Rooms{a, b}[i%2]
			tokens = append(tokens, q.join(r, waitroom.Ask{}))
			q.pass(time.Second, a, b)
		}
		if s := q.look(a, tokens[0]); s.Stage != waitroom.Early || s.Place != 0 {
			t.Errorf("before the draw somebody has the place %+v", s)
		}
		q.clock.Set(room.DrawCloses())
		q.pass(time.Second, a, b)
		if s := q.look(b, tokens[0]); s.Stage != waitroom.Drawing {
			t.Errorf("while it is drawn: %+v", s)
		}
		q.pass(10*time.Second, a, b)

		file, err := b.Published("show")
		if err != nil {
			t.Fatal(err)
		}
		other, _ := a.Published("show")
		if diff := cmp.Diff(file, other); diff != "" {
			t.Errorf("two processes published two draws: %s", diff)
		}
		if file.Commitment != before.Commitment {
			t.Error("another commitment than before")
		}
		body, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, wrong, err := waitroom.VerifyDraw(body); err != nil || len(wrong) > 0 || len(file.Order) != 60 {
			t.Fatalf("%d drawn; verify says %v, %v", len(file.Order), wrong, err)
		}
		for _, token := range tokens {
			s := q.look(a, token)
			if s.Stage != waitroom.Waiting || file.Order[s.Place-1] != "1 "+s.ID {
				t.Fatalf("the place %d is not where the file has it", s.Place)
			}
			if diff := cmp.Diff(s, q.look(b, token)); diff != "" {
				t.Fatalf("the other process says otherwise: %s", diff)
			}
		}
		falsified(t, file)
	})
}

// falsified: the check must be able to fail.
func falsified(t *testing.T, f waitroom.DrawFile) {
	t.Helper()
	for name, change := range map[string]func(f *waitroom.DrawFile){
		"two swapped":   func(f *waitroom.DrawFile) { f.Order[0], f.Order[1] = f.Order[1], f.Order[0] },
		"another seed":  func(f *waitroom.DrawFile) { f.Seed = hex.EncodeToString(bytes.Repeat([]byte{1}, 32)) },
		"one left out":  func(f *waitroom.DrawFile) { f.Arrivals = f.Arrivals[1:]; f.Order = f.Order[1:] },
		"one put twice": func(f *waitroom.DrawFile) { f.Arrivals = append([]string{f.Arrivals[0]}, f.Arrivals...) },
	} {
		g := f
		g.Order, g.Arrivals = slices.Clone(f.Order), slices.Clone(f.Arrivals)
		change(&g)
		body, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		if _, wrong, err := waitroom.VerifyDraw(body); err != nil || len(wrong) == 0 {
			t.Errorf("%s: nothing found, %v", name, err)
		}
	}
}

func TestLateArrivalsQueueAndNobodyMovesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		room := q.on(waitroom.Wish{OpensAt: noon.Add(2 * time.Minute), PerMinute: 30})
		a, b := q.Rooms, q.process()
		early := q.join(b, waitroom.Ask{})
		q.pass(room.OpensAt.Sub(noon)+time.Second, a, b)
		var late []string
		for i := range 20 {
			late = append(late, q.join([]*waitroom.Rooms{a, b}[i%2], waitroom.Ask{}))
			q.pass(300*time.Millisecond, a, b)
		}
		q.pass(4*time.Second, a, b)
		if s := q.look(a, early); s.Place != 1 || s.Stage != waitroom.In {
			t.Errorf("the only one of the draw: %+v", s)
		}
		was := map[string]waitroom.Status{}
		for i, token := range late {
			s := q.look(b, token)
			if s.Place != int64(i+2) {
				t.Errorf("late arrival %d has the place %d", i, s.Place)
			}
			was[token] = s
		}
		for range 5 { // more come, a process dies, another starts
			q.join(a, waitroom.Ask{})
			q.pass(5*time.Second, a)
			b = q.process()
			for _, token := range late {
				now := q.look(b, token)
				if now.Place > was[token].Place || now.Turn.After(was[token].Turn) || now.Ahead > was[token].Ahead {
					t.Fatalf("moved back from %+v to %+v", was[token], now)
				}
				was[token] = now
			}
		}
		// One every two seconds from the opening on.
		if want := room.OpensAt.Add(42 * time.Second); !was[late[19]].Turn.Equal(want) {
			t.Errorf("the turn of place 21 is at %v, want %v", was[late[19]].Turn, want)
		}
	})
}

func TestAPlaceOutlivesTheProcessThatGaveIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		q.on(waitroom.Wish{PerMinute: 60})
		lost := q.process()
		token := q.join(lost, waitroom.Ask{}) // and this process dies before it wrote
		q.pass(5*time.Second, q.Rooms)
		next := q.join(q.Rooms, waitroom.Ask{})
		q.pass(5*time.Second, q.Rooms)
		if s := q.look(q.Rooms, token); s.Place != 1 {
			t.Errorf("the place of a process that died is %+v", s)
		}
		if s := q.look(q.Rooms, next); s.Place != 2 {
			t.Errorf("who came after has %+v", s)
		}
		after := q.process()
		q.pass(2*time.Second, q.Rooms, after)
		if s := q.look(after, token); s.Place != 1 {
			t.Errorf("after a restart %+v", s)
		}
		if _, err := after.Look("show", token[:len(token)-2]+"xx"); !errors.Is(err, waitroom.ErrNoPlace) {
			t.Errorf("a forged place: %v", err)
		}
	})
}

func TestAPassOpensForItsLimitAndItsTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		if err := q.Check(q.show, ""); err != nil {
			t.Errorf("no room, and a pass is asked for: %v", err)
		}
		q.on(waitroom.Wish{PerMinute: 1})
		if err := q.Check(q.show, ""); !errors.Is(err, waitroom.ErrPassNeeded) {
			t.Errorf("without a pass: %v", err)
		}
		token := q.join(q.Rooms, waitroom.Ask{})
		q.pass(10*time.Second, q.Rooms)
		if _, _, err := q.Enter("show", token); !errors.Is(err, waitroom.ErrNotYet) {
			t.Errorf("before the turn: %v", err)
		}
		q.pass(55*time.Second, q.Rooms)
		pass, until, err := q.Enter("show", token)
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Check(q.show, token); !errors.Is(err, waitroom.ErrPassNeeded) {
			t.Errorf("a place shown for a pass: %v", err)
		}
		other := q.process() // passes are good at every process
		again, _, err := other.Enter("show", token)
		if err != nil {
			t.Fatal(err)
		}
		use := func(r *waitroom.Rooms, pass string, n int) error { return r.Use(t.Context(), q.show, pass, n) }
		if err := use(q.Rooms, pass, 3); err != nil {
			t.Fatal(err)
		}
		if err := use(other, again, 2); !errors.Is(err, waitroom.ErrPassFull) {
			t.Errorf("five of four tickets on two devices: %v", err)
		}
		if err := other.GiveBack(t.Context(), q.show, again, 1); err != nil {
			t.Fatal(err)
		}
		if err := use(other, again, 2); err != nil {
			t.Errorf("after one was given back: %v", err)
		}
		q.clock.Set(until)
		if err := q.Check(q.show, pass); !errors.Is(err, waitroom.ErrPassOver) {
			t.Errorf("after its time: %v", err)
		}
		q.clock.Advance(time.Hour)
		if _, _, err := q.Enter("show", token); !errors.Is(err, waitroom.ErrMissed) {
			t.Errorf("long after the turn: %v", err)
		}
	})
}

func TestACodeGoesFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		q.Buyers = func(_ context.Context, event string) (orders, persons []string, err error) {
			if event != "last-year" {
				t.Errorf("asked for the buyers of %q", event)
			}
			return []string{"K7MX2PQA"}, []string{"buyer"}, nil
		}
		room := q.on(waitroom.Wish{OpensAt: noon.Add(5 * time.Minute), PresaleUntil: noon.Add(10 * time.Minute), PerMinute: 60, Codes: []string{"first 2026"}, BuyersOf: "last-year"})
		var plain []string
		for range 20 {
			plain = append(plain, q.join(q.Rooms, waitroom.Ask{}))
		}
		first := []string{q.join(q.Rooms, waitroom.Ask{Code: "First2026"}), q.join(q.Rooms, waitroom.Ask{Person: "buyer"}), q.join(q.Rooms, waitroom.Ask{Code: "k7mx 2pqa"})}
		// The number of an order shown around is one place.
		if again := q.join(q.Rooms, waitroom.Ask{Code: "K7MX2PQA"}); q.look(q.Rooms, again).ID != q.look(q.Rooms, first[2]).ID {
			t.Error("an order's number gives two places")
		}
		plain = append(plain, q.join(q.Rooms, waitroom.Ask{Person: "stranger"}))
		task, _ := q.Task("show", "")
		if _, err := q.Join(t.Context(), "show", waitroom.Ask{Task: task.Text, Answer: solve(task), Code: "guess"}); !errors.Is(err, waitroom.ErrCode) {
			t.Errorf("a wrong code: %v", err)
		}
		q.clock.Set(room.OpensAt.Add(5 * time.Second))
		q.sync(q.Rooms)
		for _, token := range first {
			if s := q.look(q.Rooms, token); s.Place > 3 || s.Stage != waitroom.In {
				t.Errorf("with a code: %+v", s)
			}
		}
		for _, token := range plain {
			if s := q.look(q.Rooms, token); s.Place < 4 || !s.Turn.After(room.PresaleUntil) {
				t.Errorf("without a code: %+v", s)
			}
		}
	})
}

// A crowd from very many networks must not make the room forget how many come.
func TestManyNetworksDoNotEaseTheWork(t *testing.T) {
	q := newQueue(t, dbtest.Open(t, db.SQLite))
	q.on(waitroom.Wish{PerMinute: 60})
	for i := range 25_000 {
		network := fmt.Sprint(i)
		task, err := q.Task("show", network)
		if err != nil {
			t.Fatal(err)
		}
		// Work that is not done counts as a coming all the same.
		_, _ = q.Join(t.Context(), "show", waitroom.Ask{Task: task.Text, Network: network})
		if i > 1000 && task.Bits < 16 {
			t.Fatalf("the %dth works %d bits", i, task.Bits)
		}
	}
}

func TestWorkGrowsWithThePressure(t *testing.T) {
	q := newQueue(t, dbtest.Open(t, db.SQLite))
	q.on(waitroom.Wish{PerMinute: 60})
	calm, err := q.Task("show", "10.0.0.0/24")
	if err != nil || calm.Bits != 0 || calm.Delay != 0 {
		t.Fatalf("when nobody comes: %+v, %v", calm, err)
	}
	if _, err := q.Join(t.Context(), "show", waitroom.Ask{Task: "made up"}); !errors.Is(err, waitroom.ErrNoWork) {
		t.Errorf("a made-up task: %v", err)
	}
	first, err := q.Join(t.Context(), "show", waitroom.Ask{Task: calm.Text})
	if err != nil {
		t.Fatal(err)
	}
	q.clock.Advance(time.Second)
	if again, err := q.Join(t.Context(), "show", waitroom.Ask{Task: calm.Text}); err != nil || again != first {
		t.Errorf("the same task gave another place (%v)", err)
	}
	var stock []waitroom.Task
	for range 40 {
		task, _ := q.Task("show", "hoarder")
		stock = append(stock, task)
	}
	if last := stock[39]; last.Bits < 12 {
		t.Errorf("who takes forty tasks in a minute works %d bits for the last", last.Bits)
	}
	q.clock.Advance(2 * time.Minute)
	if _, err := q.Join(t.Context(), "show", waitroom.Ask{Task: stock[0].Text}); err != nil {
		t.Errorf("an old task in calm times: %v", err)
	}
	for i := range 400 {
		task, _ := q.Task("show", fmt.Sprint(i))
		if _, err := q.Join(t.Context(), "show", waitroom.Ask{Task: task.Text, Answer: solve(task), Network: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	busy, _ := q.Task("show", "10.0.0.0/24")
	if busy.Bits < 12 {
		t.Fatalf("at 40 a second the work is %d bits", busy.Bits)
	}
	if _, err := q.Join(t.Context(), "show", waitroom.Ask{Task: stock[1].Text}); !errors.Is(err, waitroom.ErrNoWork) {
		t.Errorf("a task laid up in calm times, now that %d bits are asked: %v", busy.Bits, err)
	}
	for _, answer := range []string{"", "1"} {
		if _, err := q.Join(t.Context(), "show", waitroom.Ask{Task: busy.Text, Answer: answer}); !errors.Is(err, waitroom.ErrNoWork) {
			t.Errorf("with the answer %q: %v", answer, err)
		}
	}
	q.clock.Advance(busy.Delay)
	if _, err := q.Join(t.Context(), "show", waitroom.Ask{Task: busy.Text}); err != nil {
		t.Errorf("who waited instead of working: %v", err)
	}
	for range 100 {
		_, _ = q.Join(t.Context(), "show", waitroom.Ask{Task: busy.Text, Answer: "", Network: "greedy"})
	}
	greedy, _ := q.Task("show", "greedy")
	other, _ := q.Task("show", "calm")
	if greedy.Bits <= other.Bits {
		t.Errorf("a network that sends many works %d bits, others %d", greedy.Bits, other.Bits)
	}
}

func TestARoomOpensByItselfAndCloses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		q.on(waitroom.Wish{Mode: waitroom.Auto, Above: 20, PerMinute: 600})
		for range 200 {
			q.Came(q.show)
		}
		q.sync(q.Rooms)
		if err := q.Check(q.show, ""); err != nil {
			t.Errorf("at the rate that is allowed: %v", err)
		}
		for range 10 {
			q.Came(q.show)
		}
		other := q.process()
		q.sync(q.Rooms, other)
		for _, r := range []*waitroom.Rooms{q.Rooms, other} {
			if err := r.Check(q.show, ""); !errors.Is(err, waitroom.ErrPassNeeded) {
				t.Errorf("above it: %v", err)
			}
		}
		token := q.join(other, waitroom.Ask{})
		q.pass(5*time.Second, q.Rooms, other)
		if s := q.look(q.Rooms, token); s.Stage != waitroom.In {
			t.Errorf("the first in line: %+v", s)
		}
		q.pass(4*time.Minute, q.Rooms, other)
		if err := q.Check(q.show, ""); err != nil {
			t.Errorf("after it emptied: %v", err)
		}
	})
}

func TestTheLineGoesOnWithoutItsDatabase(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	q := newQueue(t, d)
	q.on(waitroom.Wish{PerMinute: 60})
	before := q.join(q.Rooms, waitroom.Ask{})
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	q.clock.Advance(5 * time.Second)
	if err := q.Sync(t.Context()); err == nil {
		t.Fatal("the database is still there")
	}
	after := q.join(q.Rooms, waitroom.Ask{})
	q.clock.Advance(5 * time.Second)
	if s := q.look(q.Rooms, before); s.Place != 1 {
		t.Errorf("who came before: %+v", s)
	}
	if s := q.look(q.Rooms, after); s.Place != 2 {
		t.Errorf("who came while it was away: %+v", s)
	}
	pass, _, err := q.Enter("show", before)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Check(q.show, pass); err != nil {
		t.Error(err)
	}
}

func TestThePaceCanChange(t *testing.T) {
	q := newQueue(t, dbtest.Open(t, db.SQLite))
	q.on(waitroom.Wish{PerMinute: 60})
	var last string
	for range 100 {
		last = q.join(q.Rooms, waitroom.Ask{})
		q.clock.Advance(time.Millisecond)
	}
	q.pass(10*time.Second, q.Rooms)
	q.on(waitroom.Wish{PerMinute: 600})
	s := q.look(q.Rooms, last)
	if want := noon.Add(19 * time.Second); s.Turn.Sub(want).Abs() > time.Second || s.PerMinute != 600 {
		t.Errorf("the 100th comes in at %v, want about %v", s.Turn, want)
	}
	q.pass(10*time.Second, q.Rooms)
	if s := q.look(q.Rooms, last); s.Stage != waitroom.In {
		t.Errorf("and then: %+v", s)
	}
}
