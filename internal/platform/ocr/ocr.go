// Package ocr reads text out of images and PDFs, and draws the pages of PDFs.
//
// It owns the command lines of Debian's tesseract and poppler-utils, each run
// within limits of time and memory and fed by a pipe, so that what is read never
// lies in a file. It promises that a program which was not configured is never
// run, and that its absence can be asked for. What the text means others decide.
package ocr

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/tool"
)

// Reader runs the programs that the operator has; "" is one that is not there.
type Reader struct {
	Tesseract string // with the languages kaz, rus and eng
	PDFToText string
	PDFToPPM  string
}

// languages in the order of what documents here are written in.
const languages = "kaz+rus+eng"

var (
	reading = tool.Limits{Time: 40 * time.Second, Memory: 1 << 30, Output: 1 << 20}
	words   = tool.Limits{Time: 15 * time.Second, Memory: 512 << 20, Output: 4 << 20}
	drawing = tool.Limits{Time: 20 * time.Second, Memory: 768 << 20, Output: 48 << 20}
)

// SeesImages tells whether the text of images can be read.
func (r Reader) SeesImages() bool { return r.Tesseract != "" }

// SeesPDFs tells whether the text that a PDF holds can be read.
func (r Reader) SeesPDFs() bool { return r.PDFToText != "" }

// Draws tells whether pages of PDFs can be drawn.
func (r Reader) Draws() bool { return r.PDFToPPM != "" }

// Image reads what stands in a picture (PNG, JPEG or PNM), also when it lies on its side.
func (r Reader) Image(ctx context.Context, picture []byte) (text string, err error) {
	defer fault.Wrap(&err, "read a picture")
	out, err := tool.Run(ctx, reading, picture, r.Tesseract, "stdin", "stdout", "-l", languages, "--psm", "1", "--dpi", "200")
	return string(out), err
}

// Code reads a picture once more for what machines are meant to read: Latin capitals, figures and fillers.
func (r Reader) Code(ctx context.Context, picture []byte) (text string, err error) {
	defer fault.Wrap(&err, "read a picture's code")
	out, err := tool.Run(ctx, reading, picture, r.Tesseract, "stdin", "stdout", "-l", "eng", "--psm", "11", "--dpi", "200")
	return string(out), err
}

// PDF reads the text of a PDF's pages 1 to last.
func (r Reader) PDF(ctx context.Context, body []byte, last int) (text string, err error) {
	defer fault.Wrap(&err, "read a PDF's text")
	out, err := tool.Run(ctx, words, body, r.PDFToText, "-enc", "UTF-8", "-layout", "-f", "1", "-l", strconv.Itoa(last), "-", "-")
	return string(out), err
}

// Page draws a page of a PDF as PNG, its longer side so many pixels long whatever the page claims to measure.
func (r Reader) Page(ctx context.Context, body []byte, no, pixels int) (png []byte, err error) {
	defer fault.Wrap(&err, "draw page %d of a PDF", no)
	n := strconv.Itoa(no)
	out, err := tool.Run(ctx, drawing, body, r.PDFToPPM, "-png", "-f", n, "-l", n, "-singlefile", "-scale-to", strconv.Itoa(pixels), "-")
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("page %d is empty", no)
	}
	return out, err
}
