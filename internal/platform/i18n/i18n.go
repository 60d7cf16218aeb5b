// Package i18n speaks Kazakh, Russian and English.
//
// It owns languages, messages, dates, sorting and the folding that lets search
// forgive. It promises that a message exists in all three languages (a test
// walks the code for missing and unused ones). It does not hold the messages:
// every door and room keeps its own in messages/{kk,ru,en}.toml, all ids
// starting with the package's name.
package i18n

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"

	"github.com/sahna/sahna/internal/platform/fault"
)

// Lang is one of the three languages, as it stands in addresses.
type Lang string

// The languages; Kazakh is the default.
const (
	KK Lang = "kk"
	RU Lang = "ru"
	EN Lang = "en"
)

// Langs lists the languages in the order in which they are offered.
var Langs = []Lang{KK, RU, EN}

// Parse reads a language from an address.
func Parse(s string) (Lang, bool) {
	switch l := Lang(s); l {
	case KK, RU, EN:
		return l, true
	}
	return KK, false
}

var matcher = language.NewMatcher([]language.Tag{language.Kazakh, language.Russian, language.English})

// Match picks the language for an Accept-Language header; Kazakh when nothing fits.
func Match(header string) Lang {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return KK
	}
	_, i, c := matcher.Match(tags...)
	if c == language.No {
		return KK
	}
	return Langs[i]
}

// Text is a text of the catalogue in three languages.
type Text struct {
	KK string `json:"kk" yaml:"kk" toml:"kk"`
	RU string `json:"ru" yaml:"ru" toml:"ru"`
	EN string `json:"en" yaml:"en" toml:"en"`
}

// In returns the text in a language, or in the next best one that has it.
func (t Text) In(l Lang) string {
	order := map[Lang][3]string{KK: {t.KK, t.RU, t.EN}, RU: {t.RU, t.KK, t.EN}, EN: {t.EN, t.RU, t.KK}}[l]
	for _, s := range order {
		if s != "" {
			return s
		}
	}
	return ""
}

// Bundle holds every message of the program.
type Bundle struct{ printers map[Lang]*Printer }

// New loads messages/{kk,ru,en}.toml of every set.
func New(sets ...fs.FS) (*Bundle, error) {
	b := goi18n.NewBundle(language.Kazakh)
	b.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	for _, set := range sets {
		for _, l := range Langs {
			if _, err := b.LoadMessageFileFS(set, "messages/"+string(l)+".toml"); err != nil {
				return nil, fmt.Errorf("messages: %w", err)
			}
		}
	}
	out := &Bundle{printers: map[Lang]*Printer{}}
	for _, l := range Langs {
		out.printers[l] = &Printer{lang: l, loc: goi18n.NewLocalizer(b, string(l))}
	}
	return out, nil
}

// Printer returns the printer of a language.
func (b *Bundle) Printer(l Lang) *Printer {
	if p, ok := b.printers[l]; ok {
		return p
	}
	return b.printers[KK]
}

// Printer writes in one language. Safe for use by many.
type Printer struct {
	lang Lang
	loc  *goi18n.Localizer
}

// Lang tells the printer's language.
func (p *Printer) Lang() Lang { return p.lang }

// T returns the message with an id. kv are names and values for its template: T("site.left", "count", 3);
// "count" also chooses the plural form. An unknown id comes back in brackets, which tests look for.
func (p *Printer) T(id string, kv ...any) string {
	cfg := &goi18n.LocalizeConfig{MessageID: id}
	if len(kv) > 0 {
		data := make(map[string]any, len(kv)/2)
		for i := 0; i+1 < len(kv); i += 2 {
			data[fmt.Sprint(kv[i])] = kv[i+1]
		}
		if n, ok := data["count"]; ok {
			cfg.PluralCount = n
		}
		cfg.TemplateData = data
	}
	s, err := p.loc.Localize(cfg)
	if err != nil && s == "" {
		return "[" + id + "]"
	}
	return s
}

// Has tells whether there is a message with an id.
func (p *Printer) Has(id string) bool {
	s, err := p.loc.Localize(&goi18n.LocalizeConfig{MessageID: id, PluralCount: 1})
	return err == nil || s != ""
}

// Decimal writes a number with so many places behind the point, which is a comma in Kazakh and Russian.
func (p *Printer) Decimal(x float64, places int) string {
	s := strconv.FormatFloat(x, 'f', places, 64)
	if p.lang != EN {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// Text returns the catalogue's text in the printer's language.
func (p *Printer) Text(t Text) string { return t.In(p.lang) }

var kindMessages = map[fault.Kind]string{
	fault.Internal: "fault.internal", fault.Invalid: "fault.invalid", fault.NotFound: "fault.not_found",
	fault.Conflict: "fault.conflict", fault.Gone: "fault.gone", fault.Forbidden: "fault.forbidden",
	fault.Unauthenticated: "fault.unauthenticated", fault.TooMany: "fault.too_many",
	fault.TooLarge: "fault.too_large", fault.Unavailable: "fault.unavailable",
}

// Fault says what went wrong in words for people; an internal error gives no detail.
func (p *Printer) Fault(err error) string {
	var e *fault.Error
	if !errors.As(err, &e) {
		return p.T("fault.internal")
	}
	code := e.Code
	if code == "" {
		code = kindMessages[e.Kind]
	}
	kv := make([]any, 0, 2*len(e.Args))
	for k, v := range e.Args {
		kv = append(kv, k, v)
	}
	return p.T(code, kv...)
}
