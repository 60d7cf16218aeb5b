// Package mydata hands a person a copy of everything that is held on them.
//
// It owns the copies: a ZIP with JSON and a readable page in the person's
// language, made by a job. It promises that a copy lies sealed under the
// person's own key, is gone after a day, and that the letter which tells of it
// holds no data. It decides nothing: what is held the rooms say, who may ask
// the doors check.
package mydata

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

// lives is how long a copy can be fetched.
const lives = 24 * time.Hour

// ErrGone is a copy that is not there: not yet made, over, or somebody else's.
var ErrGone = fault.New(fault.Gone, "mydata.gone")

// Deps are the rooms and tools that a copy is made with.
type Deps struct {
	DB       *db.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Vault    *vault.Vault
	People   *people.People
	Privacy  *privacy.Privacy
	Files    files.Store
	Mail     mail.Sender
	Bundle   *i18n.Bundle
	Operator privacy.Operator

	Documents *document.Documents // whose files that wait for their check belong to the copy; may be nil
}

// Maker makes copies.
type Maker struct {
	Deps
	jobs *jobs.Queue
}

// New makes the maker and registers its jobs; call it before jobs start.
func New(d Deps, q *jobs.Queue) *Maker {
	m := &Maker{d, q}
	jobs.Handle(q, func(ctx context.Context, j copyJob) error { return m.make(ctx, j.DownloadID) })
	jobs.Handle(q, func(ctx context.Context, _ sweepJob) error { return m.Sweep(ctx) })
	q.Every(15*time.Minute, sweepJob{})
	return m
}

type copyJob struct {
	DownloadID string `json:"download_id"`
}

// Kind names the handler.
func (copyJob) Kind() string { return "privacy_my_data_copy" }

type sweepJob struct{}

// Kind names the handler.
func (sweepJob) Kind() string { return "privacy_my_data_sweep" }

// Download is a copy that was asked for.
type Download struct {
	ID        string
	AskedAt   time.Time
	DoneAt    time.Time // zero while it is being made
	ExpiresAt time.Time
	person    string
	lang      i18n.Lang
}

// Ready tells whether the copy can be fetched.
func (d Download) Ready() bool { return !d.DoneAt.IsZero() }

// Ask has a copy made of what is held on a person and on those who share their address without an account. A copy that is
// being made already is the answer.
func (m *Maker) Ask(ctx context.Context, person string, l i18n.Lang) (d Download, err error) {
	defer fault.Wrap(&err, "ask for a copy of the data of %s", person)
	if d, err := m.Latest(ctx, person); err == nil && !d.Ready() {
		return d, nil
	}
	n := privacy.NewRequest{Person: person, Kind: privacy.RequestAccess, Channel: "site", Lang: l}
	_, err = m.Privacy.Press(ctx, n, func(tx *db.DB) (privacy.Answer, error) {
		now := m.Clock.Now()
		d = Download{ID: db.NewID(), AskedAt: now, ExpiresAt: now.Add(lives), person: person, lang: l}
		if err := insertDownload(ctx, tx, d); err != nil {
			return privacy.Answer{}, err
		}
		return privacy.Answer{Result: privacy.Granted}, m.jobs.Enqueue(ctx, tx, copyJob{d.ID})
	})
	return d, err
}

// Latest is the newest copy that a person has asked for and that is not over; ErrGone when there is none.
func (m *Maker) Latest(ctx context.Context, person string) (Download, error) {
	d, err := latestDownload(ctx, m.DB, person, m.Clock.Now())
	if errors.Is(err, db.ErrNoRow) {
		return Download{}, ErrGone
	}
	return d, err
}

// Fetch opens the person's newest copy.
func (m *Maker) Fetch(ctx context.Context, person string) (zip []byte, err error) {
	defer fault.Wrap(&err, "fetch the copy of %s", person)
	d, err := m.Latest(ctx, person)
	if err != nil {
		return nil, err
	}
	if !d.Ready() {
		return nil, ErrGone
	}
	f, err := m.Files.Get(ctx, fileOf(d.ID))
	if errors.Is(err, files.ErrNoFile) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // read only
	sealed, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return m.Vault.OpenFile(ctx, person, d.ID, sealed)
}

func fileOf(id string) string { return "mydata/" + id + ".sealed" }

// make builds, seals and stores a copy, and tells the person. A second run makes the same again and tells nobody twice.
func (m *Maker) make(ctx context.Context, id string) (err error) {
	defer fault.Wrap(&err, "make copy %s", id)
	d, err := findDownload(ctx, m.DB, id)
	if errors.Is(err, db.ErrNoRow) || err == nil && (d.Ready() || !m.Clock.Now().Before(d.ExpiresAt)) {
		return nil
	}
	if err != nil {
		return err
	}
	all, err := m.Gather(ctx, d.person, d.lang)
	if errors.Is(err, vault.ErrDestroyed) || errors.Is(err, vault.ErrNoPerson) {
		return nil // erased meanwhile: there is nothing to hand out, and nobody to tell
	}
	if err != nil {
		return err
	}
	zip, err := m.pack(all)
	if err != nil {
		return err
	}
	sealed, err := m.Vault.SealFile(ctx, d.person, d.ID, zip)
	if err != nil {
		return err
	}
	if err := m.Files.Put(ctx, fileOf(d.ID), bytes.NewReader(sealed)); err != nil {
		return err
	}
	first := false
	if err := m.DB.Transact(ctx, func(tx *db.DB) error {
		if first, err = setDone(ctx, tx, d.ID, m.Clock.Now()); err != nil || !first {
			return err
		}
		_, err := m.Vault.Note(ctx, tx, vault.Deed{Person: d.person, Verb: vault.VerbExport, Purpose: vault.PurposeRights, Actor: "person", Reason: "my_data_copy"})
		return err
	}); err != nil || !first {
		return err
	}
	held, err := m.People.AccountHeld(ctx, d.person)
	if err != nil {
		return err
	}
	where := "/account/data/download"
	if len(held) == 0 { // no account to sign in to: the way by a code
		where = "/page/my-data"
	}
	if err := m.notify(ctx, d.person, all.email(), d.lang, where); err != nil {
		m.Log.Warn("the notice of a copy was not sent", "download", d.ID, "error", err)
	}
	return nil
}

// notify tells that a copy is ready; the letter holds no data, and its link opens nothing without signing in.
func (m *Maker) notify(ctx context.Context, person, to string, l i18n.Lang, where string) error {
	if to == "" {
		return nil
	}
	pass, err := m.LastLetter(ctx, person)
	if err != nil {
		return err
	}
	t := m.Bundle.Printer(l)
	site := m.Operator.ShortName
	return m.Mail.Send(ctx, pass, mail.Letter{
		To: to, Subject: t.T("mydata.letter_subject", "site", site),
		Text: t.T("mydata.letter", "site", site) + "\n\n" + m.Operator.Site + "/" + string(l) + where + "\n\n— " + site + "\n",
	})
}

// LastLetter asks the gate for a letter about one's own data; an erasure asks before it begins, for who is gone cannot be asked about.
func (m *Maker) LastLetter(ctx context.Context, person string) (pass outgoing.Pass, err error) {
	err = m.DB.Transact(ctx, func(tx *db.DB) error {
		pass, err = m.Privacy.Leaves(ctx, tx, privacy.MailGateway, vault.Opening{
			Person: person, Purpose: vault.PurposeRights, Fields: []vault.Field{vault.Email},
		})
		return err
	})
	return pass, err
}

// Erased sends the receipt of an erasure to an address that is about to be nobody's; the caller has it in hand, and nothing
// keeps it. The pass is that of LastLetter.
func (m *Maker) Erased(ctx context.Context, pass outgoing.Pass, to string, l i18n.Lang, number string, kept int) error {
	if to == "" {
		return nil
	}
	t := m.Bundle.Printer(l)
	site := m.Operator.ShortName
	text := t.T("mydata.erased", "site", site, "number", number)
	if kept > 0 {
		text += "\n\n" + t.T("mydata.erased_kept", "count", kept)
	}
	return m.Mail.Send(ctx, pass, mail.Letter{To: to, Subject: t.T("mydata.erased_subject", "site", site), Text: text + "\n\n— " + site + "\n"})
}

// Sweep destroys copies that are over.
func (m *Maker) Sweep(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "sweep copies")
	over, err := expiredDownloads(ctx, m.DB, m.Clock.Now())
	if err != nil {
		return err
	}
	for _, id := range over {
		if err := m.Files.Delete(ctx, fileOf(id)); err != nil {
			return err
		}
		if err := deleteDownload(ctx, m.DB, id); err != nil {
			return err
		}
	}
	return nil
}
