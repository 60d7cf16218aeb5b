package ticketmail

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/boxoffice/boxofficetest"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/money"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

type fakeHouse struct {
	order boxoffice.Order
	plan  *catalog.Plan
}

func (f *fakeHouse) TicketByID(_ context.Context, _, id string) (boxoffice.Ticket, error) {
	for _, t := range f.order.Tickets {
		if t.ID == id {
			return t, nil
		}
	}
	return boxoffice.Ticket{}, boxoffice.ErrNoTicket
}

func (f *fakeHouse) Plan(context.Context, string) (*catalog.Plan, error) { return f.plan, nil }

func (f *fakeHouse) OrderByID(context.Context, string) (boxoffice.Order, error) { return f.order, nil }

func (f *fakeHouse) Performance(_ context.Context, id string) (catalog.Performance, error) {
	return catalog.Performance{ID: id, EventID: id, Zone: "Asia/Almaty", StartsAt: time.Date(2026, 11, 27, 14, 0, 0, 0, time.UTC)}, nil
}

func (f *fakeHouse) Event(_ context.Context, id string) (catalog.Event, error) {
	return catalog.Event{Title: i18n.Text{KK: "Қыз Жібек\n" + id, RU: "<Кыз-Жибек> " + id}}, nil
}

func (f *fakeHouse) Hall(context.Context, string) (catalog.Hall, catalog.Venue, error) {
	return catalog.Hall{}, catalog.Venue{Name: i18n.Text{RU: "Театр"}, Address: i18n.Text{RU: "пр. Абая, 103"}}, nil
}

func (f *fakeHouse) Tickets(_ context.Context, lang i18n.Lang, ts []boxoffice.Ticket) ([]byte, error) {
	out := string(lang)
	for _, t := range ts {
		out += " " + t.Code
	}
	return []byte(out), nil
}

type desk struct {
	*Mailer
	house  *fakeHouse
	asked  []vault.Opening
	sent   []mail.Letter
	refuse error
	log    bytes.Buffer
}

const address = "aigerim.unmistakable@example.kz"

func newDesk(t *testing.T) *desk {
	t.Helper()
	b, err := i18n.New(i18n.Messages, Messages)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{house: &fakeHouse{plan: boxofficetest.Plan(t), order: boxoffice.Order{
		ID: "o", Code: "K7MX2PQA", Secret: "s3cret", Status: boxoffice.OrderPaid, PersonID: "person", Lang: i18n.RU,
		Tickets: []boxoffice.Ticket{
			{ID: "1", Code: "AAAA", Secret: "x1", PerformanceID: "p", Price: money.Tenge(12000)},
			{ID: "2", Code: "BBBB", Secret: "x2", PerformanceID: "p", SeatNo: 21, Price: money.Tenge(9000)},
		},
		Refunds: []boxoffice.Refund{{ID: "r", Amount: money.Tenge(21000), Reason: boxoffice.ReasonLate}},
	}}}
	d.Mailer = &Mailer{
		catalog: d.house, orders: d.house, print: d.house, bundle: b, clock: clock.NewFake(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)),
		log: slog.New(slog.NewTextHandler(&d.log, nil)), operator: privacy.Operator{ShortName: "Sahna", Accent: "#0b6b57", Email: "hello@example.kz"},
		base: "https://tickets.example.kz",
		open: func(_ context.Context, o vault.Opening) (people.Contacts, outgoing.Pass, error) {
			d.asked = append(d.asked, o)
			return people.Contacts{Email: address}, outgoing.Issue(outgoing.MailGateway), d.refuse
		},
		send: func(_ context.Context, pass outgoing.Pass, l mail.Letter) error {
			if err := pass.Take(outgoing.MailGateway); err != nil {
				return err
			}
			d.sent = append(d.sent, l)
			return nil
		},
	}
	return d
}

func TestTicketsGoOut(t *testing.T) {
	d := newDesk(t)
	for range 2 { // a job may run twice
		if err := d.Tickets(t.Context(), boxoffice.TicketMail{OrderID: "o"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.sent) != 2 || d.sent[0].To != address {
		t.Fatalf("%d letters", len(d.sent))
	}
	l := d.sent[0]
	if l.Subject != "Ваши билеты: <Кыз-Жибек> p, пт, 27 ноября, 19:00" {
		t.Errorf("subject %q", l.Subject)
	}
	for _, want := range []string{
		"Билеты готовы", "https://tickets.example.kz/ru/order/K7MX2PQA/s3cret", "https://tickets.example.kz/ru/ticket/AAAA/x1",
		"https://tickets.example.kz/ru/ticket/BBBB/x2", "Театр, пр. Абая, 103", "Hall, ряд 1, место 1 · Билет 1", "Hall, ряд 2, место 2 · Билет 2", "12\u00a0000\u00a0₸", "hello@example.kz",
	} {
		if !strings.Contains(l.Text, want) {
			t.Errorf("no %q in the text:\n%s", want, l.Text)
		}
		if !strings.Contains(l.HTML, want) {
			t.Errorf("no %q in the HTML", want)
		}
	}
	if strings.Contains(l.HTML, "<Кыз-Жибек>") || !strings.Contains(l.HTML, "&lt;Кыз-Жибек&gt;") {
		t.Error("an organiser's title is markup in the letter")
	}
	got := map[string]string{}
	for _, a := range l.Attachments {
		got[a.Name] = string(a.Data)
	}
	want := map[string]string{"sahna-K7MX2PQA.pdf": "ru AAAA BBBB", "sahna-K7MX2PQA-1-AAAA.pdf": "ru AAAA", "sahna-K7MX2PQA-2-BBBB.pdf": "ru BBBB"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	opening := vault.Opening{Person: "person", Purpose: vault.PurposeService, Fields: []vault.Field{vault.Email}, Actor: "system", Reason: "order_mail"}
	if diff := cmp.Diff(opening, d.asked[0]); diff != "" {
		t.Errorf("opened more than the address: %s", diff)
	}
}

func TestSubjectStaysOneLine(t *testing.T) {
	d := newDesk(t)
	d.house.order.Lang = i18n.KK
	if err := d.Tickets(t.Context(), boxoffice.TicketMail{OrderID: "o"}); err != nil {
		t.Fatal(err)
	}
	if s := d.sent[0].Subject; strings.ContainsAny(s, "\r\n") || !strings.Contains(s, "Қыз Жібек p") {
		t.Errorf("subject %q", s)
	}
}

func TestOneTicketIsAttachedOnce(t *testing.T) {
	d := newDesk(t)
	d.house.order.Tickets[1].Void = true
	if err := d.Tickets(t.Context(), boxoffice.TicketMail{OrderID: "o"}); err != nil {
		t.Fatal(err)
	}
	if n := len(d.sent[0].Attachments); n != 1 {
		t.Errorf("%d attachments", n)
	}
}

func TestRefundedOrderGetsNoTickets(t *testing.T) {
	d := newDesk(t)
	d.house.order.Status = boxoffice.OrderRefunded
	if err := d.Tickets(t.Context(), boxoffice.TicketMail{OrderID: "o"}); err != nil || len(d.sent) != 0 {
		t.Errorf("%d letters, %v", len(d.sent), err)
	}
}

func TestRefundIsTold(t *testing.T) {
	for reason, want := range map[string]string{
		boxoffice.ReasonLate: "пришла поздно", boxoffice.ReasonTwice: "оплатили дважды", boxoffice.ReasonWrongAmount: "другая сумма",
		boxoffice.ReasonLimit: "разрешает одному покупателю",
		boxoffice.ReasonOrder: "больше не действуют",
	} {
		d := newDesk(t)
		d.house.order.Refunds[0].Reason = reason
		if err := d.Refund(t.Context(), boxoffice.RefundMail{OrderID: "o", RefundID: "r"}); err != nil {
			t.Fatal(err)
		}
		if l := d.sent[0]; !strings.Contains(l.Text, want) || !strings.Contains(l.Text, "21\u00a0000\u00a0₸") || len(l.Attachments) != 0 {
			t.Errorf("%s: %s", reason, l.Text)
		}
	}
	if err := newDesk(t).Refund(t.Context(), boxoffice.RefundMail{OrderID: "o", RefundID: "other"}); err == nil {
		t.Error("a refund that is not there was told")
	}
}

func TestWhoMayNotBeWrittenToIsLeftAlone(t *testing.T) {
	d := newDesk(t)
	d.refuse = fault.New(fault.Forbidden, "privacy.no_consent")
	if err := d.Tickets(t.Context(), boxoffice.TicketMail{OrderID: "o"}); err != nil || len(d.sent) != 0 {
		t.Errorf("%d letters, %v: the job would try for ever", len(d.sent), err)
	}
	if s := d.log.String(); !strings.Contains(s, "not sent") || strings.Contains(s, address) {
		t.Errorf("log: %s", s)
	}
	d.refuse = errors.New("database is away")
	if err := d.Tickets(t.Context(), boxoffice.TicketMail{OrderID: "o"}); err == nil {
		t.Error("a passing failure was taken for an answer")
	}
}
