package mail

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/outgoing"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// postOffice is a real SMTP server on a free port.
type postOffice struct {
	mu      sync.Mutex
	got     [][]byte
	rcpt    []string
	refuse  bool
	secured bool
}

func (p *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, ok := c.TLSConnectionState()
	p.mu.Lock()
	p.secured = ok
	p.mu.Unlock()
	return p, nil
}
func (p *postOffice) Reset()                               {}
func (p *postOffice) Logout() error                        { return nil }
func (p *postOffice) Mail(string, *smtp.MailOptions) error { return nil }
func (p *postOffice) Rcpt(to string, _ *smtp.RcptOptions) error {
	if p.refuse {
		return &smtp.SMTPError{Code: 550, Message: "no mailbox " + to}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rcpt = append(p.rcpt, to)
	return nil
}

func (p *postOffice) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, b)
	return err
}

func serve(t *testing.T, p *postOffice, cert *tls.Config) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(p)
	s.Domain, s.TLSConfig, s.AllowInsecureAuth = "localhost", cert, true
	s.EnableSMTPUTF8 = true
	go s.Serve(l) //nolint:errcheck // ends with Close
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}
}

func sender(t *testing.T, port int, how TLS) *SMTPSender {
	t.Helper()
	s, err := NewSMTP(SMTP{Host: "localhost", Port: port, TLS: how, From: "kassa@example.kz", FromName: "Сахна кассасы", Timeout: 5 * time.Second},
		clock.NewFake(noon))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var letter = Letter{
	To: "guest@example.kz", Subject: "Билеттеріңіз дайын: «Абай» — ұлы шеберлердің үлкен қойылымы, Әуезов театры, Алматы",
	Text: "Сәлеметсіз бе!\nҚойылымға қош келдіңіз.\n", HTML: "<p>Сәлеметсіз бе!</p>",
	Attachments: []Attachment{{Name: "билет-7K.pdf", Type: "application/pdf", Data: []byte("%PDF-1.4 \x00\xff")}},
}

func TestSMTPDeliversEverythingWhole(t *testing.T) {
	server, client := certificate(t)
	p := &postOffice{}
	s := sender(t, serve(t, p, server), TLSMandatory)
	s.roots = client
	if err := s.Send(t.Context(), outgoing.Issue(outgoing.MailGateway), letter); err != nil {
		t.Fatal(err)
	}
	if len(p.got) != 1 || len(p.rcpt) != 1 || p.rcpt[0] != letter.To {
		t.Fatalf("server got %d letters for %v", len(p.got), p.rcpt)
	}
	m, err := netmail.ReadMessage(bytes.NewReader(p.got[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject came as %q (%v)", subject, err)
	}
	from, err := m.Header.AddressList("From")
	if err != nil || from[0].Name != "Сахна кассасы" {
		t.Errorf("from came as %v (%v)", from, err)
	}
	if d, err := m.Header.Date(); err != nil || !d.Equal(noon) {
		t.Errorf("date came as %v (%v)", d, err)
	}
	if id := m.Header.Get("Message-Id"); !strings.HasSuffix(id, "@example.kz>") {
		t.Errorf("message id %q names the machine", id)
	}
	checkParts(t, m)
}

func checkParts(t *testing.T, m *netmail.Message) {
	t.Helper()
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	mixed := multipart.NewReader(m.Body, params["boundary"])
	if _, err := mixed.NextPart(); err != nil {
		t.Fatal(err)
	}
	file, err := mixed.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	_, disposition, err := mime.ParseMediaType(file.Header.Get("Content-Disposition"))
	if err != nil {
		t.Fatal(err)
	}
	name, err := new(mime.WordDecoder).DecodeHeader(disposition["filename"])
	if err != nil || name != "билет-7K.pdf" {
		t.Errorf("attachment's name came as %q (%v)", name, err)
	}
}

func TestSMTPInsistsOnTLS(t *testing.T) {
	p := &postOffice{}
	err := sender(t, serve(t, p, nil), TLSMandatory).Send(t.Context(), outgoing.Issue(outgoing.MailGateway), letter)
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v, want a refusal to send in the clear", err)
	}
	if len(p.got) != 0 {
		t.Error("the letter left in the clear")
	}
	for _, how := range []TLS{TLSOpportunistic, TLSNone} {
		if err := sender(t, serve(t, p, nil), how).Send(t.Context(), outgoing.Issue(outgoing.MailGateway), letter); err != nil {
			t.Errorf("%s: %v", how, err)
		}
	}
}

func TestSMTPUsesTLSWhereOffered(t *testing.T) {
	server, client := certificate(t)
	p := &postOffice{}
	s := sender(t, serve(t, p, server), TLSOpportunistic)
	s.roots = client
	if err := s.Send(t.Context(), outgoing.Issue(outgoing.MailGateway), letter); err != nil {
		t.Fatal(err)
	}
	if !p.secured {
		t.Error("the server offered TLS and it was not used")
	}
}

func TestRefusalNamesNobody(t *testing.T) {
	p := &postOffice{refuse: true}
	err := sender(t, serve(t, p, nil), TLSNone).Send(t.Context(), outgoing.Issue(outgoing.MailGateway), letter)
	if fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(err.Error(), "guest") {
		t.Errorf("the error names the recipient: %v", err)
	}
}

func TestServerThatNeverAnswersTimesOut(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // the test is over
	s := sender(t, l.Addr().(*net.TCPAddr).Port, TLSNone)
	s.cfg.Timeout = 50 * time.Millisecond
	if err := s.Send(t.Context(), outgoing.Issue(outgoing.MailGateway), letter); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestHeadersCannotBeSmuggled(t *testing.T) {
	p := &postOffice{}
	s := sender(t, serve(t, p, nil), TLSNone)
	box := NewOutbox(clock.NewFake(noon))
	bad := map[string]func(l *Letter){
		"subject":         func(l *Letter) { l.Subject = "Hi\r\nBcc: all@example.kz" },
		"subject by LF":   func(l *Letter) { l.Subject = "Hi\nBcc: all@example.kz" },
		"recipient":       func(l *Letter) { l.To = "a@example.kz\r\nBcc: b@example.kz" },
		"two recipients":  func(l *Letter) { l.To = "a@example.kz, b@example.kz" },
		"name":            func(l *Letter) { l.To = "Somebody <a@example.kz>" },
		"no recipient":    func(l *Letter) { l.To = "" },
		"no text":         func(l *Letter) { l.Text = " \n" },
		"attachment name": func(l *Letter) { l.Attachments = []Attachment{{Name: "a\r\nX: y", Type: "text/plain"}} },
		"attachment path": func(l *Letter) { l.Attachments = []Attachment{{Name: "../a", Type: "text/plain"}} },
		"attachment type": func(l *Letter) { l.Attachments = []Attachment{{Name: "a", Type: "text/plain\r\nX: y"}} },
	}
	for name, spoil := range bad {
		l := letter
		spoil(&l)
		for what, send := range map[string]func(context.Context, outgoing.Pass, Letter) error{"smtp": s.Send, "outbox": box.Send} {
			if err := send(t.Context(), outgoing.Issue(outgoing.MailGateway), l); !errors.Is(err, ErrLetter) {
				t.Errorf("%s by %s: got %v", name, what, err)
			}
		}
	}
	if len(p.got) != 0 || len(box.Letters()) != 0 {
		t.Error("a bad letter went out")
	}
}

func TestOutboxKeepsTheLast(t *testing.T) {
	box := NewOutbox(clock.NewFake(noon))
	for range outboxKeeps + 3 {
		if err := box.Send(t.Context(), outgoing.Issue(outgoing.MailGateway), letter); err != nil {
			t.Fatal(err)
		}
	}
	got := box.Letters()
	if len(got) != outboxKeeps || got[0].N != outboxKeeps+3 || got[len(got)-1].N != 4 {
		t.Errorf("kept %d, from %d to %d", len(got), got[0].N, got[len(got)-1].N)
	}
	if _, ok := box.Letter(3); ok {
		t.Error("letter 3 is still kept")
	}
	if k, ok := box.Letter(4); !ok || k.N != 4 {
		t.Errorf("letter 4: got %d, %v", k.N, ok)
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	for name, cfg := range map[string]SMTP{
		"no host":   {From: "a@example.kz"},
		"no sender": {Host: "mail.example.kz"},
		"bad reply": {Host: "mail.example.kz", From: "a@example.kz", ReplyTo: "nobody"},
		"bad tls":   {Host: "mail.example.kz", From: "a@example.kz", TLS: "maybe"},
		"bad name":  {Host: "mail.example.kz", From: "a@example.kz", FromName: "a\nb"},
	} {
		if _, err := NewSMTP(cfg, clock.System()); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestNoLetterLeavesWithoutThePass(t *testing.T) {
	p := &postOffice{}
	box := NewOutbox(clock.NewFake(noon))
	used := outgoing.Issue(outgoing.MailGateway)
	if err := used.Take(outgoing.MailGateway); err != nil {
		t.Fatal(err)
	}
	for name, pass := range map[string]outgoing.Pass{"none": {}, "another recipient's": outgoing.Issue(outgoing.SMSGateway), "used": used} {
		for what, send := range map[string]func(context.Context, outgoing.Pass, Letter) error{"smtp": sender(t, serve(t, p, nil), TLSNone).Send, "outbox": box.Send} {
			if err := send(t.Context(), pass, letter); !errors.Is(err, outgoing.ErrNoPass) {
				t.Errorf("%s with a pass that is %s: %v", what, name, err)
			}
		}
	}
	if len(p.got) != 0 || len(box.Letters()) != 0 {
		t.Error("a letter went out")
	}
}
