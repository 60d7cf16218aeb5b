package clamd_test

import (
	"bytes"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/platform/clamd"
	"github.com/sahna/sahna/internal/platform/clamd/clamdtest"
)

func TestARealDaemonKnowsEICAR(t *testing.T) {
	c, err := clamd.New(clamdtest.Address(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found, err := c.Scan(t.Context(), []byte(clamdtest.EICAR)); err != nil || found == "" {
		t.Errorf("EICAR: %q, %v", found, err)
	}
	for _, n := range []int{0, 1, 300 << 10, 9 << 20} {
		if found, err := c.Scan(t.Context(), bytes.Repeat([]byte("x"), n)); err != nil || found != "" {
			t.Errorf("%d harmless bytes: %q, %v", n, found, err)
		}
	}
}

// What is not understood is no "clean".
func TestAStrangeAnswerIsAnError(t *testing.T) {
	for _, say := range []string{"", "stream: \x00", "INSTREAM size limit exceeded. ERROR\x00", "UNKNOWN COMMAND\x00", "stream: OKAY\x00", "FOUND\x00"} {
		socket := filepath.Join(t.TempDir(), "s")
		l, err := net.Listen("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			conn, err := l.Accept()
			if err == nil {
				conn.Write([]byte(say)) //nolint:errcheck // the test sees it
				conn.Close()            //nolint:errcheck // as above
			}
		}()
		c, err := clamd.New("unix:" + socket)
		if err != nil {
			t.Fatal(err)
		}
		c.Patience = 5 * time.Second
		if found, err := c.Scan(t.Context(), []byte("x")); err == nil {
			t.Errorf("%q is taken for %q", say, found)
		}
		l.Close() //nolint:errcheck // a test's
	}
	c, err := clamd.New("unix:/no/such/socket")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Scan(t.Context(), []byte("x")); err == nil {
		t.Error("a daemon that is not there finds nothing")
	}
}

func TestTheScannerIsOnThisMachine(t *testing.T) {
	for _, address := range []string{"somewhere", "unix:", "tcp:", "tcp:scanner.example:3310", "tcp:192.0.2.1:3310", "tcp:localhost:3310", "udp:127.0.0.1:1"} {
		if _, err := clamd.New(address); err == nil {
			t.Errorf("%s is taken", address)
		}
	}
	for _, address := range []string{"unix:/run/clamav/clamd.ctl", "tcp:127.0.0.1:3310", "tcp:[::1]:3310"} {
		if _, err := clamd.New(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}
