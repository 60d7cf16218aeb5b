package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/sahna/sahna/internal/rehearsal"
)

const behindSales = 10 // how nice a rehearsal is to the office that sells on the same machine

// rehearseApart plays a rehearsal in a process of its own, which yields to this one.
func (a *App) rehearseApart(ctx context.Context, asked rehearsal.Asked, tell func(rehearsal.Progress)) (r rehearsal.Report, err error) {
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	cmd := exec.CommandContext(ctx, self, "rehearse", "--json", "--tell", "--beside-sales", "--performance", asked.PerformanceID, //nolint:gosec // our own program
		"--buyers", strconv.Itoa(asked.Buyers), "--duration", strconv.Itoa(asked.Seconds)+"s")
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, envPrefix) {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(cmd.Env, envPrefix+"DATABASE="+string(a.cfg.Database)) // an address with a password stays out of the arguments
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return r, err
	}
	if err := cmd.Start(); err != nil {
		return r, err
	}
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, cmd.Process.Pid, behindSales); err != nil {
		a.log.WarnContext(ctx, "a rehearsal runs beside the sales", "err", err)
	}
	told, err := readRehearsal(bufio.NewScanner(out), tell, &r)
	var exit *exec.ExitError
	if werr := cmd.Wait(); werr != nil && (!errors.As(werr, &exit) || exit.ExitCode() != 1) { // 1: the report has findings
		return r, errors.Join(err, werr)
	}
	if err == nil && !told {
		err = errors.New("the rehearsal said nothing")
	}
	return r, err
}

// readRehearsal reads progress, a line each, and the report.
func readRehearsal(lines *bufio.Scanner, tell func(rehearsal.Progress), r *rehearsal.Report) (told bool, err error) {
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"engine"`) {
			if err := json.Unmarshal(lines.Bytes(), r); err != nil {
				return false, fmt.Errorf("report: %w", err)
			}
			told = true
			continue
		}
		var p rehearsal.Progress
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return false, fmt.Errorf("progress: %w", err)
		}
		tell(p)
	}
	return told, lines.Err()
}
