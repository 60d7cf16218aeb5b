// Package privacytest gives other rooms' tests privacy, vault and people as the program has them: with the real gate.
//
// It owns nothing. It promises rooms over a migrated database with a sample
// operator, gone when the test ends. Nothing outside tests imports it.
package privacytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/jobs"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/outgoing"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

// House is what stands under every room that meets people.
type House struct {
	DB      *db.DB
	Keys    *db.DB // the key store's own database
	Clock   clock.Clock
	Jobs    *jobs.Queue
	Mails   *Mails
	Bundle  *i18n.Bundle
	Privacy *privacy.Privacy
	Vault   *vault.Vault
	People  *people.People
}

// New builds the house over a migrated database. The clock stands still as vaulttest.Clock does when c is nil.
func New(t testing.TB, d *db.DB, c clock.Clock) *House {
	t.Helper()
	if c == nil {
		c = vaulttest.Clock()
	}
	return build(t, &House{DB: d, Keys: dbtest.Empty(t, d.Engine()), Clock: c, Mails: &Mails{}})
}

// Over builds the house over a key store that is there already, as after a restore of the database alone.
func Over(t testing.TB, d, keys *db.DB) *House {
	t.Helper()
	return build(t, &House{DB: d, Keys: keys, Clock: vaulttest.Clock(), Mails: &Mails{}})
}

// At builds the house where a process is killed (dbtest.KillAt): databases and letters outlast it.
func At(t testing.TB, p dbtest.Place, c clock.Clock) *House {
	t.Helper()
	return build(t, &House{DB: p.DB, Keys: p.Keys, Clock: c, Mails: &Mails{place: p}})
}

func build(t testing.TB, h *House) *House {
	t.Helper()
	d, c := h.DB, h.Clock
	var err error
	if h.Jobs, err = jobs.Open(d, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatalf("open the queue: %v", err)
	}
	if h.Bundle, err = i18n.New(Messages()...); err != nil {
		t.Fatalf("load messages: %v", err)
	}
	if h.Privacy, err = privacy.New(t.Context(), d, c, Operator()); err != nil {
		t.Fatalf("open privacy: %v", err)
	}
	h.Vault = vaulttest.With(t, d, c, vault.Config{Gate: h.Privacy, Keys: h.Keys})
	if h.People, err = people.New(d, c, h.Vault, h.Jobs, h.Mails, h.Bundle); err != nil {
		t.Fatalf("open people: %v", err)
	}
	h.Privacy.SetVault(h.Vault)
	h.People.Leaves, h.People.SMS, h.People.TechnicalFor, h.People.Dropped = h.Privacy.Leaves, h.Mails, h.Privacy.TechnicalFor, privacy.ForgetProofs
	return h
}

// Messages are the words of the rooms in the house.
func Messages() []fs.FS {
	return []fs.FS{i18n.Messages, vault.Messages, people.Messages, privacy.Messages}
}

// Operator is a sample profile.
func Operator() privacy.Operator {
	return privacy.Operator{
		Name:      i18n.Text{KK: "«Сахна билет» ЖШС", RU: "ТОО «Сахна билет»", EN: "Sahna Bilet LLP"},
		ShortName: "Sahna Bilet",
		BIN:       "260140012345",
		Address:   i18n.Text{KK: "Алматы қ., Абай даңғылы, 1", RU: "г. Алматы, проспект Абая, 1", EN: "1 Abay Avenue, Almaty"},
		Phones:    []string{"+7 727 000 00 00"},
		Email:     "bilet@example.kz",
		Officer:   "derek@example.kz",
		Accent:    "#d9482b",
		Site:      "https://bilet.example.kz",
	}
}

// Given is a whole consent to the policy in force, with further scopes if wanted.
func Given(t testing.TB, p *privacy.Privacy, more ...string) []privacy.Given {
	t.Helper()
	v, err := p.InForce(t.Context(), privacy.Policy)
	if err != nil {
		t.Fatalf("policy in force: %v", err)
	}
	g := privacy.Given{VersionID: v.ID, Scopes: more, Lang: i18n.KK, Channel: "site"}
	for _, s := range v.Scopes {
		if s.Required {
			g.Scopes = append(g.Scopes, s.Code)
		}
	}
	return []privacy.Given{g}
}

// Aigul is a sample buyer, already valid.
func Aigul() people.Contacts {
	return people.Contacts{Surname: "Серікқызы", Name: "Айгүл", Patronymic: "Нұрланқызы", Email: "aigul@example.kz", Phone: "+77011234567"}
}

// Guest makes a person who has consented and whose contacts are kept, and returns the person's id.
func (h *House) Guest(t testing.TB, c people.Contacts, more ...string) string {
	t.Helper()
	person, err := h.People.NewPerson(t.Context())
	if err != nil {
		t.Fatalf("new person: %v", err)
	}
	given := Given(t, h.Privacy, more...)
	if err := h.DB.Transact(t.Context(), func(tx *db.DB) error {
		if err := h.Privacy.Record(t.Context(), tx, person, given); err != nil {
			return err
		}
		return h.People.Keep(t.Context(), tx, person, c)
	}); err != nil {
		t.Fatalf("keep a guest: %v", err)
	}
	return person
}

// Mails collects letters instead of sending them.
type Mails struct {
	mu    sync.Mutex
	sent  []mail.Letter
	place dbtest.Place
}

// keep adds a letter. Where a process may be killed it goes into a file too, and counts as a write: what has left cannot be taken back.
func (m *Mails) keep(l mail.Letter) error {
	if err := m.place.BeforeWrite(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = append(m.sent, l)
	if m.place.Dir == "" {
		return nil
	}
	line, err := json.Marshal(l)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(m.place.Dir, lettersFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

const lettersFile = "letters.jsonl"

// Left returns the letters that have left, of whichever process.
func (m *Mails) Left(t testing.TB) (out []mail.Letter) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(m.place.Dir, lettersFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for line := range bytes.Lines(body) {
		var l mail.Letter
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

// Send implements mail.Sender.
func (m *Mails) Send(_ context.Context, pass outgoing.Pass, l mail.Letter) error {
	if err := pass.Take(outgoing.MailGateway); err != nil {
		return err
	}
	return m.keep(l)
}

// Text implements sms.Sender.
func (m *Mails) Text(_ context.Context, pass outgoing.Pass, to, text string) error {
	if err := pass.Take(outgoing.SMSGateway); err != nil {
		return err
	}
	return m.keep(mail.Letter{To: to, Subject: "SMS", Text: text})
}

// All returns the letters so far.
func (m *Mails) All() []mail.Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]mail.Letter(nil), m.sent...)
}
