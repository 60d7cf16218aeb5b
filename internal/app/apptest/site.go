package apptest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Site is one configured office that any number of processes serve.
type Site struct {
	Config string // its file
	Addr   string // of the balancer in front of its processes: what base_url names
	t      testing.TB

	mu      sync.Mutex
	servers []*Server
}

const siteTOML = `data = %q
keys = %q
database = %q
key_store = %q
log_level = "warn"
trusted_proxies = ["127.0.0.1"]

[operator]
short_name = "Sahna"
bin = "000000000000"
phones = ["+7 727 000 00 00"]
email = "tickets@sahna.example"
officer_email = "officer@sahna.example"
name = { kk = "«Sahna» ЖШС", ru = "ТОО «Sahna»", en = "Sahna LLP" }
address = { kk = "Алматы қ., Абай даңғылы, 1", ru = "г. Алматы, пр. Абая, 1", en = "1 Abay Ave, Almaty" }

[test_bank]
enabled = true

[mail]
host = "127.0.0.1"
port = 9
tls = "none"
`

// NewSite writes a configuration into dir: data and keys lie in folders of theirs.
func NewSite(t testing.TB, dir, data, database, keyStore string) *Site {
	t.Helper()
	s := &Site{Config: filepath.Join(dir, "sahna.toml"), t: t}
	body := fmt.Sprintf(siteTOML, data, filepath.Join(dir, "keys"), database, keyStore)
	if err := os.WriteFile(s.Config, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	s.balance()
	return s
}

// balance listens in front of the processes and hands every connection to one that takes it, as a balancer would.
func (s *Site) balance() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.Addr = l.Addr().String()
	s.t.Cleanup(func() { l.Close() }) //nolint:errcheck // the test is over
	go func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.hand(c, n)
		}
	}()
}

func (s *Site) hand(c net.Conn, n int) {
	defer c.Close() //nolint:errcheck // the other end hears of it
	s.mu.Lock()
	servers := slices.Clone(s.servers)
	s.mu.Unlock()
	for i := range servers {
		to, err := net.Dial("tcp", servers[(n+i)%len(servers)].Addr)
		if err != nil {
			continue
		}
		defer to.Close() //nolint:errcheck // the other end hears of it
		go func() {
			io.Copy(to, c) //nolint:errcheck // either end may leave
			to.Close()     //nolint:errcheck // as above
		}()
		io.Copy(c, to) //nolint:errcheck // either end may leave
		return
	}
}

// Run runs a command of the program on the site and returns what it prints and whether all was well.
func (s *Site) Run(args ...string) (string, bool) {
	out, err := exec.Command(Binary(s.t), append([]string{"--config", s.Config}, args...)...).CombinedOutput()
	return string(out), err == nil
}

// Server is a process that serves a site.
type Server struct {
	Addr string // host:port
	Log  string // file that takes its standard error
	site *Site
	cmd  *exec.Cmd

	baseURL string
}

// Serve starts `sahna serve` on a free port and waits until it is ready.
func (s *Site) Serve() *Server {
	s.t.Helper()
	return s.ServeTogether("http://" + s.Addr)[0]
}

// ServeTogether starts a process for each base_url at the same moment and waits until all are ready.
func (s *Site) ServeTogether(baseURLs ...string) []*Server {
	s.t.Helper()
	var out []*Server
	for _, u := range baseURLs {
		p := &Server{Addr: FreeAddr(s.t), site: s, baseURL: u}
		p.Log = filepath.Join(filepath.Dir(s.Config), strings.ReplaceAll(p.Addr, ":", "-")+".log")
		s.t.Cleanup(p.Kill)
		out = append(out, p)
	}
	s.mu.Lock()
	s.servers = append(s.servers, out...)
	s.mu.Unlock()
	for _, p := range out {
		p.launch()
	}
	for _, p := range out {
		p.await()
	}
	return out
}

// FreeAddr is an address on which nobody listens just now.
func FreeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // only its number was wanted
	return l.Addr().String()
}

// Start starts the process again at its address and waits until it is ready.
func (p *Server) Start() {
	p.site.t.Helper()
	p.launch()
	p.await()
}

func (p *Server) launch() {
	p.site.t.Helper()
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.site.t.Fatal(err)
	}
	defer log.Close() //nolint:errcheck // the child has its own
	p.cmd = exec.Command(Binary(p.site.t), "--config", p.site.Config, "serve")
	p.cmd.Env = append(os.Environ(), "SAHNA_LISTEN="+p.Addr, "SAHNA_BASE_URL="+p.baseURL)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		p.site.t.Fatal(err)
	}
}

func (p *Server) await() {
	p.site.t.Helper()
	if !p.Ready(time.Minute) {
		body, _ := os.ReadFile(p.Log)
		p.site.t.Fatalf("%s does not serve:\n%s", p.Addr, body)
	}
}

// Kill ends the process as a power cut would.
func (p *Server) Kill() {
	if p.cmd != nil && p.cmd.Process != nil && p.cmd.ProcessState == nil {
		p.cmd.Process.Kill() //nolint:errcheck // gone already
		p.cmd.Wait()         //nolint:errcheck // killed
	}
}

// Stop asks the process to end, as an operator does, and returns at once. Wait for it with Ended.
func (p *Server) Stop() error { return p.cmd.Process.Signal(syscall.SIGTERM) }

// Ended waits for a process that was asked to end; nil when it says that all was well.
func (p *Server) Ended() error { return p.cmd.Wait() }

// Pid is the process that serves now.
func (p *Server) Pid() int { return p.cmd.Process.Pid }

// Ready waits until the process says that it is ready.
func (p *Server) Ready(within time.Duration) bool {
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if status, _, _ := p.Get("/readyz"); status == http.StatusOK {
			return true
		}
	}
	return false
}

// Get asks the process; status 0 is no answer.
func (p *Server) Get(path string) (status int, header http.Header, body string) {
	a, err := (&Client{HTTP: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}, URL: "http://" + p.Addr}).Do("GET", path, nil, "")
	if err != nil {
		return 0, nil, err.Error()
	}
	return a.Status, a.Header, strings.TrimSpace(string(a.Body))
}

// PeakMemoryMB is the most memory that the process has had.
func (p *Server) PeakMemoryMB() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Pid()))
	if err != nil {
		p.site.t.Error(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64); err == nil {
				return kb / 1024
			}
		}
	}
	return 0
}
