package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/sahna/sahna/internal/app"
	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/db"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

// The synthetic card as JPEG, PNG and PDF goes through the true program: nothing of it is left in its folder or in a backup of it.
func TestAnIdentityCardIsLeftNowhere(t *testing.T) {
	eachEngine(t, func(t *testing.T, e db.Engine) {
		cfg := office(t, e)
		cfg.Documents = app.Documents{Tesseract: "tesseract", PDFToText: "pdftotext", PDFToPPM: "pdftoppm"}
		a := mustOpen(t, cfg)
		ctx := t.Context()
		person := guest(t, a, privacytest.Aigul())
		card := documenttest.CardPicture(t)
		bodies := [][]byte{documenttest.JPEG(t, card), documenttest.PNG(t, card), documenttest.PDF(t, append(documenttest.Card[:len(documenttest.Card):len(documenttest.Card)], documenttest.IIN))}
		s := &search{t: t, data: cfg.Data, roots: []string{cfg.Data}, values: []string{documenttest.IIN, documenttest.MRZ[2], "СЫНАҚБАЕВ"}}
		if e == db.Postgres {
			s.dsn = string(cfg.Database)
		}
		for _, b := range bodies {
			s.secrets = append(s.secrets, b[len(b)/2:len(b)/2+32])
		}
		for i, b := range append(bodies, documenttest.PDF(t, documenttest.Certificate)) {
			h, err := a.Documents.Spool.Take(ctx, bytes.NewReader(b), upload.Usual.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.Documents.Send(ctx, document.Sending{Person: person, Kind: document.KindRegistration, Lang: i18n.KK, File: h})
			h.Drop()
			if refused := err != nil; refused != (i < len(bodies)) {
				t.Fatalf("file %d: %v", i, err)
			}
		}
		backup := filepath.Join(t.TempDir(), "backup")
		if err := app.Backup(context.WithoutCancel(ctx), cfg, backup, io.Discard); err != nil {
			t.Fatal(err)
		}
		s.nothing("after the refusal", backup)
		if all, err := a.Documents.Of(ctx, person); err != nil || len(all) != 4 {
			t.Errorf("%d lines, %v", len(all), err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		s.nothing("closed")
		s.plantCard(bodies[1])
	})
}

// plantCard puts a card's file into the database, and the search must find it there and in a backup of it.
func (s *search) plantCard(body []byte) {
	s.t.Helper()
	cfg := officeAt(s.data, s.dsn)
	d, err := db.Open(s.t.Context(), string(cfg.Database))
	if err != nil {
		s.t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // closed twice at worst
	piece := base64.StdEncoding.EncodeToString(body[len(body)/2 : len(body)/2+32])
	if _, err := d.Exec(s.t.Context(), `UPDATE people_document SET reason = $1, media = $2 WHERE state = 'done'`, documenttest.IIN, piece); err != nil {
		s.t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		s.t.Fatal(err)
	}
	backup := filepath.Join(s.t.TempDir(), "planted")
	if err := app.Backup(s.t.Context(), cfg, backup, io.Discard); err != nil {
		s.t.Fatal(err)
	}
	if n := len(s.files(backup)); n < 2 {
		s.t.Errorf("of a card planted in the database the search finds %d traces in the backup", n)
	}
	if len(s.leaks()) < 2 {
		s.t.Error("a card planted in the database was not found there")
	}
}

// A body of two gigabytes is not read for who is not signed in, nor anywhere else where none is taken.
func TestALongBodyIsNotRead(t *testing.T) {
	a := mustOpen(t, office(t, db.SQLite))
	for _, path := range []string{"/kk/account/documents/registration", "/kk/account/sign-in", "/kk/office/documents/x/decide"} {
		read := &counting{}
		r := httptest.NewRequest(http.MethodPost, path, read)
		r.ContentLength = 2 << 30
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r)
		if w.Code < 400 || read.n > 2<<20 {
			t.Errorf("%s: %d after %d bytes", path, w.Code, read.n)
		}
	}
}

type counting struct{ n int }

func (c *counting) Read(p []byte) (int, error) {
	c.n += len(p)
	clear(p)
	return len(p), nil
}
