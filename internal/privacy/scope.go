package privacy

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

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

// complete refuses a consent with an empty part: it would not be one.
func (s Scope) complete() error {
	for _, t := range append(s.Parts.list(), &s.Summary, &s.Text) {
		if t.KK == "" || t.RU == "" || t.EN == "" {
			return ErrIncomplete.On(s.Code)
		}
	}
	return nil
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
