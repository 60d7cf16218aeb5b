package privacy

import (
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// Change is a clause that differs between two versions: Old is empty when it is new, New when it is gone.
type Change struct {
	Number string
	Level  int
	Scope  string // of a consent: its code; Number is then the part's place, "0" for the line beside the box
	Old    string
	New    string
}

// TitleChange stands for a clause's number where the document's title changed.
const TitleChange = "title"

// Diff compares two versions of a document clause by clause, in the order of the newer one; clauses that are gone come last.
func Diff(older, newer Document) []Change {
	was := map[string]Clause{}
	for i, c := range older.Clauses {
		was[clauseKey(i, c)] = c
	}
	var out []Change
	if older.Title != newer.Title {
		out = append(out, Change{Number: TitleChange, Level: 1, Old: older.Title, New: newer.Title})
	}
	for i, c := range newer.Clauses {
		o, ok := was[clauseKey(i, c)]
		delete(was, clauseKey(i, c))
		if !ok || o.Text != c.Text {
			out = append(out, Change{Number: c.Number, Level: c.Level, Old: o.Text, New: c.Text})
		}
	}
	for i, c := range older.Clauses {
		if _, gone := was[clauseKey(i, c)]; gone {
			out = append(out, Change{Number: c.Number, Level: c.Level, Old: c.Text})
		}
	}
	return out
}

// clauseKey tells clauses apart: by number, those of the preamble by their place.
func clauseKey(i int, c Clause) string {
	if c.Number == "" {
		return "#" + strconv.Itoa(i)
	}
	return c.Number
}

// DiffScopes compares the consents of two versions, part by part.
func DiffScopes(older, newer []Scope, l i18n.Lang) []Change {
	var out []Change
	seen := map[string]bool{}
	for _, s := range newer {
		seen[s.Code] = true
		var was Scope
		for _, o := range older {
			if o.Code == s.Code {
				was = o
			}
		}
		out = append(out, diffScope(was, s, s.Code, l)...)
	}
	for _, o := range older {
		if !seen[o.Code] {
			out = append(out, diffScope(o, Scope{}, o.Code, l)...)
		}
	}
	return out
}

func diffScope(a, b Scope, code string, l i18n.Lang) []Change {
	var out []Change
	olds, news := append([]*i18n.Text{&a.Summary}, a.Parts.list()...), append([]*i18n.Text{&b.Summary}, b.Parts.list()...)
	for i := range news {
		if o, n := olds[i].In(l), news[i].In(l); o != n {
			out = append(out, Change{Number: strconv.Itoa(i), Level: 2, Scope: code, Old: o, New: n})
		}
	}
	return out
}

// Changes tells everything in which a version differs from an older one, in a language.
func (v Version) Changes(older Version, l i18n.Lang) []Change {
	return append(Diff(older.Documents[l], v.Documents[l]), DiffScopes(older.Scopes, v.Scopes, l)...)
}

// Changes tells everything in which a draft differs from a version, in a language.
func (d Draft) Changes(older Version, l i18n.Lang) []Change {
	return append(Diff(older.Documents[l], d.Documents[l]), DiffScopes(older.Scopes, d.Scopes, l)...)
}

// Span is a run of words that stayed (""), went ("-") or came ("+").
type Span struct{ Kind, Text string }

// Spans tells a change word by word.
func (c Change) Spans() []Span { return wordDiff(c.Old, c.New) }

// mostCompared bounds the table of a comparison: two clauses of two thousand words.
const mostCompared = 4_000_000

// wordDiff finds the longest common run of words, so that a reader sees what changed and not two whole paragraphs.
func wordDiff(older, newer string) []Span {
	a, b := strings.Fields(older), strings.Fields(newer)
	if len(a)*len(b) > mostCompared {
		return []Span{{"-", strings.Join(a, " ")}, {"+", strings.Join(b, " ")}}
	}
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out []Span
	add := func(kind, word string) {
		if n := len(out); n > 0 && out[n-1].Kind == kind {
			out[n-1].Text += " " + word
			return
		}
		out = append(out, Span{kind, word})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			add("", a[i])
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]):
			add("-", a[i])
			i++
		default:
			add("+", b[j])
			j++
		}
	}
	return out
}
