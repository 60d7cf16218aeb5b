package privacy

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/vault"
)

// Enquiry is a suggestion or question that came by the contacts page (policy, 7.6). It is a person of its own: nobody has proved
// that the address is theirs, so it is joined with nothing.
type Enquiry struct {
	ID, Number string
	Lang       i18n.Lang
	State      string // "new", "answered", "closed"
	ReceivedAt time.Time
	Due        time.Time // the house's own term
	DoneAt     time.Time
	DoneBy     string
	MailedAt   time.Time
	person     string
}

// Open tells whether an answer is still to come.
func (e Enquiry) Open() bool { return e.State == "new" }

// enquiryKept is how long an enquiry is kept after it was answered or closed; then its key is destroyed.
const enquiryKept = 365 * 24 * time.Hour

// What can be wrong with an enquiry.
var (
	ErrEnquiryUnknown = fault.New(fault.NotFound, "privacy.enquiry.unknown")
	ErrEnquiryOver    = fault.New(fault.Conflict, "privacy.enquiry.over")
)

// Enquiries takes enquiries and answers them by mail.
type Enquiries struct {
	p      *Privacy
	people *people.People
	jobs   *jobs.Queue
	mail   mail.Sender
	bundle *i18n.Bundle
}

type enquiryLetter struct {
	EnquiryID string `json:"enquiry_id"`
}

// Kind implements jobs.Args.
func (enquiryLetter) Kind() string { return "privacy_enquiry_letter" }

type enquirySweep struct{}

// Kind implements jobs.Args.
func (enquirySweep) Kind() string { return "privacy_enquiry_sweep" }

// NewEnquiries makes the desk of enquiries and registers its jobs; call it before jobs start and after SetVault.
func NewEnquiries(p *Privacy, pe *people.People, q *jobs.Queue, m mail.Sender, b *i18n.Bundle) *Enquiries {
	n := &Enquiries{p: p, people: pe, jobs: q, mail: m, bundle: b}
	jobs.Handle(q, n.mailAnswer)
	jobs.Handle(q, func(ctx context.Context, _ enquirySweep) error { return n.Sweep(ctx) })
	q.Every(6*time.Hour, enquirySweep{})
	return n
}

// Asked is an enquiry as the form gives it.
type Asked struct {
	Name, Email, Text string
	Given             Given // the consent without which nothing is kept
}

// Check tells what is wrong with an enquiry; nothing is kept of it.
func (a Asked) Check() error {
	_, err := a.check()
	return err
}

func (a *Asked) check() (people.Contacts, error) {
	a.Text = tidy(a.Text)
	c, err := people.Contacts{Surname: "x", Name: a.Name, Email: a.Email, Phone: "+77010000000"}.Validate()
	var wrong fault.Fields
	if err != nil && !errors.As(err, &wrong) {
		return c, err
	}
	switch l := len([]rune(a.Text)); {
	case l < shortestText:
		wrong = append(wrong, ErrRequestText.On("text"))
	case l > longestText || len(a.Text) > 4096:
		wrong = append(wrong, ErrRequestLong.On("text"))
	}
	return c, wrong.OrNil()
}

// Ask takes an enquiry with the consent to keep it.
func (n *Enquiries) Ask(ctx context.Context, a Asked) (e Enquiry, err error) {
	defer fault.Wrap(&err, "take an enquiry")
	c, err := a.check()
	if err != nil {
		return e, err
	}
	person, err := n.people.NewPerson(ctx)
	if err != nil {
		return e, err
	}
	err = n.p.db.Transact(ctx, func(tx *db.DB) error {
		cal, rules, err := n.p.law(ctx, tx)
		if err != nil {
			return err
		}
		now := n.p.clock.Now()
		ts, err := timersOf(cal, rules, []string{"enquiry"}, now)
		if err != nil {
			return err
		}
		e = Enquiry{ID: db.NewID(), Lang: a.Given.Lang, State: "new", ReceivedAt: now, Due: ts[0].Due, person: person}
		if e.Number, err = nextNumber(ctx, tx, "enquiry", now.In(zone).Year()); err != nil {
			return err
		}
		if err := n.p.Record(ctx, tx, person, []Given{a.Given}); err != nil {
			return err
		}
		if err := n.p.vault.SealAs(ctx, tx, vault.Sealing{
			Person: person, Actor: "person", Reason: "enquiry",
			Values: map[vault.Field]string{vault.Name: c.Name, vault.Email: c.Email, vault.RequestText: a.Text},
		}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO privacy_enquiry (`+enquiryColumns+`) VALUES `+db.Values(1, 1, 10),
			e.ID, e.Number, person, e.Lang, e.State, clock.Micros(now), clock.Micros(e.Due), int64(0), "", int64(0))
		return err
	})
	return e, err
}

// EnquiryWords are who asks, and what was asked and answered.
type EnquiryWords struct{ Name, Email, Asked, Answered string }

// Read opens an enquiry for a member of staff, for the journal too.
func (n *Enquiries) Read(ctx context.Context, e Enquiry, actor string) (w EnquiryWords, err error) {
	defer fault.Wrap(&err, "read enquiry %s", e.ID)
	err = n.p.db.Transact(ctx, func(tx *db.DB) error {
		v, err := n.p.vault.Open(ctx, tx, vault.Opening{Person: e.person, Purpose: vault.PurposeInteraction, Fields: enquiryFields, Actor: actor, Reason: "enquiry_read"})
		w = EnquiryWords{v[vault.Name].Reveal(), v[vault.Email].Reveal(), v[vault.RequestText].Reveal(), v[vault.AnswerText].Reveal()}
		return err
	})
	return w, err
}

var enquiryFields = []vault.Field{vault.Name, vault.Email, vault.RequestText, vault.AnswerText}

// Answer seals the answer and has it mailed.
func (n *Enquiries) Answer(ctx context.Context, e Enquiry, text, actor string) (err error) {
	defer fault.Wrap(&err, "answer enquiry %s", e.ID)
	text = tidy(text)
	switch l := len([]rune(text)); {
	case l < shortestText:
		return fault.Fields{ErrRequestText.On("text")}
	case l > longestText || len(text) > 4096:
		return fault.Fields{ErrRequestLong.On("text")}
	}
	return n.p.db.Transact(ctx, func(tx *db.DB) error {
		if err := n.end(ctx, tx, e, "answered", actor); err != nil {
			return err
		}
		if err := n.p.vault.SealAs(ctx, tx, vault.Sealing{Person: e.person, Values: map[vault.Field]string{vault.AnswerText: text}, Actor: actor, Reason: "enquiry_answer"}); err != nil {
			return err
		}
		return n.jobs.Enqueue(ctx, tx, enquiryLetter{e.ID})
	})
}

// Close ends an enquiry that needs no answer.
func (n *Enquiries) Close(ctx context.Context, e Enquiry, actor string) (err error) {
	defer fault.Wrap(&err, "close enquiry %s", e.ID)
	return n.p.db.Transact(ctx, func(tx *db.DB) error { return n.end(ctx, tx, e, "closed", actor) })
}

func (n *Enquiries) end(ctx context.Context, tx *db.DB, e Enquiry, state, actor string) error {
	k, err := tx.Exec(ctx, `UPDATE privacy_enquiry SET state = $2, done_at = $3, done_by = $4 WHERE id = $1 AND state = 'new'`, e.ID, state, clock.Micros(n.p.clock.Now()), actor)
	if err == nil && k != 1 {
		err = ErrEnquiryOver
	}
	return err
}

// mailAnswer sends the answer; a job that runs again sends nothing twice once the sending was noted.
func (n *Enquiries) mailAnswer(ctx context.Context, j enquiryLetter) (err error) {
	defer fault.Wrap(&err, "mail the answer to enquiry %s", j.EnquiryID)
	e, err := findEnquiry(ctx, n.p.db, "id", j.EnquiryID)
	if err != nil || e.State != "answered" || !e.MailedAt.IsZero() {
		return err
	}
	var v map[vault.Field]vault.Secret
	var pass outgoing.Pass
	err = n.p.db.Transact(ctx, func(tx *db.DB) (err error) {
		o := vault.Opening{Person: e.person, Purpose: vault.PurposeInteraction, Fields: []vault.Field{vault.Email, vault.AnswerText}, Actor: bySystem, Reason: "enquiry_mail"}
		if v, err = n.p.vault.Open(ctx, tx, o); err != nil {
			return err
		}
		pass, err = n.p.Leaves(ctx, tx, MailGateway, o)
		return err
	})
	if k := fault.KindOf(err); err != nil && (k == fault.Gone || k == fault.Forbidden || k == fault.NotFound) {
		return nil // erased, blocked or withdrawn meanwhile: nobody is written to
	}
	if err != nil {
		return err
	}
	p := n.bundle.Printer(e.Lang)
	if err := n.mail.Send(ctx, pass, mail.Letter{
		To: v[vault.Email].Reveal(), Subject: p.T("privacy.enquiry.subject", "site", n.p.operator.ShortName, "number", e.Number),
		Text: strings.TrimSpace(v[vault.AnswerText].Reveal()) + "\n\n" + p.Text(n.p.operator.Name) + "\n" + n.p.operator.Email,
	}); err != nil {
		return err
	}
	_, err = n.p.db.Exec(ctx, `UPDATE privacy_enquiry SET mailed_at = $2 WHERE id = $1`, e.ID, clock.Micros(n.p.clock.Now()))
	return err
}

// Sweep destroys enquiries whose time is over, by the ledger of erasures.
func (n *Enquiries) Sweep(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "sweep enquiries")
	old, err := manyEnquiries(ctx, n.p.db, `state <> 'new' AND done_at < $1 AND person_id <> id ORDER BY done_at LIMIT 200`, clock.Micros(n.p.clock.Now().Add(-enquiryKept)))
	if err != nil {
		return err
	}
	for _, e := range old {
		if _, err := n.p.Erase(ctx, EraseOrder{Person: e.person, Actor: bySystem, Reason: "retention"}); leaveBlocked(err) != nil {
			return err
		}
	}
	return nil
}

// List lists enquiries: those that wait, the earliest term first, or all, newest first.
func (n *Enquiries) List(ctx context.Context, open bool, limit int) (_ []Enquiry, err error) {
	defer fault.Wrap(&err, "list enquiries")
	if open {
		return manyEnquiries(ctx, n.p.db, `state = 'new' ORDER BY due_at, id LIMIT $1`, limit)
	}
	return manyEnquiries(ctx, n.p.db, `received_at > 0 ORDER BY received_at DESC, id DESC LIMIT $1`, limit)
}

// ByNumber returns an enquiry.
func (n *Enquiries) ByNumber(ctx context.Context, number string) (_ Enquiry, err error) {
	defer fault.Wrap(&err, "enquiry by number")
	if !requestNumber.MatchString(number) {
		return Enquiry{}, ErrEnquiryUnknown
	}
	return findEnquiry(ctx, n.p.db, "number", number)
}

const enquiryColumns = `id, number, person_id, lang, state, received_at, due_at, done_at, done_by, mailed_at`

func scanEnquiry(scan func(...any) error) (e Enquiry, err error) {
	var received, due, done, mailed int64
	err = scan(&e.ID, &e.Number, &e.person, &e.Lang, &e.State, &received, &due, &done, &e.DoneBy, &mailed)
	e.ReceivedAt, e.Due, e.DoneAt, e.MailedAt = clock.FromMicros(received), clock.FromMicros(due), clock.FromMicros(done), clock.FromMicros(mailed)
	return e, err
}

func findEnquiry(ctx context.Context, d *db.DB, by, value string) (Enquiry, error) {
	e, err := scanEnquiry(d.QueryRow(ctx, `SELECT `+enquiryColumns+` FROM privacy_enquiry WHERE `+by+` = $1`, value).Scan)
	if errors.Is(err, db.ErrNoRow) {
		return e, ErrEnquiryUnknown
	}
	return e, err
}

func manyEnquiries(ctx context.Context, d *db.DB, where string, args ...any) (out []Enquiry, err error) {
	err = d.Each(ctx, func(scan func(...any) error) error {
		e, err := scanEnquiry(scan)
		out = append(out, e)
		return err
	}, `SELECT `+enquiryColumns+` FROM privacy_enquiry WHERE `+where, args...)
	return out, err
}

// forgetEnquiries leaves of an erased person's enquiries a number that is nobody's.
func forgetEnquiries(ctx context.Context, tx *db.DB, person string) error {
	_, err := tx.Exec(ctx, `UPDATE privacy_enquiry SET person_id = id, state = CASE WHEN state = 'new' THEN 'closed' ELSE state END WHERE person_id = $1`, person)
	return err
}

// enquiryRecords are what stands about enquiries under a person's id.
func enquiryRecords(ctx context.Context, d *db.DB, person string) (out []Record, err error) {
	list, err := manyEnquiries(ctx, d, `person_id = $1 LIMIT 50`, person)
	for _, e := range list {
		out = append(out, Record{Room: "privacy", Kind: "enquiry", ID: e.ID, Purpose: vault.PurposeInteraction, At: e.ReceivedAt, Fields: enquiryFields, Data: map[string]string{"number": e.Number, "state": e.State}})
	}
	return out, err
}

// cornerRecords are what incidents and enquiries hold on a person.
func cornerRecords(ctx context.Context, d *db.DB, person string) ([]Record, error) {
	incidents, err := incidentRecords(ctx, d, person)
	if err != nil {
		return nil, err
	}
	enquiries, err := enquiryRecords(ctx, d, person)
	return append(incidents, enquiries...), err
}
