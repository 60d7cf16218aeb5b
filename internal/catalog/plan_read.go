package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// What a plan file may hold at most. Real halls stay far below.
const (
	MaxPlanBytes  = 16 << 20
	MaxPlanSeats  = 120_000
	maxPlanRows   = 60_000
	maxZones      = 5_000
	maxAreas      = 20_000
	maxPoints     = 5_000
	maxWords      = 1_000 // bytes of a text
	maxID         = 200
	maxCoordinate = 1e6
	maxCapacity   = 1_000_000
)

// planReader walks a plan file once, token by token, and remembers where it stands. After the first error every
// method returns at once with nothing: callers need not look.
type planReader struct {
	data []byte
	dec  *json.Decoder
	path []step
	err  *PlanError

	counted int64 // offset up to which lines are counted
	line    int
}

type step struct {
	key   string
	index int
}

func newPlanReader(data []byte) *planReader {
	r := &planReader{data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1}
	r.dec.UseNumber()
	return r
}

// place is a spot in the file, kept for errors that show only later.
type place struct {
	line int
	path string
}

func (r *planReader) here() place { return place{r.lineAt(r.dec.InputOffset()), r.where()} }

func (r *planReader) where() string {
	var b strings.Builder
	for _, s := range r.path {
		if s.key == "" {
			fmt.Fprintf(&b, "[%d]", s.index)
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.key)
	}
	return b.String()
}

func (r *planReader) lineAt(offset int64) int {
	offset = min(max(offset, 0), int64(len(r.data)))
	if offset < r.counted {
		return 1 + bytes.Count(r.data[:offset], []byte("\n"))
	}
	r.line += bytes.Count(r.data[r.counted:offset], []byte("\n"))
	r.counted = offset
	return r.line
}

func (r *planReader) fail(format string, args ...any) {
	if r.err == nil {
		p := r.here()
		r.err = &PlanError{Line: p.line, Path: p.path, Reason: fmt.Sprintf(format, args...)}
	}
}

func (r *planReader) failAt(p place, format string, args ...any) {
	if r.err == nil {
		r.err = &PlanError{Line: p.line, Path: p.path, Reason: fmt.Sprintf(format, args...)}
	}
}

func (r *planReader) token() json.Token {
	if r.err != nil {
		return nil
	}
	t, err := r.dec.Token()
	if err == nil {
		return t
	}
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		p := place{r.lineAt(syntax.Offset), r.where()}
		r.failAt(p, "this is not JSON: %v", syntax)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		r.failAt(place{r.lineAt(int64(len(r.data))), r.where()}, "the file ends too early")
	default:
		r.fail("this is not JSON: %v", err)
	}
	return nil
}

// object reads an object: each gets every key and reads its value, or returns false when it knows no such key.
func (r *planReader) object(required string, each func(key string) bool) {
	if t := r.token(); t != json.Delim('{') {
		r.wrong("an object", t)
		return
	}
	seen := make([]string, 0, 12)
	for r.err == nil && r.dec.More() {
		key, ok := r.token().(string)
		if !ok {
			r.fail("this is not JSON: a name was expected")
			return
		}
		r.path = append(r.path, step{key: trimmed(key)})
		for _, s := range seen {
			if s == key {
				r.fail("this property stands here twice")
			}
		}
		seen = append(seen, key)
		if r.err == nil && !each(key) {
			r.fail("unknown property")
		}
		r.path = r.path[:len(r.path)-1]
	}
	r.token()
	if required == "" || r.err != nil {
		return
	}
	for _, want := range strings.Split(required, " ") {
		if !contains(seen, want) {
			r.fail("the property %q is missing", want)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// trimmed keeps hostile names out of error messages.
func trimmed(s string) string {
	if len(s) > 60 {
		s = s[:60] + "…"
	}
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '?'
		}
		return c
	}, s)
}

// array reads an array of at most limit elements.
func (r *planReader) array(limit int, each func()) {
	if t := r.token(); t != json.Delim('[') {
		r.wrong("an array", t)
		return
	}
	for i := 0; r.err == nil && r.dec.More(); i++ {
		r.path = append(r.path, step{index: i})
		if i >= limit {
			r.fail("more than %d of these", limit)
		} else {
			each()
		}
		r.path = r.path[:len(r.path)-1]
	}
	r.token()
}

func (r *planReader) wrong(want string, got json.Token) {
	name := "null"
	switch v := got.(type) {
	case json.Delim:
		name = map[json.Delim]string{'{': "an object", '[': "an array"}[v]
	case string:
		name = "a string"
	case json.Number:
		name = "a number"
	case bool:
		name = "true or false"
	}
	r.fail("expected %s, found %s", want, name)
}

// text reads a string of at most limit bytes without control characters.
func (r *planReader) text(limit int) string {
	t := r.token()
	s, ok := t.(string)
	if !ok {
		r.wrong("a string", t)
		return ""
	}
	return r.checked(s, limit)
}

func (r *planReader) checked(s string, limit int) string {
	if len(s) > limit {
		r.fail("longer than %d bytes", limit)
	}
	if strings.IndexFunc(s, unicode.IsControl) >= 0 {
		r.fail("a control character stands in this text")
	}
	return s
}

func (r *planReader) textRef() *string {
	s := r.text(maxWords)
	return &s
}

// id reads a string that names something and so is not empty.
func (r *planReader) id() string {
	s := r.text(maxID)
	if s == "" {
		r.fail("must not be empty")
	}
	return s
}

func (r *planReader) oneOf(allowed ...string) string {
	s := r.text(maxID)
	if r.err == nil && !contains(allowed, s) {
		r.fail("must be one of: %s", strings.Join(allowed, ", "))
	}
	return s
}

func (r *planReader) maybeOneOf(allowed ...string) maybeString {
	t := r.token()
	if t == nil {
		return maybeString{Set: true, Null: true}
	}
	s, ok := t.(string)
	if !ok {
		r.wrong("a string or null", t)
	} else if !contains(allowed, s) {
		r.fail("must be null or one of: %s", strings.Join(allowed, ", "))
	}
	return maybeString{Set: true, Value: s}
}

func (r *planReader) boolean() bool {
	t := r.token()
	b, ok := t.(bool)
	if !ok {
		r.wrong("true or false", t)
	}
	return b
}

// number reads a finite number between low and high.
func (r *planReader) number(low, high float64) float64 {
	t := r.token()
	n, ok := t.(json.Number)
	if !ok {
		r.wrong("a number", t)
		return 0
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || math.IsNaN(f) || f < low || f > high {
		r.fail("must be a number from %g to %g", low, high)
		return 0
	}
	if f == 0 {
		return 0 // also of -0, which canonical JSON does not know
	}
	return f
}

func (r *planReader) whole(low, high float64) float64 {
	f := r.number(low, high)
	if f != math.Trunc(f) {
		r.fail("must be a whole number")
	}
	return f
}

func (r *planReader) numberRef(low, high float64) *float64 {
	f := r.number(low, high)
	return &f
}

// next is the first byte of the value to come.
func (r *planReader) next() byte {
	for i := r.dec.InputOffset(); i < int64(len(r.data)); i++ {
		switch c := r.data[i]; c {
		case ' ', '\t', '\n', '\r', ':', ',':
		default:
			return c
		}
	}
	return 0
}
