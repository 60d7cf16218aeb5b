package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// What a strange file may cost. The parser recurses, so depth is bounded before it starts.
const (
	maxDepth  = 40
	maxIndent = 200 // columns
)

// value is a node of the file with its place. A value that is not there has no node and stands where it should.
type value struct {
	to   *problems
	node ast.Node
	path string
	line int
}

// parseYAML reads YAML or JSON into its root value; what cannot be read at all is a problem.
func parseYAML(file []byte, to *problems) (root value, ok bool) {
	defer func() {
		if r := recover(); r != nil { // a defect of the parser must not take the process along
			to.add(1, "", "this cannot be read as YAML")
			root, ok = value{}, false
		}
	}()
	if !utf8.Valid(file) {
		to.add(1+bytes.Count(file[:invalidAt(file)], []byte("\n")), "", "the text is not UTF-8")
		return value{}, false
	}
	if line := tooDeep(file); line > 0 {
		to.add(line, "", "nested too deep")
		return value{}, false
	}
	f, err := parser.ParseBytes(file, 0)
	if err != nil {
		line, reason := syntax(err)
		to.add(line, "", "%s", reason)
		return value{}, false
	}
	var bodies []ast.Node
	for _, d := range f.Docs {
		if d.Body != nil {
			bodies = append(bodies, d.Body)
		}
	}
	if len(bodies) != 1 {
		to.add(1, "", "the file must hold one document, it holds %d", len(bodies))
		return value{}, false
	}
	return value{to: to, node: bodies[0], line: lineOf(bodies[0], 1)}, true
}

func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(b)
}

func syntax(err error) (line int, reason string) {
	var e yaml.Error
	if errors.As(err, &e) {
		if t := e.GetToken(); t != nil && t.Position != nil {
			return t.Position.Line, e.GetMessage()
		}
		return 1, e.GetMessage()
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return 1, first
}

// tooDeep returns the first line at which brackets, dashes or indentation nest deeper than any honest file, else 0.
// It counts brackets in texts too: a text with forty more opening than closing brackets is no loss.
func tooDeep(file []byte) int {
	depth, line := 0, 0
	for l := range bytes.Lines(file) {
		line++
		rest := bytes.TrimLeft(l, " \t")
		if len(l)-len(rest) > maxIndent && len(bytes.TrimSpace(rest)) > 0 {
			return line
		}
		if bytes.Count(l, []byte("- ")) > maxDepth && bytes.HasPrefix(bytes.ReplaceAll(rest, []byte(" "), nil), bytes.Repeat([]byte("-"), maxDepth)) {
			return line
		}
		if bytes.HasPrefix(rest, []byte("? ")) || bytes.Count(l, []byte("!")) > 1000 || bytes.Count(l, []byte("&")) > 1000 {
			return line
		}
		for _, c := range l {
			switch c {
			case '[', '{':
				if depth++; depth > maxDepth {
					return line
				}
			case ']', '}':
				depth = max(depth-1, 0)
			}
		}
	}
	return 0
}

func lineOf(n ast.Node, otherwise int) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return otherwise
	}
	return n.GetToken().Position.Line
}

func (v value) there() bool {
	if v.node == nil {
		return false
	}
	_, null := v.node.(*ast.NullNode)
	return !null
}

func (v value) wrong(format string, args ...any) { v.to.add(v.line, v.path, format, args...) }

// fields are a mapping's values by key.
type fields struct {
	value
	kv map[string]value
}

// fields reads a mapping with known keys; others are problems.
func (v value) fields(known ...string) fields {
	f := fields{value: v, kv: map[string]value{}}
	for _, p := range v.pairs() {
		if !slices.Contains(known, p.key) {
			p.value.wrong("unknown key %q; known here: %s", p.key, strings.Join(known, ", "))
			continue
		}
		f.kv[p.key] = p.value
	}
	return f
}

type pair struct {
	key   string
	value value
}

// pairs reads a mapping with any keys.
func (v value) pairs() []pair {
	var nodes []*ast.MappingValueNode
	switch n := v.node.(type) {
	case *ast.MappingNode:
		nodes = n.Values
	case *ast.MappingValueNode:
		nodes = []*ast.MappingValueNode{n}
	default:
		if v.there() {
			v.wrong("here must stand keys with values")
		}
		return nil
	}
	out := make([]pair, 0, len(nodes))
	for _, n := range nodes {
		key := value{to: v.to, node: n.Key, path: v.path, line: lineOf(n.Key, v.line)}
		k, ok := key.scalar()
		if !ok {
			continue
		}
		out = append(out, pair{k, value{to: v.to, node: n.Value, path: join(v.path, k), line: lineOf(n.Key, v.line)}})
	}
	return out
}

func join(path, key string) string {
	if r := []rune(key); len(r) > 40 {
		key = string(r[:40]) + "…"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// get returns the value of a key; one that is not there stands at the mapping's place.
func (f fields) get(key string) value {
	if v, ok := f.kv[key]; ok {
		return v
	}
	return value{to: f.to, path: join(f.path, key), line: f.line}
}

// need is get that reports when nothing is there.
func (f fields) need(key string) value {
	v := f.get(key)
	if !v.there() {
		v.wrong("is missing")
	}
	return v
}

// list reads a sequence of at most limit values.
func (v value) list(limit int) []value {
	if !v.there() {
		return nil
	}
	n, ok := v.node.(*ast.SequenceNode)
	if !ok {
		v.wrong("here must stand a list")
		return nil
	}
	if len(n.Values) > limit {
		v.wrong("the list is too long: %d, at most %d", len(n.Values), limit)
		return nil
	}
	out := make([]value, len(n.Values))
	for i, x := range n.Values {
		out[i] = value{to: v.to, node: x, path: fmt.Sprintf("%s[%d]", v.path, i), line: lineOf(x, v.line)}
		if m, ok := x.(*ast.MappingNode); ok && len(m.Values) > 0 {
			out[i].line = lineOf(m.Values[0].Key, out[i].line)
		}
	}
	return out
}

// scalar returns a single value as it is written; false, and a problem, for anything else.
func (v value) scalar() (string, bool) {
	switch n := v.node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		v.wrong("anchors, aliases and tags are not allowed")
	default:
		v.wrong("here must stand a single value")
	}
	return "", false
}

// word reads a text of at most limit letters without control characters; "" when it is not there.
func (v value) word(limit int) string {
	if !v.there() {
		return ""
	}
	s, ok := v.scalar()
	if !ok {
		return ""
	}
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if n := utf8.RuneCountInString(s); n > limit {
		v.wrong("is too long: %d letters, at most %d", n, limit)
		return ""
	}
	for _, r := range s {
		if r != '\n' && r != '\t' && unicode.IsControl(r) || r == utf8.RuneError {
			v.wrong("holds a control character (%U)", r)
			return ""
		}
	}
	return s
}

// text reads a text that must be there in every language.
func (v value) text(limit int) i18n.Text {
	if !v.there() {
		return i18n.Text{}
	}
	f := v.fields("kk", "ru", "en")
	t := i18n.Text{KK: f.get("kk").word(limit), RU: f.get("ru").word(limit), EN: f.get("en").word(limit)}
	for _, l := range i18n.Langs {
		if !f.get(string(l)).there() {
			v.wrong("lacks the language %s", l)
		}
	}
	return t
}

// whole reads a whole number from low to high.
func (v value) whole(low, high, otherwise int) int {
	if !v.there() {
		return otherwise
	}
	s, ok := v.scalar()
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		v.wrong("%s is not a whole number", quote(s))
		return otherwise
	}
	if n < low || n > high {
		v.wrong("%d is not between %d and %d", n, low, high)
		return otherwise
	}
	return n
}

// number reads a number from low to high.
func (v value) number(low, high float64) float64 {
	if !v.there() {
		return 0
	}
	s, ok := v.scalar()
	if !ok {
		return 0
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x >= low && x <= high) { // NaN is no number either
		v.wrong("%s is not a number between %g and %g", quote(s), low, high)
		return 0
	}
	return x
}

// yes reads true or false.
func (v value) yes() bool {
	if !v.there() {
		return false
	}
	s, ok := v.scalar()
	if ok && s != "true" && s != "false" {
		v.wrong("%s is neither true nor false", quote(s))
	}
	return s == "true"
}

// quote shows a stranger's text in a reason, cut short.
func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return strconv.Quote(s)
}
