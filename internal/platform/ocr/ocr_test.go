package ocr_test

import (
	"strings"
	"testing"

	"github.com/sahna/sahna/internal/people/document/documenttest"
	"github.com/sahna/sahna/internal/platform/ocr"
)

var all = ocr.Reader{Tesseract: "tesseract", PDFToText: "pdftotext", PDFToPPM: "pdftoppm"}

func TestReadsPicturesAndPages(t *testing.T) {
	card := documenttest.CardPicture(t)
	pdf := documenttest.PDF(t, documenttest.Certificate)
	text, err := all.Image(t.Context(), documenttest.PNG(t, card))
	t.Log(text)
	if err != nil || !strings.Contains(text, "УДОСТОВЕРЕНИЕ ЛИЧНОСТИ") {
		t.Errorf("a picture: %q, %v", text, err)
	}
	code, err := all.Code(t.Context(), documenttest.PNG(t, card))
	t.Log(code)
	if err != nil || !strings.Contains(code, "<<<") {
		t.Errorf("a code: %q, %v", code, err)
	}
	text, err = all.PDF(t.Context(), pdf, 1)
	if err != nil || !strings.Contains(text, "ТІРКЕУ ТУРАЛЫ") {
		t.Errorf("a PDF: %q, %v", text, err)
	}
	page, err := all.Page(t.Context(), pdf, 1, 800)
	if err != nil || !strings.HasPrefix(string(page), "\x89PNG") {
		t.Errorf("a page: %.20q, %v", page, err)
	}
	if _, err := all.Page(t.Context(), []byte("no PDF"), 1, 800); err == nil {
		t.Error("what is no PDF was drawn")
	}
}
