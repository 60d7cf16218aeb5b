package vault

import (
	"context"
	"sync"
	"time"
)

// batch writes keys that arrive together with one commit: each must be on the disk before its buyer goes on, and
// a commit each would make the key store the narrowest place of a busy sale.
type batch struct {
	write func(context.Context, []keyRow) error

	mu      sync.Mutex
	waiting []waiter
	busy    bool
}

type waiter struct {
	row  keyRow
	done chan error
}

const (
	batchMost = 200
	batchTime = 30 * time.Second
)

func (b *batch) add(ctx context.Context, row keyRow) error {
	w := waiter{row, make(chan error, 1)}
	b.mu.Lock()
	b.waiting = append(b.waiting, w)
	first := !b.busy
	b.busy = true
	b.mu.Unlock()
	if first {
		go b.run(context.WithoutCancel(ctx))
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run writes until nobody waits.
func (b *batch) run(ctx context.Context) {
	for {
		b.mu.Lock()
		now := b.waiting[:min(batchMost, len(b.waiting))]
		b.waiting = b.waiting[len(now):]
		if len(now) == 0 {
			b.busy, b.waiting = false, nil
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
		rows := make([]keyRow, len(now))
		for i, w := range now {
			rows[i] = w.row
		}
		err := b.writeInTime(ctx, rows)
		for _, w := range now {
			w.done <- err
		}
	}
}

func (b *batch) writeInTime(ctx context.Context, rows []keyRow) error {
	ctx, cancel := context.WithTimeout(ctx, batchTime)
	defer cancel()
	return b.write(ctx, rows)
}
