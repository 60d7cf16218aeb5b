package rehearsal

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
)

// RawCommits measures what an engine can do on this machine: one row inserted and committed by itself, 32 at once, for a while. It
// makes and drops a table of its own.
func RawCommits(ctx context.Context, d *db.DB, during time.Duration) (perSecond float64, err error) {
	if _, err := d.Exec(ctx, `CREATE TABLE rehearsal_raw (id TEXT PRIMARY KEY, n BIGINT)`); err != nil {
		return 0, err
	}
	defer d.Exec(context.WithoutCancel(ctx), `DROP TABLE rehearsal_raw`) //nolint:errcheck // the database is scratch
	var done atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	var once sync.Once
	for range 32 {
		wg.Go(func() {
			for time.Since(start) < during && ctx.Err() == nil {
				if _, e := d.Exec(ctx, `INSERT INTO rehearsal_raw (id, n) VALUES ($1, $2)`, db.NewID(), 1); e != nil {
					once.Do(func() { err = e })
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(start).Seconds(), err
}
