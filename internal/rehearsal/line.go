package rehearsal

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"
)

const (
	dialTime   = 10 * time.Second
	answerTime = 30 * time.Second
)

// line is one buyer's connection. It speaks just enough HTTP/1.1: the simulated buyers share the machine with the office that they
// measure, and net/http's client would cost as much as its server.
type line struct {
	addr string
	from string // the buyer's address, as a proxy in front of the office would report it
	conn net.Conn
	in   *bufio.Reader
	out  bytes.Buffer
}

// reply is an answer.
type reply struct {
	status   int
	location string
	body     []byte
}

// ask sends a request and reads the answer. header lines end with \r\n.
func (l *line) ask(ctx context.Context, method, path, header string, body []byte) (reply, error) {
	if err := l.dial(ctx); err != nil {
		return reply{}, err
	}
	l.out.Reset()
	fmt.Fprintf(&l.out, "%s %s HTTP/1.1\r\nHost: %s\r\nX-Forwarded-For: %s\r\n%s", method, path, l.addr, l.from, header)
	if body != nil {
		l.out.WriteString("Content-Length: " + strconv.Itoa(len(body)) + "\r\n")
	}
	l.out.WriteString("\r\n")
	l.out.Write(body)
	r, keep, err := l.exchange()
	if err != nil || !keep {
		l.hangUp()
	}
	return r, err
}

func (l *line) dial(ctx context.Context) (err error) {
	if l.conn != nil {
		return nil
	}
	d := net.Dialer{Timeout: dialTime}
	if l.conn, err = d.DialContext(ctx, "tcp", l.addr); err != nil {
		l.conn = nil
		return err
	}
	l.in = bufio.NewReaderSize(l.conn, 4<<10)
	return nil
}

func (l *line) hangUp() {
	if l.conn != nil {
		l.conn.Close() //nolint:errcheck // nothing is expected of it any more
		l.conn = nil
	}
}

func (l *line) exchange() (r reply, keep bool, err error) {
	if err := l.conn.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return r, false, err
	}
	if _, err := l.conn.Write(l.out.Bytes()); err != nil {
		return r, false, err
	}
	first, err := l.in.ReadString('\n')
	if err != nil {
		return r, false, err
	}
	if len(first) < 12 || !strings.HasPrefix(first, "HTTP/1.1 ") {
		return r, false, errors.New("no answer of HTTP/1.1")
	}
	if r.status, err = strconv.Atoi(first[9:12]); err != nil {
		return r, false, err
	}
	keep = true
	length, chunked := 0, false
	for {
		h, err := l.in.ReadString('\n')
		if err != nil {
			return r, false, err
		}
		h = strings.TrimRight(h, "\r\n")
		if h == "" {
			break
		}
		name, value, _ := strings.Cut(h, ": ")
		switch strings.ToLower(name) {
		case "content-length":
			length, err = strconv.Atoi(value)
		case "transfer-encoding":
			chunked = true
		case "connection":
			keep = value != "close"
		case "location":
			r.location = value
		}
		if err != nil {
			return r, false, err
		}
	}
	if chunked {
		if r.body, err = io.ReadAll(httputil.NewChunkedReader(l.in)); err == nil {
			_, err = l.in.ReadString('\n') // after the last chunk
		}
		return r, keep, err
	}
	r.body = make([]byte, length)
	_, err = io.ReadFull(l.in, r.body)
	return r, keep, err
}
