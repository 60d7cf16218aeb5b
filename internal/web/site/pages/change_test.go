package pages

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWordDiffMarksOnlyWhatChanged(t *testing.T) {
	for _, tc := range []struct {
		older, newer string
		want         []span
	}{
		{"жауап үш күн ішінде", "жауап бес күн ішінде", []span{{"", "жауап"}, {"-", "үш"}, {"+", "бес"}, {"", "күн ішінде"}}},
		{"", "a new clause", []span{{"+", "a new clause"}}},
		{"gone now", "", []span{{"-", "gone now"}}},
		{"the same", "the same", []span{{"", "the same"}}},
	} {
		if diff := cmp.Diff(tc.want, wordDiff(tc.older, tc.newer)); diff != "" {
			t.Errorf("%q to %q:\n%s", tc.older, tc.newer, diff)
		}
	}
}
