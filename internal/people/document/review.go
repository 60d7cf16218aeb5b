package document

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/vault"
)

// Of lists what a person sent, newest first.
func (m *Documents) Of(ctx context.Context, person string) ([]Document, error) {
	return documentsOf(ctx, m.DB, person)
}

// Checked tells whether a document of a kind was accepted, and when last: who asked for it goes on from there.
func (m *Documents) Checked(ctx context.Context, person, kind string) (accepted bool, at time.Time, err error) {
	all, err := documentsOf(ctx, m.DB, person)
	for _, d := range all {
		if d.Kind == kind && d.Result == Accepted && d.DecidedAt.After(at) {
			accepted, at = true, d.DecidedAt
		}
	}
	return accepted, at, err
}

// Queue lists what waits for review, the longest waiting first, after a place of the list.
func (m *Documents) Queue(ctx context.Context, after time.Time, id string, limit int) ([]Document, error) {
	return waitingAfter(ctx, m.DB, after, id, limit)
}

// CountWaiting tells how many wait.
func (m *Documents) CountWaiting(ctx context.Context) (int, error) { return countWaiting(ctx, m.DB) }

// Lately lists what was decided last.
func (m *Documents) Lately(ctx context.Context, limit int) ([]Document, error) {
	return lastDone(ctx, m.DB, limit)
}

// Find returns a document.
func (m *Documents) Find(ctx context.Context, id string) (Document, error) {
	d, err := findDocument(ctx, m.DB, id)
	if errors.Is(err, db.ErrNoRow) || err == nil && d.State == Arriving {
		return Document{}, ErrNoDocument
	}
	return d, err
}

// Shown is a document open before a reviewer.
type Shown struct {
	Document
	Holder   people.Contacts // whose account it came from
	Pictures [][]byte        // drawn by us, as JPEG; none when a PDF cannot be drawn here
	Body     []byte          // the file itself, when it could not be drawn
}

const (
	shownPages = 10
	shownSide  = 1600
)

// Show opens a document for its review; the register decides who may, and the look is journalled before the file is read.
func (m *Documents) Show(ctx context.Context, id, actor string) (out Shown, err error) {
	defer fault.Wrap(&err, "show document %s", id)
	if out.Document, err = m.Find(ctx, id); err != nil {
		return out, err
	}
	if out.State != Waiting {
		return out, ErrDone
	}
	o := vault.Opening{
		Person: out.Person, Purpose: vault.PurposeVerification, Actor: actor, Reason: "document_review",
		Fields: []vault.Field{vault.Document, vault.Surname, vault.Name, vault.Patronymic},
	}
	if err := m.DB.Transact(ctx, func(tx *db.DB) error {
		out.Holder, err = m.People.Contacts(ctx, tx, o)
		return err
	}); err != nil {
		return out, err
	}
	body, err := m.open(ctx, out.Document, actor)
	if err != nil {
		return out, err
	}
	return out, m.draw(ctx, &out, body)
}

// draw makes pictures of the file. What a reviewer's browser gets was drawn here: no byte of what a stranger sent.
func (m *Documents) draw(ctx context.Context, s *Shown, body []byte) error {
	if s.Media != upload.PDF {
		s.Pictures = [][]byte{body} // encoded by us when it came
		return nil
	}
	if !m.Reader.Draws() {
		s.Body = body
		return nil
	}
	for no := 1; no <= min(s.Pages, shownPages); no++ {
		page, err := m.Reader.Page(ctx, body, no, shownSide)
		if err == nil {
			page, err = upload.Redraw(page, upload.Limits{Pixels: shownSide * shownSide, Side: shownSide})
		}
		if err != nil {
			m.Log.Warn("a page could not be drawn", "document", s.ID, "page", no, "cause", err)
			s.Body = body
			return nil
		}
		s.Pictures = append(s.Pictures, page)
	}
	if s.Pages > shownPages {
		s.Body = body
	}
	return nil
}

func (m *Documents) open(ctx context.Context, d Document, actor string) ([]byte, error) {
	f, err := m.Files.Get(ctx, d.name())
	if errors.Is(err, files.ErrNoFile) {
		return nil, ErrNoDocument
	}
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // read only
	r, err := m.Vault.ReadFile(ctx, d.file(actor, "document_review"), f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// Copy hands the person their own file back, for the copy of everything that is held on them.
func (m *Documents) Copy(ctx context.Context, d Document) ([]byte, error) {
	if d.State != Waiting {
		return nil, ErrDone
	}
	return m.open(ctx, d, "person")
}

// Decide writes a reviewer's result, and destroys the file with it.
func (m *Documents) Decide(ctx context.Context, id string, r Result, reason, actor string) error {
	if !slices.Contains(Results, r) {
		return ErrResult
	}
	if r != Refused {
		reason = ""
	} else if !slices.Contains(Reasons, reason) {
		return ErrReason
	}
	return m.end(ctx, id, "", Document{Result: r, Reason: reason, DecidedBy: actor})
}

// Withdraw destroys a document at its person's word; somebody else's is not found.
func (m *Documents) Withdraw(ctx context.Context, id, person string) error {
	return m.end(ctx, id, person, Document{Result: Withdrawn, DecidedBy: "person"})
}

// end decides and condemns in one transaction; then the key is destroyed, and the file removed. A crash between them leaves what
// Finish does.
func (m *Documents) end(ctx context.Context, id, person string, as Document) (err error) {
	defer fault.Wrap(&err, "end document %s", id)
	var d Document
	err = m.DB.Transact(ctx, func(tx *db.DB) error {
		if d, err = lockDocument(ctx, tx, id); errors.Is(err, db.ErrNoRow) || err == nil && person != "" && d.Person != person {
			return ErrNoDocument
		}
		if err != nil {
			return err
		}
		if d.State == Done {
			return ErrDone
		}
		d.Result, d.Reason, d.DecidedBy, d.DecidedAt = as.Result, as.Reason, as.DecidedBy, m.Clock.Now()
		if _, err := setDone(ctx, tx, d); err != nil {
			return err
		}
		if err := m.Vault.CondemnFile(ctx, tx, d.file(d.DecidedBy, "document_"+string(d.Result))); err != nil {
			return err
		}
		if m.Decided != nil {
			if err := m.Decided(ctx, tx, d); err != nil {
				return err
			}
		}
		if d.Result == Withdrawn { // who did it knows
			return nil
		}
		return m.jobs.Enqueue(ctx, tx, toldJob{d.ID})
	})
	if err != nil {
		return err
	}
	return m.finish(ctx, d)
}

// finish destroys what a decision condemned.
func (m *Documents) finish(ctx context.Context, d Document) error {
	if _, err := m.Vault.FinishDestructions(ctx); err != nil {
		return err
	}
	return m.Files.Delete(ctx, d.name())
}

// unsure is how long a document may be arriving before it is taken for one that a crash cut off.
const unsure = 15 * time.Minute

// Sweep destroys what has had its time, what a crash left half arrived, and files whose document is done or gone.
func (m *Documents) Sweep(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "sweep documents")
	now := m.Clock.Now()
	for after := ""; ; {
		page, err := overdue(ctx, m.DB, now, after)
		if err != nil {
			return err
		}
		for _, d := range page {
			if err := m.expire(ctx, d); err != nil {
				return err
			}
			after = d.ID
		}
		if len(page) < sweepPage {
			break
		}
	}
	half, err := stuck(ctx, m.DB, now.Add(-unsure))
	if err != nil {
		return err
	}
	for _, d := range half {
		if err := m.forget(ctx, d); err != nil && !leaveAlone(err) {
			return err
		}
	}
	return m.Finish(ctx)
}

// expire ends a document whose term is over, unless a hold or the person's block keeps it.
func (m *Documents) expire(ctx context.Context, d Document) error {
	stays, err := m.Stays(ctx, m.DB, d.Person)
	if err != nil || stays != "" {
		return err
	}
	err = m.end(ctx, d.ID, "", Document{Result: Expired, DecidedBy: "system"})
	if leaveAlone(err) {
		return nil
	}
	return err
}

// leaveAlone: somebody was faster, or the person is blocked.
func leaveAlone(err error) bool {
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Forbidden, fault.NotFound, fault.Gone:
		return true
	}
	return false
}

// Finish ends destructions that a crash left open, and removes files of documents that are done or gone: also those that a restored
// copy brought back.
func (m *Documents) Finish(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "finish destroying documents")
	if _, err := m.Vault.FinishDestructions(ctx); err != nil {
		return err
	}
	names, err := m.Files.List(ctx, folder)
	if err != nil || len(names) == 0 {
		return err
	}
	ids := make([]string, len(names))
	for i, n := range names {
		ids[i] = strings.TrimSuffix(strings.TrimPrefix(n, folder), ".sealed")
	}
	held, err := stillHeld(ctx, m.DB, ids)
	if err != nil {
		return err
	}
	for i, id := range ids {
		if held[id] {
			if err := m.lost(ctx, id); err != nil {
				return err
			}
			continue
		}
		if err := m.Files.Delete(ctx, names[i]); err != nil {
			return err
		}
	}
	return nil
}

// lost ends a document whose key is destroyed already: a restored database believes that it still waits.
func (m *Documents) lost(ctx context.Context, id string) error {
	d, err := findDocument(ctx, m.DB, id)
	if err != nil {
		return err
	}
	gone, err := m.Vault.FileDestroyed(ctx, m.DB, d.file("system", "document_gone"))
	if err != nil || !gone {
		return err
	}
	d.Result, d.DecidedBy, d.DecidedAt = Expired, "system", m.Clock.Now()
	if _, err := setDone(ctx, m.DB, d); err != nil {
		return err
	}
	return m.Files.Delete(ctx, d.name())
}

// tell mails the result, once: a letter whose sending was cut off is not sent again, since nobody can know whether it went. The
// person's page tells it all the same.
func (m *Documents) tell(ctx context.Context, id string) (err error) {
	defer fault.Wrap(&err, "tell of document %s", id)
	d, err := findDocument(ctx, m.DB, id)
	if errors.Is(err, db.ErrNoRow) {
		return nil
	}
	if err != nil {
		return err
	}
	o := vault.Opening{Person: d.Person, Purpose: vault.PurposeVerification, Fields: []vault.Field{vault.Email}, Actor: "system", Reason: "document_told"}
	to := ""
	var pass outgoing.Pass
	err = m.DB.Transact(ctx, func(tx *db.DB) error {
		to = ""
		first, err := setTold(ctx, tx, id, m.Clock.Now())
		if err != nil || !first {
			return err
		}
		c, err := m.People.Contacts(ctx, tx, o)
		if err != nil || c.Email == "" {
			return err
		}
		to = c.Email
		pass, err = m.People.Leaves(ctx, tx, "mail_gateway", o)
		return err
	})
	if leaveAlone(err) || err == nil && to == "" { // blocked or erased meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	t := m.Bundle.Printer(d.Lang)
	k, err := m.KindOf(ctx, d.Kind)
	if err != nil {
		return err
	}
	text := t.T("document.letter", "title", k.Title.In(d.Lang), "site", m.SiteName) + "\n\n" + m.BaseURL + "/" + string(d.Lang) + "/account/documents\n\n— " + m.SiteName + "\n"
	if err := m.Mail.Send(ctx, pass, mail.Letter{To: to, Subject: t.T("document.letter_subject", "site", m.SiteName), Text: text}); err != nil {
		m.Log.Warn("the letter of a document's result was not sent", "document", id, "cause", err)
	}
	return nil
}

// Held lists everything under a person's id, for the rooms that answer for it.
func (m *Documents) Held(ctx context.Context, d *db.DB, person string) ([]Document, error) {
	return heldOf(ctx, d, person)
}

// EraseIn removes a person's documents in the caller's transaction: their keys are condemned, their lines go, and the files follow
// with Finish.
func (m *Documents) EraseIn(ctx context.Context, tx *db.DB, person string) error {
	all, err := heldOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.State != Done {
			if err := m.Vault.CondemnFile(ctx, tx, d.file("system", "document_erased")); err != nil {
				return err
			}
		}
		if err := deleteDocument(ctx, tx, d.ID); err != nil {
			return err
		}
	}
	return nil
}
