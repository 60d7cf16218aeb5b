package privacy

import (
	"embed"
	"fmt"
	"regexp"
	"strings"
	"text/template"

	"github.com/pelletier/go-toml/v2"

	"github.com/sahna/sahna/internal/platform/i18n"
)

// The policy and the offer in our own words. One line is one clause: "# title", "## 1 heading", "1.1 text"; a line without a
// number is the preamble. Marks in double braces come from the operator's profile and from the register.
//
//go:embed texts
var texts embed.FS

// profile is what the texts may name.
type profile struct {
	Name, BIN, Address, Phones, Email, Officer, Bank, Site string
}

func (o Operator) profile(l i18n.Lang) profile {
	return profile{
		Name: o.Name.In(l), BIN: o.BIN, Address: o.Address.In(l), Phones: strings.Join(o.Phones, ", "),
		Email: o.Email, Officer: o.Officer, Bank: o.Bank.In(l), Site: strings.TrimSuffix(o.Site, "/"),
	}
}

// write makes a document's text of the operator's profile.
func write(k Kind, op Operator) (c content, err error) {
	for _, l := range i18n.Langs {
		raw, err := texts.ReadFile("texts/" + string(k) + "." + string(l) + ".md")
		if err != nil {
			return content{}, err
		}
		filled, err := fill(string(raw), l, op)
		if err != nil {
			return content{}, err
		}
		doc, err := parse(filled)
		if err != nil {
			return content{}, fmt.Errorf("%s in %s: %w", k, l, err)
		}
		switch l {
		case i18n.KK:
			c.KK = doc
		case i18n.RU:
			c.RU = doc
		case i18n.EN:
			c.EN = doc
		}
	}
	if k == Policy {
		c.Scopes, err = writeScopes(op)
	}
	return c, err
}

// fill puts the operator's profile and the register's terms into a text.
func fill(text string, l i18n.Lang, op Operator) (string, error) {
	t, err := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"term": func(purpose string) (string, error) { return termOf(purpose, l) },
	}).Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, op.profile(l)); err != nil {
		return "", err
	}
	return b.String(), nil
}

var numbered = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)+) (.+)$`)

// parse reads the lines of a text.
func parse(text string) (d Document, err error) {
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "# "):
			d.Title = line[2:]
		case strings.HasPrefix(line, "## "):
			number, heading, ok := strings.Cut(line[3:], " ")
			if !ok {
				return Document{}, fmt.Errorf("line %d: a heading wants a number and words", n+1)
			}
			d.Clauses = append(d.Clauses, Clause{Number: number, Level: 1, Text: heading})
		default:
			c := Clause{Level: 2, Text: line}
			if m := numbered.FindStringSubmatch(line); m != nil {
				c = Clause{Number: m[1], Level: 1 + strings.Count(m[1], "."), Text: m[2]}
			}
			d.Clauses = append(d.Clauses, c)
		}
	}
	return d, nil
}

// scopeSource is a consent as texts/scopes.toml tells it.
type scopeSource struct {
	Code     string    `toml:"code"`
	Required bool      `toml:"required"`
	Lasts    string    `toml:"lasts"`
	Summary  i18n.Text `toml:"summary"`
	Parts
}

func writeScopes(op Operator) ([]Scope, error) {
	raw, err := texts.ReadFile("texts/scopes.toml")
	if err != nil {
		return nil, err
	}
	var file struct {
		Scope []scopeSource `toml:"scope"`
	}
	if err := toml.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("scopes.toml: %w", err)
	}
	var out []Scope
	for _, src := range file.Scope {
		s := Scope{Code: src.Code, Required: src.Required, Lasts: src.Lasts, Summary: src.Summary, Parts: src.Parts}
		for _, part := range append(s.Parts.list(), &s.Summary) {
			if err := fillText(part, op); err != nil {
				return nil, fmt.Errorf("scopes.toml, %s: %w", s.Code, err)
			}
		}
		s.Text = s.Parts.text()
		out = append(out, s)
	}
	return out, nil
}

func fillText(t *i18n.Text, op Operator) (err error) {
	if t.KK, err = fill(t.KK, i18n.KK, op); err != nil {
		return err
	}
	if t.RU, err = fill(t.RU, i18n.RU, op); err != nil {
		return err
	}
	t.EN, err = fill(t.EN, i18n.EN, op)
	return err
}
