package ui

import (
	"slices"
	"strconv"

	"github.com/sahna/sahna/internal/privacy"
)

// changePlace says where a change stands: a clause's number, the preamble, or a part of a consent.
func changePlace(p Page, c privacy.Change, scopes []privacy.Scope) string {
	if c.Scope == "" {
		if c.Number == "" {
			return p.T("ui.changes.preamble")
		}
		if c.Number == privacy.TitleChange {
			return p.T("ui.changes.title")
		}
		return c.Number
	}
	name := c.Scope
	i := slices.IndexFunc(scopes, func(s privacy.Scope) bool { return s.Code == c.Scope })
	if i < 0 {
		return p.T("ui.changes.consent", "consent", name)
	}
	name = p.Text(scopes[i].Summary)
	part, err := strconv.Atoi(c.Number)
	if err != nil || part == 0 {
		return p.T("ui.changes.consent", "consent", name)
	}
	return p.T("ui.changes.consent_part", "consent", name, "part", p.Text(scopes[i].Parts.List()[part-1].Name))
}
