package privacy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sahna/sahna/internal/privacy"
)

func TestWordDiffMarksOnlyWhatChanged(t *testing.T) {
	for _, tc := range []struct {
		older, newer string
		want         []privacy.Span
	}{
		{"жауап үш күн ішінде", "жауап бес күн ішінде", []privacy.Span{{Text: "жауап"}, {Kind: "-", Text: "үш"}, {Kind: "+", Text: "бес"}, {Text: "күн ішінде"}}},
		{"", "a new clause", []privacy.Span{{Kind: "+", Text: "a new clause"}}},
		{"gone now", "", []privacy.Span{{Kind: "-", Text: "gone now"}}},
		{"the same", "the same", []privacy.Span{{Text: "the same"}}},
	} {
		if diff := cmp.Diff(tc.want, privacy.Change{Old: tc.older, New: tc.newer}.Spans()); diff != "" {
			t.Errorf("%q to %q:\n%s", tc.older, tc.newer, diff)
		}
	}
}
