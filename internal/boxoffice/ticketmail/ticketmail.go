// Package ticketmail writes to buyers: their tickets, and money that goes back.
//
// It owns the words and the look of these letters. It promises that a letter is
// written in the order's language, that the address is opened for the purpose
// of service only and journalled, and that a letter sent twice does no harm. It
// decides nothing about orders, and keeps no address.
package ticketmail

import (
	"context"
	"errors"
	"log/slog"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

// Deps are what the letters are made of.
type Deps struct {
	DB       *db.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Catalog  *catalog.Catalog
	Office   *boxoffice.Office
	People   *people.People
	Privacy  *privacy.Privacy // its gate for what leaves
	Mail     mail.Sender
	Bundle   *i18n.Bundle
	Operator privacy.Operator
	BaseURL  string // no slash at the end
	Printer  Printer
}

// Printer prints tickets; ticketpdf does.
type Printer interface {
	Tickets(ctx context.Context, lang i18n.Lang, tickets []boxoffice.Ticket) ([]byte, error)
}

// Mailer works the jobs that write to buyers.
type Mailer struct {
	catalog  offer
	orders   orders
	print    Printer
	open     func(ctx context.Context, o vault.Opening) (people.Contacts, outgoing.Pass, error)
	send     func(ctx context.Context, pass outgoing.Pass, l mail.Letter) error
	clock    clock.Clock
	log      *slog.Logger
	bundle   *i18n.Bundle
	operator privacy.Operator
	base     string
}

type orders interface {
	OrderByID(ctx context.Context, id string) (boxoffice.Order, error)
	TicketByID(ctx context.Context, performanceID, id string) (boxoffice.Ticket, error)
}

type offer interface {
	Performance(ctx context.Context, id string) (catalog.Performance, error)
	Event(ctx context.Context, id string) (catalog.Event, error)
	Hall(ctx context.Context, id string) (catalog.Hall, catalog.Venue, error)
	Plan(ctx context.Context, hash string) (*catalog.Plan, error)
}

// New makes the mailer.
func New(d Deps) *Mailer {
	open := func(ctx context.Context, o vault.Opening) (c people.Contacts, pass outgoing.Pass, err error) {
		err = d.DB.Transact(ctx, func(tx *db.DB) error {
			if c, err = d.People.Contacts(ctx, tx, o); err != nil || c.Email == "" {
				return err
			}
			pass, err = d.Privacy.Leaves(ctx, tx, privacy.MailGateway, o)
			return err
		})
		return c, pass, err
	}
	return &Mailer{
		catalog: d.Catalog, orders: d.Office, print: d.Printer, open: open, send: d.Mail.Send, clock: d.Clock, log: d.Log,
		bundle: d.Bundle, operator: d.Operator, base: d.BaseURL,
	}
}

// Register makes the mailer work the box office's letters; call it before jobs start.
func (m *Mailer) Register(q *jobs.Queue) {
	jobs.Handle(q, m.Tickets)
	jobs.Handle(q, m.Refund)
	jobs.Handle(q, m.Passed)
}

// Tickets sends an order's tickets.
func (m *Mailer) Tickets(ctx context.Context, job boxoffice.TicketMail) (err error) {
	defer fault.Wrap(&err, "mail tickets of order %s", job.OrderID)
	ord, err := m.orders.OrderByID(ctx, job.OrderID)
	if err != nil {
		return err
	}
	if ord.Status != boxoffice.OrderPaid {
		return nil // refunded since: the other letter tells
	}
	l, err := m.ticketLetter(ctx, ord)
	if err != nil {
		return err
	}
	return m.deliver(ctx, ord.PersonID, "order_mail", l)
}

// Refund tells about money that goes back.
func (m *Mailer) Refund(ctx context.Context, job boxoffice.RefundMail) (err error) {
	defer fault.Wrap(&err, "mail refund %s", job.RefundID)
	ord, err := m.orders.OrderByID(ctx, job.OrderID)
	if err != nil {
		return err
	}
	for _, r := range ord.Refunds {
		if r.ID == job.RefundID {
			l, err := m.refundLetter(ctx, ord, r)
			if err != nil {
				return err
			}
			return m.deliver(ctx, ord.PersonID, "order_mail", l)
		}
	}
	return errors.New("the order has no such refund")
}

// Passed sends a ticket to the holder who took it over.
func (m *Mailer) Passed(ctx context.Context, job boxoffice.PassMail) (err error) {
	defer fault.Wrap(&err, "mail ticket %s to its holder", job.TicketID)
	t, err := m.orders.TicketByID(ctx, job.PerformanceID, job.TicketID)
	if err != nil {
		return err
	}
	if t.Void || t.HolderID == "" {
		return nil
	}
	l, err := m.passedLetter(ctx, job.Lang, t)
	if err != nil {
		return err
	}
	return m.deliver(ctx, t.HolderID, "pass_mail", l)
}

// deliver opens the address at the last moment. A person who may not be written to any more (erased, blocked, consent withdrawn)
// gets nothing, and trying again would not change that.
func (m *Mailer) deliver(ctx context.Context, person, reason string, l mail.Letter) error {
	c, pass, err := m.open(ctx, vault.Opening{
		Person: person, Purpose: vault.PurposeService, Fields: []vault.Field{vault.Email},
		Actor: "system", Reason: reason,
	})
	switch kind := fault.KindOf(err); {
	case err != nil && (kind == fault.Forbidden || kind == fault.Gone || kind == fault.NotFound):
		m.log.WarnContext(ctx, "letter not sent: the address may not be opened", "reason", reason, "err", err)
		return nil
	case err != nil:
		return err
	case c.Email == "":
		return nil // sold at the counter without an address
	}
	l.To = c.Email
	return m.send(ctx, pass, l)
}
