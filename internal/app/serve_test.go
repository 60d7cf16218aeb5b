package app_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/app/apptest"
)

// TestStoppingLetsRequestsFinish: a request that is half sent when the process is asked to end is answered as if nothing were.
func TestStoppingLetsRequestsFinish(t *testing.T) {
	dir := t.TempDir()
	s := apptest.NewSite(t, t.TempDir(), dir, "sqlite:"+filepath.Join(dir, "sahna.db"), "sqlite:"+filepath.Join(dir, "keystore.db")).Serve()
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // read whole
	body := `{"performance_id":"nobody's","seats":["1-1"]}`
	if _, err := fmt.Fprintf(conn, "POST /api/v1/holds HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body[:5]); err != nil {
		t.Fatal(err)
	}
	if !s.Ready(time.Minute) { // then it has taken the connection before, too
		t.Fatal("not ready")
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	for { // until it takes nobody in any more
		c, err := net.Dial("tcp", s.Addr)
		if err != nil {
			break
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := fmt.Fprint(conn, body[5:]); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusNotFound {
		t.Errorf("answered %+v, %v", res, err)
	}
	if err := s.Ended(); err != nil {
		t.Error(err)
	}
}
