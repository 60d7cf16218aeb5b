// Package uploadtest makes hostile files, for tests.
//
// It owns the hundred of them that must be refused. It promises that each comes
// with the reason that is due.
package uploadtest

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"strings"

	"github.com/sahna/sahna/internal/platform/clamd/clamdtest"
	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/upload"
)

// Hostile is a file and why it is refused: any of the reasons.
type Hostile struct {
	Name string
	Body []byte
	Why  []*fault.Error
}

// Small is a harmless picture, and the same as PNG.
func Small() (jpg, pngs []byte) {
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range img.Pix {
		img.Pix[i] = byte(i)
	}
	var j, p bytes.Buffer
	if err := jpeg.Encode(&j, img, nil); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := png.Encode(&p, img); err != nil {
		panic(err)
	}
	return j.Bytes(), p.Bytes()
}

// PDF writes objects (numbered from 1; 1 is the catalogue) with a right table and trailer.
func PDF(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes()
}

const (
	pages = `<</Type/Pages/Kids[3 0 R]/Count 1>>`
	page  = `<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>>>`
)

// Plain is a harmless PDF of one empty page.
func Plain() []byte { return PDF(`<</Type/Catalog/Pages 2 0 R>>`, pages, page) }

// Stream writes a packed stream of a body with more of a dictionary.
func Stream(more string, body []byte) string {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(body) //nolint:errcheck // a buffer takes everything
	w.Close()     //nolint:errcheck // as above
	return fmt.Sprintf("<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream", more, z.Len(), z.Bytes())
}

// All are the hostile files, but for those whose length is the attack.
func All() []Hostile {
	var out []Hostile
	out = append(out, wrongKinds()...)
	out = append(out, mixed()...)
	out = append(out, pictures()...)
	out = append(out, activePDFs()...)
	out = append(out, brokenPDFs()...)
	out = append(out, malware()...)
	return out
}

func wrongKinds() (out []Hostile) {
	for name, body := range map[string]string{
		"empty text": " ", "text": "hello", "html": "<!doctype html><script>alert(1)</script>", "svg": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"svg with a declaration": `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg onload="x()"/>`, "svg after spaces": "\n\n  <svg/>", "svgz": "\x1f\x8b\x08\x00svg",
		"gif": "GIF89a\x01\x00\x01\x00\x00\x00\x00;", "webp": "RIFF\x00\x00\x00\x00WEBPVP8 ", "bmp": "BM\x00\x00\x00\x00", "tiff": "II*\x00\x08\x00\x00\x00", "heic": "\x00\x00\x00\x18ftypheic",
		"elf": "\x7fELF\x02\x01\x01", "exe": "MZ\x90\x00", "shell": "#!/bin/sh\nrm -rf /", "php": "<?php system($_GET[0]);", "java": "\xca\xfe\xba\xbe\x00\x00", "rar": "Rar!\x1a\x07\x00",
		"7z": "7z\xbc\xaf\x27\x1c", "zip": "PK\x03\x04\x14\x00", "postscript": "%!PS-Adobe-3.0\n(%stdin) run", "rtf": `{\rtf1\object}`, "word": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xml bomb": `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aa">]><l>&a;</l>`,
		"a pdf after a space": " " + string(Plain()), "a pdf after a line": "\n" + string(Plain()), "utf-16": "\xff\xfe<\x00s\x00", "nul": strings.Repeat("\x00", 4096), "half a signature": "\xff\xd8", "png's first half": "\x89PNG\r\n",
	} {
		out = append(out, Hostile{name, []byte(body), []*fault.Error{upload.ErrKind}})
	}
	return out
}

// Zip is an archive with one member.
func Zip() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("run.js")
	if err != nil {
		panic(err) // a buffer takes everything
	}
	w.Write([]byte("alert(1)")) //nolint:errcheck // as above
	z.Close()                   //nolint:errcheck // as above
	return b.Bytes()
}

func mixed() (out []Hostile) {
	jpg, pngs := Small()
	why := []*fault.Error{upload.ErrMixed}
	add := func(name string, body ...[]byte) { out = append(out, Hostile{name, bytes.Join(body, nil), why}) }
	add("jpeg and zip", jpg, Zip())
	add("png and zip", pngs, Zip())
	add("pdf and zip", Plain(), Zip())
	add("pdf and html", Plain(), []byte("<script>alert(1)</script>"))
	add("pdf and a program", Plain(), []byte("MZ\x90"))
	for _, sign := range []string{"<html>", "<SCRIPT>", "<svg/onload=x>", "<?php x();?>", "<!DOCTYPE html>"} {
		add("pdf that begins with "+sign, []byte("%PDF-1.7\n%"+sign+"\n"), Plain()[9:])
	}
	return out
}

func pngOf(width, height uint32, rest []byte) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		body := append([]byte(kind), data...)
		binary.Write(&b, binary.BigEndian, uint32(len(data))) //nolint:errcheck,gosec // a buffer takes everything; small
		b.Write(body)
		binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(body)) //nolint:errcheck // as above
	}
	head := binary.BigEndian.AppendUint32(nil, width)
	head = append(binary.BigEndian.AppendUint32(head, height), 8, 2, 0, 0, 0)
	chunk("IHDR", head)
	chunk("IDAT", rest)
	chunk("IEND", nil)
	return b.Bytes()
}

func jpegOf(width, height uint16, rest []byte) []byte {
	b := []byte{0xff, 0xd8, 0xff, 0xc0, 0, 17, 8}
	b = binary.BigEndian.AppendUint16(b, height)
	b = binary.BigEndian.AppendUint16(b, width)
	return append(append(b, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1), rest...)
}

func pictures() (out []Hostile) {
	jpg, pngs := Small()
	add := func(name string, body []byte, why ...*fault.Error) { out = append(out, Hostile{name, body, why}) }
	sized := func(width, height uint16) []byte { // the small picture claims another size
		b := bytes.Clone(jpg)
		at := bytes.Index(b, []byte("\xff\xc0"))
		binary.BigEndian.PutUint16(b[at+5:], height)
		binary.BigEndian.PutUint16(b[at+7:], width)
		return b
	}
	for i, side := range []uint32{10_000, 50_000, 100_000, 1 << 20, 1 << 30, 0x7fffffff, 0xffffffff} {
		add(fmt.Sprintf("png of %d pixels a side", side), pngOf(side, side-uint32(i), nil), upload.ErrPixels, upload.ErrPicture) //nolint:gosec // small
	}
	add("jpeg of 65,535 pixels a side", sized(65535, 65535), upload.ErrPixels)
	add("jpeg of 40,000 by 30,000", sized(40000, 30000), upload.ErrPixels)
	add("png without height", pngOf(10, 0, nil), upload.ErrPicture)
	add("jpeg without height", jpegOf(10, 0, nil), upload.ErrPicture)
	add("jpeg of thousands of scans", append(jpegOf(100, 100, nil), bytes.Repeat([]byte("\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"), 5000)...), upload.ErrBomb)
	for _, part := range []int{4, 20, 40, 60, 80, 95} {
		add(fmt.Sprintf("%d %% of a jpeg", part), jpg[:len(jpg)*part/100], upload.ErrPicture, upload.ErrKind)
		add(fmt.Sprintf("%d %% of a png", part), pngs[:len(pngs)*part/100], upload.ErrPicture, upload.ErrKind)
	}
	add("jpeg that is noise", append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte{0x37, 0xc1}, 4000)...), upload.ErrPicture)
	return out
}

func activePDFs() (out []Hostile) {
	// The scanner has its own suspicion of hidden names, and the parser of odd actions: any of the reasons will do.
	why := []*fault.Error{upload.ErrActive, upload.ErrMalware, upload.ErrPDF}
	add := func(name string, objects ...string) { out = append(out, Hostile{"pdf: " + name, PDF(objects...), why}) }
	catalog := func(more string) string { return `<</Type/Catalog/Pages 2 0 R` + more + `>>` }
	withPage := func(more string) string { return strings.TrimSuffix(page, ">>") + more + ">>" }
	for name, action := range map[string]string{
		"script": `<</S/JavaScript/JS(app.alert\(1\))>>`, "script in a hidden name": `<</S/#4aavaScript/#4a#53(x)>>`, "launch": `<</S/Launch/F(cmd.exe)>>`,
		"form that is sent": `<</S/SubmitForm/F<</FS/URL/F(http://x)>>>>`, "import": `<</S/ImportData/F(x)>>`, "another file": `<</S/GoToR/F(x.pdf)/D[0/Fit]>>`,
		"a file within": `<</S/GoToE/D[0/Fit]/T<</R/C/N(x)>>>>`, "rendition": `<</S/Rendition/OP 0>>`,
	} {
		add(name+" at opening", catalog(`/OpenAction`+action), pages, page)
		add(name+" at a link", catalog(""), pages, withPage(`/Annots[4 0 R]`), `<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A`+action+`>>`)
		add(name+" at a page's opening", catalog(""), pages, withPage(`/AA<</O`+action+`>>`))
		add(name+" that nothing leads to", catalog(""), pages, page, action)
	}
	add("script among names", catalog(`/Names<</JavaScript<</Names[(a)4 0 R]>>>>`), pages, page, `<</S/JavaScript/JS(x)>>`)
	add("embedded file", catalog(`/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>`), pages, page, `<</Type/Filespec/F(a)/EF<</F 5 0 R>>>>`, Stream("/Type/EmbeddedFile", []byte("MZ")))
	add("attachment", catalog(""), pages, withPage(`/Annots[4 0 R]`), `<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 5 0 R>>`, `<</Type/Filespec/F(a)>>`)
	add("xfa", catalog(`/AcroForm<</XFA 4 0 R/Fields[]>>`), pages, page, Stream("", []byte("<xdp/>")))
	add("rich media", catalog(""), pages, withPage(`/Annots[4 0 R]`), `<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]>>`)
	add("script in a packed object", catalog(""), pages, page, Stream("/Type/ObjStm/N 1/First 4", []byte("9 0 <</S/JavaScript/JS(x)>>")))
	return out
}

func brokenPDFs() (out []Hostile) {
	add := func(name string, body []byte, why ...*fault.Error) {
		out = append(out, Hostile{"pdf: " + name, body, why})
	}
	plain := Plain()
	for _, part := range []int{10, 30, 50, 70, 90} {
		add(fmt.Sprintf("%d %% of it", part), plain[:len(plain)*part/100], upload.ErrCut)
	}
	add("nothing but its beginning", []byte("%PDF-1.7\n%%EOF"), upload.ErrPDF)
	add("without pages", PDF(`<</Type/Catalog>>`), upload.ErrPDF)
	add("pages that lead to themselves", PDF(`<</Type/Catalog/Pages 2 0 R>>`, `<</Type/Pages/Kids[2 0 R]/Count 1>>`), upload.ErrPDF)
	add("locked", bytes.Replace(plain, []byte("/Root 1 0 R"), []byte("/Root 1 0 R/Encrypt 3 0 R"), 1), upload.ErrLocked)
	kids := strings.Repeat("3 0 R ", 500)
	add("five hundred pages", PDF(`<</Type/Catalog/Pages 2 0 R>>`, `<</Type/Pages/Kids[`+kids+`]/Count 500>>`, page), upload.ErrPages, upload.ErrPDF)
	zeros := make([]byte, 70<<20)
	packed := Stream("/KIND", zeros)
	bomb := func(kind string) string { return strings.Replace(packed, "/KIND", kind, 1) }
	add("a bomb as a page", PDF(`<</Type/Catalog/Pages 2 0 R>>`, pages, strings.TrimSuffix(page, ">>")+"/Contents 4 0 R>>", bomb("")), upload.ErrBomb)
	add("a bomb of packed objects", PDF(`<</Type/Catalog/Pages 2 0 R>>`, pages, page, bomb("/Type/ObjStm/N 1/First 4")), upload.ErrBomb)
	add("a bomb that nothing leads to", PDF(`<</Type/Catalog/Pages 2 0 R>>`, pages, page, bomb("")), upload.ErrBomb)
	add("a picture of a million pixels a side", PDF(`<</Type/Catalog/Pages 2 0 R>>`, pages, page, Stream("/Type/XObject/Subtype/Image/Width 1000000/Height 1000000/BitsPerComponent 8/ColorSpace/DeviceRGB", []byte("x"))), upload.ErrPixels)
	add("a deep nest", PDF(`<</Type/Catalog/Pages 2 0 R/X `+strings.Repeat("[", 20000)+strings.Repeat("]", 20000)+`>>`, pages, page), upload.ErrPDF)
	return out
}

func malware() (out []Hostile) {
	jpg, pngs := Small()
	why := []*fault.Error{upload.ErrMalware}
	for name, body := range map[string][]byte{
		"eicar": []byte(clamdtest.EICAR), "jpeg and eicar": append(bytes.Clone(jpg), clamdtest.EICAR...), "png and eicar": append(bytes.Clone(pngs), clamdtest.EICAR...),
		"pdf with eicar in a string": PDF(`<</Type/Catalog/Pages 2 0 R/X<`+fmt.Sprintf("%x", "x")+`>>>`, pages, page+"\n%"+clamdtest.EICAR),
	} {
		out = append(out, Hostile{name, body, why})
	}
	return out
}
