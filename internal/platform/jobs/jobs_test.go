package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/jobs"
)

type probe struct {
	ID string `json:"id"`
}

func (probe) Kind() string { return "probe" }

func TestJobFollowsItsTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		q, err := jobs.Open(d, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		var ran atomic.Int32
		jobs.Handle(q, func(_ context.Context, p probe) error {
			if p.ID == "kept" {
				ran.Add(1)
			} else {
				t.Errorf("worked %q, whose transaction was rolled back", p.ID)
			}
			return nil
		})
		boom := errors.New("boom")
		if err := d.Transact(ctx, func(tx *db.DB) error {
			if err := q.Enqueue(ctx, tx, probe{ID: "lost"}); err != nil {
				return err
			}
			return boom
		}); !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if err := d.Transact(ctx, func(tx *db.DB) error { return q.Enqueue(ctx, tx, probe{ID: "kept"}) }); err != nil {
			t.Fatal(err)
		}
		if err := q.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		if ran.Load() != 1 {
			t.Errorf("ran %d times, want once", ran.Load())
		}
	})
}
