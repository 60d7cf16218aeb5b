// Package upload takes files from strangers.
//
// It owns what lies between a request's body and a file that may be kept: the
// spool, where bytes wait without being readable; the sniffing of their kind; the
// limits; the re-encoding of pictures and the validation of PDFs. It promises
// that what it hands out is a picture encoded by us, or a PDF without scripts,
// files, forms and actions; that what it refuses leaves nothing behind; and that
// memory and disk stay bounded however many send at once. It does not know what
// a file shows, nor who may send one.
package upload

import (
	"context"
	"errors"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
)

// The kinds of files that are taken.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	PDF  = "application/pdf"
)

// Why a file is refused. Every message says what to do.
var (
	ErrEmpty    = fault.New(fault.Invalid, "upload.empty").On("file")
	ErrTooLong  = fault.New(fault.TooLarge, "upload.too_long").On("file") // arg "most": megabytes
	ErrCut      = fault.New(fault.Invalid, "upload.cut").On("file")
	ErrKind     = fault.New(fault.Invalid, "upload.kind").On("file")
	ErrPicture  = fault.New(fault.Invalid, "upload.picture").On("file")
	ErrPixels   = fault.New(fault.Invalid, "upload.pixels").On("file") // arg "most": megapixels
	ErrPDF      = fault.New(fault.Invalid, "upload.pdf").On("file")
	ErrPages    = fault.New(fault.Invalid, "upload.pages").On("file") // arg "most"
	ErrActive   = fault.New(fault.Invalid, "upload.active").On("file")
	ErrLocked   = fault.New(fault.Invalid, "upload.locked").On("file")
	ErrBomb     = fault.New(fault.Invalid, "upload.bomb").On("file")
	ErrMixed    = fault.New(fault.Invalid, "upload.mixed").On("file")
	ErrMalware  = fault.New(fault.Invalid, "upload.malware").On("file")
	ErrBusy     = fault.New(fault.Unavailable, "upload.busy")
	ErrScanning = fault.New(fault.Unavailable, "upload.scanning")
)

// Limits bound what is taken.
type Limits struct {
	Bytes  int64 // of a file
	Pixels int   // of a picture
	Side   int   // of a picture kept: a longer one is made smaller
	Pages  int   // of a PDF
}

// Usual are limits that a scan of a document of several pages keeps to.
var Usual = Limits{Bytes: 10 << 20, Pixels: 60_000_000, Side: 3000, Pages: 30}

// File is what may be kept.
type File struct {
	Kind  string // JPEG for every picture, or PDF
	Body  []byte
	Pages int
}

// Scanner knows malware; clamd.Client is one.
type Scanner interface {
	// Scan returns the name of what it found, "" for nothing.
	Scan(ctx context.Context, body []byte) (string, error)
}

// Gate lets few files be looked at together: each may need a hundred megabytes while its pixels lie open.
type Gate struct {
	Limits  Limits
	Scanner Scanner // nil when none is configured
	slots   chan struct{}
}

// NewGate makes a gate through which n files go at a time.
func NewGate(n int, l Limits, s Scanner) *Gate {
	return &Gate{Limits: l, Scanner: s, slots: make(chan struct{}, n)}
}

// patience is how long a file waits for its turn.
const patience = 45 * time.Second

// Look hands the bytes that wait in the spool to look once it is their turn, after they were scanned.
func (g *Gate) Look(ctx context.Context, h *Held, look func(body []byte) error) error {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	case <-wait.Done():
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return ErrBusy
	}
	body, err := h.Bytes()
	if err != nil {
		return err
	}
	defer clear(body)
	if err := g.scan(ctx, body); err != nil {
		return err
	}
	return look(body)
}

// scan refuses what the scanner knows; one that does not answer lets nothing in.
func (g *Gate) scan(ctx context.Context, body []byte) error {
	if g.Scanner == nil {
		return nil
	}
	found, err := g.Scanner.Scan(ctx, body)
	if err != nil {
		return ErrScanning.Because(err)
	}
	if found != "" {
		return ErrMalware.Because(errors.New(found))
	}
	return nil
}

// Clean tells what bytes are, refuses what is not taken, and returns what may be kept.
func Clean(ctx context.Context, body []byte, l Limits) (File, error) {
	switch Sniff(body) {
	case JPEG, PNG:
		return cleanPicture(body, l)
	case PDF:
		return cleanPDF(ctx, body, l)
	}
	if len(body) == 0 {
		return File{}, ErrEmpty
	}
	return File{}, ErrKind
}
