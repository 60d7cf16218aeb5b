package account

import (
	"strings"

	"github.com/sahna/sahna/internal/privacy"
	"github.com/sahna/sahna/internal/vault"
	"github.com/sahna/sahna/internal/web/ui"
)

// parts sets each of a consent's eight parts in a paragraph of its own.
func parts(text string) string { return strings.ReplaceAll(text, "\n", "\n\n") }

// decisions are what machines decide alone here.
var decisions = privacy.MachineDecisions

func officer(p ui.Page) string {
	if p.UI.Operator.Officer != "" {
		return p.UI.Operator.Officer
	}
	return p.UI.Operator.Email
}

func phoneInput(v correctView) ui.Input {
	f := v.input(vault.Phone, v.T("account.field_phone"), false)
	f.Type, f.InputMode, f.Autocomplete, f.MaxLength = "tel", "tel", "tel", 40
	return f
}
