package app_test

import (
	"testing"
	"time"
)

// eventually asks again until yes: the program under test is another process, and there is nothing to wait on.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	deadline := time.After(60 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within a minute: %s", what)
		}
	}
}
