package upload

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/validate"
)

func init() { model.ConfigPath = "disable" } // pdfcpu keeps no folder of its own

const (
	// mostObjects is far over what thirty scanned pages need.
	mostObjects = 50_000
	// mostPacked is what all object streams together may hold: they are opened before anything else is known of the file.
	mostPacked = 4 << 20
	// mostStream and mostStreams bound what streams unfold to: a page of A4 in colour at 300 dots has 26 megabytes.
	mostStream  = 64 << 20
	mostStreams = 400 << 20
	// pdfTime bounds the reading of one.
	pdfTime = 20 * time.Second
)

// cleanPDF validates a PDF and refuses everything in it that acts: scripts, actions that leave the document, embedded files, forms of
// XFA, encryption. The bytes stay as they are, since signed ones would not survive a new writing.
func cleanPDF(ctx context.Context, body []byte, l Limits) (File, error) {
	if err := wellCut(body); err != nil {
		return File{}, err
	}
	if err := unfolds(body); err != nil {
		return File{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, pdfTime)
	defer cancel()
	doc, err := parse(ctx, body)
	if err != nil {
		return File{}, err
	}
	switch {
	case doc.PageCount < 1:
		return File{}, ErrPDF
	case doc.PageCount > l.Pages:
		return File{}, ErrPages.With("most", l.Pages)
	}
	if err := inert(ctx, doc); err != nil {
		return File{}, err
	}
	return File{Kind: PDF, Body: bytes.Clone(body), Pages: doc.PageCount}, nil
}

// wellCut refuses a file that is cut off, or something else besides a PDF.
func wellCut(body []byte) error {
	end := bytes.LastIndex(body, []byte("%%EOF"))
	if end < 0 {
		return ErrCut
	}
	if rest := bytes.Trim(body[end+5:], "\r\n\t \x00"); len(rest) > 0 || hidesArchive(body) {
		return ErrMixed
	}
	head := bytes.ToLower(body[:min(len(body), 1024)])
	for _, sign := range []string{"<html", "<script", "<svg", "<?php", "<!doctype"} {
		if bytes.Contains(head, []byte(sign)) {
			return ErrMixed
		}
	}
	return nil
}

var (
	streamStart  = regexp.MustCompile(`stream\r?\n`)
	escaped      = regexp.MustCompile(`#[0-9a-fA-F]{2}`)
	packedStream = regexp.MustCompile(`/ObjStm|/First|/XRef`)
	actsRaw      = regexp.MustCompile(`/(JavaScript|JS|Launch|EmbeddedFile|XFA|RichMedia|SubmitForm|ImportData|GoToE|Encrypt)[\s/<(\[\]>]`)
)

// plainNames writes names without escapes: /J#61vaScript is /JavaScript.
func plainNames(b []byte) []byte {
	return escaped.ReplaceAllFunc(b, func(e []byte) []byte {
		n, err := strconv.ParseUint(string(e[1:]), 16, 8)
		if err != nil {
			return e
		}
		return []byte{byte(n)}
	})
}

// unfolds goes through the file as it lies, before any parser trusts what the file says of itself: it opens every packed stream
// with an end in sight, and looks for names of what acts, also in parts that no table of the file leads to.
func unfolds(body []byte) error {
	packed, at := 0, 0
	for _, s := range streamStart.FindAllIndex(body, -1) {
		if s[0] < at || bytes.HasSuffix(body[:s[0]], []byte("end")) { // within the stream before, or its end
			continue
		}
		dict := plainNames(body[max(at, s[0]-4096):s[0]])
		dict = dict[max(0, bytes.LastIndex(dict, []byte("obj"))):]
		if err := actsIn(body[at:s[0]]); err != nil {
			return err
		}
		at = s[1]
		if end := bytes.Index(body[at:], []byte("endstream")); end >= 0 {
			at += end
		}
		if !packedStream.Match(dict) {
			continue
		}
		plain, err := inflate(body[s[1]:at], mostPacked-packed)
		if err != nil {
			return err
		}
		packed += len(plain)
		if err := actsIn(plain); err != nil {
			return err
		}
	}
	return actsIn(body[at:])
}

func actsIn(part []byte) error {
	found := actsRaw.FindSubmatch(append(plainNames(part), ' '))
	switch {
	case found == nil:
		return nil
	case string(found[1]) == "Encrypt":
		return ErrLocked
	}
	return ErrActive.Because(errors.New(string(found[1])))
}

// inflate opens as much of a packed stream as opens; what is no zlib stream holds nothing to look at here.
func inflate(packed []byte, most int) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, nil //nolint:nilerr // the parser will say what it is
	}
	plain, _ := io.ReadAll(io.LimitReader(z, int64(most)+1)) //nolint:errcheck // as above: what came counts
	if len(plain) > most {
		return nil, ErrBomb
	}
	return plain, nil
}

// parse reads and validates by pdfcpu within limits. Its panics are the file's fault.
func parse(ctx context.Context, body []byte) (doc *model.Context, err error) {
	defer func() {
		if v := recover(); v != nil {
			doc, err = nil, ErrPDF.Because(fmt.Errorf("panic: %v", v))
		}
	}()
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode, conf.Offline, conf.ValidateLinks = model.ValidationRelaxed, true, false
	conf.Limits = model.ResourceLimits{
		MaxStreamBytes: int64(len(body)), MaxDecodeBytes: mostPacked, MaxImagePixels: 1 << 20, MaxImageBytes: 1 << 20,
		MaxObjectCount: mostObjects, MaxObjectStreamCount: 5000, MaxObjectStreamFirst: 256 << 10, MaxXRefEntries: mostObjects, MaxRecursionDepth: 60,
	}
	doc, err = pdfcpu.ReadWithContext(ctx, bytes.NewReader(body), conf)
	if err == nil && (doc.Encrypt != nil || doc.E != nil) {
		return nil, ErrLocked
	}
	if err == nil {
		err = validate.XRefTable(doc)
	}
	if err != nil { // its words may quote the file
		return nil, ErrPDF.Because(errors.New("pdfcpu refuses it"))
	}
	return doc, nil
}

// acts are keys and values of dictionaries that make a reader do something, or carry another file.
var (
	actsKeys    = []string{"JS", "JavaScript", "EF", "XFA", "RichMediaContent", "RichMediaSettings"}
	actsActions = []string{"JavaScript", "Launch", "SubmitForm", "ImportData", "GoToR", "GoToE", "Rendition", "Movie", "Sound", "RichMediaExecute"}
)

// inert walks every object, whether a page leads to it or not.
func inert(ctx context.Context, doc *model.Context) error {
	left := int64(mostStreams)
	for _, e := range doc.Table {
		if e == nil || e.Free || e.Object == nil {
			continue
		}
		if ctx.Err() != nil {
			return ErrBomb
		}
		if err := still(e.Object, 0); err != nil {
			return err
		}
		var s *types.StreamDict
		switch o := e.Object.(type) {
		case types.StreamDict:
			s = &o
		case *types.StreamDict:
			s = o
		default:
			continue
		}
		if err := bounded(s, &left); err != nil {
			return err
		}
	}
	return nil
}

// bounded opens a stream with an end in sight, and forgets it.
func bounded(s *types.StreamDict, left *int64) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = ErrPDF.Because(fmt.Errorf("panic: %v", v))
		}
	}()
	if w, h := s.IntEntry("Width"), s.IntEntry("Height"); w != nil && h != nil && (*w < 0 || *h < 0 || *h > 0 && *w > 150_000_000 / *h) {
		return ErrPixels.With("most", 150)
	}
	if s.Content != nil {
		return nil
	}
	for _, f := range s.FilterPipeline {
		if !slices.Contains([]string{"FlateDecode", "LZWDecode", "RunLengthDecode", "ASCII85Decode", "ASCIIHexDecode"}, f.Name) {
			return nil // a picture's own encoding, which is not opened here
		}
	}
	// A stream that is broken shows as nothing; only one that does not end is refused.
	_, err = s.DecodeLengthWithLimit(-1, min(mostStream, *left))
	*left -= int64(len(s.Content))
	s.Content = nil
	if errors.Is(err, filter.ErrDecodeLimitExceeded) || *left <= 0 {
		return ErrBomb
	}
	return nil
}

// still refuses an object in which something acts.
func still(o types.Object, depth int) error {
	if depth > 60 {
		return ErrPDF
	}
	switch o := o.(type) {
	case types.Dict:
		return stillDict(o, depth)
	case types.StreamDict:
		return stillDict(o.Dict, depth)
	case *types.StreamDict:
		return stillDict(o.Dict, depth)
	case types.ObjectStreamDict:
		return stillDict(o.Dict, depth)
	case *types.ObjectStreamDict:
		return stillDict(o.Dict, depth)
	case types.Array:
		for _, x := range o {
			if err := still(x, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// emptyTree: many writers put an empty list of files into every PDF.
func emptyTree(o types.Object) bool {
	d, ok := o.(types.Dict)
	if !ok {
		return false
	}
	_, kids := d.Find("Kids")
	return !kids && len(d.ArrayEntry("Names")) == 0
}

func stillDict(d types.Dict, depth int) error {
	for k, v := range d {
		if slices.Contains(actsKeys, k) || k == "EmbeddedFiles" && !emptyTree(v) {
			return ErrActive.Because(errors.New(k))
		}
		if n, ok := v.(types.Name); ok {
			acts := k == "S" && slices.Contains(actsActions, string(n)) || k == "Type" && n == "EmbeddedFile" ||
				k == "Subtype" && slices.Contains([]string{"RichMedia", "FileAttachment", "Movie", "Sound", "Screen", "3D"}, string(n))
			if acts {
				return ErrActive.Because(errors.New(string(n)))
			}
		}
		if err := still(v, depth+1); err != nil {
			return err
		}
	}
	return nil
}
