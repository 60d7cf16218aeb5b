package apptest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Postgres is a PostgreSQL of the test's own, which may be killed.
type Postgres struct {
	Dir      string // its data
	Log      string
	t        testing.TB
	bin      string
	add      string
	settings []string
	as       *syscall.Credential // PostgreSQL refuses to run as root
	cmd      *exec.Cmd
}

// StartPostgres makes a cluster in an empty folder and starts it, with settings (name=value) besides the usual ones. Without fsync, unless
// they say so: what is killed are processes, not the machine.
func StartPostgres(t testing.TB, dir string, settings ...string) *Postgres {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		t.Fatalf("there is no PostgreSQL below /usr/lib/postgresql (%v): run ./check prepare", err)
	}
	slices.Sort(found)
	p := &Postgres{Dir: filepath.Join(dir, "pg"), Log: filepath.Join(t.TempDir(), "postgres.log"), t: t, bin: found[len(found)-1], add: FreeAddr(t), settings: settings}
	if os.Getuid() == 0 {
		p.as = credential(t, "postgres")
		for d := dir; d != "/" && d != os.TempDir(); d = filepath.Dir(d) { // it must reach its folder
			if err := os.Chmod(d, 0o755); err != nil { //nolint:gosec // as above
				t.Fatal(err)
			}
		}
		if err := os.Chown(dir, int(p.as.Uid), int(p.as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := p.command("initdb", "-D", p.Dir, "-U", "sahna", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	t.Cleanup(p.Kill)
	p.Start()
	for _, name := range []string{"sahna", "sahna_keys"} {
		if out, err := p.command("createdb", "-h", "127.0.0.1", "-p", p.port(), "-U", "sahna", name).CombinedOutput(); err != nil {
			t.Fatalf("createdb: %v\n%s", err, out)
		}
	}
	return p
}

func credential(t testing.TB, name string) *syscall.Credential {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatalf("root cannot run PostgreSQL, and there is no account %s: run ./check prepare", name)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func (p *Postgres) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as, Setpgid: true}
	return cmd
}

func (p *Postgres) port() string {
	_, port, _ := net.SplitHostPort(p.add)
	return port
}

// DSN is the address of the database "sahna" or "sahna_keys".
func (p *Postgres) DSN(name string) string {
	return fmt.Sprintf("postgres://sahna@%s/%s?sslmode=disable&pool_max_conns=12", p.add, name)
}

// Start starts the server and waits until it answers, also through its recovery.
func (p *Postgres) Start() {
	p.t.Helper()
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close() //nolint:errcheck // the child has its own
	args := []string{
		"-D", p.Dir, "-p", p.port(), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
		"-c", "max_connections=120", "-c", "shared_buffers=64MB", "-c", "max_wal_size=64MB", "-c", "min_wal_size=32MB",
	}
	for _, s := range p.settings {
		args = append(args, "-c", s)
	}
	for range 5 { // shared memory of killed processes is let go of a moment later
		p.cmd = p.command("postgres", args...)
		p.cmd.Stdout, p.cmd.Stderr = log, log
		if err := p.cmd.Start(); err != nil {
			p.t.Fatal(err)
		}
		for range 600 {
			if p.command("pg_isready", "-q", "-h", "127.0.0.1", "-p", p.port()).Run() == nil {
				return
			}
			if !p.Alive() {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(time.Second)
	}
	body, _ := os.ReadFile(p.Log)
	p.t.Fatalf("PostgreSQL does not start:\n%s", body)
}

// Kill ends the server and every process of it with SIGKILL.
func (p *Postgres) Kill() {
	if p.cmd == nil || p.cmd.Process == nil || p.cmd.ProcessState != nil {
		return
	}
	pid := p.cmd.Process.Pid
	syscall.Kill(pid, syscall.SIGSTOP) //nolint:errcheck // so that it forks no more
	family := childrenOf(pid)
	for _, pid := range append(family, pid) {
		syscall.Kill(pid, syscall.SIGKILL) //nolint:errcheck // gone already
	}
	p.cmd.Wait()                 //nolint:errcheck // killed
	for _, pid := range family { // orphans now: whoever adopts them buries them
		for range 200 {
			if state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err != nil || strings.Contains(string(state), ") Z ") {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

func childrenOf(pid int) (out []int) {
	list, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", pid))
	if err != nil {
		return nil
	}
	for _, f := range strings.Fields(string(list)) {
		if pid, err := strconv.Atoi(f); err == nil {
			out = append(out, pid)
		}
	}
	return out
}

// Alive tells whether the server's first process still runs.
func (p *Postgres) Alive() bool {
	if p.cmd == nil {
		return false
	}
	var status syscall.WaitStatus
	pid, err := syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WNOHANG, nil)
	if err != nil || pid != 0 {
		p.cmd = nil // buried: its number may be another's soon
		return false
	}
	return true
}
