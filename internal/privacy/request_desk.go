package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/vault"
)

// Desk is where staff take and answer requests. What was written, and the address for the answer, stand sealed under a key of
// the request's own: an answer can be sent although the person's data is blocked or gone by then.
type Desk struct {
	p      *Privacy
	people *people.People
	jobs   *jobs.Queue
	mail   mail.Sender
	bundle *i18n.Bundle
}

// NewDesk makes the desk and registers its jobs; call it before jobs start and after SetVault.
func NewDesk(p *Privacy, pe *people.People, q *jobs.Queue, m mail.Sender, b *i18n.Bundle) *Desk {
	d := &Desk{p: p, people: pe, jobs: q, mail: m, bundle: b}
	jobs.Handle(q, d.mailLetter)
	jobs.Handle(q, d.eraseByJob)
	return d
}

// eraseJob finishes an approved erasure, should the process end right after the approval.
type eraseJob struct {
	RequestID string `json:"request_id"`
}

// Kind implements jobs.Args.
func (eraseJob) Kind() string { return "privacy_request_erase" }

// Entered is a request as a form or a clerk gives it.
type Entered struct {
	Kind       RequestKind
	Channel    string
	Lang       i18n.Lang
	Text       string
	Contacts   people.Contacts // who asks; the person is looked up by e-mail, then by phone
	Postal     string          // the address on paper, of what staff enter
	Person     string          // when it is known already
	ReceivedAt time.Time
	Actor      string
	// Record writes the consent of somebody who is not known yet; nil at the counter, where one's own right is the ground.
	Record func(ctx context.Context, tx *db.DB, person string) error
}

const shortestText, longestText = 10, 2000

func (e *Entered) check() error {
	e.Text, e.Postal = tidy(e.Text), tidy(e.Postal)
	var wrong fault.Fields
	if len([]rune(e.Postal)) > longestTitle {
		wrong = append(wrong, ErrRequestLong.On("postal"))
	}
	switch n := len([]rune(e.Text)); {
	case n < shortestText:
		wrong = append(wrong, ErrRequestText.On("text"))
	case n > longestText || len(e.Text) > 4096:
		wrong = append(wrong, ErrRequestLong.On("text"))
	}
	if !slices.Contains(RequestKinds, e.Kind) {
		wrong = append(wrong, ErrRequestKind.On("kind"))
	}
	if !slices.Contains(RequestChannels, e.Channel) {
		wrong = append(wrong, ErrRequestChannel.On("channel"))
	}
	if e.Person == "" {
		c, err := e.Contacts.Validate()
		var fields fault.Fields
		if errors.As(err, &fields) {
			if strings.HasPrefix(e.Actor, "staff:") {
				fields = reachable(fields, e.Contacts, e.Postal)
			}
			wrong = append(wrong, fields...)
		} else if err != nil {
			return err
		}
		e.Contacts = c
	}
	return wrong.OrNil()
}

// Enter takes a request with its words. Who is not signed in is a newcomer to us, whatever address they typed, until they prove to
// read it (EnterByForm); what staff enters leads to the data under the same address and name.
func (d *Desk) Enter(ctx context.Context, e Entered) (r Request, err error) {
	defer fault.Wrap(&err, "enter a request")
	if err := e.check(); err != nil {
		return Request{}, err
	}
	return d.enter(ctx, e, func(*db.DB, Request) error { return nil })
}

func (d *Desk) enter(ctx context.Context, e Entered, also func(tx *db.DB, r Request) error) (r Request, err error) {
	known, unproved := e.Person != "", e.Person == "" && e.Actor == "person"
	if !known && !unproved {
		if e.Person, known, err = d.find(ctx, e.Contacts); err != nil {
			return Request{}, err
		}
	}
	fresh := !known
	if fresh {
		if e.Person, err = d.people.NewPerson(ctx); err != nil {
			return Request{}, err
		}
	}
	caseID, err := d.people.NewPerson(ctx)
	if err != nil {
		return Request{}, err
	}
	contacts := e.Contacts
	err = d.p.db.Transact(ctx, func(tx *db.DB) error {
		if err := d.keepContacts(ctx, tx, e, fresh); err != nil {
			return err
		}
		if contacts == (people.Contacts{}) {
			if e.Contacts, err = d.Contacts(ctx, tx, Request{Person: e.Person}, bySystem, "request_address"); err != nil {
				return err
			}
		}
		r, err = d.p.OpenRequest(ctx, tx, NewRequest{
			Person: e.Person, Kind: e.Kind, Channel: e.Channel, Lang: e.Lang, Actor: e.Actor,
			ReceivedAt: e.ReceivedAt, unproved: unproved, caseID: caseID,
		})
		if err != nil {
			return err
		}
		address, err := json.Marshal(letterhead{e.Contacts, e.Postal})
		if err != nil {
			return err
		}
		if err := d.p.vault.SealAs(ctx, tx, vault.Sealing{
			Person: caseID, Actor: e.Actor, Reason: "request_entry",
			Values: map[vault.Field]string{vault.RequestText: e.Text, vault.RequestContacts: string(address)},
		}); err != nil {
			return err
		}
		return also(tx, r)
	})
	return r, err
}

func fieldsOf(c people.Contacts) map[vault.Field]string {
	return map[vault.Field]string{vault.Surname: c.Surname, vault.Name: c.Name, vault.Patronymic: c.Patronymic, vault.Email: c.Email, vault.Phone: c.Phone}
}

// keepContacts keeps a newcomer's contacts; of somebody known nothing is changed, and that they were looked up is journalled.
func (d *Desk) keepContacts(ctx context.Context, tx *db.DB, e Entered, fresh bool) error {
	if fresh {
		if e.Record != nil {
			if err := e.Record(ctx, tx, e.Person); err != nil {
				return err
			}
		}
		return d.p.vault.SealAs(ctx, tx, vault.Sealing{Person: e.Person, Values: fieldsOf(e.Contacts), Actor: e.Actor, Reason: "request_entry"})
	}
	if !strings.HasPrefix(e.Actor, "staff:") {
		return nil
	}
	look := vault.Opening{Person: e.Person, Purpose: vault.PurposeInteraction, Fields: []vault.Field{vault.Email}, Actor: e.Actor, Reason: "request_entry"}
	if _, err := d.p.vault.Open(ctx, tx, look); fault.KindOf(err) == fault.Forbidden && err != nil {
		return nil // withdrawn or blocked: the request comes in all the same, and the refused look is journalled
	} else if err != nil && fault.KindOf(err) != fault.Gone {
		return err
	}
	return nil
}

// find looks a person up by the blind indexes of e-mail and phone; of those who share it, who bears the name.
func (d *Desk) find(ctx context.Context, c people.Contacts) (person string, known bool, err error) {
	err = d.p.db.Transact(ctx, func(tx *db.DB) error {
		for _, by := range []struct {
			field vault.Field
			value string
		}{{vault.Email, c.Email}, {vault.Phone, c.Phone}} {
			if by.value == "" {
				continue
			}
			found, err := d.p.vault.Find(ctx, tx, by.field, by.value)
			if err != nil {
				return err
			}
			same, _, err := d.people.Named(ctx, tx, c, found[:min(len(found), mostSharing)])
			if err != nil {
				return err
			}
			if len(same) > 0 {
				person, known = same[0], true
				return nil
			}
		}
		return nil
	})
	return person, known, err
}

// mostSharing bounds how many persons of one address are looked at.
const mostSharing = 200

// Contacts are who asks and where the answer goes, as the request itself keeps them, else as the vault has them; empty when they
// are gone or blocked.
func (d *Desk) Contacts(ctx context.Context, tx *db.DB, r Request, actor, reason string) (c people.Contacts, err error) {
	defer fault.Wrap(&err, "contacts of request %s", r.ID)
	if r.caseID == "" {
		c, err = d.people.Contacts(ctx, tx, vault.Opening{Person: r.Person, Purpose: vault.PurposeRights, Fields: people.ContactFields, Actor: actor, Reason: reason})
	} else {
		var h letterhead
		err = d.openHead(ctx, tx, r, actor, reason, &h)
		c = h.Contacts
	}
	if k := fault.KindOf(err); err != nil && (k == fault.Gone || errors.Is(err, vault.ErrBlocked)) {
		return people.Contacts{}, nil
	}
	return c, err
}

// Words are what was asked and what was answered.
type Words struct{ Asked, Answered string }

// Words opens what was written, for the journal too.
func (d *Desk) Words(ctx context.Context, r Request, actor string) (w Words, err error) {
	defer fault.Wrap(&err, "words of request %s", r.ID)
	if r.caseID == "" {
		return Words{}, nil
	}
	err = d.p.db.Transact(ctx, func(tx *db.DB) error {
		v, err := d.p.vault.Open(ctx, tx, vault.Opening{
			Person: r.caseID, Purpose: vault.PurposeRights,
			Fields: []vault.Field{vault.RequestText, vault.AnswerText}, Actor: actor, Reason: "request_words",
		})
		if err != nil && fault.KindOf(err) == fault.Gone {
			return nil
		}
		w = Words{v[vault.RequestText].Reveal(), v[vault.AnswerText].Reveal()}
		return err
	})
	return w, err
}

// Take puts a request into a staff member's hands.
func (d *Desk) Take(ctx context.Context, id, actor string) (err error) {
	defer fault.Wrap(&err, "take request %s", id)
	return d.p.db.Transact(ctx, func(tx *db.DB) error {
		done, err := takeRequest(ctx, tx, id, actor)
		if err == nil && !done {
			err = ErrRequestOver
		}
		return err
	})
}

// Decision is a staff member's answer.
type Decision struct {
	Result Result
	Ground string
	Text   string // goes into the letter
	Late   string // one of LateReasons, of an answer that comes after its term
	Actor  string
}

func (a *Decision) check() error {
	a.Text = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(a.Text, "\x00", ""), ""))
	var wrong fault.Fields
	if err := (Answer{Result: a.Result, Ground: a.Ground}).check(); err != nil {
		var fields fault.Fields
		if !errors.As(err, &fields) {
			return err
		}
		wrong = fields
	}
	switch n := len([]rune(a.Text)); {
	case n > longestText || len(a.Text) > 4096:
		wrong = append(wrong, ErrRequestLong.On("text"))
	case n < shortestText && (a.Result == Refused || a.Result == Partly):
		wrong = append(wrong, ErrRequestText.On("text"))
	}
	return wrong.OrNil()
}

// Decide answers a request and does what was asked. An erasure waits for a second staff member (Approve).
func (d *Desk) Decide(ctx context.Context, id string, a Decision) (err error) {
	defer fault.Wrap(&err, "decide request %s", id)
	if err := a.check(); err != nil {
		return err
	}
	r, err := findRequest(ctx, d.p.db, id)
	if err != nil {
		return err
	}
	fresh := ""
	if r.caseID == "" {
		if fresh, err = d.people.NewPerson(ctx); err != nil {
			return err
		}
	}
	return d.p.db.Transact(ctx, func(tx *db.DB) error {
		if r, err = findRequest(ctx, tx, id); err != nil {
			return err
		}
		if r.State != StateReceived && r.State != StateWork {
			return waitsOrOver(r)
		}
		if err := d.excuse(ctx, tx, r, a); err != nil {
			return err
		}
		if r.caseID == "" {
			if err := d.openCase(ctx, tx, &r, fresh); err != nil {
				return err
			}
		}
		if err := d.p.vault.SealAs(ctx, tx, vault.Sealing{
			Person: r.caseID, Values: map[vault.Field]string{vault.AnswerText: a.Text},
			Actor: a.Actor, Reason: "request_answer",
		}); err != nil {
			return err
		}
		if r.Kind == RequestErase && a.Result != Refused {
			return d.propose(ctx, tx, r, a)
		}
		if err := d.do(ctx, tx, r, a); err != nil {
			return err
		}
		if err := d.p.FulfilRequest(ctx, tx, r.ID, Answer{Result: a.Result, Ground: a.Ground, Actor: a.Actor}); err != nil {
			return err
		}
		return d.jobs.Enqueue(ctx, tx, letterJob{RequestID: r.ID})
	})
}

func waitsOrOver(r Request) error {
	if r.Open() {
		return ErrRequestWaits
	}
	return ErrRequestOver
}

// openCase gives a request a record of its own: the address is taken now, while it can still be opened.
func (d *Desk) openCase(ctx context.Context, tx *db.DB, r *Request, caseID string) error {
	c, err := d.Contacts(ctx, tx, *r, bySystem, "request_address")
	if err != nil {
		return err
	}
	address, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := d.p.vault.SealAs(ctx, tx, vault.Sealing{
		Person: caseID, Reason: "request_address",
		Values: map[vault.Field]string{vault.RequestContacts: string(address)},
	}); err != nil {
		return err
	}
	r.caseID = caseID
	return setCase(ctx, tx, r.ID, caseID)
}

func (d *Desk) propose(ctx context.Context, tx *db.DB, r Request, a Decision) error {
	done, err := proposeRequest(ctx, tx, r.ID, a)
	if err == nil && !done {
		err = ErrRequestOver
	}
	return err
}

// do carries out what is granted and needs nobody else's hands. Corrections, access and claims are carried out by staff before
// they answer.
func (d *Desk) do(ctx context.Context, tx *db.DB, r Request, a Decision) error {
	if a.Result == Refused {
		return nil
	}
	if r.Kind != RequestBlock && r.Kind != RequestUnblock && r.Kind != RequestWithdraw {
		return nil
	}
	persons, _, err := d.personsIn(ctx, tx, r)
	if err != nil {
		return err
	}
	for _, person := range persons {
		if err := d.doTo(ctx, tx, r, person, a); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) doTo(ctx context.Context, tx *db.DB, r Request, person string, a Decision) error {
	if r.Kind == RequestWithdraw {
		return d.withdraw(ctx, tx, person, a.Result)
	}
	blocked, err := d.p.vault.Blocked(ctx, tx, person)
	if err != nil || blocked == (r.Kind == RequestBlock) {
		return err
	}
	act := vault.Act{Person: person, Actor: a.Actor, Reason: "request_" + string(r.Kind)}
	if blocked {
		return d.p.vault.Unblock(ctx, tx, act)
	}
	return d.p.vault.Block(ctx, tx, act)
}

// withdraw ends the consents that stand: all of them, or, when an open obligation keeps the required one, the others.
func (d *Desk) withdraw(ctx context.Context, tx *db.DB, person string, result Result) error {
	list, err := listConsents(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, c := range list {
		if !c.Stands() {
			continue
		}
		err := d.p.WithdrawIn(ctx, tx, person, c.Scope, c.Recipient, "counter")
		if errors.Is(err, ErrKeepsScope) && result == Partly {
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Approve is the second staff member's yes to an erasure; it is done at once, and by a job should the process end.
func (d *Desk) Approve(ctx context.Context, id, actor string) (err error) {
	defer fault.Wrap(&err, "approve request %s", id)
	err = d.p.db.Transact(ctx, func(tx *db.DB) error {
		r, err := findRequest(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.State != StateApproval {
			return ErrRequestOver
		}
		if r.DecidedBy == actor {
			return ErrSamePerson
		}
		done, err := approveRequest(ctx, tx, id, actor)
		if err != nil {
			return err
		}
		if !done {
			return ErrRequestOver
		}
		return d.jobs.Enqueue(ctx, tx, eraseJob{RequestID: id})
	})
	if err != nil {
		return err
	}
	return d.finishErasure(ctx, id)
}

// Return is the second staff member's no: the request goes back to work.
func (d *Desk) Return(ctx context.Context, id, actor string) (err error) {
	defer fault.Wrap(&err, "return request %s", id)
	return d.p.db.Transact(ctx, func(tx *db.DB) error {
		done, err := returnRequest(ctx, tx, id, actor)
		if err == nil && !done {
			err = ErrRequestOver
		}
		return err
	})
}

func (d *Desk) eraseByJob(ctx context.Context, job eraseJob) error {
	return d.finishErasure(ctx, job.RequestID)
}

// finishErasure erases and then answers; both may be run again.
func (d *Desk) finishErasure(ctx context.Context, id string) (err error) {
	defer fault.Wrap(&err, "erase for request %s", id)
	r, err := findRequest(ctx, d.p.db, id)
	if err != nil || r.State != StateErasing {
		return err
	}
	persons, _, err := d.persons(ctx, r)
	if err != nil {
		return err
	}
	var fates []Outcome
	for _, person := range persons {
		e, err := d.p.Erase(ctx, EraseOrder{Person: person, RequestID: r.ID, Actor: r.DecidedBy, Approver: r.ApprovedBy, Reason: "request"})
		if err != nil {
			return err
		}
		fates = append(fates, e.Outcomes...)
	}
	return d.p.db.Transact(ctx, func(tx *db.DB) error {
		now, err := findRequest(ctx, tx, id)
		if err != nil || now.State != StateErasing {
			return err
		}
		if err := d.p.FulfilRequest(ctx, tx, id, Answer{Result: r.Result, Ground: r.Ground, Actor: r.DecidedBy, Approver: r.ApprovedBy, Fates: fates}); err != nil {
			return err
		}
		return d.jobs.Enqueue(ctx, tx, letterJob{RequestID: id})
	})
}

// persons are the person of a request and who bears the same name under the same e-mail address: one human. Others who share the
// address are left alone; of what anybody wrote under an address that is not proved, nothing else is touched.
func (d *Desk) persons(ctx context.Context, r Request) (out []string, others int, err error) {
	err = d.p.db.Transact(ctx, func(tx *db.DB) error {
		out, others, err = d.personsIn(ctx, tx, r)
		return err
	})
	return out, others, err
}

func (d *Desk) personsIn(ctx context.Context, tx *db.DB, r Request) (out []string, others int, err error) {
	out = []string{r.Person}
	if r.ProvedAt.IsZero() {
		return out, 0, nil
	}
	c, err := d.Contacts(ctx, tx, r, bySystem, "request_persons")
	if err != nil || c.Email == "" {
		return out, 0, err
	}
	found, err := d.p.vault.Find(ctx, tx, vault.Email, c.Email)
	if err != nil {
		return nil, 0, err
	}
	found = slices.DeleteFunc(found, func(id string) bool { return id == r.Person })
	same, rest, err := d.people.Named(ctx, tx, c, found[:min(len(found), mostSharing)])
	return append(out, same...), len(rest), err
}

// Others tells how many persons share the address of a request under another name: they are not touched.
func (d *Desk) Others(ctx context.Context, r Request) (int, error) {
	_, others, err := d.persons(ctx, r)
	return others, err
}

// Preflight tells what an erasure would do to each record of the person, without doing it.
func (d *Desk) Preflight(ctx context.Context, r Request) (out []Outcome, err error) {
	defer fault.Wrap(&err, "preflight of request %s", r.ID)
	persons, _, err := d.persons(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, person := range persons {
		os, err := d.p.Preflight(ctx, person)
		if err != nil {
			return nil, err
		}
		out = append(out, os...)
	}
	return out, nil
}

// Fates are what became of each record of an erased person.
func (d *Desk) Fates(ctx context.Context, r Request) ([]Outcome, error) {
	return readFates(ctx, d.p.db, r.ID)
}
