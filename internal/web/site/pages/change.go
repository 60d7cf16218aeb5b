package pages

import (
	"strings"

	"github.com/sahna/sahna/internal/privacy"
)

// change is a clause that differs, word by word.
type change struct {
	Number string
	Spans  []span
}

// span is a run of words that stayed (""), went ("-") or came ("+").
type span struct{ Kind, Text string }

func changesOf(diff []privacy.Change) []change {
	var out []change
	for _, d := range diff {
		out = append(out, change{Number: d.Number, Spans: wordDiff(d.Old, d.New)})
	}
	return out
}

// wordDiff finds the longest common run of words, so that a reader sees what changed and not two whole paragraphs.
func wordDiff(older, newer string) []span {
	a, b := strings.Fields(older), strings.Fields(newer)
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
	var out []span
	add := func(kind, word string) {
		if n := len(out); n > 0 && out[n-1].Kind == kind {
			out[n-1].Text += " " + word
			return
		}
		out = append(out, span{kind, word})
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
