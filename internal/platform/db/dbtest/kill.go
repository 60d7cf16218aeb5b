package dbtest

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sahna/sahna/internal/platform/db"
)

// Place is where work lives that outlasts its process: two databases and a folder.
type Place struct {
	DB, Keys *db.DB
	Dir      string

	life *life
}

// life is what is left of a process, counted in writes.
type life struct {
	at    int64
	armed atomic.Bool
	wrote atomic.Int64
}

// write ends the process at the write that it was told to die at: by SIGKILL, so that nothing of it runs any more.
func (l *life) write() error {
	if !l.armed.Load() || l.wrote.Add(1) <= l.at {
		return nil
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		return err
	}
	select {}
}

// BeforeWrite counts a write that is none of the databases': of a file, a letter. Call it before.
func (p Place) BeforeWrite() error {
	if p.life == nil {
		return nil
	}
	return p.life.write()
}

// Doom has the databases that are opened under the context counted too; for work that opens its own.
func (p Place) Doom(ctx context.Context) context.Context {
	if p.life == nil {
		return ctx
	}
	return db.WithBeforeWrite(ctx, p.life.write)
}

// Doomed is work that is ended by kill -9 at each of its writes in turn, each time in a process of its own.
type Doomed[W any] struct {
	Open  func(t *testing.T, p Place) W               // opens what is worked on: in this process, and in each that dies
	Do    func(t *testing.T, w W, n int)              // the work, in the process that dies at its n-th write; n makes it a new case each time
	Check func(t *testing.T, w W, n int, killed bool) // here, afterwards: finish what was begun, and see that it is whole
	Least int                                         // writes that the test must have seen
}

// killEnv tells a process of its own what it is for.
const killEnv = "SAHNA_TEST_KILLED"

type fate struct {
	DSN, Keys, Dir string
	At             int64
}

const mostKills = 200

// KillAt runs the test's binary again and again, killed at the first write of Do, at the second, and so on, until it ends by itself;
// on both engines. It must be all that the test does, or come first: the processes run the test from its beginning.
func KillAt[W any](t *testing.T, d Doomed[W]) {
	t.Helper()
	if told := os.Getenv(killEnv); told != "" {
		d.die(t, told)
		return
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			f := fate{DSN: Migrated(t, e), Keys: DSN(t, e), Dir: t.TempDir()}
			w := d.Open(t, f.open(t))
			for n := range mostKills {
				f.At = int64(n)
				killed := f.run(t)
				d.Check(t, w, n, killed)
				if !killed {
					if n < d.Least {
						t.Errorf("only %d writes: the test does not see them all", n)
					}
					return
				}
				if t.Failed() {
					return
				}
			}
			t.Errorf("not done after %d writes", mostKills)
		})
	}
}

func (d Doomed[W]) die(t *testing.T, told string) {
	t.Helper()
	var f fate
	if err := json.Unmarshal([]byte(told), &f); err != nil {
		t.Fatal(err)
	}
	p := f.open(t)
	p.life = &life{at: f.At}
	p.DB.BeforeWrite(p.life.write)
	p.Keys.BeforeWrite(p.life.write)
	w := d.Open(t, p)
	p.life.armed.Store(true)
	d.Do(t, w, int(f.At))
	p.life.armed.Store(false)
}

func (f fate) open(t *testing.T) Place {
	t.Helper()
	p := Place{Dir: f.Dir}
	for _, one := range []struct {
		dsn string
		to  **db.DB
	}{{f.DSN, &p.DB}, {f.Keys, &p.Keys}} {
		d, err := db.Open(t.Context(), one.dsn)
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		t.Cleanup(func() { d.Close() }) //nolint:errcheck // a test's
		*one.to = d
	}
	return p
}

// run tells whether the process was killed; one that ended in any other way than well fails the test.
func (f fate) run(t *testing.T) (killed bool) {
	t.Helper()
	told, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	top, _, _ := strings.Cut(t.Name(), "/")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+top+"$", "-test.count=1", "-test.timeout=1m") //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), killEnv+"="+string(told))
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false
	}
	var how *exec.ExitError
	if errors.As(err, &how) && how.ExitCode() == -1 {
		return true
	}
	t.Fatalf("write %d: the process did not die of its own death: %v\n%s", f.At, err, out)
	return false
}
