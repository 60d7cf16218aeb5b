// Package batch writes together what arrives together.
//
// It owns the waiting line of a kind of write. It promises that everyone who
// came while a write was under way goes into the next one, so that one commit
// serves many and nobody waits for a timer; and that one item that cannot be
// written does not keep the others (refuse.go). It knows no SQL.
package batch

import (
	"context"
	"sync"
	"time"
)

// Writer gathers items and writes them with one call.
type Writer[T, R any] struct {
	write func(context.Context, []T) ([]R, error)

	mu      sync.Mutex
	waiting []waiter[T, R]
	busy    bool
}

type waiter[T, R any] struct {
	item T
	done chan answer[R]
}

type answer[R any] struct {
	result R
	err    error
}

const (
	most   = 256
	inTime = 30 * time.Second
)

// New makes a writer. write gets the items in order of arrival, at most 256, and returns a result for each. What an error means
// for the single item is told in refuse.go: write may be called again with some of the items.
func New[T, R any](write func(context.Context, []T) ([]R, error)) *Writer[T, R] {
	return &Writer[T, R]{write: write}
}

// Do adds an item and waits until it is written. When ctx ends first the item may be written all the same.
func (w *Writer[T, R]) Do(ctx context.Context, item T) (R, error) {
	me := waiter[T, R]{item, make(chan answer[R], 1)}
	w.mu.Lock()
	w.waiting = append(w.waiting, me)
	first := !w.busy
	w.busy = true
	w.mu.Unlock()
	if first {
		go w.run(context.WithoutCancel(ctx))
	}
	select {
	case a := <-me.done:
		return a.result, a.err
	case <-ctx.Done():
		var none R
		return none, ctx.Err()
	}
}

// run writes until nobody waits.
func (w *Writer[T, R]) run(ctx context.Context) {
	for {
		w.mu.Lock()
		now := w.waiting[:min(most, len(w.waiting))]
		w.waiting = w.waiting[len(now):]
		if len(now) == 0 {
			w.busy, w.waiting = false, nil
			w.mu.Unlock()
			return
		}
		w.mu.Unlock()
		w.serve(ctx, now)
	}
}

func (w *Writer[T, R]) serve(ctx context.Context, now []waiter[T, R]) {
	ctx, cancel := context.WithTimeout(ctx, inTime)
	defer cancel()
	items := make([]T, len(now))
	for i, x := range now {
		items[i] = x.item
	}
	for i, a := range w.all(ctx, items) {
		now[i].done <- a
	}
}

// Lanes are writers by key: items of one key are written together and in order, keys go on side by side.
type Lanes[T, R any] struct {
	write func(context.Context, []T) ([]R, error)
	lanes sync.Map // key → *Writer[T, R]; as many as there are performances on sale
}

// NewLanes makes lanes that all write in one way.
func NewLanes[T, R any](write func(context.Context, []T) ([]R, error)) *Lanes[T, R] {
	return &Lanes[T, R]{write: write}
}

// Do is Writer.Do in the lane of a key.
func (l *Lanes[T, R]) Do(ctx context.Context, key string, item T) (R, error) {
	w, ok := l.lanes.Load(key)
	if !ok {
		w, _ = l.lanes.LoadOrStore(key, New(l.write))
	}
	return w.(*Writer[T, R]).Do(ctx, item) //nolint:errcheck // nothing else is stored
}
