package documenttest

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/files"
	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/platform/ocr"
	"github.com/sahna/sahna/internal/platform/upload"
	"github.com/sahna/sahna/internal/privacy/privacytest"
)

// Reader reads by this machine's programs; the zero ocr.Reader reads nothing.
var Reader = ocr.Reader{Tesseract: "tesseract", PDFToText: "pdftotext", PDFToPPM: "pdftoppm"}

// Room builds the room over a house, its files and spool below a folder. wrap may stand between it and its files.
func Room(t testing.TB, h *privacytest.House, r ocr.Reader, s upload.Scanner, folder string, wrap func(files.Store) files.Store) *document.Documents {
	t.Helper()
	dir, err := files.OpenDir(filepath.Join(folder, "files"))
	if err != nil {
		t.Fatal(err)
	}
	spool, err := upload.OpenSpool(filepath.Join(folder, "spool"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { spool.Close(); dir.Close() }) //nolint:errcheck // a test's
	bundle, err := i18n.New(append(privacytest.Messages(), document.Messages, upload.Messages)...)
	if err != nil {
		t.Fatal(err)
	}
	var store files.Store = dir
	if wrap != nil {
		store = wrap(dir)
	}
	m, err := document.New(t.Context(), document.Deps{
		DB: h.DB, Clock: h.Clock, Log: slog.New(slog.DiscardHandler), Vault: h.Vault, People: h.People, Files: store, Spool: spool,
		Gate: upload.NewGate(2, upload.Usual, s), Reader: r, Mail: h.Mails, Bundle: bundle, SiteName: "Sahna", BaseURL: "https://x",
		Stays: h.Privacy.Stays, MostDays: h.Privacy.MostDocumentDays,
	}, h.Jobs)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
