package waitroom_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/waitroom"
)

// crowd is as many as the goal says; a run of the tests takes a part of it.
const crowd = 200_000

// crowd makes so many come, with tasks given out while it was calm, so that nobody has to work.
func (q *queue) crowd(n int) []string {
	q.t.Helper()
	tasks := make([]string, n)
	for i := range tasks {
		task, err := q.Task("show", "")
		if err != nil {
			q.t.Fatal(err)
		}
		tasks[i] = task.Text
	}
	for i, task := range tasks {
		token, err := q.Join(q.t.Context(), "show", waitroom.Ask{Task: task})
		if err != nil {
			q.t.Fatal(err)
		}
		tasks[i] = token
		q.clock.Advance(time.Millisecond)
		if i%5000 == 4999 {
			q.sync(q.Rooms)
		}
	}
	q.sync(q.Rooms)
	return tasks
}

func memory() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkCrowd measures what a client who waits costs in memory and in time for a question.
func BenchmarkCrowd(b *testing.B) {
	q := newQueue(b, dbtest.Open(b, db.SQLite))
	q.on(waitroom.Wish{OpensAt: noon.Add(time.Hour), PerMinute: 6000})
	before := memory()
	tokens := q.crowd(crowd)
	waiting := float64(memory()-before) / crowd // the tokens, which their owners carry, are counted too
	q.clock.Set(noon.Add(time.Hour))
	q.sync(q.Rooms)
	drawn := float64(memory()-before) / crowd
	for i := 0; b.Loop(); i++ {
		if _, err := q.Look("show", tokens[i%crowd]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(waiting, "bytes/client") // after the loop, which forgets what was reported before it
	b.ReportMetric(drawn, "bytes/drawn")
	runtime.KeepAlive(tokens)
}

func TestAClientWhoWaitsCostsLittle(t *testing.T) {
	q := newQueue(t, dbtest.Open(t, db.SQLite))
	q.on(waitroom.Wish{OpensAt: noon.Add(20 * time.Minute)})
	before := memory()
	const n = 5000
	q.crowd(n)
	q.clock.Set(noon.Add(20 * time.Minute))
	q.sync(q.Rooms)
	if each := (memory() - min(before, memory())) / n; each > 2048 {
		t.Errorf("%d bytes a client", each)
	}
	runtime.KeepAlive(q)
}
