package i18n

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// People type ё as е and, on a Russian keyboard, Kazakh letters as their nearest neighbours.
var foldLetters = map[rune]rune{
	'ё': 'е', 'ә': 'а', 'ғ': 'г', 'қ': 'к', 'ң': 'н', 'ө': 'о', 'ұ': 'у', 'ү': 'у', 'һ': 'х', 'і': 'и', 'й': 'и', 'ї': 'и',
}

// Fold reduces a text to what search compares: lower case, one space between words, ё as е, Kazakh letters
// as the Russian ones people type for them, no accents, no punctuation.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range norm.NFC.String(s) {
		r = unicode.ToLower(r)
		if f, ok := foldLetters[r]; ok {
			r = f
		} else if r > 0x7f && unicode.Is(unicode.Latin, r) {
			r = rune(norm.NFD.String(string(r))[0])
		}
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(r)
		default:
			space = true
		}
	}
	return b.String()
}
