// Package clamd asks ClamAV's daemon whether bytes are known malware.
//
// It owns the INSTREAM conversation over a Unix socket or TCP. It promises that
// an answer that it does not understand is an error and never "clean". Whether
// scanning is wanted, and what happens to what was found, others decide.
package clamd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
)

// Client asks one daemon.
type Client struct {
	network, address string
	// Patience bounds one scan, the connection included.
	Patience time.Duration
}

// New takes "unix:/run/clamav/clamd.ctl" or "tcp:127.0.0.1:3310".
func New(address string) (*Client, error) {
	network, to, ok := strings.Cut(address, ":")
	if !ok || to == "" || network != "unix" && network != "tcp" {
		return nil, fmt.Errorf("clamd's address %q must be unix:/path or tcp:127.0.0.1:port", address)
	}
	if network == "tcp" { // what people send does not leave this machine
		if at, err := netip.ParseAddrPort(to); err != nil || !at.Addr().IsLoopback() {
			return nil, fmt.Errorf("clamd must run on this machine: tcp:127.0.0.1:port, not %q", address)
		}
	}
	return &Client{network: network, address: to, Patience: 60 * time.Second}, nil
}

// chunk is well below the daemon's StreamMaxLength, which bounds the sum.
const chunk = 256 << 10

// Scan sends bytes and returns the name of the malware in them, "" for none.
func (c *Client) Scan(ctx context.Context, body []byte) (found string, err error) {
	defer fault.Wrap(&err, "scan by clamd")
	ctx, cancel := context.WithTimeout(ctx, c.Patience)
	defer cancel()
	answer, err := c.converse(ctx, "zINSTREAM\x00", body)
	if err != nil {
		return "", err
	}
	answer = strings.TrimPrefix(answer, "stream: ")
	if name, ok := strings.CutSuffix(answer, " FOUND"); ok {
		return name, nil
	}
	if answer != "OK" {
		return "", fmt.Errorf("clamd answers %.200q", answer)
	}
	return "", nil
}

// Ping tells whether the daemon answers.
func (c *Client) Ping(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "ping clamd")
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	answer, err := c.converse(ctx, "zPING\x00", nil)
	if err == nil && answer != "PONG" {
		err = fmt.Errorf("clamd answers %.200q", answer)
	}
	return err
}

func (c *Client) converse(ctx context.Context, command string, body []byte) (string, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", err
	}
	defer conn.Close() //nolint:errcheck // nothing is lost
	if end, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(end); err != nil {
			return "", err
		}
	}
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })() //nolint:errcheck // ends the conversation
	sent := send(conn, command, body)
	// A daemon that has heard enough answers and closes, so its answer counts more than what could not be sent.
	answer, err := io.ReadAll(io.LimitReader(conn, 4096))
	text := strings.TrimRight(string(answer), "\x00\n")
	if text == "" {
		return "", errors.Join(sent, err, errors.New("clamd does not answer"))
	}
	return text, nil
}

func send(conn net.Conn, command string, body []byte) error {
	if _, err := io.WriteString(conn, command); err != nil || body == nil {
		return err
	}
	for len(body) > 0 {
		n := min(chunk, len(body))
		size := binary.BigEndian.AppendUint32(nil, uint32(n)) //nolint:gosec // at most chunk
		if _, err := (&net.Buffers{size, body[:n]}).WriteTo(conn); err != nil {
			return err
		}
		body = body[n:]
	}
	_, err := conn.Write(make([]byte, 4))
	return err
}
