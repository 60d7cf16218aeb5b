package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/outgoing"
)

// TLS says how a connection to the mail server is protected.
type TLS string

// The ways; mandatory is the default.
const (
	TLSMandatory     TLS = "mandatory"     // STARTTLS, or no letter
	TLSImplicit      TLS = "implicit"      // TLS from the first byte, port 465
	TLSOpportunistic TLS = "opportunistic" // STARTTLS where the server offers it
	TLSNone          TLS = "none"          // a relay on the same machine
)

// SMTP is how to reach the operator's mail server.
type SMTP struct {
	Host     string        `toml:"host"`
	Port     int           `toml:"port"`
	Username string        `toml:"username"`
	Password string        `toml:"password"`
	TLS      TLS           `toml:"tls"`
	From     string        `toml:"from"` // address of the sender
	FromName string        `toml:"from_name"`
	ReplyTo  string        `toml:"reply_to"`
	Hello    string        `toml:"hello"`   // name that this machine greets with; the sender's domain by default
	Timeout  time.Duration `toml:"timeout"` // for the whole of one letter; 30 seconds by default
}

// errServer is a mail server that did not take the letter: the job tries again.
var errServer = fault.New(fault.Unavailable, "mail.server")

// SMTPSender sends over SMTP. Safe for use by many.
type SMTPSender struct {
	cfg   SMTP
	from  mail.Address
	clock clock.Clock
	roots *tls.Config // tests bring the certificate of their server
}

// NewSMTP makes a sender; it checks the configuration but does not connect.
func NewSMTP(cfg SMTP, c clock.Clock) (*SMTPSender, error) {
	if cfg.TLS == "" {
		cfg.TLS = TLSMandatory
	}
	switch cfg.TLS {
	case TLSMandatory, TLSImplicit, TLSOpportunistic, TLSNone:
	default:
		return nil, fmt.Errorf("mail.tls %q: say mandatory, implicit, opportunistic or none", cfg.TLS)
	}
	if cfg.Host == "" {
		return nil, errors.New("mail.host is empty: name the mail server")
	}
	if cfg.Port == 0 {
		cfg.Port = map[TLS]int{TLSImplicit: 465, TLSNone: 25}[cfg.TLS]
		if cfg.Port == 0 {
			cfg.Port = 587
		}
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	for name, a := range map[string]string{"mail.from": cfg.From, "mail.reply_to": cfg.ReplyTo} {
		if p, err := mail.ParseAddress(a); (a != "" || name == "mail.from") && (err != nil || p.Name != "") {
			return nil, fmt.Errorf("%s is not a plain e-mail address", name)
		}
	}
	if hasControl(cfg.FromName) {
		return nil, errors.New("mail.from_name has a line break")
	}
	return &SMTPSender{cfg: cfg, from: mail.Address{Name: cfg.FromName, Address: cfg.From}, clock: c}, nil
}

// Send hands the letter to the server and waits for its yes.
func (s *SMTPSender) Send(ctx context.Context, pass outgoing.Pass, l Letter) error {
	if err := pass.Take(outgoing.MailGateway); err != nil {
		return err
	}
	m, err := s.message(l)
	if err != nil {
		return err
	}
	c, err := gomail.NewClient(s.cfg.Host, s.options()...)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	if err := c.DialAndSendWithContext(ctx, m); err != nil {
		return errServer.Because(plain(err))
	}
	return nil
}

// plain keeps the server's codes and drops its words, which quote recipients.
func plain(err error) error {
	var se *gomail.SendError
	if errors.As(err, &se) {
		return fmt.Errorf("mail server refused (reason %d, code %d, temporary %t)", se.Reason, se.ErrorCode(), se.IsTemp())
	}
	return fmt.Errorf("reach the mail server: %w", err)
}

func (s *SMTPSender) options() []gomail.Option {
	policy := map[TLS]gomail.TLSPolicy{TLSMandatory: gomail.TLSMandatory, TLSOpportunistic: gomail.TLSOpportunistic}
	o := []gomail.Option{gomail.WithPort(s.cfg.Port), gomail.WithTimeout(s.cfg.Timeout), gomail.WithHELO(s.hello())}
	switch p, ok := policy[s.cfg.TLS]; {
	case ok:
		o = append(o, gomail.WithTLSPolicy(p))
	case s.cfg.TLS == TLSImplicit:
		o = append(o, gomail.WithSSL())
	default:
		o = append(o, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.roots != nil {
		o = append(o, gomail.WithTLSConfig(s.roots))
	}
	if s.cfg.Username != "" {
		// Passwords travel only inside TLS: the discovery refuses PLAIN without it.
		o = append(o, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.cfg.Username), gomail.WithPassword(s.cfg.Password))
	}
	return o
}

func (s *SMTPSender) hello() string {
	if s.cfg.Hello != "" {
		return s.cfg.Hello
	}
	return domain(s.cfg.From)
}

func domain(address string) string {
	for i := len(address) - 1; i >= 0; i-- {
		if address[i] == '@' {
			return address[i+1:]
		}
	}
	return "localhost"
}

func (s *SMTPSender) message(l Letter) (*gomail.Msg, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	m := gomail.NewMsg()
	m.FromMailAddress(&s.from)
	if err := m.To(l.To); err != nil {
		return nil, ErrLetter.Because(letterError("recipient"))
	}
	if s.cfg.ReplyTo != "" {
		if err := m.ReplyTo(s.cfg.ReplyTo); err != nil {
			return nil, ErrLetter.Because(letterError("reply address"))
		}
	}
	m.Subject(l.Subject)
	m.SetDateWithValue(s.clock.Now())
	m.SetMessageIDWithValue(messageID(s.cfg.From))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // keeps holiday answers away
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	if l.HTML != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	}
	for _, f := range l.Attachments {
		err := m.AttachReader(f.Name, bytes.NewReader(f.Data), gomail.WithFileContentType(gomail.ContentType(f.Type)))
		if err != nil {
			return nil, fmt.Errorf("attach: %w", err)
		}
	}
	return m, nil
}
