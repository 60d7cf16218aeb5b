package privacy

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/platform/pdf"
	"github.com/sahna/sahna/internal/privacy/calendar"
	"github.com/sahna/sahna/internal/vault"
)

// letterJob mails the answer to a request.
type letterJob struct {
	RequestID string `json:"request_id"`
}

// Kind implements jobs.Args.
func (letterJob) Kind() string { return "privacy_request_letter" }

// letterLangs are the languages of every letter, as the law on consumers' rights wants.
var letterLangs = []i18n.Lang{i18n.KK, i18n.RU}

// Letter prints the answer to a request in Kazakh and in Russian. Names and words that have been erased since are left out.
func (d *Desk) Letter(ctx context.Context, r Request, actor string) (_ []byte, err error) {
	defer fault.Wrap(&err, "letter of request %s", r.ID)
	if r.Open() {
		return nil, ErrRequestUnknown
	}
	var to letterhead
	err = d.p.db.Transact(ctx, func(tx *db.DB) (err error) {
		if to.Contacts, err = d.Contacts(ctx, tx, r, actor, "request_letter"); err != nil || r.Channel == "site" {
			return err
		}
		to.Postal, err = d.Postal(ctx, tx, r, actor, "request_letter")
		return err
	})
	if err != nil {
		return nil, err
	}
	late, err := d.LateReason(ctx, r)
	if err != nil {
		return nil, err
	}
	words, err := d.Words(ctx, r, actor)
	if err != nil {
		return nil, err
	}
	fates, err := readFates(ctx, d.p.db, r.ID)
	if err != nil {
		return nil, err
	}
	ts, err := readTimers(ctx, d.p.db, r.ID)
	if err != nil {
		return nil, err
	}
	r.Timers = ts
	doc := pdf.New("kk", "№ "+r.Letter, r.AnsweredAt)
	for _, l := range letterLangs {
		d.write(doc, d.bundle.Printer(l), r, to, words.Answered, fates, late)
	}
	return doc.Bytes()
}

// LetterName is the file's name: a number, nobody's name.
func (r Request) LetterName() string { return "sahna-" + r.Letter + ".pdf" }

func (d *Desk) write(doc *pdf.Doc, p *i18n.Printer, r Request, to letterhead, text string, fates []Outcome, late string) {
	op := d.p.operator
	doc.Page()
	doc.Head(p.Text(op.Name), p.T("privacy.letter.bin", "bin", op.BIN), p.Text(op.Address), strings.Join(append(slices.Clone(op.Phones), op.Email), " · "), op.Site)
	doc.Fact(p.T("privacy.letter.number"), r.Letter)
	doc.Fact(p.T("privacy.letter.date"), day(p, r.AnsweredAt))
	name := strings.Join(strings.Fields(to.Surname+" "+to.Name+" "+to.Patronymic), " ")
	if name == "" {
		name = p.T("privacy.letter.applicant", "number", r.Number)
	}
	doc.Fact(p.T("privacy.letter.to"), name)
	if to.Postal != "" {
		doc.Fact(p.T("privacy.letter.postal"), to.Postal)
	}
	doc.Title(p.T("privacy.letter.title", "number", r.Number))
	doc.Fact(p.T("privacy.letter.asked"), KindName(p, r.Kind))
	doc.Fact(p.T("privacy.letter.received"), day(p, r.ReceivedAt)+", "+p.Clock(r.ReceivedAt, "Asia/Almaty")+" · "+channelName(p, r.Channel))
	for _, t := range r.Timers {
		doc.Fact(p.T("privacy.letter.term", "term", TermName(p, t.Term)), p.T("privacy.letter.until", "day", day(p, t.Due.Add(-1)))+" · "+clockSource(p, t))
	}
	kept := p.T("privacy.letter.in_time")
	if !r.InTime {
		kept = p.T("privacy.letter.late")
		if late != "" {
			kept += " " + LateWords(p, late)
		}
	}
	doc.Fact(p.T("privacy.letter.answered"), day(p, r.AnsweredAt)+" · "+kept)
	doc.Heading(p.T("privacy.letter.answer"))
	doc.Text(resultSentence(p, r.Result))
	if g, ok := GroundOf(r.Ground); ok {
		doc.Text(p.T("privacy.letter.ground", "words", p.Text(g.Words), "article", g.Article))
	}
	if text != "" {
		doc.Text(text)
	}
	if r.Kind == RequestErase && r.Result != Refused {
		writeFates(doc, p, fates)
	}
	doc.Heading(p.T("privacy.letter.disagree"))
	doc.Text(p.T("privacy.letter.appeal"))
	doc.Fact(p.T("privacy.letter.officer"), op.officer()+" · "+strings.Join(op.Phones, ", "))
}

// clockSource names what the term is for, with the article where the law's own number reads in every language.
func clockSource(p *i18n.Printer, t Timer) string {
	if strings.HasPrefix(t.Source, "94-V") {
		return ClockName(p, t.Clock) + " (" + t.Source + ")"
	}
	return ClockName(p, t.Clock)
}

func (o Operator) officer() string {
	if o.Officer != "" {
		return o.Officer
	}
	return o.Email
}

// writeFates lists all four fates, those too that met nothing: the reader shall see that none was forgotten (Digital Code, 41).
func writeFates(doc *pdf.Doc, p *i18n.Printer, fates []Outcome) {
	doc.Heading(p.T("privacy.letter.records"))
	for _, f := range []Fate{FateErased, FateAnonymised, FateRestricted, FateWithheld} {
		lines := fateLines(p, f, fates)
		doc.Text(FateName(p, f) + ": " + strconv.Itoa(len(keep(fates, f))))
		for _, l := range lines {
			doc.Item(l)
		}
	}
}

func keep(fates []Outcome, f Fate) (out []Outcome) {
	for _, o := range fates {
		if o.Fate == f {
			out = append(out, o)
		}
	}
	return out
}

// PlainDay writes a day in figures, as letters in Kazakh and Russian do.
func PlainDay(d calendar.Day) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return t.Format("02.01.2006")
}

// fateLines puts records of one kind, reason and day together.
func fateLines(p *i18n.Printer, f Fate, fates []Outcome) (out []string) {
	count := map[string]int{}
	for _, o := range keep(fates, f) {
		line := RecordName(p, o.Record)
		if o.Ground != "" && (f == FateRestricted || f == FateWithheld) {
			line += " — " + FateGround(p, o.Ground)
		}
		if o.Until != "" {
			line += ", " + p.T("privacy.letter.kept_until", "day", PlainDay(o.Until))
		}
		if count[line] == 0 {
			out = append(out, line)
		}
		count[line]++
	}
	for i, l := range out {
		if n := count[l]; n > 1 {
			out[i] = l + " × " + strconv.Itoa(n)
		}
	}
	return out
}

// mailLetter sends the answer, and lets go of the address of somebody who has been erased. The row says that it is being sent before
// the letter leaves: when the process dies in between nobody can know whether it went, so it is not sent again, and the desk says so.
func (d *Desk) mailLetter(ctx context.Context, job letterJob) (err error) {
	defer fault.Wrap(&err, "mail the answer to request %s", job.RequestID)
	r, err := findRequest(ctx, d.p.db, job.RequestID)
	if err != nil || r.Open() || !r.MailedAt.IsZero() || r.MailUnsure {
		return err
	}
	var to people.Contacts
	var pass outgoing.Pass
	err = d.p.db.Transact(ctx, func(tx *db.DB) (err error) {
		if to, err = d.Contacts(ctx, tx, r, bySystem, "request_mail"); err != nil || to.Email == "" {
			return err
		}
		claimed, err := claimMail(ctx, tx, r, d.p.clock.Now())
		if err != nil {
			return err
		}
		if !claimed {
			to = people.Contacts{}
			r.MailUnsure = true
			return nil
		}
		pass, err = d.p.Leaves(ctx, tx, MailGateway, vault.Opening{Person: r.Person, Purpose: vault.PurposeRights, Fields: answerLeaves})
		return err
	})
	if err != nil || r.MailUnsure {
		return err
	}
	if to.Email != "" {
		if err := d.send(ctx, pass, r, to.Email); err != nil { // it did not leave: the job tries again
			return errors.Join(err, unclaimMail(context.WithoutCancel(ctx), d.p.db, r))
		}
		r.MailedAt = d.p.clock.Now()
	}
	return d.p.db.Transact(ctx, func(tx *db.DB) error {
		if r.Kind == RequestErase && r.Result == Granted && r.caseID != "" {
			if err := d.p.vault.Condemn(ctx, tx, vault.Act{Person: r.caseID, Actor: bySystem, Reason: "request_answered"}); err != nil {
				return err
			}
		}
		return setMailed(ctx, tx, r)
	})
}

// answerLeaves is what the letter with the answer to a request takes along.
var answerLeaves = []vault.Field{vault.RequestContacts, vault.AnswerText}

func (d *Desk) send(ctx context.Context, pass outgoing.Pass, r Request, to string) error {
	body, err := d.Letter(ctx, r, bySystem)
	if err != nil {
		return err
	}
	p := d.bundle.Printer(r.Lang)
	return d.mail.Send(ctx, pass, mail.Letter{
		To: to, Subject: p.T("privacy.letter.subject", "number", r.Number),
		Text:        p.T("privacy.letter.mail", "number", r.Number, "operator", p.Text(d.p.operator.Name), "officer", d.p.operator.officer()),
		Attachments: []mail.Attachment{{Name: r.LetterName(), Type: "application/pdf", Data: body}},
	})
}
