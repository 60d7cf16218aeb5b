package document_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sahna/sahna/internal/people"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/clock"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/db/dbtest"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/ocr"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/privacy/privacytest"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/vault/vaulttest"
)

var reader = documenttest.Reader

// world is the room with its neighbours, over a folder of its own.
type world struct {
	*privacytest.House
	*document.Documents
	clock  *clock.Fake
	folder string
	store  *mortal
	person string
	staff  string
}

// mortal is a store of files that a test can kill at a write.
type mortal struct {
	files.Store
	before func() error
}

func (m *mortal) Put(ctx context.Context, name string, r io.Reader) error {
	if m.before != nil {
		if err := m.before(); err != nil {
			return err
		}
	}
	return m.Store.Put(ctx, name, r)
}

func (m *mortal) Delete(ctx context.Context, name string) error {
	if m.before != nil {
		if err := m.before(); err != nil {
			return err
		}
	}
	return m.Store.Delete(ctx, name)
}

func newWorld(t *testing.T, d *db.DB, r ocr.Reader) *world {
	t.Helper()
	c := clock.NewFake(vaulttest.Clock().Now())
	h := privacytest.New(t, d, c)
	w := &world{House: h, clock: c, folder: t.TempDir(), person: h.Guest(t, privacytest.Aigul())}
	w.Documents = documenttest.Room(t, h, r, nil, w.folder, func(s files.Store) files.Store {
		w.store = &mortal{Store: s}
		return w.store
	})
	h.Privacy.SetHolders(privacy.HolderOfPeople(h.People), privacy.HolderOfDocuments(w.Documents))
	w.staff = "staff:" + officer(t, h)
	return w
}

func officer(t *testing.T, h *privacytest.House) string {
	t.Helper()
	s, _, err := h.People.MakeStaff(t.Context(), people.Contacts{Surname: "Ахметова", Name: "Дана", Email: "officer@sahna.example"}, "a long password indeed", []people.Role{people.RoleOfficer})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) send(t *testing.T, kind string, body []byte) (document.Document, error) {
	t.Helper()
	h, err := w.Spool.Take(t.Context(), bytes.NewReader(body), upload.Usual.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Drop()
	return w.Send(t.Context(), document.Sending{Person: w.person, Kind: kind, Lang: i18n.RU, File: h})
}

// left lists the files that lie in the folder.
func (w *world) left(t *testing.T) (out []string) {
	t.Helper()
	err := filepath.WalkDir(w.folder, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func certificate(t *testing.T) []byte { return documenttest.PDF(t, documenttest.Certificate) }

// blind reads nothing: tests of the way of a file need no reader.
var blind = ocr.Reader{}

func TestADocumentIsSealedShownDecidedAndDestroyed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, reader)
		ctx := t.Context()
		body := certificate(t)
		sent, err := w.send(t, document.KindRegistration, body)
		if err != nil || sent.State != document.Waiting || sent.Unread {
			t.Fatalf("%+v, %v", sent, err)
		}
		lying := w.left(t)
		if len(lying) != 1 {
			t.Fatalf("files: %v", lying)
		}
		raw, err := os.ReadFile(lying[0])
		if err != nil || bytes.Contains(raw, []byte("%PDF")) {
			t.Errorf("the file is readable: %v", err)
		}
		if mine, err := w.Copy(ctx, sent); err != nil || !bytes.Equal(mine, body) {
			t.Errorf("the person's copy: %d bytes, %v", len(mine), err)
		}
		shown, err := w.Show(ctx, sent.ID, w.staff)
		if err != nil || len(shown.Pictures) != 1 || shown.Holder.Surname != privacytest.Aigul().Surname || shown.Body != nil {
			t.Fatalf("shown: %d pictures, %v", len(shown.Pictures), err)
		}
		if _, err := w.Show(ctx, sent.ID, "staff:nobody"); err == nil {
			t.Error("shown to somebody without a role")
		}
		if err := w.Decide(ctx, sent.ID, document.Refused, "", w.staff); !errors.Is(err, document.ErrReason) {
			t.Errorf("a refusal without a reason: %v", err)
		}
		if err := w.Decide(ctx, sent.ID, document.Accepted, "", w.staff); err != nil {
			t.Fatal(err)
		}
		if err := w.Decide(ctx, sent.ID, document.Refused, "wrong_kind", w.staff); !errors.Is(err, document.ErrDone) {
			t.Errorf("decided twice: %v", err)
		}
		if n := w.left(t); len(n) > 0 {
			t.Errorf("still lying: %v", n)
		}
		got, err := w.Find(ctx, sent.ID)
		if err != nil || got.Result != document.Accepted || got.DecidedBy != w.staff || got.DecidedAt.IsZero() {
			t.Errorf("what is left: %+v, %v", got, err)
		}
		if ok, _, err := w.Checked(ctx, w.person, document.KindRegistration); err != nil || !ok {
			t.Errorf("accepted: %v, %v", ok, err)
		}
		if _, err := w.Show(ctx, sent.ID, w.staff); !errors.Is(err, document.ErrDone) {
			t.Errorf("shown after it was destroyed: %v", err)
		}
		// a copy of the file, such as a backup holds, opens never again
		if _, err := w.House.Vault.ReadFile(ctx, vault.File{Person: w.person, ID: sent.ID, Purpose: vault.PurposeVerification, Actor: "system", Reason: "test"}, bytes.NewReader(raw)); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("a copy: %v", err)
		}
		if _, err := w.House.Vault.Integrate(ctx); err != nil { // takes refusals over
			t.Fatal(err)
		}
		page, err := w.House.People.Journal(ctx, w.person, 50)
		if err != nil {
			t.Fatal(err)
		}
		var verbs []string
		for _, e := range page.Entries {
			if slices.Contains(e.Fields, vault.Document) {
				verbs = append(verbs, string(e.Verb)+" "+e.Reason)
			}
		}
		slices.Sort(verbs)
		want := []string{"destroy document_accepted", "open document_review", "refuse document_review", "seal document_sent"}
		if !slices.Equal(slices.Compact(verbs), want) {
			t.Errorf("the journal says %v, want %v", verbs, want)
		}
	})
}

// The synthetic card as JPEG, PNG, PDF with text and scanned PDF is destroyed, and nothing of it lies anywhere.
func TestAnIdentityDocumentIsDestroyedBeforeItIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, reader)
		card := documenttest.CardPicture(t)
		bodies := map[string][]byte{"png": documenttest.PNG(t, card), "pdf": documenttest.PDF(t, append(slices.Clone(documenttest.Card), documenttest.IIN)), "scanned pdf": documenttest.Scan(t, card)}
		if d.Engine() == db.SQLite {
			bodies["jpeg"] = documenttest.JPEG(t, card)
		}
		for name, body := range bodies {
			_, err := w.send(t, document.KindRegistration, body)
			if !errors.Is(err, document.ErrZone) && !errors.Is(err, document.ErrWords) && !errors.Is(err, document.ErrIIN) {
				t.Errorf("%s: %v", name, err)
			}
			if n := w.left(t); len(n) > 0 {
				t.Errorf("%s: lying: %v", name, n)
			}
		}
		of, err := w.Of(t.Context(), w.person)
		if err != nil || len(of) != len(bodies) {
			t.Fatalf("%d lines, %v", len(of), err)
		}
		for _, one := range of {
			if one.Result != document.Identity || one.DecidedBy != "system" || one.State != document.Done {
				t.Errorf("%+v", one)
			}
		}
	})
}

func TestWithoutAReaderTheReviewerIsWarned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, blind)
		sent, err := w.send(t, document.KindRegistration, documenttest.JPEG(t, documenttest.CardPicture(t)))
		if err != nil || !sent.Unread {
			t.Fatalf("%+v, %v", sent, err)
		}
		if err := w.Decide(t.Context(), sent.ID, document.Identity, "", w.staff); err != nil {
			t.Fatal(err)
		}
		if n := w.left(t); len(n) > 0 {
			t.Errorf("lying: %v", n)
		}
		pdf, err := w.send(t, document.KindAttorney, certificate(t))
		if err != nil || !pdf.Unread {
			t.Fatalf("%+v, %v", pdf, err)
		}
		shown, err := w.Show(t.Context(), pdf.ID, w.staff)
		if err != nil || len(shown.Pictures) != 0 || len(shown.Body) == 0 {
			t.Errorf("a PDF that cannot be drawn: %d pictures, %d bytes, %v", len(shown.Pictures), len(shown.Body), err)
		}
	})
}

func TestKindsAreEditedWithinTheRegister(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, blind)
		ctx := t.Context()
		id, err := w.KindOf(ctx, document.KindIdentity)
		if err != nil || id.On {
			t.Fatalf("identity documents are asked for from the start: %+v, %v", id, err)
		}
		if _, err := w.send(t, document.KindIdentity, certificate(t)); !errors.Is(err, document.ErrNoKind) {
			t.Errorf("a kind that is off: %v", err)
		}
		id.On = true
		if err := w.SaveKind(ctx, id, w.staff); !errors.Is(err, document.ErrKindException) {
			t.Errorf("switched on without naming the exception: %v", err)
		}
		id.Exception = "94-V, 7(10): a notary's act that the law asks for"
		if err := w.SaveKind(ctx, id, w.staff); err != nil {
			t.Fatal(err)
		}
		k, err := w.KindOf(ctx, document.KindRegistration)
		if err != nil {
			t.Fatal(err)
		}
		k.KeepDays = 10_000
		if err := w.SaveKind(ctx, k, w.staff); !errors.Is(err, document.ErrKindDays) {
			t.Errorf("longer than the register allows: %v", err)
		}
		k.KeepDays, k.Identity, k.Title.KK = 7, true, ""
		if err := w.SaveKind(ctx, k, w.staff); !errors.Is(err, document.ErrKindWords) {
			t.Errorf("without Kazakh: %v", err)
		}
		k.Title.KK = "Анықтама"
		k.Exception = "a long enough exception"
		if err := w.SaveKind(ctx, k, w.staff); err != nil {
			t.Fatal(err)
		}
		if again, err := w.KindOf(ctx, k.Code); err != nil || again.KeepDays != 7 || again.Identity || again.ChangedBy != w.staff {
			t.Errorf("%+v, %v", again, err)
		}
	})
}

func TestTermsAndThePersonsWordDestroyToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, blind)
		ctx := t.Context()
		one, err := w.send(t, document.KindRegistration, certificate(t))
		if err != nil {
			t.Fatal(err)
		}
		two, err := w.send(t, document.KindConcession, certificate(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Withdraw(ctx, one.ID, "somebody-else"); !errors.Is(err, document.ErrNoDocument) {
			t.Errorf("somebody else's document: %v", err)
		}
		if err := w.Withdraw(ctx, one.ID, w.person); err != nil {
			t.Fatal(err)
		}
		block := func(set func(context.Context, *db.DB, []string) error) {
			if err := d.Transact(ctx, func(tx *db.DB) error { return set(ctx, tx, []string{w.person}) }); err != nil {
				t.Fatal(err)
			}
		}
		block(w.House.People.Block)
		w.clock.Advance(15 * 24 * time.Hour)
		if err := w.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if n := w.left(t); len(n) != 1 {
			t.Errorf("blocked data was destroyed: %v", n)
		}
		block(w.House.People.Unblock)
		if err := w.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if n := w.left(t); len(n) > 0 {
			t.Errorf("lying after its term: %v", n)
		}
		if got, err := w.Find(ctx, two.ID); err != nil || got.Result != document.Expired {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestAnErasedPersonsDocumentsGoWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, blind)
		ctx := t.Context()
		sent, err := w.send(t, document.KindRegistration, certificate(t))
		if err != nil {
			t.Fatal(err)
		}
		records, err := w.House.Privacy.Export(ctx, w.person)
		if err != nil || !slices.ContainsFunc(records, func(r privacy.Record) bool { return r.ID == sent.ID && r.Kind == "document" && r.Until != "" }) {
			t.Errorf("the export does not list it: %v", err)
		}
		if _, err := w.House.Privacy.Erase(ctx, privacy.EraseOrder{Person: w.person, Actor: "person", Reason: "account_deleted"}); err != nil {
			t.Fatal(err)
		}
		if err := w.Finish(ctx); err != nil {
			t.Fatal(err)
		}
		if n := w.left(t); len(n) > 0 {
			t.Errorf("lying: %v", n)
		}
		if _, err := w.Find(ctx, sent.ID); !errors.Is(err, document.ErrNoDocument) {
			t.Errorf("the line: %v", err)
		}
	})
}

var errKilled = errors.New("killed")

// kill ends everything at the n-th write, of either database or of the files, as kill -9 would.
func (w *world) kill(n int) (revive func() bool) {
	var writes atomic.Int64 // keys are written by a goroutine of their own
	before := func() error {
		if writes.Add(1) > int64(n) {
			return errKilled
		}
		return nil
	}
	w.House.DB.BeforeWrite(before)
	w.Keys.BeforeWrite(before)
	w.store.before = before
	return func() bool {
		w.House.DB.BeforeWrite(nil)
		w.Keys.BeforeWrite(nil)
		w.store.before = nil
		return writes.Load() > int64(n)
	}
}

// At every write of a destruction: either nothing has happened, or it is decided and ends whole; and the person is told once.
func TestKilledAtEveryWriteOfADestruction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, blind)
		ctx := t.Context()
		for n := 0; ; n++ {
			if n == 40 {
				t.Fatal("a destruction has more writes than that")
			}
			w.clock.Advance(25 * time.Hour) // as many files a day as wanted
			sent, err := w.send(t, document.KindRegistration, certificate(t))
			if err != nil {
				t.Fatal(err)
			}
			revive := w.kill(n)
			err = w.Decide(ctx, sent.ID, document.BetterCopy, "", w.staff)
			killed := revive()
			if killed != (err != nil) {
				t.Fatalf("write %d: killed %v, but %v", n, killed, err)
			}
			if err := w.Finish(ctx); err != nil {
				t.Fatalf("write %d: finish: %v", n, err)
			}
			got, err := w.Find(ctx, sent.ID)
			if err != nil {
				t.Fatal(err)
			}
			gone, err := w.House.Vault.FileDestroyed(ctx, d, vault.File{Person: w.person, ID: sent.ID})
			if err != nil || gone != (got.State == document.Done) || gone != (len(w.left(t)) == 0) {
				t.Errorf("write %d: half done: %s, key destroyed %v, files %v, %v", n, got.State, gone, w.left(t), err)
			}
			if got.State == document.Waiting {
				if _, err := w.Show(ctx, sent.ID, w.staff); err != nil {
					t.Errorf("write %d: it waits and cannot be shown: %v", n, err)
				}
				if err := w.Withdraw(ctx, sent.ID, w.person); err != nil {
					t.Fatal(err)
				}
			}
			if !killed {
				if n < 5 {
					t.Errorf("only %d writes: the test does not see them all", n)
				}
				break
			}
		}
		told(t, w)
	})
}

// told works the queue off, twice, and counts the letters.
func told(t *testing.T, w *world) {
	t.Helper()
	jobs := 0
	err := w.House.DB.QueryRow(t.Context(), `SELECT count(*) FROM people_document WHERE state = 'done' AND result = 'better_copy'`).Scan(&jobs)
	if err != nil || jobs == 0 {
		t.Fatalf("%d decided, %v", jobs, err)
	}
	all, err := w.Lately(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, d := range all {
			if d.Result == document.BetterCopy {
				if err := w.Tell(t.Context(), d.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	letters := 0
	for _, l := range w.Mails.All() {
		if strings.Contains(l.Text, "/account/documents") {
			letters++
		}
	}
	if letters != jobs {
		t.Errorf("%d letters of %d results", letters, jobs)
	}
}

// A crash at any write while a document arrives leaves either a document that waits, or nothing after the sweep.
func TestKilledAtEveryWriteOfAnArrival(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, blind)
		ctx := t.Context()
		for n := range 40 {
			w.clock.Advance(25 * time.Hour)
			revive := w.kill(n)
			sent, err := w.send(t, document.KindRegistration, certificate(t))
			killed := revive()
			w.clock.Advance(time.Hour)
			if serr := w.Sweep(ctx); serr != nil {
				t.Fatalf("write %d: sweep: %v", n, serr)
			}
			_, ferr := w.Find(ctx, sent.ID)
			switch {
			case err == nil && (killed || ferr != nil || len(w.left(t)) != 1):
				t.Errorf("write %d: %v, files %v", n, ferr, w.left(t))
			case err != nil && (!errors.Is(ferr, document.ErrNoDocument) || len(w.left(t)) > 0):
				t.Errorf("write %d: something stays: %v, files %v", n, ferr, w.left(t))
			}
			if err == nil {
				if n < 4 {
					t.Errorf("only %d writes: the test does not see them all", n)
				}
				return
			}
		}
		t.Fatal("an arrival has more writes than that")
	})
}
