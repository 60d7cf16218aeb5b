package door

import (
	"context"
	"unicode/utf8"

	"github.com/sahna/sahna/internal/platform/i18n"
	"github.com/sahna/sahna/internal/web/ui"
)

const markMost = 3 // letters to which a gate's name is a mark that needs the word beside it

// gateWords is how a gate is called: "gate A" where its name is only a mark, else the name itself.
func gateWords(p ui.Page, name string) string {
	if utf8.RuneCountInString(name) <= markMost {
		return p.T("door.gate", "gate", name)
	}
	return name
}

// inLanguage is a gate's name in the page's language, where the hall's plan says it; gates are kept by the plan's Russian one.
func (d *Door) inLanguage(ctx context.Context, p ui.Page, plan, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	drawn, err := d.Catalog.Plan(ctx, plan)
	if err != nil {
		return name, err
	}
	for _, e := range drawn.Entrances() {
		if e.Name.In(i18n.RU) == name {
			return p.Text(e.Name), nil
		}
	}
	return name, nil
}
