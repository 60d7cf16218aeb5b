package batch_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sahna/sahna/internal/platform/batch"
)

func TestWhoComesDuringAWriteGoesIntoTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		w := batch.New(func(_ context.Context, items []int) ([]int, error) {
			time.Sleep(time.Second) // the bubble's time
			sizes = append(sizes, len(items))
			out := make([]int, len(items))
			for i, x := range items {
				out[i] = 2 * x
			}
			return out, nil
		})
		var wg sync.WaitGroup
		do := func(x int) {
			wg.Go(func() {
				if got, err := w.Do(t.Context(), x); err != nil || got != 2*x {
					t.Errorf("got %d, %v for %d", got, err, x)
				}
			})
		}
		do(1)
		synctest.Wait()
		for x := range 300 {
			do(x)
		}
		wg.Wait()
		if len(sizes) != 3 || sizes[0] != 1 || sizes[1] != 256 || sizes[2] != 44 {
			t.Errorf("written in batches of %v", sizes)
		}
	})
}

func TestErrorIsEverybodys(t *testing.T) {
	boom := errors.New("boom")
	w := batch.New(func(context.Context, []int) ([]int, error) { return nil, boom })
	if _, err := w.Do(t.Context(), 1); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	block := make(chan struct{})
	defer close(block)
	slow := batch.New(func(context.Context, []int) ([]int, error) { <-block; return []int{1}, nil })
	if _, err := slow.Do(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("who left: got %v", err)
	}
}

func TestOneItemDoesNotKeepTheOthers(t *testing.T) {
	odd := errors.New("odd")
	for name, write := range map[string]func([]int) error{
		"refused": func(items []int) error {
			for i, x := range items {
				if x%2 == 1 {
					return batch.Refuse(i, odd)
				}
			}
			return nil
		},
		"unforeseen": func(items []int) error {
			for _, x := range items {
				if x%2 == 1 {
					return odd
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			started := make(chan struct{})
			first := sync.OnceFunc(func() { <-started })
			w := batch.New(func(_ context.Context, items []int) ([]int, error) {
				first() // until everybody else waits
				return items, write(items)
			})
			var wg sync.WaitGroup
			for x := range 20 {
				wg.Go(func() {
					got, err := w.Do(t.Context(), x)
					if x%2 == 1 && !errors.Is(err, odd) || x%2 == 0 && (err != nil || got != x) {
						t.Errorf("%d: got %d, %v", x, got, err)
					}
				})
			}
			close(started)
			wg.Wait()
		})
	}
}
