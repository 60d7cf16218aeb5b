package privacy

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/sahna/sahna/internal/platform/fault"
	"github.com/sahna/sahna/internal/platform/i18n"
)

// The scopes of the policy.
const (
	ScopeService        = "service"         // carry out the order, keep the account; required
	ScopeMarketingEmail = "marketing_email" // news by e-mail
	ScopeMarketingSMS   = "marketing_sms"   // news by text message
)

// Scope is one box a person ticks, unticked by default.
type Scope struct {
	Code     string    `json:"code"`            // "service", "marketing_email", "marketing_sms"
	Required bool      `json:"required"`        // without it the order cannot be carried out
	Lasts    string    `json:"lasts,omitempty"` // term from the giving, "3y"; "" when the term of its purpose alone ends it
	Summary  i18n.Text `json:"summary"`         // one line in plain words, beside the box
	Text     i18n.Text `json:"text"`            // the whole consent, composed of its parts
	Parts    Parts     `json:"parts"`
}

// Parts are the eight things that a consent must say (94-V, article 8(4)).
type Parts struct {
	Operator     i18n.Text `json:"operator" toml:"operator"`
	Person       i18n.Text `json:"person" toml:"person"`
	Term         i18n.Text `json:"term" toml:"term"`
	ThirdParties i18n.Text `json:"third_parties" toml:"third_parties"`
	Border       i18n.Text `json:"border" toml:"border"`
	Publication  i18n.Text `json:"publication" toml:"publication"`
	Data         i18n.Text `json:"data" toml:"data"`
	Other        i18n.Text `json:"other" toml:"other"`
}

// partNames are the words before each part, in the law's order.
var partNames = [8]i18n.Text{
	{KK: "Оператор", RU: "Оператор", EN: "Operator"},
	{KK: "Келісім беруші", RU: "Кто даёт согласие", EN: "Who consents"},
	{KK: "Мерзімі", RU: "Срок", EN: "Term"},
	{KK: "Үшінші тұлғаларға беру", RU: "Передача третьим лицам", EN: "Transfer to third parties"},
	{KK: "Шекарадан өткізу", RU: "Передача за границу", EN: "Transfer across the border"},
	{KK: "Жалпыға қолжетімді көздерде жариялау", RU: "Публикация в общедоступных источниках", EN: "Publication"},
	{KK: "Деректер тізімі", RU: "Перечень данных", EN: "Data"},
	{KK: "Қосымша", RU: "Прочее", EN: "Other"},
}

func (p *Parts) list() []*i18n.Text {
	return []*i18n.Text{&p.Operator, &p.Person, &p.Term, &p.ThirdParties, &p.Border, &p.Publication, &p.Data, &p.Other}
}

// text composes the whole consent: eight numbered lines.
func (p *Parts) text() i18n.Text {
	in := func(l i18n.Lang) string {
		var b strings.Builder
		for i, part := range p.list() {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(strconv.Itoa(i+1) + ". " + partNames[i].In(l) + ". " + upperFirst(part.In(l)))
		}
		return b.String()
	}
	return i18n.Text{KK: in(i18n.KK), RU: in(i18n.RU), EN: in(i18n.EN)}
}

// A consent whose part is empty is none: one error per part, so that the message names it.
var (
	ErrSummaryEmpty = fault.New(fault.Invalid, "privacy.part_empty.summary")
	errPartEmpty    = [8]*fault.Error{
		fault.New(fault.Invalid, "privacy.part_empty.operator"), fault.New(fault.Invalid, "privacy.part_empty.person"),
		fault.New(fault.Invalid, "privacy.part_empty.term"), fault.New(fault.Invalid, "privacy.part_empty.third_parties"),
		fault.New(fault.Invalid, "privacy.part_empty.border"), fault.New(fault.Invalid, "privacy.part_empty.publication"),
		fault.New(fault.Invalid, "privacy.part_empty.data"), fault.New(fault.Invalid, "privacy.part_empty.further"),
	}
)

// PartKeys name the eight parts as forms and messages do, in the law's order.
var PartKeys = [8]string{"operator", "person", "term", "third_parties", "border", "publication", "data", "other"}

// Part is one of the eight things a consent must say, with the words before it.
type Part struct {
	Key  string
	Name i18n.Text
	Text *i18n.Text
}

// List gives the eight parts in the law's order; writing to a part's Text writes to p.
func (p *Parts) List() []Part {
	out := make([]Part, 0, len(PartKeys))
	for i, t := range p.list() {
		out = append(out, Part{PartKeys[i], partNames[i], t})
	}
	return out
}

// complete refuses a consent with an empty part: it would not be one. Every empty part is named.
func (s Scope) complete(english bool) error {
	var wrong fault.Fields
	langs := i18n.Langs
	if !english {
		langs = []i18n.Lang{i18n.KK, i18n.RU}
	}
	check := func(t i18n.Text, err *fault.Error, key string) {
		for _, l := range langs {
			if strings.TrimSpace(exactly(t, l)) == "" {
				wrong = append(wrong, err.On(key+"."+string(l)).With("scope", s.Code).With("lang", string(l)))
			}
		}
	}
	check(s.Summary, ErrSummaryEmpty, "summary")
	for i, t := range s.Parts.list() {
		check(*t, errPartEmpty[i], PartKeys[i])
	}
	return wrong.OrNil()
}

// exactly is a text in a language, without falling back to another.
func exactly(t i18n.Text, l i18n.Lang) string {
	switch l {
	case i18n.KK:
		return t.KK
	case i18n.RU:
		return t.RU
	}
	return t.EN
}

// TextHash names exactly what stood beside the box in a language: the summary and the whole text.
func (s Scope) TextHash(l i18n.Lang) string {
	return textHash(l, s.Summary.In(l), s.Text.In(l))
}

func textHash(l i18n.Lang, summary, text string) string {
	h := sha256.Sum256([]byte(string(l) + "\n" + summary + "\n\n" + text))
	return hex.EncodeToString(h[:])
}

func upperFirst(s string) string {
	for i, r := range s {
		if i == 0 {
			return strings.ToUpper(string(r)) + s[len(string(r)):]
		}
	}
	return s
}
