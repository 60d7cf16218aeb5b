package ticketmail

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"

	"github.com/sahna/sahna/internal/boxoffice"
	"github.com/sahna/sahna/internal/catalog"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
)

//go:embed letter.html letter.txt
var templates embed.FS

var (
	asHTML = htmltemplate.Must(htmltemplate.ParseFS(templates, "letter.html"))
	asText = texttemplate.Must(texttemplate.ParseFS(templates, "letter.txt"))
)

// letter is what both forms of a letter say.
type letter struct {
	Lang     i18n.Lang
	Accent   string
	Operator string
	Title    string
	Intro    string
	Shows    []show
	Action   link
	Notes    []string
	Foot     string
}

// show is one performance with its tickets.
type show struct {
	Title, When, Where string
	Tickets            []line
	plan               *catalog.Plan
}

type line struct{ Text, URL, Open string }

type link struct{ Label, URL string }

func (l letter) mail(subject string) (mail.Letter, error) {
	var h, t bytes.Buffer
	if err := asHTML.Execute(&h, l); err != nil {
		return mail.Letter{}, err
	}
	if err := asText.Execute(&t, l); err != nil {
		return mail.Letter{}, err
	}
	return mail.Letter{Subject: oneLine(subject), Text: t.String(), HTML: h.String()}, nil
}

// oneLine keeps an organiser's line break out of a subject.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (m *Mailer) begin(p *i18n.Printer, ord boxoffice.Order) letter {
	accent := m.operator.Accent
	if len(accent) != 7 || accent[0] != '#' {
		accent = "#8c1630"
	}
	return letter{
		Lang: ord.Lang, Accent: accent, Operator: m.operator.ShortName,
		Action: link{p.T("ticketmail.open_order"), m.base + ord.URL(ord.Lang)},
		Foot:   p.T("ticketmail.foot", "operator", p.Text(m.operator.Name), "email", m.operator.Email),
	}
}

func (m *Mailer) ticketLetter(ctx context.Context, ord boxoffice.Order) (mail.Letter, error) {
	p := m.bundle.Printer(ord.Lang)
	shows, err := m.shows(ctx, p, ord)
	if err != nil {
		return mail.Letter{}, err
	}
	l := m.begin(p, ord)
	l.Title, l.Shows = p.T("ticketmail.title", "count", len(ord.Tickets)), shows
	l.Intro = p.T("ticketmail.intro", "order", ord.Code)
	l.Notes = []string{p.T("ticketmail.how"), p.T("ticketmail.pass_on")}
	subject := p.T("ticketmail.subject_order", "order", ord.Code)
	if len(shows) == 1 {
		subject = p.T("ticketmail.subject", "title", shows[0].Title, "when", shows[0].When)
	}
	out, err := l.mail(subject)
	if err != nil {
		return mail.Letter{}, err
	}
	out.Attachments, err = m.attachments(ctx, ord)
	return out, err
}

// passedLetter says nothing of the order: it is the buyer's.
func (m *Mailer) passedLetter(ctx context.Context, lang i18n.Lang, t boxoffice.Ticket) (mail.Letter, error) {
	p := m.bundle.Printer(lang)
	s, err := m.show(ctx, p, t.PerformanceID)
	if err != nil {
		return mail.Letter{}, err
	}
	text := p.T("ticketmail.passed_ticket", "code", t.Code)
	if where := seat(p, s.plan, t); where != "" {
		text = where + " · " + text
	}
	s.Tickets = []line{{Text: text, URL: m.base + t.URL(lang), Open: p.T("ticketmail.open_ticket")}}
	l := m.begin(p, boxoffice.Order{Lang: lang})
	l.Title, l.Intro, l.Shows = p.T("ticketmail.title", "count", 1), p.T("ticketmail.passed_intro"), []show{s}
	l.Action = link{p.T("ticketmail.open_ticket"), m.base + t.URL(lang)}
	l.Notes = []string{p.T("ticketmail.how"), p.T("ticketmail.passed_data", "url", m.base+"/"+string(lang)+"/page/my-data")}
	out, err := l.mail(p.T("ticketmail.subject", "title", s.Title, "when", s.When))
	if err != nil {
		return mail.Letter{}, err
	}
	body, err := m.print.Tickets(ctx, lang, []boxoffice.Ticket{t})
	out.Attachments = []mail.Attachment{{Name: "sahna-" + t.Code + ".pdf", Type: "application/pdf", Data: body}}
	return out, err
}

// attachments are one PDF of all tickets, and when there are several, one of each, to pass on.
func (m *Mailer) attachments(ctx context.Context, ord boxoffice.Order) ([]mail.Attachment, error) {
	var valid []boxoffice.Ticket
	for _, t := range ord.Tickets {
		if !t.Void {
			valid = append(valid, t)
		}
	}
	all, err := m.print.Tickets(ctx, ord.Lang, valid)
	if err != nil {
		return nil, err
	}
	out := []mail.Attachment{{Name: "sahna-" + ord.Code + ".pdf", Type: "application/pdf", Data: all}}
	if len(valid) < 2 {
		return out, nil
	}
	for i, t := range valid {
		one, err := m.print.Tickets(ctx, ord.Lang, []boxoffice.Ticket{t})
		if err != nil {
			return nil, err
		}
		out = append(out, mail.Attachment{Name: fmt.Sprintf("sahna-%s-%d-%s.pdf", ord.Code, i+1, t.Code), Type: "application/pdf", Data: one})
	}
	return out, nil
}

func (m *Mailer) shows(ctx context.Context, p *i18n.Printer, ord boxoffice.Order) ([]show, error) {
	var out []show
	at := map[string]int{}
	for i, t := range ord.Tickets {
		n, known := at[t.PerformanceID]
		if !known {
			s, err := m.show(ctx, p, t.PerformanceID)
			if err != nil {
				return nil, err
			}
			n = len(out)
			at[t.PerformanceID], out = n, append(out, s)
		}
		text := p.T("ticketmail.ticket", "n", i+1, "code", t.Code, "price", t.Price.String())
		if where := seat(p, out[n].plan, t); where != "" {
			text = where + " · " + text
		}
		out[n].Tickets = append(out[n].Tickets, line{Text: text, URL: m.base + t.URL(ord.Lang), Open: p.T("ticketmail.open_ticket")})
	}
	return out, nil
}

func (m *Mailer) show(ctx context.Context, p *i18n.Printer, performanceID string) (show, error) {
	perf, err := m.catalog.Performance(ctx, performanceID)
	if err != nil {
		return show{}, err
	}
	event, err := m.catalog.Event(ctx, perf.EventID)
	if err != nil {
		return show{}, err
	}
	_, venue, err := m.catalog.Hall(ctx, perf.HallID)
	if err != nil {
		return show{}, err
	}
	plan, err := m.catalog.Plan(ctx, perf.PlanHash)
	if err != nil {
		return show{}, err
	}
	return show{
		plan: plan, Title: p.Text(event.Title), When: p.Moment(perf.StartsAt, m.clock.Now(), perf.Zone),
		Where: strings.TrimSuffix(p.Text(venue.Name)+", "+p.Text(venue.Address), ", "),
	}, nil
}

// seat says where a ticket's holder goes.
func seat(p *i18n.Printer, plan *catalog.Plan, t boxoffice.Ticket) string {
	if areas := plan.Areas(); t.AreaNo >= 0 && t.AreaNo < len(areas) && t.SeatNo < 0 {
		return p.Text(areas[t.AreaNo].Name)
	}
	seats := plan.Seats()
	if t.SeatNo < 0 || t.SeatNo >= len(seats) {
		return ""
	}
	s := seats[t.SeatNo]
	row := p.T("ticketmail.row", "row", s.Row)
	if s.Table != "" {
		row = p.T("ticketmail.table", "table", s.Table)
	}
	return strings.TrimPrefix(p.Text(s.SectionName)+", "+row+", "+p.T("ticketmail.seat", "seat", s.Number), ", ")
}

func (m *Mailer) refundLetter(ctx context.Context, ord boxoffice.Order, r boxoffice.Refund) (mail.Letter, error) {
	p := m.bundle.Printer(ord.Lang)
	l := m.begin(p, ord)
	amount := r.Amount.String()
	l.Title = p.T("ticketmail.refund_title", "amount", amount)
	switch r.Reason {
	case boxoffice.ReasonLate:
		l.Intro = p.T("ticketmail.refund_late", "order", ord.Code, "amount", amount)
	case boxoffice.ReasonTwice:
		l.Intro = p.T("ticketmail.refund_twice", "order", ord.Code, "amount", amount)
	case boxoffice.ReasonLimit:
		l.Intro = p.T("ticketmail.refund_limit", "order", ord.Code, "amount", amount)
	case boxoffice.ReasonWrongAmount:
		l.Intro = p.T("ticketmail.refund_wrong_amount", "order", ord.Code, "amount", amount)
	default:
		l.Intro = p.T("ticketmail.refund_order", "order", ord.Code, "amount", amount)
	}
	l.Notes = []string{p.T("ticketmail.refund_when")}
	return l.mail(p.T("ticketmail.refund_subject", "order", ord.Code))
}
