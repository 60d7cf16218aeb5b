package ui

import (
	"fmt"
	"strings"
	"time"
)

// Input is one text field of a form.
type Input struct {
	Form         Form
	Name         string
	Label        string
	Hint         string // why it is asked
	Type         string // "text" when empty
	Autocomplete string
	InputMode    string
	Pattern      string
	Placeholder  string
	Min, Max     string
	MaxLength    int
	Required     bool
	Secret       bool   // the value never comes back (passwords, codes)
	Default      string // shown when nothing was typed yet
	Lines        int    // more than 1: a text area
	Focus        bool
}

func (f Input) id() string { return "f-" + strings.ReplaceAll(f.Name, ".", "-") }

func (f Input) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f Input) value() string {
	if f.Secret {
		return ""
	}
	if _, typed := f.Form.Values[f.Name]; typed {
		return f.Form.Value(f.Name)
	}
	return f.Default
}

// describedBy names the hint and the error for a screen reader.
func describedBy(id, hint, err string) string {
	var ids []string
	if err != "" {
		ids = append(ids, id+"-error")
	}
	if hint != "" {
		ids = append(ids, id+"-hint")
	}
	return strings.Join(ids, " ")
}

// Choice is a field with a closed list of values.
type Choice struct {
	Form     Form
	Name     string
	Label    string
	Hint     string
	Options  []Option
	Default  string
	Required bool
}

// Option is one value of a Choice.
type Option struct{ Value, Label string }

func (f Choice) id() string { return "f-" + strings.ReplaceAll(f.Name, ".", "-") }

func (f Choice) chosen() string {
	if _, typed := f.Form.Values[f.Name]; typed {
		return f.Form.Value(f.Name)
	}
	return f.Default
}

// Check is a box that is never ticked beforehand. Full, when there is some, opens below it.
type Check struct {
	Form     Form
	Name     string
	Value    string
	Label    string
	Summary  string // one line in plain words
	Full     string // the whole text, paragraphs parted by blank lines
	Required bool
}

func (c Check) id() string { return "f-" + strings.ReplaceAll(c.Name+"-"+c.Value, ".", "-") }

// err is what is wrong with the box: a required one that stayed empty.
func (c Check) err() string {
	if !c.Required || c.Form.Has(c.Name, c.Value) {
		return ""
	}
	return c.Form.Error(c.Name)
}

// Paragraphs parts a plain text at its blank lines.
func Paragraphs(s string) []string {
	var out []string
	for _, p := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// Action is a button, or a link that looks like one when it has an address.
type Action struct {
	Label    string
	Kind     string // "primary" (when empty), "secondary", "danger", "quiet"
	Href     string
	Name     string
	Value    string
	Disabled bool
	Wide     bool
	Icon     string
}

func (a Action) class() string {
	c := "button"
	if a.Kind != "" && a.Kind != "primary" {
		c += " button-" + a.Kind
	}
	if a.Wide {
		c += " button-wide"
	}
	return c
}

// Column is a head of a table; Number columns stand to the right.
type Column struct {
	Label  string
	Number bool
}

// Tab is one of several views or filters; each has its address.
type Tab struct {
	Label  string
	Href   string
	Count  string
	Active bool
}

// Pages is where a list goes on; an empty address means there is nothing.
type Pages struct{ Previous, Next string }

func remaining(d time.Duration) string {
	if d < 0 {
		d = 0
	}
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

func noticeIcon(kind string) string {
	switch kind {
	case "ok":
		return "check"
	case "warn", "danger":
		return "warn"
	}
	return "info"
}

func noticeRole(kind string) string {
	if kind == "danger" {
		return "alert"
	}
	return "status"
}
