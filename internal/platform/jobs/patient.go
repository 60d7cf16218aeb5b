package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// Patient marks arguments of jobs that nobody stands and waits for, such as a letter: they have a queue with few workers, and let
// the Queue's Busy hours pass.
type Patient interface{ Patient() }

const (
	patientQueue   = "patient"
	patientWorkers = 2
	patience       = 3 * time.Minute // after which a patient job is done all the same
	restTimes      = 4               // how much longer than it worked a patient worker rests while a rush lasts
	longestRest    = 5 * time.Second
	patienceStep   = 200 * time.Millisecond
)

func isPatient(args Args) bool {
	_, ok := args.(Patient)
	return ok
}

func optsOf(args Args, at time.Time) *river.InsertOpts {
	o := &river.InsertOpts{ScheduledAt: at}
	if isPatient(args) {
		o.Queue = patientQueue
	}
	return o
}

// waitForQuiet returns when nobody is kept waiting, or a job that has been due since a moment has been patient long enough.
func (q *Queue) waitForQuiet(ctx context.Context, due time.Time) {
	if q.Busy == nil {
		return
	}
	for end := due.Add(patience); q.Busy() && time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return
		case <-time.After(patienceStep):
		}
	}
}

// rest lets those who wait have the machine for a while after a patient job that took so long.
func (q *Queue) rest(ctx context.Context, took time.Duration) {
	if q.Busy == nil || !q.Busy() {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(min(restTimes*took, longestRest)):
	}
}
