package ui

import (
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/platform/i18n"
)

func (p Page) fullTitle() string {
	switch {
	case p.Title == "":
		return p.UI.Operator.ShortName
	case p.UI.Operator.ShortName == "":
		return p.Title
	}
	return p.Title + " · " + p.UI.Operator.ShortName
}

func accountLabel(p Page) string {
	if p.Session == nil {
		return p.T("ui.sign_in")
	}
	return p.T("ui.account")
}

// current is aria-current's value.
func current(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}

func langShort(l i18n.Lang) string {
	switch l {
	case i18n.RU:
		return "Рус"
	case i18n.EN:
		return "Eng"
	}
	return "Қаз"
}

func langName(l i18n.Lang) string {
	switch l {
	case i18n.RU:
		return "Русский"
	case i18n.EN:
		return "English"
	}
	return "Қазақша"
}

func telephone(phone string) string {
	return "tel:" + strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}

func statusText(n int) string { return strconv.Itoa(n) }
