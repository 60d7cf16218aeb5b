package batch

import (
	"context"
	"errors"
	"slices"

	"github.com/sahna/sahna/internal/platform/fault"
)

// Refused says that one item of a batch cannot be written, and why. Whoever returns it has written nothing that will be committed.
type Refused struct {
	Item int // its place in the batch
	Err  error
}

// Refuse makes a Refused.
func Refuse(item int, err error) error { return &Refused{item, err} }

// Error implements error.
func (r *Refused) Error() string { return r.Err.Error() }

// Unwrap returns why.
func (r *Refused) Unwrap() error { return r.Err }

// Why returns the reason alone, as the one item's caller wants to see it; other errors are returned as they are.
func Why(err error) error {
	var r *Refused
	if errors.As(err, &r) {
		return r.Err
	}
	return err
}

// all writes items until each has an answer. A refused item leaves the batch. After any other error that may be one item's fault
// they are written one by one; one of time or of the database's health is everybody's.
func (w *Writer[T, R]) all(ctx context.Context, items []T) []answer[R] {
	out := make([]answer[R], len(items))
	left := make([]int, len(items)) // places of those who still want an answer
	for i := range left {
		left[i] = i
	}
	for len(left) > 0 {
		now := make([]T, len(left))
		for i, at := range left {
			now[i] = items[at]
		}
		results, err := w.write(ctx, now)
		var r *Refused
		switch {
		case err == nil:
			for i, at := range left {
				out[at].result = results[i]
			}
			return out
		case errors.As(err, &r) && r.Item >= 0 && r.Item < len(left):
			out[left[r.Item]].err = r.Err
			left = slices.Delete(left, r.Item, r.Item+1)
			continue
		case len(left) == 1, shared(ctx, err):
			for _, at := range left {
				out[at].err = err
			}
			return out
		}
		for _, at := range left {
			one := w.all(ctx, items[at:at+1])
			out[at] = one[0]
		}
		return out
	}
	return out
}

// shared tells errors that would meet every item again.
func shared(ctx context.Context, err error) bool {
	k := fault.KindOf(err)
	return ctx.Err() != nil || k == fault.Unavailable || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
