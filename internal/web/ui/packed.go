package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Packed is a body that many ask for: compressed once, with a tag by its content. Its methods may be called at once by many.
type Packed struct {
	tag   string
	plain []byte
	gzip  func() []byte
	zstd  func() []byte
}

// leastPacked is the size below which compressing is not worth it.
const leastPacked = 1024

// Pack prepares a body that never changes. It must hold nothing that one reader may see and another may not.
func Pack(body []byte) *Packed {
	sum := sha256.Sum256(body)
	return &Packed{
		tag: base64.RawURLEncoding.EncodeToString(sum[:12]), plain: body,
		gzip: sync.OnceValue(func() []byte { return gzipped(body) }),
		zstd: sync.OnceValue(func() []byte { return zstandard(body) }),
	}
}

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic("ui: gzip: " + err.Error()) // cannot be: the level is a constant
	}
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

var zstdWriter = sync.OnceValue(func() *zstd.Encoder {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		panic("ui: zstd: " + err.Error()) // cannot be: the options are constants
	}
	return w
})

func zstandard(body []byte) []byte { return zstdWriter().EncodeAll(body, nil) }

// Serve answers with the body in the best form that the reader takes, or with 304 when it has it already. The caller has set
// Content-Type and Cache-Control.
func (p *Packed) Serve(w http.ResponseWriter, r *http.Request, status int) {
	body, encoding := p.plain, ""
	if len(body) >= leastPacked {
		switch accept := r.Header.Get("Accept-Encoding"); {
		case takes(accept, "zstd"):
			body, encoding = p.zstd(), "zstd"
		case takes(accept, "gzip"):
			body, encoding = p.gzip(), "gzip"
		}
	}
	h := w.Header()
	addVary(h, "Accept-Encoding")
	tag := `"` + p.tag + `"`
	if encoding != "" {
		tag = `"` + p.tag + "-" + encoding + `"`
	}
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader left: nobody to tell
	}
}

func addVary(h http.Header, name string) {
	for _, v := range h.Values("Vary") {
		if strings.Contains(v, name) {
			return
		}
	}
	h.Add("Vary", name)
}

// takes tells whether an Accept-Encoding lists a coding and does not forbid it.
func takes(accept, coding string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == coding {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

// matches tells whether an If-None-Match names a tag. A proxy may have made it weak.
func matches(list, tag string) bool {
	if list == "" {
		return false
	}
	for part := range strings.SplitSeq(list, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == tag || part == "*" {
			return true
		}
	}
	return false
}
