package app_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/platform/upload/uploadtest"
	"github.com/sahna/sahna/internal/web/ui"
)

const uploadPath = "/ru/account/documents/" + document.KindRegistration

// uploader sends files over connections of its own to the whole program.
type uploader struct {
	*neighbour
	token  string
	served *httptest.Server
}

// left lists the files in the program's folder, without the database's own.
func (u uploader) left() (out []string) {
	u.t.Helper()
	err := filepath.WalkDir(u.data, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains(d.Name(), ".db") {
			out = append(out, strings.TrimPrefix(path, u.data))
		}
		return err
	})
	if err != nil {
		u.t.Fatal(err)
	}
	return out
}

// rows counts the lines of documents of an account's person, in any state.
func (u uploader) rows(states ...string) (n int) {
	u.t.Helper()
	var args []any
	where := ""
	for _, s := range states {
		args = append(args, s)
		where = ` WHERE state = $1`
	}
	if err := u.DB.QueryRow(u.t.Context(), `SELECT count(*) FROM people_document`+where, args...).Scan(&n); err != nil {
		u.t.Fatal(err)
	}
	return n
}

func (u uploader) head(how string) string {
	return "POST " + uploadPath + " HTTP/1.1\r\nHost: " + u.served.Listener.Addr().String() + "\r\nCookie: " + ui.SessionCookie + "=" + u.token +
		"\r\nSec-Fetch-Site: same-origin\r\nAccept: application/json\r\nContent-Type: multipart/form-data; boundary=x\r\n" + how + "\r\n\r\n"
}

const formHead = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n"

// pour sends zeros until the server answers, two gigabytes at most; it returns the answer and how much went out before it.
func (u uploader) pour(chunked bool) (status int, body string, sent int) {
	u.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(u.t.Context(), "tcp", u.served.Listener.Addr().String())
	if err != nil {
		u.t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // torn by the server
	how, piece := "Content-Length: 2147483648", make([]byte, 64<<10)
	if chunked {
		how = "Transfer-Encoding: chunked"
	}
	var out sync.WaitGroup
	out.Go(func() {
		first := []byte(u.head(how))
		if chunked {
			first = fmt.Appendf(first, "%x\r\n%s\r\n", len(formHead), formHead)
			piece = append(fmt.Appendf(nil, "%x\r\n", len(piece)), append(piece, "\r\n"...)...)
		} else {
			first = append(first, formHead...)
		}
		n, err := conn.Write(first)
		for sent = n; err == nil && sent < 2<<30; sent += n {
			n, err = conn.Write(piece)
		}
	})
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err == nil {
		b, _ := io.ReadAll(res.Body)
		status, body = res.StatusCode, string(b)
		res.Body.Close() //nolint:errcheck // read whole
	}
	conn.Close() //nolint:errcheck // stops the writer
	out.Wait()
	if err != nil && !errors.Is(err, io.EOF) {
		u.t.Logf("no answer: %v", err)
	}
	return status, body, sent
}

// cut sends a file up to a place and hangs up.
func (u uploader) cut(form []byte, at int) {
	u.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(u.t.Context(), "tcp", u.served.Listener.Addr().String())
	if err != nil {
		u.t.Fatal(err)
	}
	if _, err := conn.Write(append([]byte(u.head(fmt.Sprintf("Content-Length: %d", len(form)))), form[:at]...)); err != nil {
		u.t.Error(err)
	}
	conn.Close() //nolint:errcheck // that is the point
}

func (u uploader) send(body []byte) (status int, said string) {
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("file", "a.jpg")
	if err == nil {
		_, err = part.Write(body)
	}
	if err = errors.Join(err, m.Close()); err != nil {
		u.t.Error(err)
	}
	r, err := http.NewRequestWithContext(u.t.Context(), http.MethodPost, u.served.URL+uploadPath, &form)
	if err != nil {
		u.t.Error(err)
		return 0, ""
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept", "application/json")
	r.AddCookie(&http.Cookie{Name: ui.SessionCookie, Value: u.token})
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		u.t.Error(err)
		return 0, ""
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	var answer struct{ Next, Wrong string }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		u.t.Errorf("status %d: %v", res.StatusCode, err)
	}
	return res.StatusCode, answer.Next + answer.Wrong
}

// Somebody who is signed in sends two gigabytes, told and untold, hangs up in the middle, and sends fifty at once, among them one
// that is right: each that is wrong is refused with its reason, and nothing is left behind of any.
func TestUploadsToTheWholeProgramLeaveNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, e db.Engine) {
		u := uploader{neighbour: newNeighbour(t, e)}
		u.token, _ = u.account(people.Contacts{Surname: "Ахметов", Name: "Серік", Email: "serik@example.kz", Phone: "+77015550102"})
		u.served = httptest.NewServer(u.Handler())
		defer u.served.Close()
		files, rows := u.left(), u.rows()

		for _, chunked := range []bool{false, true} {
			status, said, sent := u.pour(chunked)
			if status != http.StatusRequestEntityTooLarge || !strings.Contains(said, `"wrong"`) {
				t.Errorf("two gigabytes, chunked %t: %d %.200s", chunked, status, said)
			}
			if most := int(upload.Usual.Bytes) + 32<<20; sent > most { // what lies in the sockets' buffers too
				t.Errorf("two gigabytes, chunked %t: %d MB were taken", chunked, sent>>20)
			}
		}

		const mark = "cut-off-in-the-middle-7741"
		paper := documenttest.PDF(t, documenttest.Certificate)
		form := []byte(formHead + string(paper[:len(paper)/2]) + strings.Repeat(mark, 4000) + string(paper[len(paper)/2:]) + "\r\n--x--\r\n")
		for _, at := range []int{len(formHead), len(form) / 2, len(form) - 1} {
			u.cut(form, at)
		}

		var wrong []uploadtest.Hostile
		for _, h := range uploadtest.All() {
			if !slices.Contains(h.Why, upload.ErrMalware) { // no scanner here
				wrong = append(wrong, h)
			}
		}
		var all sync.WaitGroup
		for i, h := range wrong[:49] {
			all.Go(func() {
				if status, said := u.send(h.Body); status < 400 || status >= 500 && status != http.StatusServiceUnavailable || said == "" {
					t.Errorf("%d, %s: %d %q", i, h.Name, status, said)
				}
			})
		}
		all.Go(func() {
			for { // its turn comes
				if status, said := u.send(paper); status == http.StatusOK {
					return
				} else if status != http.StatusServiceUnavailable {
					t.Errorf("the one that is right: %d %q", status, said)
					return
				}
			}
		})
		all.Wait()
		u.served.Close() // and every request is over
		if n := u.rows(); n != rows+1 || u.rows("arriving") != 0 {
			t.Errorf("%d lines of documents more, %d of them arriving", n-rows, u.rows("arriving"))
		}
		now := u.left()
		if len(now) != len(files)+1 {
			t.Errorf("files: %s", cmp.Diff(files, now))
		}
		look := &search{t: t, data: u.data, roots: []string{u.data}, values: []string{mark}}
		if e == db.Postgres {
			look.dsn = u.dsn
		}
		look.nothing("after it was cut off")

		var id string
		if err := u.DB.QueryRow(t.Context(), `SELECT id FROM people_document WHERE state = 'waiting' ORDER BY sent_at DESC LIMIT 1`).Scan(&id); err != nil {
			t.Fatal(err)
		}
		d, err := u.Documents.Find(t.Context(), id)
		if err == nil {
			err = u.Documents.Withdraw(t.Context(), id, d.Person)
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(files, u.left()); diff != "" {
			t.Errorf("files after all: %s", diff)
		}
	})
}
