// Package batch writes together what arrives together.
//
// It owns the waiting line of a kind of write. It promises that everyone who
// came while a write was under way goes into the next one, so that one commit
// serves many and nobody waits for a timer. It does not retry and knows no SQL.
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
	most   = 200
	inTime = 30 * time.Second
)

// New makes a writer. write gets the items in order of arrival, at most 200, and returns a result for each; an error is everybody's.
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
	results, err := w.write(ctx, items)
	for i, x := range now {
		a := answer[R]{err: err}
		if err == nil {
			a.result = results[i]
		}
		x.done <- a
	}
}
