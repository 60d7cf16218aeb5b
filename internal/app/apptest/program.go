// Package apptest runs the true program for tests: its own process, its own folder, killed when the test wants.
//
// It owns starting, killing and asking the demo over its API. It promises to
// use nothing that an integrator could not.
package apptest

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Summary is the JSON line of `sahna demo --json`.
type Summary struct {
	URL   string `json:"url"`
	Staff struct {
		Email      string `json:"email"`
		Password   string `json:"password"`
		TOTPSecret string `json:"totp_secret"`
	} `json:"staff"`
	DeviceToken  string            `json:"device_token"`
	Performances map[string]string `json:"performances"`
	Gates        map[string]string `json:"gates"`
}

var binary struct {
	once sync.Once
	path string
	err  error
	out  []byte
}

// Binary builds the program once for all tests of a package and returns its path.
func Binary(t testing.TB) string {
	t.Helper()
	binary.once.Do(func() {
		dir, err := os.MkdirTemp("", "sahna-test-*")
		if err != nil {
			binary.err = err
			return
		}
		binary.path = filepath.Join(dir, "sahna")
		cmd := exec.Command("go", "build", "-o", binary.path, "github.com/sahna/sahna/cmd/sahna")
		binary.out, binary.err = cmd.CombinedOutput()
	})
	if binary.err != nil {
		t.Fatalf("build: %v\n%s", binary.err, binary.out)
	}
	return binary.path
}

// Program is a running demo.
type Program struct {
	Summary
	Data string // its folder
	DB   string // its database, "" for the file in Data
	Log  string // file that takes its standard error
	Temp string // its folder for temporary files
	cmd  *exec.Cmd
	addr string
}

// StartDemo starts the demo in a folder and waits until it serves. addr "" takes a free port.
func StartDemo(t testing.TB, data, database, addr string) *Program {
	t.Helper()
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	args := []string{"demo", "--json", "--no-cases", "--data", data, "--addr", addr}
	if database != "" {
		args = append(args, "--db", database)
	}
	p := &Program{Data: data, DB: database, Log: filepath.Join(filepath.Dir(data), filepath.Base(data)+".log"), addr: addr}
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close() //nolint:errcheck // the child has its own
	p.cmd = exec.Command(Binary(t), args...)
	p.cmd.Stderr = log
	p.Temp = data + ".tmp"
	if err := os.MkdirAll(p.Temp, 0o700); err != nil {
		t.Fatal(err)
	}
	p.cmd.Env = append(os.Environ(), "TMPDIR="+p.Temp)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		body, _ := os.ReadFile(p.Log)
		t.Fatalf("the demo does not serve: %v\n%s", err, body)
	}
	if err := json.Unmarshal(line, &p.Summary); err != nil {
		t.Fatalf("not JSON: %s", line)
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // only keeps the pipe open
	return p
}

// Kill ends the program as a power cut would: kill -9.
func (p *Program) Kill() {
	if p.cmd.Process != nil && p.cmd.ProcessState == nil {
		p.cmd.Process.Kill() //nolint:errcheck // gone already
		p.cmd.Wait()         //nolint:errcheck // killed
	}
}

// Verify runs `sahna verify` over the program's folder and returns what it prints and whether it found nothing.
func (p *Program) Verify(t testing.TB) (string, bool) {
	t.Helper()
	args := []string{"verify", "--data", p.Data}
	if p.DB != "" {
		args = append(args, "--db", p.DB)
	}
	out, err := exec.Command(Binary(t), args...).CombinedOutput()
	return string(out), err == nil
}
