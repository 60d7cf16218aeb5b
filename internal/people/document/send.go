package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/vault"
)

// Sending is a file that somebody sends.
type Sending struct {
	Person string
	Kind   string
	Lang   i18n.Lang
	File   *upload.Held // dropped by who read it
}

const (
	mostADay  = 30 // files of one person
	readPages = 5  // of a PDF, in search of an identity document
	drawnSide = 1900
)

// Send takes a file: it is scanned, cleaned, searched for what makes an identity document, and sealed for the reviewer. One that is
// refused was never kept; that an identity document was sent stays as a line without a file.
func (m *Documents) Send(ctx context.Context, s Sending) (d Document, err error) {
	defer fault.Wrap(&err, "take a document of %s", s.Person)
	k, err := m.KindOf(ctx, s.Kind)
	if err != nil {
		return d, err
	}
	if !k.On {
		return d, ErrNoKind
	}
	if s.File == nil {
		return d, upload.ErrEmpty
	}
	now := m.Clock.Now()
	if n, err := sentSince(ctx, m.DB, s.Person, now.Add(-24*time.Hour)); err != nil || n >= mostADay {
		return d, orElse(err, ErrTooMany)
	}
	d = Document{
		ID: db.NewID(), Person: s.Person, Kind: k.Code, State: Arriving, Lang: s.Lang, SentAt: now, Until: now.AddDate(0, 0, k.KeepDays),
	}
	if err := m.Vault.MayKeepFile(ctx, m.DB, d.file("person", "document_sent")); err != nil {
		return d, err
	}
	err = m.Gate.Look(ctx, s.File, func(body []byte) error {
		f, err := upload.Clean(ctx, body, m.Gate.Limits)
		if err != nil {
			return err
		}
		defer clear(f.Body)
		sign, unread := m.read(ctx, f, k)
		if sign != "" && !k.Identity {
			return errors.Join(signs[sign], m.noteIdentity(ctx, d, f, sign))
		}
		d.Media, d.Pages, d.Size, d.Unread = f.Kind, f.Pages, int64(len(f.Body)), unread && !k.Identity
		return m.keep(ctx, &d, f.Body)
	})
	return d, err
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// read searches a file's text. What cannot be read goes to the reviewer with a warning.
func (m *Documents) read(ctx context.Context, f upload.File, k Kind) (sign Sign, unread bool) {
	texts, err := m.texts(ctx, f)
	if err != nil {
		m.Log.Warn("a document could not be read", "kind", k.Code, "media", f.Kind, "cause", err)
	}
	for _, t := range texts {
		if sign := LooksLikeIdentity(t, k.NamesPeople); sign != "" {
			return sign, false
		}
	}
	return "", err != nil
}

var errNoReader = errors.New("no program is configured that reads it")

// texts reads what stands in a file: a picture's letters, a PDF's text, and the letters on its first pages, drawn. What was read
// before a program failed is returned beside the error.
func (m *Documents) texts(ctx context.Context, f upload.File) (out []string, err error) {
	if f.Kind == upload.JPEG {
		return m.textsOfPicture(ctx, f.Body)
	}
	if !m.Reader.SeesPDFs() {
		return nil, errNoReader
	}
	text, err := m.Reader.PDF(ctx, f.Body, m.Gate.Limits.Pages)
	if err != nil {
		return nil, err
	}
	out = append(out, text)
	if LooksLikeIdentity(text, false) != "" { // nothing will be added by looking at it
		return out, nil
	}
	if !m.Reader.Draws() || !m.Reader.SeesImages() {
		return out, errNoReader
	}
	for no := 1; no <= min(f.Pages, readPages); no++ {
		page, err := m.Reader.Page(ctx, f.Body, no, drawnSide)
		if err != nil {
			return out, err
		}
		some, err := m.textsOfPicture(ctx, page)
		if out = append(out, some...); err != nil {
			return out, err
		}
	}
	if f.Pages > readPages {
		return out, fmt.Errorf("only %d of %d pages were looked at", readPages, f.Pages)
	}
	return out, nil
}

func (m *Documents) textsOfPicture(ctx context.Context, picture []byte) (out []string, err error) {
	if !m.Reader.SeesImages() {
		return nil, errNoReader
	}
	small, err := upload.Redraw(picture, upload.Limits{Pixels: m.Gate.Limits.Pixels, Side: drawnSide})
	if err != nil {
		return nil, err
	}
	text, err := m.Reader.Image(ctx, small)
	if err != nil {
		return nil, err
	}
	out = append(out, text)
	if LooksLikeIdentity(text, false) != "" {
		return out, nil
	}
	code, err := m.Reader.Code(ctx, small)
	return append(out, code), err
}

// noteIdentity leaves a line: what was sent, when, and that it is gone. The person sees it.
func (m *Documents) noteIdentity(ctx context.Context, d Document, f upload.File, s Sign) error {
	d.State, d.Result, d.Reason, d.DecidedBy, d.DecidedAt = Done, Identity, string(s), "system", m.Clock.Now()
	d.Media, d.Pages = f.Kind, f.Pages
	return insertDocument(ctx, m.DB, d)
}

// keep lists the document, seals its file and has it wait. A crash before the last step leaves a line "arriving", which the sweep takes
// away with whatever file there is.
func (m *Documents) keep(ctx context.Context, d *Document, body []byte) error {
	if err := insertDocument(ctx, m.DB, *d); err != nil {
		return err
	}
	f := d.file("person", "document_sent")
	err := m.store(ctx, *d, f, body)
	if err == nil {
		err = m.DB.Transact(ctx, func(tx *db.DB) error {
			ours, err := setWaiting(ctx, tx, d.ID)
			if err != nil || !ours {
				return orElse(err, ErrNoDocument)
			}
			return m.Vault.KeepFile(ctx, tx, f)
		})
	}
	if err != nil {
		return errors.Join(err, m.forget(context.WithoutCancel(ctx), *d))
	}
	d.State = Waiting
	return nil
}

func (m *Documents) store(ctx context.Context, d Document, f vault.File, body []byte) error {
	r, w := io.Pipe()
	sealing := make(chan error, 1)
	go func() {
		err := m.Vault.WriteFile(ctx, f, w, bytes.NewReader(body))
		w.CloseWithError(err) //nolint:errcheck // always nil
		sealing <- err
	}()
	err := m.Files.Put(ctx, d.name(), r)
	r.CloseWithError(errors.New("the file was not stored")) //nolint:errcheck // always nil
	return errors.Join(err, <-sealing)
}

// forget takes a document away that did not come to wait: key, file and line.
func (m *Documents) forget(ctx context.Context, d Document) error {
	err := m.DB.Transact(ctx, func(tx *db.DB) error {
		return m.Vault.CondemnFile(ctx, tx, d.file("system", "document_not_kept"))
	})
	if err != nil {
		return err
	}
	if err := m.finish(ctx, d); err != nil {
		return err
	}
	return deleteDocument(ctx, m.DB, d.ID)
}
