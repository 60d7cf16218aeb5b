package upload

import (
	"bytes"
	"encoding/binary"
)

// Sniff tells a file's kind by its first bytes, "" for one that is not taken. Names and claims of browsers are not asked. Three
// kinds need no library: what begins otherwise is refused, whatever it might be.
func Sniff(body []byte) string {
	switch {
	case bytes.HasPrefix(body, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(body, []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")):
		return PNG
	case bytes.HasPrefix(body, []byte("%PDF-")): // readers take it within the first kilobyte too; polyglots live there
		return PDF
	}
	return ""
}

// hidesArchive tells whether a ZIP's table of contents ends where the bytes end: then they are an archive too, whatever they
// begin as.
func hidesArchive(body []byte) bool {
	const record = 22
	tail := body[max(0, len(body)-record-0xffff):]
	for i := bytes.LastIndex(tail, []byte("PK\x05\x06")); i >= 0; i = bytes.LastIndex(tail[:i], []byte("PK\x05\x06")) {
		if len(tail)-i >= record && int(binary.LittleEndian.Uint16(tail[i+20:])) == len(tail)-i-record {
			return true
		}
	}
	return false
}

// orientation reads how a camera was held from a JPEG's EXIF; 1 when it does not say.
func orientation(body []byte) int {
	for at := 2; at+4 <= len(body) && body[at] == 0xff; {
		marker, size := body[at+1], int(binary.BigEndian.Uint16(body[at+2:]))
		if marker == 0xda || size < 2 || at+2+size > len(body) {
			return 1
		}
		if marker == 0xe1 {
			if o := exifOrientation(body[at+4 : at+2+size]); o != 0 {
				return o
			}
		}
		at += 2 + size
	}
	return 1
}

func exifOrientation(b []byte) int {
	b, ok := bytes.CutPrefix(b, []byte("Exif\x00\x00"))
	if !ok || len(b) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	at := int(order.Uint32(b[4:]))
	if at < 8 || at+2 > len(b) {
		return 0
	}
	n := int(order.Uint16(b[at:]))
	for i := range n {
		e := at + 2 + 12*i
		if e+12 > len(b) {
			return 0
		}
		if order.Uint16(b[e:]) == 0x0112 {
			if o := int(order.Uint16(b[e+8:])); o >= 1 && o <= 8 {
				return o
			}
			return 0
		}
	}
	return 0
}
