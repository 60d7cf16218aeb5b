package app_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"mime/quotedprintable"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// needles are values in every form in which they could stand in a file. ASCII letters match in either case, so hex and addresses do too.
type needles struct {
	starts [1 << 16]bool // two bytes with which some needle begins
	by     map[[2]byte][]needle
}

type needle struct {
	folded []byte
	what   string
}

func newNeedles(values []string) *needles {
	n := &needles{by: map[[2]byte][]needle{}}
	for _, v := range values {
		for _, written := range slices.Compact([]string{v, strings.ToLower(v), strings.ToUpper(v)}) {
			for form, b := range forms(written) {
				n.add(b, v+" as "+form)
			}
		}
	}
	return n
}

func (n *needles) add(b []byte, what string) {
	folded := fold(b)
	at := [2]byte(folded[:2])
	n.starts[uint16(at[0])<<8|uint16(at[1])] = true
	n.by[at] = append(n.by[at], needle{folded, what})
}

func fold(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		out[i] = c
	}
	return out
}

// in names what stands in a body: as it is, with its lines joined, and in what is packed in it.
func (n *needles) in(body []byte) (found []string) {
	for _, b := range append([][]byte{body, joined(body)}, unpacked(body, 2)...) {
		found = append(found, n.plainly(b)...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (n *needles) plainly(body []byte) (found []string) {
	b := fold(body)
	for i := 0; i+1 < len(b); i++ {
		if !n.starts[uint16(b[i])<<8|uint16(b[i+1])] {
			continue
		}
		for _, one := range n.by[[2]byte(b[i:i+2])] {
			if bytes.HasPrefix(b[i:], one.folded) {
				found = append(found, one.what)
			}
		}
	}
	return found
}

// forms are the ways in which a value could stand in a file. Base64 has three, by where in the text it begins; the ends, which depend
// on neighbours, are cut off.
func forms(v string) map[string][]byte {
	b := []byte(v)
	out := map[string][]byte{
		"UTF-8":             b,
		"UTF-16 LE":         utf16Bytes(v, false),
		"UTF-16 BE":         utf16Bytes(v, true),
		"hex":               []byte(hex.EncodeToString(b)),
		"hex of UTF-16 LE":  []byte(hex.EncodeToString(utf16Bytes(v, false))),
		"hex of UTF-16 BE":  []byte(hex.EncodeToString(utf16Bytes(v, true))),
		"percent-encoded":   []byte(url.QueryEscape(v)),
		"escaped for JSON":  []byte(strings.Trim(strconv.QuoteToASCII(v), `"`)),
		"quoted-printable":  quoted(v),
		"XML with entities": entities(v),
	}
	for shift := range 3 {
		for name, enc := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64 of addresses": base64.RawURLEncoding} {
			text := enc.EncodeToString(append(make([]byte, shift), b...))
			if inner := text[(shift*8+5)/6+1 : len(text)-2]; len(inner) >= 10 {
				out[name+", shift "+string(rune('0'+shift))] = []byte(inner)
			}
		}
	}
	return out
}

func utf16Bytes(s string, big bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

func quoted(v string) []byte {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	w.Write([]byte(v)) //nolint:errcheck // into memory
	w.Close()          //nolint:errcheck // into memory
	return unbroken(b.Bytes())
}

func entities(v string) []byte {
	var b strings.Builder
	for _, r := range v {
		if r < 0x80 {
			b.WriteRune(r)
		} else {
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
		}
	}
	return []byte(b.String())
}

// joined is a body without the breaks that letters and dumps put into long lines; nil where there are none.
func joined(body []byte) []byte {
	if !bytes.Contains(body, []byte("\n")) {
		return nil
	}
	return unbroken(body)
}

func unbroken(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte("=\r\n"), nil)
	out := make([]byte, 0, len(body))
	for _, c := range body {
		if c != '\r' && c != '\n' && c != ' ' && c != '\t' {
			out = append(out, c)
		}
	}
	return out
}

// mostUnpacked bounds what one packed stream may become.
const mostUnpacked = 32 << 20

// unpacked are the streams of gzip, ZIP and zlib (PDF has them) that begin anywhere in a body.
func unpacked(body []byte, deep int) (out [][]byte) {
	if deep == 0 {
		return nil
	}
	r := flate.NewReader(nil)
	for i := 0; i+2 < len(body); i++ {
		from := -1
		switch {
		case body[i] == 0x78 && slices.Contains([]byte{0x01, 0x5e, 0x9c, 0xda}, body[i+1]):
			from = i + 2
		case body[i] == 0x1f && body[i+1] == 0x8b && body[i+2] == 8:
			if z, err := gzip.NewReader(bytes.NewReader(body[i:])); err == nil {
				out = append(out, some(z))
			}
		case bytes.HasPrefix(body[i:], []byte("PK\x03\x04")) && i+30 < len(body) && body[i+8] == 8:
			from = i + 30 + int(body[i+26]) + int(body[i+27])<<8 + int(body[i+28]) + int(body[i+29])<<8
		}
		if from < 0 || from >= len(body) {
			continue
		}
		if err := r.(flate.Resetter).Reset(bytes.NewReader(body[from:]), nil); err == nil {
			out = append(out, some(r))
		}
	}
	for _, b := range slices.Clone(out) {
		if len(b) > 0 {
			out = append(out, joined(b))
			out = append(out, unpacked(b, deep-1)...)
		}
	}
	return out
}

// some reads what can be read: a stream that breaks off has told something all the same.
func some(r io.Reader) []byte {
	b, _ := io.ReadAll(io.LimitReader(r, mostUnpacked)) //nolint:errcheck // most are no streams at all
	return b
}

// TestTheSearchFindsEveryPlantedForm plants each of the canary's values in each form, by encoders of its own, in the middle of noise.
func TestTheSearchFindsEveryPlantedForm(t *testing.T) {
	packed := func(open func(io.Writer) io.WriteCloser) func(string) []byte {
		return func(v string) []byte {
			var b bytes.Buffer
			w := open(&b)
			_, err := w.Write([]byte("…" + v + "…"))
			if err != nil || w.Close() != nil {
				t.Fatal("cannot pack")
			}
			return b.Bytes()
		}
	}
	lines := func(s string, n int) (out string) {
		for part := range slices.Chunk([]byte(s), n) {
			out += string(part) + "\r\n"
		}
		return out
	}
	planters := map[string]func(string) []byte{
		"UTF-8":      func(v string) []byte { return []byte(v) },
		"in capital": func(v string) []byte { return []byte(strings.ToUpper(v)) },
		"small":      func(v string) []byte { return []byte(strings.ToLower(v)) },
		"UTF-16 LE": func(v string) (out []byte) {
			for _, u := range utf16.Encode([]rune(v)) {
				out = append(out, byte(u), byte(u>>8))
			}
			return out
		},
		"UTF-16 BE": func(v string) (out []byte) {
			for _, u := range utf16.Encode([]rune(v)) {
				out = append(out, byte(u>>8), byte(u))
			}
			return out
		},
		"hex":          func(v string) []byte { return []byte(hex.EncodeToString([]byte("ab" + v + "yz"))) },
		"HEX":          func(v string) []byte { return []byte(strings.ToUpper(hex.EncodeToString([]byte(v)))) },
		"hex in lines": func(v string) []byte { return []byte(lines(hex.EncodeToString([]byte(v)), 16)) },
		"an address":   func(v string) []byte { return []byte("/ru/?q=" + url.QueryEscape(v) + "&x=1") },
		"JSON":         func(v string) []byte { return []byte(`{"v":` + strconv.QuoteToASCII(v) + `}`) },
		"base64 in mail": func(v string) []byte {
			return []byte(lines(base64.StdEncoding.EncodeToString([]byte("Dear "+v+", …")), 20))
		},
		"quoted-printable": func(v string) []byte {
			var b bytes.Buffer
			w := quotedprintable.NewWriter(&b)
			w.Write([]byte(strings.Repeat("x", 50) + v)) //nolint:errcheck // into memory
			w.Close()                                    //nolint:errcheck // into memory
			return b.Bytes()
		},
		"gzip": packed(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }),
		"zlib": packed(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }),
		"ZIP": func(v string) []byte {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			f, err := z.Create("data.json")
			if err != nil {
				t.Fatal(err)
			}
			f.Write([]byte(strings.Repeat("тоже ", 40) + v)) //nolint:errcheck // into memory
			if z.Close() != nil {
				t.Fatal("cannot pack")
			}
			return b.Bytes()
		},
	}
	for i, before := range []string{"", "a", "ab", "abc"} {
		planters["base64 after "+strconv.Itoa(i)] = func(v string) []byte { return []byte(base64.StdEncoding.EncodeToString([]byte(before + v + "z"))) }
		planters["base64 of addresses after "+strconv.Itoa(i)] = func(v string) []byte { return []byte(base64.RawURLEncoding.EncodeToString([]byte(before + v + "z"))) }
	}
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 8191)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	n := newNeedles(canaryValues)
	if got := n.in(noise); len(got) > 0 {
		t.Fatalf("in noise alone: %v", got)
	}
	for _, v := range canaryValues {
		for how, plant := range planters {
			body := slices.Concat(noise[:4097], plant(v), noise[4097:])
			if !slices.ContainsFunc(n.in(body), func(s string) bool { return strings.HasPrefix(s, v+" as ") }) {
				t.Errorf("%s planted as %s was not found", v, how)
			}
		}
	}
}
