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
	patience       = time.Minute // after which a patient job is done all the same
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

// waitForQuiet returns when nobody is kept waiting, or patience ends.
func (q *Queue) waitForQuiet(ctx context.Context) {
	if q.Busy == nil {
		return
	}
	for end := time.Now().Add(patience); q.Busy() && time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return
		case <-time.After(patienceStep):
		}
	}
}
