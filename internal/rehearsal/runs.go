package rehearsal

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/jobs"
)

// The ways in which a rehearsal cannot be asked for.
var (
	ErrNoRun   = fault.New(fault.NotFound, "rehearsal.no_such_run")
	ErrBuyers  = fault.New(fault.Invalid, "rehearsal.buyers")  // arg "most"
	ErrSeconds = fault.New(fault.Invalid, "rehearsal.seconds") // arg "most"
	ErrRunning = fault.New(fault.Conflict, "rehearsal.running")
)

// The bounds of a rehearsal beside a working office.
const (
	MostBuyers  = 2000
	MostSeconds = 120
	listed      = 50
)

// State is where a run stands.
type State string

// The states of a run.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// Asked is a rehearsal that the office asked for.
type Asked struct {
	ID            string
	PerformanceID string
	Buyers        int
	Seconds       int
	State         State
	Progress      Progress
	Report        Report // once Done
	AskedAt       time.Time
	EndedAt       time.Time
}

// Runs keeps the rehearsals of an office and has them played.
type Runs struct {
	DB    *db.DB
	Clock clock.Clock
	Log   *slog.Logger
	Jobs  *jobs.Queue
	// Play rehearses: in a process of its own, so that the office that sells is not the one that is measured.
	Play func(ctx context.Context, a Asked, tell func(Progress)) (Report, error)
}

type runJob struct {
	RunID string `json:"run_id"`
}

// Kind names the job.
func (runJob) Kind() string { return "rehearsal_run" }

// Register works the jobs; call it before they start.
func (r *Runs) Register() { jobs.Handle(r.Jobs, r.work) }

// Ask has a performance rehearsed and returns the run's id. One rehearsal at a time.
func (r *Runs) Ask(ctx context.Context, performanceID string, buyers, seconds int) (id string, err error) {
	var wrong fault.Fields
	if buyers < 1 || buyers > MostBuyers {
		wrong = append(wrong, ErrBuyers.On("buyers").With("most", MostBuyers))
	}
	if seconds < 1 || seconds > MostSeconds {
		wrong = append(wrong, ErrSeconds.On("seconds").With("most", MostSeconds))
	}
	if err := wrong.OrNil(); err != nil {
		return "", err
	}
	id = db.NewID()
	err = r.DB.Transact(ctx, func(tx *db.DB) error {
		open, err := openRuns(ctx, tx, clock.Micros(r.Clock.Now().Add(-deadAfter)))
		if err != nil {
			return err
		}
		if open > 0 {
			return ErrRunning
		}
		if err := insertRun(ctx, tx, Asked{ID: id, PerformanceID: performanceID, Buyers: buyers, Seconds: seconds, AskedAt: r.Clock.Now()}); err != nil {
			return err
		}
		return r.Jobs.Enqueue(ctx, tx, runJob{id})
	})
	return id, err
}

// deadAfter is when a run that never ended no longer stands in another's way: its process was killed.
const deadAfter = 5 * time.Minute

// Find returns a run.
func (r *Runs) Find(ctx context.Context, id string) (Asked, error) {
	a, err := findRun(ctx, r.DB, id)
	if fault.KindOf(err) == fault.NotFound {
		return a, ErrNoRun
	}
	return a, err
}

// List returns the latest runs, of one performance or ("") of all.
func (r *Runs) List(ctx context.Context, performanceID string) ([]Asked, error) {
	return listRuns(ctx, r.DB, performanceID, listed)
}

// work plays a run once: what was interrupted is not tried again by itself.
func (r *Runs) work(ctx context.Context, j runJob) error {
	a, err := findRun(ctx, r.DB, j.RunID)
	if err != nil {
		return err
	}
	if a.State != Waiting {
		return setRun(ctx, r.DB, a.ID, Failed, nil, r.Clock.Now())
	}
	if err := setRun(ctx, r.DB, a.ID, Running, nil, time.Time{}); err != nil {
		return err
	}
	report, err := r.Play(ctx, a, func(p Progress) {
		if err := setProgress(ctx, r.DB, a.ID, p); err != nil {
			r.Log.WarnContext(ctx, "progress of a rehearsal not kept", "run", a.ID, "err", err)
		}
	})
	if err != nil {
		r.Log.ErrorContext(ctx, "rehearsal failed", "run", a.ID, "err", err)
		return setRun(context.WithoutCancel(ctx), r.DB, a.ID, Failed, nil, r.Clock.Now())
	}
	body, err := json.Marshal(report)
	if err != nil {
		return err
	}
	return setRun(ctx, r.DB, a.ID, Done, body, r.Clock.Now())
}
