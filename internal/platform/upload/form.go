package upload

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/sahna/sahna/internal/platform/fault"
)

// Sent is a form with one file.
type Sent struct {
	Fields map[string]string
	File   *Held // nil when the form came without; Drop it otherwise
}

const (
	// overhead is what a form may weigh besides its file.
	overhead   = 64 << 10
	mostFields = 10
	longest    = 200 // bytes of a field
)

// Body is how much a request with a file may send: what the page's address allows.
func (l Limits) Body() int64 { return l.Bytes + overhead }

// slowest is how long the longest file may take; a phone on a bad line needs minutes.
const slowest = 5 * time.Minute

// Read reads a form with its file into the spool. A body that says it is too long is refused unread; the body has to be bounded by
// Limits.Body already. Fields have to stand before the file.
func (s *Spool) Read(w http.ResponseWriter, r *http.Request, l Limits) (out Sent, err error) {
	if r.ContentLength > l.Body() {
		w.Header().Set("Connection", "close")
		return out, tooLong(l.Bytes)
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return out, ErrEmpty
	}
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(slowest)) //nolint:errcheck // where it cannot be set, the server's own stands
	parts, err := r.MultipartReader()
	if err != nil {
		return out, ErrEmpty
	}
	out.Fields = map[string]string{}
	for range mostFields {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, reading(err, l.Bytes)
		}
		if part.FileName() == "" {
			value, err := io.ReadAll(io.LimitReader(part, longest+1))
			if err != nil {
				return out, reading(err, l.Bytes)
			}
			if len(value) > longest {
				return out, fault.New(fault.Invalid, "")
			}
			out.Fields[part.FormName()] = string(value)
			continue
		}
		if out.File, err = s.Take(r.Context(), part, l.Bytes); err != nil {
			return out, err
		}
		// The end of the form must have come: a file that was cut off exactly between two lines is cut off all the same.
		if _, err := parts.NextRawPart(); !errors.Is(err, io.EOF) {
			out.File.Drop()
			out.File = nil
			return out, reading(err, l.Bytes)
		}
		return out, nil
	}
	return out, fault.New(fault.Invalid, "")
}
