// Package tool runs a program of this machine over bytes.
//
// It owns the walls around it: time, memory, processor time, how much it may
// answer, an environment without anything of ours. It promises that bytes go in
// by standard input and out by standard output, so that neither stands in a
// file or on a command line, and that a program that does not end is killed
// with its children. It knows no program.
package tool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// Limits bound a run; all must be given.
type Limits struct {
	Time   time.Duration // on the wall and of the processor
	Memory uint64        // bytes of address space
	Output int           // bytes of answer
}

// ErrTooMuch is an answer longer than its limit.
var ErrTooMuch = errors.New("the program answers more than it may")

// Run gives a program its input and returns what it answers.
func Run(ctx context.Context, l Limits, input []byte, program string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, l.Time)
	defer cancel()
	// The shell sets the limits on itself and becomes the program: from its first instruction it stands within them. What is given
	// to it are arguments, never a part of its script.
	script := fmt.Sprintf(`ulimit -v %d && ulimit -t %d && ulimit -f 0 && ulimit -c 0 && exec "$0" "$@"`, l.Memory/1024, int(l.Time/time.Second)+1)
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", script, program}, args...)...) //nolint:gosec // as above
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/nonexistent", "OMP_THREAD_LIMIT=1"}
	cmd.Dir = "/"
	cmd.Stdin = bytes.NewReader(input)
	out := &bounded{left: l.Output}
	said := &bounded{left: 2000, quiet: true}
	cmd.Stdout, cmd.Stderr = out, said
	cmd.WaitDelay = time.Second
	alone(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	err := cmd.Wait()
	switch {
	case out.over:
		return nil, fmt.Errorf("%s: %w", program, ErrTooMuch)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: %w", program, ctx.Err())
	case err != nil: // what it said is not told: it may quote what it was given
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	return out.buf.Bytes(), nil
}

// bounded keeps the first bytes, and ends the program that writes more, unless it is quiet.
type bounded struct {
	buf   bytes.Buffer
	left  int
	over  bool
	quiet bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(p) > b.left {
		if b.quiet {
			return len(p), nil
		}
		b.over = true
		return 0, io.ErrShortWrite // closes the pipe: the program's next write fails
	}
	b.left -= len(p)
	return b.buf.Write(p)
}
