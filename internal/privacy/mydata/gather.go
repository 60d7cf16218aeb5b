package mydata

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
)

// Everything is what is held on a human: one person for an account, and one for each purchase without it.
type Everything struct {
	MadeAt   time.Time         `json:"made_at"`
	Lang     i18n.Lang         `json:"lang"`
	Operator string            `json:"operator"`
	BIN      string            `json:"bin"`
	Purposes []Purpose         `json:"purposes"`
	Persons  []PersonData      `json:"persons"`
	Receipts []privacy.Receipt `json:"-"` // files of their own
	Files    []sentFile        `json:"-"` // documents that wait for their check, as they lie there
}

// Purpose says what data is used for and for how long.
type Purpose struct {
	Code   vault.Purpose `json:"code"`
	Fields []vault.Field `json:"fields"`
	Term   string        `json:"term"`
}

// PersonData is what is held under one person's id.
type PersonData struct {
	Blocked  bool                   `json:"blocked"`
	Fields   map[vault.Field]string `json:"fields"`
	Records  []Record               `json:"records"`
	Consents []ConsentData          `json:"consents"`
	Requests []RequestData          `json:"requests"`
	Journal  []LookData             `json:"journal"`
	Received []ReceivedData         `json:"received"`
}

// Record is one thing that a room holds.
type Record struct {
	Room    string            `json:"room"`
	Kind    string            `json:"kind"`
	Purpose vault.Purpose     `json:"purpose"`
	At      time.Time         `json:"at,omitzero"`
	Until   string            `json:"until,omitempty"`
	Data    map[string]string `json:"data"`
}

// ConsentData is a consent; its receipt is a file beside.
type ConsentData struct {
	Receipt   string    `json:"receipt,omitempty"`
	Scope     string    `json:"scope"`
	Recipient string    `json:"recipient,omitempty"` // whom it is for; the operator when absent
	To        string    `json:"to,omitempty"`        // its name and country
	Version   int       `json:"version"`
	Given     time.Time `json:"given"`
	Expires   time.Time `json:"expires,omitzero"`
	Withdrawn time.Time `json:"withdrawn,omitzero"`
}

// RequestData is a request with its answer.
type RequestData struct {
	Number   string              `json:"number"`
	Kind     privacy.RequestKind `json:"kind"`
	Received time.Time           `json:"received"`
	Answered time.Time           `json:"answered,omitzero"`
	Result   privacy.Result      `json:"result,omitempty"`
}

// LookData is one line of the journal.
type LookData struct {
	ID      string        `json:"id"`
	At      time.Time     `json:"at"`
	Verb    vault.Verb    `json:"verb"`
	Purpose vault.Purpose `json:"purpose,omitempty"`
	Fields  []vault.Field `json:"fields,omitempty"`
	Actor   string        `json:"actor"`
	Reason  string        `json:"reason"`
}

// ReceivedData is one giving of data to somebody outside; Entry is the journal's entry that proves it.
type ReceivedData struct {
	At      time.Time     `json:"at"`
	To      string        `json:"to"`
	Country string        `json:"country"`
	Purpose vault.Purpose `json:"purpose"`
	Fields  []vault.Field `json:"fields,omitempty"`
	Why     string        `json:"why,omitempty"`    // the ground of a disclosure to a state body
	Number  string        `json:"number,omitempty"` // its number
	Entry   string        `json:"entry,omitempty"`
}

func (e Everything) email() string {
	for _, p := range e.Persons {
		if to := p.Fields[vault.Email]; to != "" {
			return to
		}
	}
	return ""
}

// Gather asks everybody what they hold on a person and on those who share their address without an account.
func (m *Maker) Gather(ctx context.Context, person string, l i18n.Lang) (e Everything, err error) {
	e = Everything{MadeAt: m.Clock.Now(), Lang: l, Operator: m.Operator.Name.In(l), BIN: m.Operator.BIN}
	register, err := m.Privacy.Processing(ctx)
	if err != nil {
		return e, err
	}
	for _, r := range register.Entries {
		e.Purposes = append(e.Purposes, Purpose{r.Purpose, r.Fields, r.Term.In(l)})
	}
	persons, _, err := m.People.PersonsOfGuest(ctx, people.Guest{PersonID: person})
	if err != nil {
		return e, err
	}
	for _, id := range persons {
		p, err := m.gatherOne(ctx, &e, id)
		if err != nil {
			return e, err
		}
		e.Persons = append(e.Persons, p)
	}
	return e, nil
}

func (m *Maker) gatherOne(ctx context.Context, e *Everything, id string) (p PersonData, err error) {
	held, err := m.People.Held(ctx, id)
	if err != nil {
		return p, err
	}
	p.Fields = map[vault.Field]string{}
	for f, s := range held {
		p.Fields[f] = s.Reveal()
	}
	if p.Blocked, err = m.People.Blocked(ctx, id); err != nil {
		return p, err
	}
	records, err := m.Privacy.Export(ctx, id)
	if err != nil {
		return p, err
	}
	for _, r := range records {
		p.Records = append(p.Records, Record{r.Room, r.Kind, r.Purpose, r.At, string(r.Until), r.Data})
	}
	if err := m.gatherConsents(ctx, e, &p, id); err != nil {
		return p, err
	}
	if err := m.gatherFiles(ctx, e, id); err != nil {
		return p, err
	}
	requests, err := m.Privacy.RequestsOf(ctx, id)
	if err != nil {
		return p, err
	}
	for _, r := range requests {
		p.Requests = append(p.Requests, RequestData{r.Number, r.Kind, r.ReceivedAt, r.AnsweredAt, r.Result})
	}
	journal, err := m.gatherJournal(ctx, id)
	if err != nil {
		return p, err
	}
	for _, e := range journal {
		p.Journal = append(p.Journal, LookData{e.ID, e.At, e.Verb, e.Purpose, e.Fields, e.Actor, e.Reason})
	}
	p.Received, err = m.received(ctx, id, journal, e.Lang)
	return p, err
}

// received is who was given the person's data, in the file's language.
func (m *Maker) received(ctx context.Context, id string, journal []vault.Entry, l i18n.Lang) (out []ReceivedData, err error) {
	list, err := m.Privacy.ReceivedOf(ctx, id, journal)
	for _, r := range list {
		d := ReceivedData{At: r.At, To: r.To.In(l), Country: r.Country, Purpose: r.Purpose, Fields: r.Fields, Number: r.Number, Entry: r.EntryID}
		if r.Article != "" {
			d.Why = r.Why.In(l) + " (" + r.Article + ")"
		}
		out = append(out, d)
	}
	return out, err
}

// sentFile is a document's own file.
type sentFile struct {
	name string
	body []byte
}

// gatherFiles hands documents that still lie here back to who sent them. What was checked has no file any more.
func (m *Maker) gatherFiles(ctx context.Context, e *Everything, id string) error {
	if m.Documents == nil {
		return nil
	}
	sent, err := m.Documents.Of(ctx, id)
	if err != nil {
		return err
	}
	for _, d := range sent {
		if d.State != document.Waiting {
			continue
		}
		body, err := m.Documents.Copy(ctx, d)
		if err != nil && fault.KindOf(err) != fault.Internal { // checked and destroyed meanwhile
			continue
		}
		if err != nil {
			return err
		}
		end := ".jpg"
		if d.Media == upload.PDF {
			end = ".pdf"
		}
		e.Files = append(e.Files, sentFile{"documents/" + d.ID + end, body})
	}
	return nil
}

func (m *Maker) gatherConsents(ctx context.Context, e *Everything, p *PersonData, id string) error {
	all, err := m.Privacy.Consents(ctx, id)
	if err != nil {
		return err
	}
	for _, c := range all {
		v, err := m.Privacy.Version(ctx, c.VersionID)
		if err != nil {
			return err
		}
		line := ConsentData{Scope: c.Scope, Recipient: c.Recipient, Version: v.Number, Given: c.GivenAt, Expires: c.ExpiresAt, Withdrawn: c.WithdrawnAt}
		if c.Recipient != "" {
			line.To = m.recipient(ctx, c.Recipient, c.GivenAt, e.Lang)
		}
		r, err := m.Privacy.ReceiptOf(ctx, id, c.ID, false)
		switch {
		case err == nil:
			line.Receipt = receiptFile(r)
			e.Receipts = append(e.Receipts, r)
		case !errors.Is(err, privacy.ErrNoReceipt):
			return err
		}
		p.Consents = append(p.Consents, line)
	}
	return nil
}

func receiptFile(r privacy.Receipt) string { return "receipts/" + r.ID + ".json" }

// mostLooks bounds a copy's journal.
const mostLooks = 20_000

func (m *Maker) gatherJournal(ctx context.Context, id string) (out []vault.Entry, err error) {
	quiet, err := m.Privacy.Quiet(ctx, id)
	if err != nil {
		return nil, err
	}
	for page := (vault.Page{Limit: 200, Unproved: true}); len(out) < mostLooks; {
		part, err := m.Vault.EntriesOf(ctx, id, page)
		if err != nil {
			return nil, err
		}
		for _, e := range part.Entries {
			if quiet(e.Entry) {
				continue
			}
			out = append(out, e.Entry)
		}
		if part.Next == "" {
			break
		}
		page.Before = part.Next
	}
	return out, nil
}

// pack writes the ZIP: JSON for machines, a page for eyes, and every receipt as its own file.
func (m *Maker) pack(e Everything) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name string, body []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: e.MadeAt})
		if err == nil {
			_, err = w.Write(body)
		}
		return err
	}
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, err
	}
	page, err := m.page(e)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(add("data.json", data), add("data.html", page)); err != nil {
		return nil, err
	}
	for _, r := range e.Receipts {
		b, err := r.JSON()
		if err == nil {
			err = add(receiptFile(r), b)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, f := range e.Files {
		if err := add(f.name, f.body); err != nil {
			return nil, err
		}
	}
	err = z.Close() // writes the table of contents
	return out.Bytes(), err
}
