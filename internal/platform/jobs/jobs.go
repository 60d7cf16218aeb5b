// Package jobs runs work after the transaction that asked for it has committed.
//
// It owns the queue (River's tables) on both engines. It promises that a job is
// enqueued with its transaction or not at all, and is tried until it succeeds;
// so a handler must bear being run twice. Arguments hold ids only, never
// personal data: rows of finished jobs stay for a day.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/sahna/sahna/internal/platform/db"
)

// Args are a job's arguments: a JSON struct of ids whose Kind names the handler, e.g. "boxoffice_ticket_mail".
type Args = river.JobArgs

// Queue enqueues and works jobs. Register handlers before Start.
type Queue struct {
	db       *db.DB
	log      *slog.Logger
	insert   *river.Client[*sql.Tx]
	work     *river.Client[*sql.Tx]
	workers  *river.Workers
	periodic []*river.PeriodicJob
	// PollInterval is how often the queue looks for work; set before Start.
	PollInterval time.Duration
	// Busy tells that work for somebody who waits is under way; patient jobs let it pass. Set before Start; may be nil.
	Busy func() bool
}

// Open makes the queue over a database whose tables Migrate has made.
func Open(d *db.DB, log *slog.Logger) (*Queue, error) {
	q := &Queue{db: d, log: log, workers: river.NewWorkers(), PollInterval: 250 * time.Millisecond}
	c, err := river.NewClient(q.driver(), &river.Config{Logger: log})
	if err != nil {
		return nil, err
	}
	q.insert = c
	return q, nil
}

func (q *Queue) driver() riverdriver.Driver[*sql.Tx] { return driver(q.db) }

func driver(d *db.DB) riverdriver.Driver[*sql.Tx] {
	if d.Engine() == db.Postgres {
		return riverdatabasesql.New(d.SQL())
	}
	return riversqlite.New(d.SQL())
}

// Migrate makes or updates the queue's own tables.
func Migrate(ctx context.Context, d *db.DB) error {
	m, err := rivermigrate.New(driver(d), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// Version is that of the queue's tables; it grows when Migrate has more to do.
func Version() (int, error) {
	m, err := rivermigrate.New(riverdatabasesql.New(nil), nil)
	if err != nil {
		return 0, err
	}
	all := m.AllVersions()
	return all[len(all)-1].Version, nil
}

type worker[A Args] struct {
	river.WorkerDefaults[A]
	queue *Queue
	fn    func(context.Context, A) error
}

func (w worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	if !isPatient(job.Args) {
		return w.fn(ctx, job.Args)
	}
	w.queue.waitForQuiet(ctx, job.ScheduledAt)
	start := time.Now()
	err := w.fn(ctx, job.Args)
	w.queue.rest(ctx, time.Since(start))
	return err
}

func (w worker[A]) Timeout(*river.Job[A]) time.Duration { return jobTimeout }

const jobTimeout = 5 * time.Minute

// Handle says which function works the jobs of A's kind.
func Handle[A Args](q *Queue, fn func(context.Context, A) error) {
	river.AddWorker(q.workers, worker[A]{queue: q, fn: fn})
}

// Every enqueues args at each interval and at the start; with several processes only one does.
func (q *Queue) Every(interval time.Duration, args Args) {
	q.periodic = append(q.periodic, river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil }, &river.PeriodicJobOpts{RunOnStart: true}))
}

// Enqueue adds a job to the caller's transaction.
func (q *Queue) Enqueue(ctx context.Context, tx *db.DB, args Args) error {
	return q.enqueue(ctx, tx, args, optsOf(args, time.Time{}))
}

// EnqueueMany adds many jobs to the caller's transaction with one statement.
func (q *Queue) EnqueueMany(ctx context.Context, tx *db.DB, args []Args) error {
	if len(args) == 0 {
		return nil
	}
	if tx.Tx() == nil {
		return errNoTransaction
	}
	list := make([]river.InsertManyParams, len(args))
	for i, a := range args {
		list[i] = river.InsertManyParams{Args: a, InsertOpts: optsOf(a, time.Time{})}
	}
	if _, err := q.insert.InsertManyFastTx(ctx, tx.Tx(), list); err != nil {
		return fmt.Errorf("enqueue %d of %s: %w", len(args), args[0].Kind(), err)
	}
	return nil
}

var errNoTransaction = errors.New("jobs: Enqueue wants the transaction that asks for the job")

// EnqueueAt adds a job that starts at the earliest at t.
func (q *Queue) EnqueueAt(ctx context.Context, tx *db.DB, args Args, t time.Time) error {
	return q.enqueue(ctx, tx, args, optsOf(args, t))
}

func (q *Queue) enqueue(ctx context.Context, tx *db.DB, args Args, opts *river.InsertOpts) error {
	if tx.Tx() == nil {
		return errNoTransaction
	}
	if _, err := q.insert.InsertTx(ctx, tx.Tx(), args, opts); err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return nil
}

// Start works jobs until Stop.
func (q *Queue) Start(ctx context.Context) error {
	c, err := river.NewClient(q.driver(), &river.Config{
		Logger:  q.log,
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 8}, patientQueue: {MaxWorkers: patientWorkers}},
		Workers: q.workers,
		// A job whose process was killed goes on elsewhere; none may run longer than its timeout.
		RescueStuckJobsAfter: jobTimeout + time.Minute,
		PeriodicJobs:         q.periodic,
		FetchPollInterval:    q.PollInterval,
		FetchCooldown:        min(q.PollInterval, 100*time.Millisecond),
	})
	if err != nil {
		return err
	}
	q.work = c
	return c.Start(ctx)
}

// Stop lets running jobs finish and stops.
func (q *Queue) Stop(ctx context.Context) error {
	if q.work == nil {
		return nil
	}
	return q.work.Stop(ctx)
}

// Drain works every job that is due and returns when none is left or ctx ends. For tests.
func (q *Queue) Drain(ctx context.Context) error {
	q.PollInterval = 2 * time.Millisecond
	if err := q.Start(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	var err error
	for {
		var open int
		// A retryable job waits for its next attempt: it is not due.
		err = q.db.QueryRow(ctx, `SELECT count(*) FROM river_job WHERE state IN ('available', 'running', 'pending')`).Scan(&open)
		if err != nil || open == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), q.work.StopAndCancel(context.WithoutCancel(ctx)))
		case <-tick.C:
		}
	}
	return errors.Join(err, q.Stop(ctx))
}
