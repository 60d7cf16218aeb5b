package pages

import (
	"strings"

	"github.com/sahna/sahna/internal/web/ui"
)

// withoutNumber drops "3. " of a consent's part: the list numbers it.
func withoutNumber(line string) string {
	if number, rest, ok := strings.Cut(line, ". "); ok && len(number) <= 2 {
		return rest
	}
	return line
}

// dial is a phone number without what only people read.
func dial(phone string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}

func officer(p ui.Page) string {
	if p.UI.Operator.Officer != "" {
		return p.UI.Operator.Officer
	}
	return p.UI.Operator.Email
}
