package api_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
)

// deadlines is a listener that remembers until when its connections may be read.
type deadlines struct {
	net.Listener
	mu  sync.Mutex
	set []time.Time
}

func (l *deadlines) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &watched{c, l}, err
}

type watched struct {
	net.Conn
	l *deadlines
}

func (c *watched) SetReadDeadline(t time.Time) error {
	c.l.mu.Lock()
	c.l.set = append(c.l.set, t)
	c.l.mu.Unlock()
	return c.Conn.SetReadDeadline(t)
}

// While a request waits for its turn its connection is being read, to see whether the caller leaves: a deadline for reading that runs
// out in the meantime ends the request.
func TestARequestMayWaitForItsTurn(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, db.SQLite))
	s := httptest.NewUnstartedServer(h.Mux)
	l := &deadlines{Listener: s.Listener}
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	for _, body := range []string{`{"performance_id":"` + h.Performance.ID + `","seats":["1-1"]}`, `{}`} {
		for _, path := range []string{"holds", "orders", "scans"} {
			r, err := http.Post(s.URL+"/api/v1/"+path, "application/json", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Body.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.set) == 0 {
		t.Error("no deadline was ever set: the test sees nothing")
	}
	for _, d := range l.set {
		if d.After(time.Unix(1000, 0)) {
			t.Errorf("a connection could be read until %v", d)
		}
	}
}
