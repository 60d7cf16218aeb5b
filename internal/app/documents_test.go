package app_test

import (
	"bytes"
	"context"
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
		needles := [][]byte{[]byte(documenttest.IIN), []byte(documenttest.MRZ[2]), []byte("СЫНАҚБАЕВ")}
		for _, b := range bodies {
			needles = append(needles, b[len(b)/2:len(b)/2+32])
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
		if e == db.SQLite { // PostgreSQL's is made by pg_dump, which has its own test
			if err := app.Backup(context.WithoutCancel(ctx), cfg, backup, io.Discard); err != nil {
				t.Fatal(err)
			}
			if n := holding(t, backup, needles); n > 0 {
				t.Errorf("%d traces of the card in the backup", n)
			}
		}
		if n := holding(t, cfg.Data, needles); n > 0 {
			t.Errorf("%d traces of the card in the folder", n)
		}
		if all, err := a.Documents.Of(ctx, person); err != nil || len(all) != 4 {
			t.Errorf("%d lines, %v", len(all), err)
		}
	})
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
