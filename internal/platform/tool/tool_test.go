package tool_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/tool"
)

var roomy = tool.Limits{Time: 10 * time.Second, Memory: 512 << 20, Output: 1 << 20}

func TestRunsOverBytes(t *testing.T) {
	got, err := tool.Run(t.Context(), roomy, []byte("in and out"), "cat")
	if err != nil || string(got) != "in and out" {
		t.Errorf("%q, %v", got, err)
	}
	env, err := tool.Run(t.Context(), roomy, nil, "env")
	if err != nil || strings.Contains(string(env), "SAHNA") || !strings.Contains(string(env), "PATH=") {
		t.Errorf("environment %q, %v", env, err)
	}
}

func TestWallsHold(t *testing.T) {
	slow := roomy
	slow.Time = 200 * time.Millisecond
	begun := time.Now()
	if _, err := tool.Run(t.Context(), slow, nil, "sh", "-c", "sleep 60 & sleep 60"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("too slow: %v", err)
	}
	if d := time.Since(begun); d > 5*time.Second {
		t.Errorf("a slow program was waited for %s", d)
	}
	few := roomy
	few.Output = 1000
	if _, err := tool.Run(t.Context(), few, nil, "sh", "-c", "while :; do echo more and more; done"); !errors.Is(err, tool.ErrTooMuch) {
		t.Errorf("too long an answer: %v", err)
	}
	// tail keeps what it may have to say until it has seen the end
	if _, err := tool.Run(t.Context(), tool.Limits{Time: 30 * time.Second, Memory: 64 << 20, Output: 1 << 20}, nil,
		"sh", "-c", "head -c 300000000 /dev/zero | tail -c 299999999 > /dev/null"); err == nil {
		t.Error("a program took more memory than it may")
	}
	if _, err := tool.Run(t.Context(), roomy, nil, "sh", "-c", "echo x > "+filepath.Join(t.TempDir(), "file")); err == nil {
		t.Error("a program wrote a file")
	}
	if got, err := tool.Run(t.Context(), roomy, nil, "echo", "$(id) ; `id`", "'"); err != nil || string(got) != "$(id) ; `id` '\n" {
		t.Errorf("arguments are read by the shell: %q, %v", got, err)
	}
	if _, err := tool.Run(t.Context(), roomy, nil, "/no/such/program"); err == nil {
		t.Error("a program that is not there ran")
	}
}
