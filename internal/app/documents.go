package app

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"

	"github.com/sahna/sahna/internal/people/document"
	"github.com/sahna/sahna/internal/platform/clamd"
	"github.com/sahna/sahna/internal/platform/mail"
	"github.com/sahna/sahna/internal/platform/ocr"
	"github.com/sahna/sahna/internal/platform/upload"
)

// Documents is what looks at files that people send. A program that is not named is not run.
type Documents struct {
	Clamd     string `toml:"clamd" comment:"ClamAV's daemon: unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:port; files are not scanned when empty"`
	Tesseract string `toml:"tesseract" comment:"program that reads pictures (with kaz, rus, eng), to know identity documents; reviewers are warned when empty"`
	PDFToText string `toml:"pdftotext" comment:"program of poppler-utils that reads PDFs"`
	PDFToPPM  string `toml:"pdftoppm" comment:"program of poppler-utils that draws PDFs; reviewers download them when empty"`
}

// found names the programs that this machine has, for the demo.
func (d Documents) found() Documents {
	for name, to := range map[string]*string{"tesseract": &d.Tesseract, "pdftotext": &d.PDFToText, "pdftoppm": &d.PDFToPPM} {
		if path, err := exec.LookPath(name); err == nil && *to == "" {
			*to = path
		}
	}
	return d
}

// check refuses programs that are not there: a typing error must not turn into files that nobody reads.
func (d Documents) check() error {
	var bad []error
	if d.Clamd != "" {
		if _, err := clamd.New(d.Clamd); err != nil {
			bad = append(bad, errors.New("documents.clamd must be unix:/path or tcp:127.0.0.1:port"))
		}
	}
	for key, program := range map[string]string{"tesseract": d.Tesseract, "pdftotext": d.PDFToText, "pdftoppm": d.PDFToPPM} {
		if program == "" {
			continue
		}
		if _, err := exec.LookPath(program); err != nil {
			bad = append(bad, errors.New("documents."+key+": there is no program "+program))
		}
	}
	return errors.Join(bad...)
}

// lookAtOnce is how many files lie open together; each may take two hundred megabytes for a moment.
const lookAtOnce = 2

func (a *App) openDocuments(ctx context.Context, sender mail.Sender) (err error) {
	c := a.cfg.Documents
	var scanner upload.Scanner
	if c.Clamd != "" {
		if scanner, err = clamd.New(c.Clamd); err != nil {
			return err
		}
	}
	spool, err := upload.OpenSpool(filepath.Join(a.cfg.Data, "spool"))
	if err != nil {
		return err
	}
	a.onClose(spool.Close)
	a.spool = spool
	a.Documents, err = document.New(ctx, document.Deps{
		DB: a.DB, Clock: a.clock, Log: a.log, Vault: a.Vault, People: a.People, Files: a.files, Spool: spool,
		Gate:   upload.NewGate(lookAtOnce, upload.Usual, scanner),
		Reader: ocr.Reader{Tesseract: c.Tesseract, PDFToText: c.PDFToText, PDFToPPM: c.PDFToPPM},
		Mail:   sender, Bundle: a.bundle, SiteName: a.operator().ShortName, BaseURL: a.cfg.BaseURL,
		Stays: a.Privacy.Stays, MostDays: a.Privacy.MostDocumentDays,
	}, a.Queue)
	return err
}
