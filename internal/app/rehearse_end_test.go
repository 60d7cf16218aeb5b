package app_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/sahna/sahna/internal/app/apptest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/web/ui/browsertest"
)

// TestRehearsalByTheButton presses the office's button in the real program, which plays the rehearsal in a child process, and reads
// the report with its charts.
func TestRehearsalByTheButton(t *testing.T) {
	p := apptest.StartDemo(t, filepath.Join(t.TempDir(), "demo"), dbtest.DSN(t, db.Postgres), "")
	for i, screen := range []browsertest.Screen{browsertest.Phone.InDark(), browsertest.Desktop} {
		lang := []string{"kk", "ru"}[i]
		b := browsertest.Open(t, screen)
		at := p.URL + "/" + lang + "/office/performances/" + p.Performances["theatre"] + "/rehearsals"
		signInAt(t, p, b, at)
		if i == 0 {
			b.Go(at)
			b.Type("#f-buyers", "30")
			b.Type("#f-seconds", "3")
			b.Submit(".page-form button")
			b.Shot("rehearsal-under-way")
			b.Wait("dl.figures")
		} else {
			b.Go(at)
			b.Fits()
			b.Shot("rehearsal-list")
			b.Submit("main table a")
		}
		if text := b.Text("dl.figures"); strings.Contains(b.Text("main"), "\n0\n0\n0\n0\n") || text == "" {
			t.Errorf("the report has no figures: %s", text)
		}
		if browsertest.Eval[int](b, `document.querySelectorAll("main svg rect").length`) < 5 || browsertest.Eval[int](b, `document.querySelectorAll("main table").length`) < 2 {
			t.Error("the report lacks its charts or their tables")
		}
		b.Fits()
		b.Accessible()
		b.Shot("rehearsal-report")
	}
}

func signInAt(t *testing.T, p *apptest.Program, b *browsertest.Browser, url string) {
	t.Helper()
	b.Go(url)
	// A code opens once: the second browser comes with the next one.
	for range 3 {
		b.Type("input[name=email]", p.Staff.Email)
		b.Type("input[name=password]", p.Staff.Password)
		code, err := totp.GenerateCode(p.Staff.TOTPSecret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		b.Type("input[name=code]", code)
		b.Submit("main button[type=submit]")
		if !browsertest.Eval[bool](b, `!!document.querySelector("input[name=password]")`) {
			return
		}
		time.Sleep(10 * time.Second)
	}
	t.Fatal("the office does not let in")
}

// TestRehearsalCommand runs `sahna rehearse` as it is typed, kills one, and sees that nothing stays behind.
func TestRehearsalCommand(t *testing.T) {
	dsn := dbtest.DSN(t, db.Postgres)
	tmp := t.TempDir()
	run := func(env string, args ...string) *exec.Cmd {
		cmd := exec.Command(apptest.Binary(t), append([]string{"rehearse", "--performance", "demo-club", "--buyers", "10", "--addr", apptest.FreeAddr(t)}, args...)...)
		cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
		if env != "" {
			cmd.Env = append(cmd.Env, env)
		}
		return cmd
	}
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // only read
	left := func() (folders, schemas int) {
		found, _ := filepath.Glob(filepath.Join(tmp, "sahna-rehearsal-*"))
		for _, dir := range found {
			note, _ := os.ReadFile(filepath.Join(dir, "schema"))
			schema, _, _ := strings.Cut(string(note), "\n")
			n := 0
			if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = $1`, schema).Scan(&n); err != nil {
				t.Error(err)
			}
			schemas += n
		}
		return len(found), schemas
	}

	killed := run("", "--duration", "1m", "--tell", "--db", dsn)
	out, err := killed.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // it tells its first second: the storm is on
		t.Fatal(err)
	}
	killed.Process.Kill() //nolint:errcheck // it runs
	killed.Wait()         //nolint:errcheck // killed
	if f, s := left(); f != 1 || s != 1 {
		t.Fatalf("killed in the middle it left %d folders and %d schemas, want one of each", f, s)
	}

	if out, err := run("SAHNA_DATABASE="+dsn, "--duration", "1s", "--db", dsn).CombinedOutput(); err == nil || !regexp.MustCompile("--beside-sales").Match(out) {
		t.Errorf("the database that sells was taken without a word: %v\n%s", err, out)
	}
	for _, target := range []string{dsn, "sqlite"} {
		body, err := run("SAHNA_DATABASE="+dsn, "--duration", "1s", "--json", "--beside-sales", "--db", target).Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		var got struct {
			Engine   string `json:"engine"`
			Orders   int    `json:"orders"`
			Oversold *int   `json:"oversold"`
		}
		if err := json.Unmarshal(body, &got); err != nil || got.Orders == 0 || got.Oversold == nil || *got.Oversold != 0 {
			t.Errorf("%v: %.300s", err, body)
		}
		if want := map[bool]string{true: "postgres", false: "sqlite"}[target == dsn]; got.Engine != want {
			t.Errorf("rehearsed on %s, want %s", got.Engine, want)
		}
		lacks(t, body)
		if f, s := left(); f+s != 0 {
			t.Errorf("%s: %d folders and %d schemas are left", fmt.Sprint(got.Engine), f, s)
		}

		stopped := run("", "--duration", "1m", "--tell", "--db", target)
		out, err := stopped.StdoutPipe()
		if err == nil {
			err = stopped.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		stopped.Process.Signal(os.Interrupt) //nolint:errcheck // it runs
		stopped.Wait()                       //nolint:errcheck // its code says
		if f, s := left(); f+s != 0 || stopped.ProcessState.ExitCode() != 130 {
			t.Errorf("%s: interrupted, code %d, %d folders and %d schemas are left", got.Engine, stopped.ProcessState.ExitCode(), f, s)
		}
	}
}

// lacks names the figures that a report must have and this one has not, or that are nothing.
func lacks(t *testing.T, body []byte) {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"engine", "performance", "seats", "buyers", "seconds", "orders", "orders_per_minute", "holds_per_second", "raw_commits_per_second", "peak_memory_mb"} {
		if v := all[name]; v == nil || v == 0.0 || v == "" {
			t.Errorf("the report's %s is %v", name, v)
		}
	}
	for _, name := range []string{"errors", "oversold", "findings", "series"} {
		if all[name] == nil {
			t.Errorf("the report has no %s", name)
		}
	}
	steps, _ := all["steps"].(map[string]any)
	for _, step := range []string{"hold", "order", "pay", "ticket"} {
		times, _ := steps[step].(map[string]any)
		p50, _ := times["p50_ms"].(float64)
		p95, _ := times["p95_ms"].(float64)
		p99, _ := times["p99_ms"].(float64)
		if p50 <= 0 || p95 < p50 || p99 < p95 {
			t.Errorf("%s: %v", step, times)
		}
	}
}
